"""The charts of a search's scores: what every owner saw in every round, and what it cost."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from fedbbpt.round_scores import Measured
from fedbbpt.runs.phrases import percent, span
from fedbbpt.runs.plot import LINE, Plot, dotted
from fedbbpt.runs.svg import WIDTH, dot, label, line, pathway, picture, place, shortened, ticks
from fedbbpt.server import RoundSummary

LEFT, RIGHT = 134.0, WIDTH - 52.0
STRIP = 52.0
GAP = 28.0
FOOT = 30.0
MOST = 12
"""Owners shown; of more, those that end lowest."""

Scores = list[tuple[int, Measured]]


class _Scale(NamedTuple):
    """What all strips share: the ends of the scores and of the rounds."""

    marks: Sequence[float]
    first: int
    last: int

    def across(self, round: int) -> float:
        return place(round, self.first, self.last, LEFT, RIGHT)

    def up(self, score: float, top: float) -> float:
        return place(score, self.marks[0], self.marks[-1], top + STRIP, top)


def owner_scores(rounds: Sequence[RoundSummary]) -> Markup:
    """Draw, for every owner, the score of each round's best candidate on its interval.

    One strip an owner, all on one scale; nothing where no round has scores.
    """
    series = _by_owner(rounds)
    if not series:
        return Markup()
    measured = [m for scores in series.values() for _, m in scores]
    low, high = min(m.low for m in measured), max(m.high for m in measured)
    scale = _Scale(ticks(max(0.0, low), min(1.0, high)), rounds[0].round, rounds[-1].round)
    parts: list[Markup] = []
    words = []
    for index, (owner, scores) in enumerate(series.items()):
        top = 8 + index * (STRIP + GAP)
        parts += _strip(scale, owner, scores, top)
        words.append(f"{owner}: from {_said(scores[0][1])} to {_said(scores[-1][1])}")
    height = 8 + len(series) * (STRIP + GAP) + FOOT - GAP
    parts.append(label(f"round {scale.first}", LEFT, height - 4))
    if scale.last > scale.first:
        parts.append(label(f"round {scale.last}", RIGHT, height - 4, anchor="end"))
    return picture("Score of every owner, by round", "; ".join(words), height, parts)


def cost_curve(rounds: Sequence[RoundSummary]) -> Markup:
    """Draw the score over all owners against the requests asked so far; nothing without scores."""
    known = [(summary.requests, summary.score) for summary in rounds if summary.score]
    if not known:
        return Markup()
    low, high = min(m.low for _, m in known), max(m.high for _, m in known)
    plot = Plot(ticks(max(0.0, low), min(1.0, high)), 0, max(1, known[-1][0]), WIDTH - 20)
    parts = plot.axes(lambda mark: f"{100 * mark:g}", ("0", f"{known[-1][0]:,} requests"))
    for requests, m in known:
        x = plot.across(requests)
        parts.append(line(x, plot.up(m.low), x, plot.up(m.high), "whisker thin tuned"))
    parts += dotted(plot.corners([(requests, m.score) for requests, m in known]), "tuned")
    words = "; ".join(f"{requests:,} requests: {_said(m)}" for requests, m in known)
    return picture("Score against requests", words, plot.up(plot.marks[0]) + 28, parts)


def _by_owner(rounds: Sequence[RoundSummary]) -> dict[str, Scores]:
    series: dict[str, Scores] = {}
    for summary in rounds:
        for own in summary.owners:
            if own.measured is not None:
                series.setdefault(own.owner, []).append((summary.round, own.measured))
    lowest = sorted(series, key=lambda name: (series[name][-1][1].score, name))[:MOST]
    return {name: series[name] for name in sorted(lowest)}


def _strip(scale: _Scale, owner: str, scores: Scores, top: float) -> list[Markup]:
    middle = top + STRIP / 2
    parts = [
        label(shortened(owner, LEFT - 12), 0, middle - 4, "name"),
        label(percent(scores[-1][1].score), 0, middle - 4 + LINE),
    ]
    for mark in (scale.marks[0], scale.marks[-1]):
        y = scale.up(mark, top)
        parts.append(line(LEFT, y, RIGHT, y, "grid"))
        parts.append(label(f"{100 * mark:g} %", RIGHT + 10, y + 4))
    corners = [(scale.across(round), scale.up(m.score, top)) for round, m in scores]
    for (x, _), (_, m) in zip(corners, scores, strict=True):
        ends = scale.up(m.low, top), scale.up(m.high, top)
        parts.append(line(x, ends[0], x, ends[1], "whisker thin tuned"))
    parts.append(pathway(corners, "path thin tuned"))
    return [*parts, *(dot(x, y, "point tuned", 3) for x, y in corners)]


def _said(measured: Measured) -> str:
    return f"{percent(measured.score)} ({span(measured.low, measured.high)})"
