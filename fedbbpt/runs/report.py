"""The report page: one HTML file that opens from disk, without network and without scripts."""

from collections.abc import Sequence
from typing import NamedTuple

from jinja2 import Environment
from markupsafe import Markup

from fedbbpt.runs import charts, phrases, score_charts, search_charts
from fedbbpt.runs.costs import cost_lines, run_money
from fedbbpt.runs.damage_words import damage_notice
from fedbbpt.runs.front_phrases import difference_lines, front_line
from fedbbpt.runs.kept_back import kept_line
from fedbbpt.runs.pages import STYLE, page_environment, page_resource, style_hash, typeset
from fedbbpt.runs.results import Axis, Cell, Confusion, PromptText, Results, Stats
from fedbbpt.runs.simulation import SimulationView
from fedbbpt.runs.word_diff import diff_prompts
from fedbbpt.safe_text import safe_text
from fedbbpt.server import RoundSummary

HEAT_STEPS = 9
NOTHING = "\N{EN DASH}"


class Fact(NamedTuple):
    """One number of the fact row and what to know about it."""

    name: str
    value: str
    note: str = ""


class SlotEnd(NamedTuple):
    """Where the search left one slot."""

    axis: str
    choices: int
    leader: str
    probability: float
    start: float


class CalibrationRow(NamedTuple):
    """What calibration changes at one owner, and its biases where they may be shown."""

    owner: str
    cells: dict[tuple[str, str], Cell]
    biases: tuple[float, ...]


def render_report(results: Results, stats: Stats, inside: SimulationView | None = None) -> str:
    """Return the page; the same arguments give the same text.

    Every text of the run is neutralised and escaped, and the page's own policy lets a browser run
    no script and load nothing.

    Args:
        results: every figure.
        stats: what they cost.
        inside: what only a simulation may show; a page to be sent elsewhere goes without, and the
            page of a run with real owners never has it.
    """
    inside = inside if results.simulation else None
    style = page_resource("fedbbpt.runs", STYLE)
    proposed = phrases.find_cell(results.test.cells, "tuned")
    return (
        _environment()
        .from_string(page_resource("fedbbpt.runs", "report.html.j2"))
        .render(
            results=results,
            stats=stats,
            style=Markup(style),
            style_hash=style_hash(style),
            verdict=phrases.verdict(results),
            caveat=phrases.caveat(results),
            measured=phrases.measured(results),
            accuracy_line=phrases.accuracy_line(results),
            kept_line="" if results.bank is None else kept_line(results.bank),
            bank_tokens=results.bank is not None
            and any(one.tokens is not None for one in results.bank.texts),
            difference_lines=difference_lines,
            front_line="" if results.front is None else front_line(results.front),
            ending=phrases.ending(results.ended),
            openings_notice=phrases.openings_notice(stats),
            damage_notice=damage_notice(stats),
            test_line=phrases.comparison_line(results.test.comparison),
            facts=_facts(results, stats),
            ledger=_ledger(stats),
            costs=cost_lines(stats),
            inside=inside,
            calibration=_calibration(results, inside),
            unanswered=_unanswered(results),
            tuned_cell=proposed,
            diff=diff_prompts(_neutral(results.start), _neutral(results.found)),
            kept_axes=_kept_axes(results),
            slot_ends=_slot_ends(results.axes, results.rounds),
            confusions=_calibrated(results.test.confusion),
        )
    )


def _environment() -> Environment:
    environment = page_environment()
    environment.globals |= {
        "zip": zip,
        "cell": phrases.find_cell,
        "cell_intervals": charts.cell_intervals,
        "owner_dumbbells": charts.owner_dumbbells,
        "loss_lines": search_charts.loss_lines,
        "slot_strips": search_charts.slot_strips,
        "owner_scores": score_charts.owner_scores,
        "cost_curve": score_charts.cost_curve,
    }
    environment.filters |= {
        "heat": _heat,
        "nats": lambda value: typeset(f"{value:+.2f}"),
        "sentence": phrases.sentence,
        "shown": lambda name: phrases.PROMPT_NAMES.get(name, name),
    }
    environment.globals["part"] = _part
    return environment


