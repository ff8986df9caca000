"""The charts of a search, round by round: inline SVG, coloured by CSS classes."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from fedbbpt.runs.phrases import percent
from fedbbpt.runs.results import Axis
from fedbbpt.runs.svg import (
    WIDTH,
    dot,
    element,
    label,
    line,
    pathway,
    picture,
    place,
    shortened,
    ticks,
)
from fedbbpt.server import RoundSummary

LEFT = 122.0
HUES = 6
PLOT_HEIGHT = 220.0
STRIP = 46.0
GAP = 12.0
EDGE = 40.0
LINE = 16.0

Path = list[tuple[float, float]]


def loss_lines(rounds: Sequence[RoundSummary]) -> Markup:
    """Draw every owner's loss of the best candidate, round by round; nothing where none is known.

    With more owners than hues the owners are thin grey lines and only their mean is coloured.
    """
    series: dict[str, Path] = {}
    for summary in rounds:
        for owner, loss in summary.client_losses:
            if math.isfinite(loss):
                series.setdefault(owner, []).append((summary.round, loss))
    if not series:
        return Markup()
    crowd = [] if len(series) <= HUES else list(series.values())
    named = {"mean": _means(crowd)} if crowd else dict(sorted(series.items()))
    losses = [loss for path in series.values() for _, loss in path]
    plot = _Plot(ticks(min(losses), max(losses)), rounds[0].round, rounds[-1].round, 340.0)
    parts = plot.axes(f"{{:.{_decimals(plot.marks)}f}}".format)
    parts += [pathway(plot.corners(path), "path crowd") for path in crowd]
    ends = []
    for index, (owner, path) in enumerate(named.items()):
        corners = plot.corners(path)
        parts += _dotted(corners, f"hue{index}")
        ends.append((corners[-1][1], owner, f"hue{index}"))
    parts += [
        label(shortened(owner, 88), 350, y + 4, f"name {hue}") for y, owner, hue in _apart(ends)
    ]
    words = "; ".join(
        f"{owner}: from {path[0][1]:.3f} to {path[-1][1]:.3f} nats" for owner, path in named.items()
    )
    return picture("Loss of the best candidate, by round and owner", words, PLOT_HEIGHT, parts)


def slot_strips(axes: Sequence[Axis], rounds: Sequence[RoundSummary]) -> Markup:
    """Draw, for every slot, how its probability gathers on one choice, a stacked bar a round.

    The start's choice is grey at the foot, the choice that leads at the end is strong at the top,
    all others are pale. Nothing where rounds carry no probabilities.
    """
    shown = [summary for summary in rounds if summary.distribution]
    slots = min((len(summary.distribution) for summary in shown), default=0)
    if not slots:
        return Markup()
    parts: list[Markup] = []
    words = []
    for slot in range(slots):
        tables = [summary.distribution[slot] for summary in shown]
        top = slot * (STRIP + GAP)
        name = axes[slot].name if slot < len(axes) else f"slot {slot}"
        parts.append(label(shortened(name, LEFT - 8), 0, top + 20, "name"))
        parts.append(label(f"{100 * max(tables[-1]):.0f} % on one", 0, top + 36))
        parts += _strip(tables, top)
        words.append(f"{name}: {percent(max(tables[-1]))} on its leading choice at the end")
    height = slots * (STRIP + GAP) + 14
    parts.append(label(f"round {shown[0].round}", LEFT + GAP, height - 4))
    if len(shown) > 1:
        parts.append(label(f"round {shown[-1].round}", WIDTH, height - 4, anchor="end"))
    return picture("Probability of every slot's choices, by round", "; ".join(words), height, parts)


def request_steps(rounds: Sequence[RoundSummary]) -> Markup:
    """Draw the cumulative requests of the search; nothing without rounds."""
    if not rounds:
        return Markup()
    marks = ticks(0, max(summary.requests for summary in rounds), 3)
    plot = _Plot(marks, rounds[0].round, rounds[-1].round, WIDTH - 20)
    corners = plot.corners([(summary.round, summary.requests) for summary in rounds])
    parts = plot.axes(_short_count) + _dotted(corners, "tuned")
    words = f"{rounds[-1].requests:,} requests after {len(rounds)} rounds"
    return picture("Requests of the search, added up by round", words, PLOT_HEIGHT, parts)


class _Plot(NamedTuple):
    """A plane of rounds and levels: the round numbers of its levels, its rounds, its right edge."""

    marks: Sequence[float]
    first: int
    last: int
    right: float

    def corners(self, path: Path) -> Path:
        """Return where the points of a path lie."""
        return [(self._x(round), self._y(level)) for round, level in path]

    def axes(self, written: Callable[[float], str]) -> list[Markup]:
        """Return grid lines with their levels, and the first and last round."""
        parts = []
        for mark in self.marks:
            y = self._y(mark)
            parts.append(line(EDGE, y, self.right, y, "grid"))
            parts.append(label(written(mark), EDGE - 6, y + 4, anchor="end"))
        parts.append(label(f"round {self.first}", EDGE, PLOT_HEIGHT - 8))
        if self.last > self.first:
            last = label(f"round {self.last}", self.right, PLOT_HEIGHT - 8, anchor="end")
            parts.append(last)
        return parts

    def _x(self, round: float) -> float:
        return place(round, self.first, self.last, EDGE, self.right)

    def _y(self, level: float) -> float:
        return place(level, self.marks[0], self.marks[-1], PLOT_HEIGHT - 28, 10)


def _dotted(corners: Path, kind: str) -> list[Markup]:
    points = [dot(x, y, f"point {kind}", 2.5) for x, y in corners]
    return [pathway(corners, f"path {kind}"), *points]


def _strip(tables: Sequence[Sequence[float]], top: float) -> list[Markup]:
    """Return the stacked bars of one slot; the choice that leads in the last one leads in all."""
    leader = max(range(len(tables[-1])), key=tables[-1].__getitem__)
    step = (WIDTH - LEFT - GAP) / len(tables)
    parts = []
    for index, table in enumerate(tables):
        others = [choice for choice in range(len(table)) if choice not in {0, leader}]
        foot = top + STRIP
        for choice in dict.fromkeys((0, *others, leader)):
            # A bank may have grown since: an early round lacks the later choices.
            share = table[choice] if choice < len(table) else 0.0
            height = STRIP * min(1.0, max(0.0, share))
            foot = max(top, foot - height)
            kind = "leader" if choice == leader else "origin" if choice == 0 else "other"
            x, width = LEFT + GAP + index * step, step * 0.88
            if height >= 0.05:
                box = element("rect", x=x, y=foot, width=width, height=height, class_=kind)
                parts.append(box)
    return parts


def _means(paths: Sequence[Path]) -> Path:
    by_round: dict[float, list[float]] = {}
    for path in paths:
        for round, loss in path:
            by_round.setdefault(round, []).append(loss)
    return [
        (round, math.fsum(by_round[round]) / len(by_round[round])) for round in sorted(by_round)
    ]


def _apart(ends: Sequence[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    """Push labels apart so that none covers another, within the plot."""
    placed: list[tuple[float, str, str]] = []
    lowest = PLOT_HEIGHT - 4 - LINE * len(ends)
    for index, (y, text, kind) in enumerate(sorted(ends)):
        floor = placed[-1][0] + LINE if placed else 10.0
        placed.append((max(floor, min(y, lowest + LINE * index)), text, kind))
    return placed


def _short_count(value: float) -> str:
    scale, unit = (1e6, "M") if value >= 1e6 else (1e3, "k") if value >= 1e4 else (1.0, "")
    return f"{value / scale:,g}{unit}"


def _decimals(marks: Sequence[float]) -> int:
    step = min(b - a for a, b in pairwise(marks))
    return max(0, min(6, math.ceil(-math.log10(step) - 1e-9)))
