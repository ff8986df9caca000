"""The charts of a search, round by round: inline SVG, coloured by CSS classes."""

import math
from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from fedbbpt.runs.phrases import percent
from fedbbpt.runs.plot import LINE, PLOT_HEIGHT, Path, Plot, dotted
from fedbbpt.runs.results import Axis
from fedbbpt.runs.svg import WIDTH, element, label, pathway, picture, shortened, ticks
from fedbbpt.server import RoundSummary

LEFT = 122.0
HUES = 6
STRIP = 46.0
GAP = 12.0


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
    plot = Plot(ticks(min(losses), max(losses)), rounds[0].round, rounds[-1].round, 340.0)
    parts = plot.axes(f"{{:.{_decimals(plot.marks)}f}}".format)
    parts += [pathway(plot.corners(path), "path crowd") for path in crowd]
    ends = []
    for index, (owner, path) in enumerate(named.items()):
        corners = plot.corners(path)
        parts += dotted(corners, f"hue{index}")
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


def _decimals(marks: Sequence[float]) -> int:
    step = min(b - a for a, b in pairwise(marks))
    return max(0, min(6, math.ceil(-math.log10(step) - 1e-9)))