def _part(count: int, whole: int) -> str:
    return typeset(phrases.part(count, whole))


def _neutral(prompt: PromptText) -> list[tuple[str, str]]:
    return [(safe_text(role), safe_text(content)) for role, content in prompt.messages]


def _facts(results: Results, stats: Stats) -> list[Fact]:
    return [
        Fact("Owners", f"{len(results.owners):,}"),
        Fact("Test items", f"{results.test.n:,}"),
        Fact("Rounds of search", f"{len(results.rounds):,}"),
        Fact("Calls", f"{stats.calls:,}"),
        Fact("Tokens", f"{stats.prompt_tokens + stats.completion_tokens:,}"),
    ]


def _ledger(stats: Stats) -> list[Fact]:
    tokens = stats.prompt_tokens + stats.completion_tokens
    return [
        Fact("Requests", f"{stats.requests:,}", "asked by the last process"),
        Fact("From the journal", f"{stats.hits:,}", "of these, paid for before"),
        Fact("Calls", f"{stats.calls:,}", "completions paid for, all processes"),
        Fact("Possibly billed", f"{stats.possibly_billed:,}", "outcome unknown"),
        Fact("Failed", f"{stats.failed:,}", "attempts without a completion"),
        Fact("Tokens read", f"{stats.prompt_tokens:,}", _cached(stats)),
        Fact("Tokens written", f"{stats.completion_tokens:,}"),
        Fact("Money", run_money(stats), "at the prices of each call"),
        Fact("Tokens a call", f"{tokens / stats.calls:,.0f}" if stats.calls else NOTHING),
        Fact("Time", phrases.duration(stats.seconds), "of the last process"),
    ]


def _cached(stats: Stats) -> str:
    return f"{stats.cached_tokens:,} of them computed before" if stats.cached_tokens else ""


def _calibration(results: Results, inside: SimulationView | None) -> list[CalibrationRow]:
    shown = {own.owner: own.biases for own in inside.calibrations} if inside else {}
    return [
        CalibrationRow(
            test.owner,
            {(cell.prompt, cell.mode): cell for cell in test.cells},
            shown.get(test.owner, ()),
        )
        for test in results.test.owners
    ]


def _unanswered(results: Results) -> list[Fact]:
    coverage = results.coverage
    held = _part(coverage.floored, coverage.scored_held_out)
    return [
        Fact(
            "Missing",
            f"{coverage.missing:,}",
            f"{_part(coverage.missing, coverage.asked)}: no usable reply, never scored",
        ),
        Fact(
            "Unreadable",
            f"{coverage.unreadable:,}",
            f"{_part(coverage.unreadable, coverage.asked)}: not in the asked form, scored 0",
        ),
        Fact("Floored", f"{coverage.floored:,}", f"{held} held-out: no score given for a label"),
    ]


def _kept_axes(results: Results) -> list[str]:
    changed = {change.axis for change in results.changes}
    return [axis.name for axis in results.axes if axis.name not in changed]


def _slot_ends(axes: Sequence[Axis], rounds: Sequence[RoundSummary]) -> list[SlotEnd]:
    table = next((summary.distribution for summary in reversed(rounds) if summary.distribution), ())
    ends = []
    for axis, slot in zip(axes, table, strict=False):
        best = max(range(len(slot)), key=slot.__getitem__, default=0)
        if best < min(len(slot), len(axis.choices)):
            ends.append(SlotEnd(axis.name, len(slot), axis.choices[best], slot[best], slot[0]))
    return ends


def _calibrated(confusions: Sequence[Confusion]) -> list[Confusion]:
    return [confusion for confusion in confusions if confusion.mode == "calibrated"]


def _heat(count: int, row: Sequence[int]) -> int:
    """Return how dark a cell is, 0 to 9, by its share of the row."""
    return min(HEAT_STEPS, round(HEAT_STEPS * count / (sum(row) or 1)))
