"""The charts of a comparison: rows with their intervals, and scores against what they cost."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from fedbbpt.experiment.compare.outcome import Curve, Standing, Stood
from fedbbpt.runs.phrases import percent, span
from fedbbpt.runs.plot import Path, Plot, dotted
from fedbbpt.runs.svg import WIDTH, dot, label, line, picture, place, shortened, ticks

LEFT, RIGHT = 168.0, WIDTH - 56.0
ROW = 30.0
HUES = 6

Across = Callable[[Stood], float]


def row_intervals(rows: Sequence[Standing]) -> Markup:
    """Draw every row's score on the sealed test with its interval; nothing for no rows."""
    if not rows:
        return Markup()
    low, high = min(row.low for row in rows), max(row.high for row in rows)
    marks = ticks(max(0.0, low), min(1.0, high))
    height = len(rows) * ROW
    parts: list[Markup] = []
    for mark in marks:
        x = place(mark, marks[0], marks[-1], LEFT, RIGHT)
        parts.append(line(x, 0, x, height, "grid"))
        parts.append(label(f"{100 * mark:g}", x, height + 18, anchor="middle"))
    for index, row in enumerate(rows):
        y = ROW * (index + 0.5)
        kind = "tuned" if row.gain else "start"
        ends = (place(end, marks[0], marks[-1], LEFT, RIGHT) for end in (row.low, row.high))
        left, right = ends
        parts.append(label(shortened(row.name, LEFT - 10), 0, y + 4, "name"))
        parts.append(line(left, y, right, y, f"whisker {kind}"))
        parts.append(dot(place(row.score, marks[0], marks[-1], LEFT, RIGHT), y, f"dot {kind}"))
        parts.append(label(f"{100 * row.score:.1f}", WIDTH, y + 4, "value", "end"))
    words = "; ".join(f"{r.name}: {percent(r.score)} ({span(r.low, r.high)})" for r in rows)
    return picture("Score of every row on the sealed test", words, height + 24, parts)


def hues_of(curves: Sequence[Curve]) -> dict[str, str]:
    """Return the colour class of every row with a curve; rows beyond six share the last."""
    rows = dict.fromkeys(curve.row for curve in curves)
    return {row: f"hue{min(place, HUES - 1)}" for place, row in enumerate(rows)}


def against_calls(curves: Sequence[Curve]) -> Markup:
    """Draw the training score of each round's best candidate against calls."""
    return _against("calls", curves, lambda step: step.calls)


def against_bytes(curves: Sequence[Curve]) -> Markup:
    """Draw the same against bytes, down and up together."""
    return _against("bytes", curves, lambda step: step.down + step.up)


def against_rounds(curves: Sequence[Curve]) -> Markup:
    """Draw the same against rounds."""
    return _against("rounds", curves, lambda step: step.round)


def _against(what: str, curves: Sequence[Curve], across: Across) -> Markup:
    """Draw one path a cell; nothing where no round tells a score."""
    paths = [(curve, _path(curve, across)) for curve in curves]
    known = [(curve, path) for curve, path in paths if path]
    if not known:
        return Markup()
    scores = [score for _, path in known for _, score in path]
    last = max(x for _, path in known for x, _ in path)
    marks = ticks(max(0.0, min(scores)), min(1.0, max(scores)))
    plot = Plot(marks, 0, last, WIDTH - 20)
    parts = plot.axes(lambda mark: f"{100 * mark:g}", ("0", f"{last:,.0f} {what}"))
    hues, words = hues_of(curves), []
    for curve, path in known:
        parts += dotted(plot.corners(path), f"thin {hues[curve.row]}")
        words.append(f"{curve.row}, seed {curve.seed}: {percent(path[-1][1])}")
    return picture(f"Score against {what}", "; ".join(words), plot.up(marks[0]) + 28, parts)


def _path(curve: Curve, across: Across) -> Path:
    return [(float(across(step)), step.score) for step in curve.steps if step.score is not None]
