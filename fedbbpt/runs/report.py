"""The report page: one HTML file that opens from disk, without network and without scripts."""

import base64
import hashlib
import re
from collections.abc import Sequence
from importlib import resources
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from fedbbpt.runs import charts, phrases, search_charts
from fedbbpt.runs.results import Axis, Confusion, PromptText, Results, Stats
from fedbbpt.runs.word_diff import diff_prompts
from fedbbpt.safe_text import safe_text
from fedbbpt.server import RoundSummary

HEAT_STEPS = 9


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


def render_report(results: Results, stats: Stats) -> str:
    """Return the page; the same results and stats give the same text.

    Every text of the run is neutralised and escaped, and the page's own policy lets a browser run
    no script and load nothing.
    """
    style = _resource("report.css")
    proposed = phrases.find_cell(results.test.cells, "tuned")
    return (
        _environment()
        .from_string(_resource("report.html.j2"))
        .render(
            results=results,
            stats=stats,
            style=Markup(style),
            style_hash=_hash(style),
            verdict=phrases.verdict(results),
            caveat=phrases.caveat(results),
            openings_notice=phrases.openings_notice(stats),
            test_line=phrases.comparison_line(results.test.comparison),
            facts=_facts(results, stats),
            tuned_cell=proposed,
            diff=diff_prompts(_neutral(results.start), _neutral(results.found)),
            kept_axes=_kept_axes(results),
            slot_ends=_slot_ends(results.axes, results.rounds),
            confusions=_calibrated(results.test.confusion),
        )
    )


def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals = {
        "zip": zip,
        "cell": phrases.find_cell,
        "cell_intervals": charts.cell_intervals,
        "owner_dumbbells": charts.owner_dumbbells,
        "loss_lines": search_charts.loss_lines,
        "slot_strips": search_charts.slot_strips,
        "request_steps": search_charts.request_steps,
    }
    environment.filters |= {
        "percent": lambda value: _typeset(phrases.percent(value)),
        "points": lambda value: _typeset(phrases.points(value)),
        "chance": phrases.probability,
        "typeset": _typeset,
        "heat": _heat,
        "sentence": phrases.sentence,
        "shown": lambda name: phrases.PROMPT_NAMES.get(name, name),
    }
    environment.globals |= {"span": lambda *ends: _typeset(phrases.span(*ends)), "part": _part}
    return environment


def _finalize(value: object) -> object:
    """Neutralise every text that the template prints; the template's own pages are ``Markup``."""
    return safe_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _typeset(text: str) -> str:
    """Give our own phrases a true minus and keep the percent sign at its number."""
    return re.sub(r"-(?=\d)", "\N{MINUS SIGN}", text).replace(" %", "\N{NO-BREAK SPACE}%")


def _part(count: int, whole: int) -> str:
    return _typeset(phrases.part(count, whole))


def _resource(name: str) -> str:
    return resources.files("fedbbpt.runs").joinpath(name).read_text(encoding="utf-8")


def _hash(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"sha256-{digest}"


def _neutral(prompt: PromptText) -> list[tuple[str, str]]:
    return [(safe_text(role), safe_text(content)) for role, content in prompt.messages]


def _facts(results: Results, stats: Stats) -> list[Fact]:
    doubts = [
        f"{count:,} {name}"
        for count, name in ((stats.possibly_billed, "possibly billed"), (stats.failed, "failed"))
        if count
    ]
    return [
        Fact("Owners", f"{len(results.owners):,}"),
        Fact("Test items", f"{results.test.n:,}"),
        Fact("Requests", f"{stats.requests:,}", f"{stats.hits:,} from the journal"),
        Fact("Calls", f"{stats.calls:,}", ", ".join(doubts)),
        Fact("Tokens read", f"{stats.prompt_tokens:,}"),
        Fact("Tokens written", f"{stats.completion_tokens:,}"),
        Fact("Time", phrases.duration(stats.seconds)),
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
