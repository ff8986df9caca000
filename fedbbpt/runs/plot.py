"""A plane with levels on the left and something that grows below: axes, grid and places."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from fedbbpt.runs.svg import dot, label, line, pathway, place

PLOT_HEIGHT = 220.0
EDGE = 40.0
LINE = 16.0

Path = list[tuple[float, float]]


class Plot(NamedTuple):
    """A plane: the round numbers of its levels, its first and last step, its right edge."""

    marks: Sequence[float]
    first: float
    last: float
    right: float

    def corners(self, path: Path) -> Path:
        """Return where the points of a path lie."""
        return [(self.across(step), self.up(level)) for step, level in path]

    def axes(
        self, written: Callable[[float], str], ends: tuple[str, str] | None = None
    ) -> list[Markup]:
        """Return grid lines with their levels, and what the first and the last step are called.

        Args:
            written: how a level is written.
            ends: names of first and last step; the rounds' numbers if left out.
        """
        parts = []
        for mark in self.marks:
            y = self.up(mark)
            parts.append(line(EDGE, y, self.right, y, "grid"))
            parts.append(label(written(mark), EDGE - 6, y + 4, anchor="end"))
        first, last = ends or (f"round {self.first:g}", f"round {self.last:g}")
        parts.append(label(first, EDGE, PLOT_HEIGHT - 8))
        if self.last > self.first:
            parts.append(label(last, self.right, PLOT_HEIGHT - 8, anchor="end"))
        return parts

    def across(self, step: float) -> float:
        """Return where a step lies."""
        return place(step, self.first, self.last, EDGE, self.right)

    def up(self, level: float) -> float:
        """Return where a level lies."""
        return place(level, self.marks[0], self.marks[-1], PLOT_HEIGHT - 28, 10)


def dotted(corners: Path, kind: str) -> list[Markup]:
    """Return a line through all corners with a dot on each."""
    points = [dot(x, y, f"point {kind}", 2.5) for x, y in corners]
    return [pathway(corners, f"path {kind}"), *points]
