"""The charts of a search, round by round: inline SVG, coloured by CSS classes."""

import math
from collections.abc import Sequence
from itertools import pairwise

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


def loss_lines(rounds: Sequence[RoundSummary]) -> Markup:
    """Draw every owner's loss of the best candidate, round by round; nothing where none is known.

    With more owners than hues the owners are thin grey lines and their mean is the only coloured
    one.
    """
    series: dict[str, list[tuple[float, float]]] = {}
    for summary in rounds:
        for owner, loss in summary.client_losses:
            if math.isfinite(loss):
                series.setdefault(owner, []).append((summary.round, loss))
    if not series:
        return Markup()
    crowd = len(series) > HUES
    kinds = {owner: "crowd" if crowd else f"hue{i}" for i, owner in enumerate(sorted(series))}
    if crowd:
        series[""] = _means(series)
        kinds[""] = "hue0"
    losses = [loss for path in series.values() for _, loss in path]
    marks = ticks(min(losses), max(losses))
    first, last = rounds[0].round, rounds[-1].round
    parts = _level_axis(marks, f"{{:.{_decimals(marks)}f}}", 340) + _round_axis(first, last, 340)
    ends = []
    for owner, kind in kinds.items():
        path = [
            (place(x, first, last, 40, 340), place(y, marks[0], marks[-1], PLOT_HEIGHT - 28, 10))
            for x, y in series[owner]
        ]
        parts.append(pathway(path, f"path {kind}"))
        parts += [dot(x, y, f"point {kind}", 2.5) for x, y in path]
        if kind != "crowd":
            ends.append((path[-1][1], owner or "mean", kind))
    parts += [
        label(shortened(owner, 90), 350, y + 4, f"name {kind}") for y, owner, kind in _apart(ends)
    ]
    words = "; ".join(
        f"{owner or 'mean of the owners'}: from {series[owner][0][1]:.3f} "
        f"to {series[owner][-1][1]:.3f} nats"
        for owner, kind in kinds.items()
        if kind != "crowd"
    )
    return picture("Loss of the best candidate, by round and owner", words, PLOT_HEIGHT, parts)


def slot_strips(axes: Sequence[Axis], rounds: Sequence[RoundSummary]) -> Markup:
    """Draw, for every slot, how its probability gathers on one choice, a stacked bar a round.

    The start's choice is grey at the foot, the choice that leads at the end is strong, all others
    are pale. Nothing where rounds carry no probabilities.
    """
    shown = [summary for summary in rounds if summary.distribution]
    slots = min((len(summary.distribution) for summary in shown), default=0)
    if not slots:
        return Markup()
    parts: list[Markup] = []
    words = []
    step = (WIDTH - LEFT - 10) / len(shown)
    for slot in range(slots):
        top = slot * (STRIP + 12)
        tables = [summary.distribution[slot] for summary in shown]
        leader = max(range(len(tables[-1])), key=tables[-1].__getitem__, default=0)
        name = axes[slot].name if slot < len(axes) else f"slot {slot}"
        final = tables[-1][leader] if tables[-1] else 0.0
        parts.append(label(shortened(name, LEFT - 8), 0, top + 20, "name"))
        parts.append(label(f"{100 * final:.0f} % on one", 0, top + 36))
        for index, table in enumerate(tables):
            x, width = LEFT + 10 + index * step, step * 0.88
            parts += _stack(table, leader, (x, top, width))
        words.append(f"{name}: {percent(final)} on its leading choice at the end")
    height = slots * (STRIP + 12) + 14
    parts.append(label(f"round {shown[0].round}", LEFT + 10, height - 4))
    if len(shown) > 1:
        parts.append(label(f"round {shown[-1].round}", WIDTH, height - 4, anchor="end"))
    return picture("Probability of every slot's choices, by round", "; ".join(words), height, parts)


def request_steps(rounds: Sequence[RoundSummary]) -> Markup:
    """Draw the cumulative requests of the search; nothing without rounds."""
    if not rounds:
        return Markup()
    marks = ticks(0, max(summary.requests for summary in rounds), 3)
    first, last, right = rounds[0].round, rounds[-1].round, WIDTH - 20
    parts = _level_axis(marks, "{:,.0f}", right) + _round_axis(first, last, right)
    path = [
        (
            place(summary.round, first, last, 40, right),
            place(summary.requests, marks[0], marks[-1], PLOT_HEIGHT - 28, 10),
        )
        for summary in rounds
    ]
    parts.append(pathway(path, "path tuned"))
    parts += [dot(x, y, "point tuned", 2.5) for x, y in path]
    words = f"{rounds[-1].requests:,} requests after {len(rounds)} rounds"
    return picture("Requests of the search, added up by round", words, PLOT_HEIGHT, parts)


def _level_axis(marks: Sequence[float], form: str, right: float) -> list[Markup]:
    parts = []
    for mark in marks:
        y = place(mark, marks[0], marks[-1], PLOT_HEIGHT - 28, 10)
        parts.append(line(40, y, right, y, "grid"))
        parts.append(label(form.format(mark), 34, y + 4, anchor="end"))
    return parts


def _round_axis(first: int, last: int, right: float) -> list[Markup]:
    parts = [label(f"round {first}", 40, PLOT_HEIGHT - 8)]
    if last > first:
        parts.append(label(f"round {last}", right, PLOT_HEIGHT - 8, anchor="end"))
    return parts


def _stack(table: Sequence[float], leader: int, box: tuple[float, float, float]) -> list[Markup]:
    x, top, width = box
    order = (
        [0, *(i for i in range(1, len(table)) if i != leader), leader]
        if leader
        else [*range(len(table))]
    )
    total = math.fsum(table) or 1.0
    parts, foot = [], top + STRIP
    for choice in order[: len(table)]:
        height = STRIP * min(1.0, max(0.0, table[choice] / total))
        foot = max(top, foot - height)
        kind = "leader" if choice == leader else "origin" if choice == 0 else "other"
        if height >= 0.05:
            shape = element("rect", x=x, y=foot, width=width, height=height, class_=kind)
            parts.append(shape)
    return parts


def _means(series: dict[str, list[tuple[float, float]]]) -> list[tuple[float, float]]:
    by_round: dict[float, list[float]] = {}
    for path in series.values():
        for round, loss in path:
            by_round.setdefault(round, []).append(loss)
    return [
        (round, math.fsum(by_round[round]) / len(by_round[round])) for round in sorted(by_round)
    ]


def _apart(ends: Sequence[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    """Push labels apart so that none covers another, within the plot."""
    placed: list[tuple[float, str, str]] = []
    lowest = PLOT_HEIGHT - 16 * len(ends)
    for index, (y, text, kind) in enumerate(sorted(ends)):
        floor = placed[-1][0] + 16 if placed else 10.0
        placed.append((max(floor, min(y, lowest + 16 * index)), text, kind))
    return placed


def _decimals(marks: Sequence[float]) -> int:
    step = min(b - a for a, b in pairwise(marks))
    return max(0, min(6, math.ceil(-math.log10(step) - 1e-9)))
