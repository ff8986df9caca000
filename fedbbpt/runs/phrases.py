"""Numbers and verdicts of a run in plain words, the same on a terminal and on the page."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from fedbbpt.runs.costs import run_money
from fedbbpt.runs.results import Cell, Comparison, Results, Stats

PROMPT_NAMES = {"start": "Start", "tuned": "Tuned"}
METRIC_NAMES = {"macro_f1": "macro-F1", "balanced_accuracy": "balanced accuracy"}
WHOLE = 1e-6


def percent(value: float) -> str:
    """Return a share in [0, 1] as a percentage.

    >>> percent(0.84), percent(0.0)
    ('84.0 %', '0.0 %')
    """
    return f"{_hundredfold(value):.1f} %"


def points(gain: float) -> str:
    """Return a difference of shares in percentage points, with its sign.

    >>> points(0.15), points(-0.0125), points(-0.00001)
    ('+15', '-1.2', '0')
    """
    value = _hundredfold(gain)
    return f"{value:+.1f}".removesuffix(".0") if value else "0"


def span(low: float, high: float) -> str:
    """Return an interval of shares, in percent.

    >>> span(0.09, 0.215)
    '9 to 21.5'
    """
    ends = (f"{_hundredfold(end):.1f}".removesuffix(".0") for end in (low, high))
    return " to ".join(ends)


def probability(value: float) -> str:
    """Return a p-value.

    >>> probability(0.00021), probability(1e-9), probability(0.034), probability(0.5)
    ('p = 0.0002', 'p < 0.0001', 'p = 0.034', 'p = 0.50')
    """
    if value < 0.0001:
        return "p < 0.0001"
    digits = 4 if value < 0.001 else 3 if value < 0.1 else 2
    return f"p = {value:.{digits}f}"


def part(count: int, whole: int) -> str:
    """Return a count with its share of a whole.

    >>> part(3, 1200), part(0, 0)
    ('3 of 1,200 (0.2 %)', '0 of 0')
    """
    return f"{count:,} of {whole:,}" + (f" ({percent(count / whole)})" if whole else "")


def duration(seconds: float) -> str:
    """Return a length of time in its two largest units.

    >>> duration(0.42), duration(75), duration(7384)
    ('0.4 s', '1 min 15 s', '2 h 3 min')
    """
    if not math.isfinite(seconds):
        return "unknown"
    if seconds < 59.5:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def sentence(text: str) -> str:
    """Return a phrase with a capital at its head and a full stop at its end.

    >>> sentence("start kept"), sentence("")
    ('Start kept.', '')
    """
    closed = text if text.endswith((".", "!", "?")) or not text else f"{text}."
    return closed[:1].upper() + closed[1:]


def find_cell(cells: Iterable[Cell], prompt: str, mode: str = "calibrated") -> Cell | None:
    """Return the cell of a prompt and mode; None where there is none."""
    return next((cell for cell in cells if (cell.prompt, cell.mode) == (prompt, mode)), None)


def comparison_line(comparison: Comparison) -> str:
    """Return gain, interval and p-value of a paired comparison."""
    interval = span(comparison.low, comparison.high)
    return (
        f"{points(comparison.gain)} points, 95 % interval {interval}, "
        f"{probability(comparison.p_value)}"
    )


def metric_name(use: str) -> str:
    """Return what people call a metric.

    >>> metric_name("macro_f1"), metric_name("exact")
    ('macro-F1', 'exact')
    """
    return METRIC_NAMES.get(use, use)


def measured(results: Results) -> str:
    """Return what the scores of a run are."""
    if results.test.accuracy is None:
        return f"Mean {metric_name(results.metric)} over all owners"
    return f"The {metric_name(results.metric)} of all owners\u2019 items together"


def accuracy_line(results: Results) -> str:
    """Return the accuracy beside a metric of the whole table; empty beside any other."""
    beside, accepted = results.test.accuracy, results.gate.accepted
    if beside is None:
        return ""
    names = ("start", "tuned") if accepted else ("start",)
    cells = [(name, find_cell(beside.cells, name)) for name in names]
    scores = ", ".join(
        f"{name} {percent(cell.score)} ({span(cell.low, cell.high)})"
        for name, cell in cells
        if cell
    )
    gain = f"; {comparison_line(beside.comparison)}" if accepted else ""
    return f"Accuracy of the same answers, calibrated: {scores}{gain}"


class Verdict(NamedTuple):
    """What a run found: a sentence, and the figures behind it, in brackets or empty."""

    claim: str
    evidence: str = ""

    @property
    def line(self) -> str:
        """Both together."""
        return f"{self.claim} {self.evidence}".rstrip()


def verdict(results: Results) -> Verdict:
    """Return what the run found, in plain words."""
    if not results.gate.accepted:
        return Verdict("No improvement found: the start is returned.")
    test = results.test
    start, tuned = find_cell(test.cells, "start"), find_cell(test.cells, "tuned")
    if not test.n or start is None or tuned is None:
        return Verdict("A better prompt was found on dev; no test item compares it with the start.")
    evidence = f"(calibrated, {comparison_line(test.comparison)})."
    if test.accuracy is not None:
        claim = f"The tuned prompt reaches {_scored(results, tuned)}"
        return Verdict(f"{claim}; the start {percent(start.score)}", evidence)
    if _counts_items(test.comparison, start, tuned):
        right, before = (round(cell.score * test.n) for cell in (tuned, start))
        claim = f"The tuned prompt answers {right:,} of {test.n:,} test items right"
        return Verdict(f"{claim}; the start {before:,}", evidence)
    claim = f"The tuned prompt scores {percent(tuned.score)} on {test.n:,} test items"
    return Verdict(f"{claim}; the start {percent(start.score)}", evidence)


def caveat(results: Results) -> str:
    """Return what the headline leaves open, in one sentence; empty where it leaves nothing."""
    test = results.test
    if not results.gate.accepted:
        cell = find_cell(test.cells, "start")
        if cell is None or not test.n:
            return ""
        scored = f"scores {percent(cell.score)} on {test.n:,} test items"
        if test.accuracy is not None:
            scored = f"has {_scored(results, cell)}"
        interval = span(cell.low, cell.high)
        return f"The start {scored} (calibrated, 95 % interval {interval})."
    if test.n and test.comparison.gain <= 0:
        return "The gain seen on dev did not carry over to the test items."
    if test.n and test.comparison.p_value >= results.gate.alpha:
        return "On the test items alone, a gain of this size could be chance."
    return ""


def early(ended: str) -> bool:
    """Tell whether a search ended for a reason of its own that people should read."""
    return ended != "finished" and not ended.endswith(" spent")


def ending(ended: str) -> str:
    """Return why a search ended, in one sentence.

    >>> ending("finished"), ending("rounds spent")
    ('It ended by itself.', 'It ended when its rounds were spent.')
    """
    if early(ended):
        return f"It ended early: {ended}."
    if ended == "finished":
        return "It ended by itself."
    return f"It ended when its {ended.removesuffix(' spent')} were spent."


def openings_notice(stats: Stats) -> str:
    """Return the warning that the sealed split is no longer sealed; empty at its first opening."""
    if stats.openings <= 1:
        return ""
    return (
        f"The test split of this data has now been opened by {stats.openings:,} runs. "
        "Its figures are no longer a first look and may flatter the prompt."
    )


def cost_line(stats: Stats) -> str:
    """Return what the run cost, in one line."""
    doubts = "".join(
        f", {count:,} {name}"
        for count, name in (
            (stats.possibly_billed, "possibly billed"),
            (stats.failed, "failed"),
            (stats.shared, "answers taken over from other runs"),
        )
        if count
    )
    return (
        f"{stats.requests:,} requests ({stats.hits:,} from the journal), "
        f"{stats.calls:,} calls{doubts}, {stats.prompt_tokens:,} tokens read, "
        f"{stats.completion_tokens:,} written, {run_money(stats)}, {duration(stats.seconds)}"
    )


def _scored(results: Results, cell: Cell) -> str:
    name = metric_name(results.metric)
    return f"a {name} of {percent(cell.score)} on {results.test.n:,} test items"


def _counts_items(comparison: Comparison, *cells: Cell) -> bool:
    """Tell whether scores are 0 or 1, so that items can be counted: wins and losses add up then."""
    n = comparison.n
    sums = [comparison.gain * n - (comparison.wins - comparison.losses)]
    sums += [cell.score * n - round(cell.score * n) for cell in cells]
    return n > 0 and max(map(abs, sums)) < WHOLE * n


def _hundredfold(value: float) -> float:
    return round(100 * value, 1) + 0.0  # adding 0.0 turns -0.0 into 0.0
