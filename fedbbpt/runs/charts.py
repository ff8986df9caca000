"""The charts of scores: pure functions from results to inline SVG, coloured by CSS classes."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from fedbbpt.runs.phrases import PROMPT_NAMES, find_cell, percent, points
from fedbbpt.runs.results import Cell, OwnerTest
from fedbbpt.runs.svg import WIDTH, dot, label, line, picture, place, shortened, ticks

LEFT, RIGHT = 136.0, WIDTH - 62.0
ROW = 34.0


class _Scale(NamedTuple):
    """A horizontal axis of shares: its round numbers and where they lie."""

    marks: tuple[float, ...]

    def at(self, value: float) -> float:
        return place(value, self.marks[0], self.marks[-1], LEFT, RIGHT)


def cell_intervals(cells: Sequence[Cell]) -> Markup:
    """Draw the score of every cell as a dot on its interval; nothing for no cells."""
    if not cells:
        return Markup()
    scale = _shares(cells)
    parts = _share_axis(scale, len(cells) * ROW)
    for index, cell in enumerate(cells):
        y = ROW * (index + 0.5)
        name = f"{PROMPT_NAMES.get(cell.prompt, cell.prompt)}, {cell.mode}"
        parts.append(label(shortened(name, LEFT - 8), 0, y + 4, "name"))
        parts += _whisker(scale, cell, y)
        parts.append(label(percent(cell.score), WIDTH, y + 4, "value", "end"))
    words = "; ".join(
        f"{cell.prompt}, {cell.mode}: {percent(cell.score)}, "
        f"from {percent(cell.low)} to {percent(cell.high)}"
        for cell in cells
    )
    return picture("Scores with 95 % intervals", words, len(cells) * ROW + 24, parts)


def owner_dumbbells(owners: Sequence[OwnerTest]) -> Markup:
    """Draw start and tuned, calibrated, with intervals for every owner that has both."""
    rows = [
        (owner, start, tuned)
        for owner in owners
        if (start := find_cell(owner.cells, "start")) and (tuned := find_cell(owner.cells, "tuned"))
    ]
    if not rows:
        return Markup()
    scale = _shares([cell for _, *both in rows for cell in both])
    height = len(rows) * (ROW + 10)
    parts = _share_axis(scale, height)
    for index, (owner, start, tuned) in enumerate(rows):
        y = (ROW + 10) * (index + 0.5)
        parts.append(label(shortened(owner.owner, LEFT - 8), 0, y + 4, "name"))
        parts.append(line(scale.at(start.score), y - 7, scale.at(tuned.score), y + 7, "bar"))
        parts += _whisker(scale, start, y - 7) + _whisker(scale, tuned, y + 7)
        parts.append(label(points(owner.comparison.gain), WIDTH, y + 4, "value", "end"))
    words = "; ".join(
        f"{owner.owner}: from {percent(start.score)} to {percent(tuned.score)}"
        for owner, start, tuned in rows
    )
    return picture("Score of every owner, start and tuned", words, height + 24, parts)


def _shares(cells: Sequence[Cell]) -> _Scale:
    low = min(min(cell.low, cell.score) for cell in cells)
    high = max(max(cell.high, cell.score) for cell in cells)
    return _Scale(ticks(max(0.0, low), min(1.0, high)))


def _share_axis(scale: _Scale, height: float) -> list[Markup]:
    parts = []
    for mark in scale.marks:
        x = scale.at(mark)
        parts.append(line(x, 0, x, height, "grid"))
        parts.append(label(f"{100 * mark:g}", x, height + 18, anchor="middle"))
    return [*parts, label("%", RIGHT + 16, height + 18)]


def _whisker(scale: _Scale, cell: Cell, y: float) -> list[Markup]:
    kind = "start" if cell.prompt == "start" else "tuned"
    full = "" if cell.mode == "calibrated" else " hollow"
    return [
        line(scale.at(cell.low), y, scale.at(cell.high), y, f"whisker {kind}"),
        dot(scale.at(cell.score), y, f"dot {kind}{full}"),
    ]
