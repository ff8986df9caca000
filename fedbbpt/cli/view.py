"""What a run says on a terminal: how far it is, and its results in tables of 80 columns."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from fedbbpt.cli.fitting_table import FittingTable
from fedbbpt.runs import phrases
from fedbbpt.runs.costs import cost_lines
from fedbbpt.runs.damage_words import damage_notice
from fedbbpt.runs.judge_noise import judge_line
from fedbbpt.runs.kept_back import kept_line
from fedbbpt.runs.own_phrases import own_prompt_line
from fedbbpt.runs.results import Baseline, Cell, OwnerTest, PromptText, Results, Stats
from fedbbpt.safe_text import safe_text
from fedbbpt.server import RoundSummary

NOTHING = "-"
INTERVAL = "95 % interval"
MAX_WIDTH = 100
BAR = 12
ROOM_FOR_BAR = 72


class Progress(Protocol):
    """Is told what a run is doing."""

    def stage(self, text: str) -> None:
        """Say what begins now."""
        ...

    def round_done(self, stage: str, summary: RoundSummary) -> None:
        """Say that a search round of a stage is over."""
        ...


class PlainProgress:
    """Writes one line for everything it is told; ``write`` gets it without its end."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def stage(self, text: str) -> None:
        """Write what begins now."""
        self._write(_one_line(text))

    def round_done(self, stage: str, summary: RoundSummary) -> None:
        """Write the round's figures."""
        figures = f"{summary.requests:,} requests{_figures(summary)}"
        self._write(f"{_one_line(stage)}, round {summary.round}: {figures}")


class RichProgress:
    """Prints one line a round, with a bar; nothing is redrawn, so an interrupt leaves no traces.

    The bar belongs to the run's own search, the first to report a round, and is full at
    ``total_requests``; later searches have none.
    """

    def __init__(self, console: Console, total_requests: int) -> None:
        self._console = console
        self._total = total_requests
        self._search: str | None = None

    def stage(self, text: str) -> None:
        """Print what begins now."""
        self._print(Text(_one_line(text), style="bold"))

    def round_done(self, stage: str, summary: RoundSummary) -> None:
        """Print the round's figures."""
        self._search = stage if self._search is None else self._search
        line = Text(f"  round {summary.round:<3} ")
        total = ""
        if stage == self._search and self._total > 0:
            if self._console.width >= ROOM_FOR_BAR:
                done = min(BAR, round(BAR * summary.requests / self._total))
                line.append("━" * done, "green").append("─" * (BAR - done) + " ", "dim")
            total = f" of {max(self._total, summary.requests):,}"
        self._print(line.append(f"{summary.requests:,}{total} requests{_figures(summary)}"))

    def _print(self, line: Text) -> None:
        self._console.print(line, no_wrap=True, overflow="ellipsis", highlight=False)


def show_results(console: Console, results: Results, stats: Stats, directory: str) -> None:
    """Print the verdict, both prompts, the scores, the cost and where to read more.

    Args:
        console: where to; texts of the run reach it neutralised and never as markup.
        results: of the run.
        stats: what it cost.
        directory: of the run; the report lies in it.
    """
    width = min(console.width, MAX_WIDTH)
    for part in _parts(results, stats, directory):
        console.print(part, width=width)


def plain(text: str, style: str = "") -> Text:
    """Return a text of the run as it may stand on a terminal: neutralised, never markup."""
    return Text(safe_text(text), style=style, overflow="fold")


def _parts(results: Results, stats: Stats, directory: str) -> Iterable[RenderableType]:
    yield _prompt("Start prompt", results.start, results.labels)
    if results.gate.accepted:
        yield _prompt("Tuned prompt", results.tuned, results.labels)
    else:
        yield _prompt("Proposed prompt (not returned)", results.found, results.labels)
    test = results.test
    name = phrases.metric_name(results.metric)
    yield _cells(test.cells, f"{name} on {test.n:,} test items")
    if results.gate.accepted:
        yield plain(f"Tuned against start, calibrated: {phrases.comparison_line(test.comparison)}")
    if test.accuracy:
        yield plain(phrases.accuracy_line(results))
    yield plain(f"Search: {phrases.ending(results.ended)}")
    yield plain(f"Decision on dev: {results.gate.reason}")
    yield Text()
    yield _owners(test.owners)
    for own in results.own_prompts:
        yield plain(own_prompt_line(own))
    if test.baselines:
        yield _baselines(test.baselines)
    yield _trust(results)
    if len(stats.owners) > 1:
        yield _costs(stats)
    yield plain(f"Cost: {phrases.cost_line(stats)}")
    report = str(Path(directory) / "report.html")
    yield Group(plain(f"Run: {directory}"), plain(f"Report: {report}"), Text())
    yield plain(phrases.verdict(results).line, "bold")
    for line in (phrases.caveat(results), phrases.openings_notice(stats), damage_notice(stats)):
        if line:
            yield plain(line, "yellow")


def _prompt(name: str, prompt: PromptText, labels: Sequence[str]) -> Panel:
    lines: list[Text] = []
    for role, content in prompt.messages:
        lines += [plain(role, "dim"), plain(content), Text()]
    pairs = zip(labels, prompt.words, strict=False)
    words = ", ".join(label if label == word else f"{label} = {word}" for label, word in pairs)
    title = Text(f"{name}, {prompt.characters:,} characters")
    foot = [plain(f"words: {words}", "dim")] if words else []
    return Panel(Group(*(lines if foot else lines[:-1]), *foot), title=title, title_align="left")


def _cells(cells: Sequence[Cell], title: str) -> FittingTable:
    rows = [(cell.prompt, cell.mode, *_scored(cell), f"{cell.loss:.3f}") for cell in cells]
    columns = ("prompt", "scoring", "score", INTERVAL, "loss")
    return FittingTable(title, columns, rows, words=2, spare=("loss", INTERVAL))


def _owners(owners: Sequence[OwnerTest]) -> FittingTable:
    rows = []
    for owner in owners:
        start, tuned = (phrases.find_cell(owner.cells, name) for name in ("start", "tuned"))
        test = owner.comparison
        row = (
            owner.owner,
            f"{owner.n:,}",
            phrases.percent(start.score) if start else NOTHING,
            phrases.percent(tuned.score) if tuned else NOTHING,
            phrases.points(test.gain),
            phrases.span(test.low, test.high),
            phrases.probability(test.p_value),
        )
        rows.append(row)
    columns = ("owner", "items", "start", "tuned", "gain, points", INTERVAL, "by chance")
    spare = ("by chance", "items", INTERVAL)
    return FittingTable("Every owner, calibrated", columns, rows, spare=spare)


def _baselines(baselines: Sequence[Baseline]) -> FittingTable:
    rows = []
    for baseline in baselines:
        cell = phrases.find_cell(baseline.cells, baseline.name)
        row = (
            baseline.name,
            *(_scored(cell) if cell else (NOTHING, NOTHING)),
            phrases.percent(baseline.own.score) if baseline.own else NOTHING,
            phrases.points(baseline.comparison.gain),
            f"{baseline.requests:,}",
        )
        rows.append(row)
    columns = ("found by", "score", INTERVAL, "own items", "tuned, points", "requests")
    spare = ("own items", "requests", INTERVAL)
    return FittingTable("Other ways to a prompt, calibrated", columns, rows, spare=spare)


def _costs(stats: Stats) -> FittingTable:
    rows = [
        (one.owner, one.calls, one.hits, one.read, one.cached, one.written, one.settled)
        for one in cost_lines(stats)
    ]
    columns = ("on behalf of", "calls", "hits", "read", "cached", "written", "settled")
    spare = ("cached", "written", "hits")
    return FittingTable("What was paid for whom", columns, rows, spare=spare)


def _trust(results: Results) -> Group:
    owners_of: dict[str, list[str]] = {}
    for owner in results.owners:
        owners_of.setdefault(owner.destination, []).append(owner.name)
    lines = [
        plain(f"Examples of {', '.join(names)} went to {destination}")
        for destination, names in owners_of.items()
    ]
    judges = dict.fromkeys(owner.judge for owner in results.owners if owner.judge)
    lines += [plain(f"Judge: inputs, answers and targets went to {place}") for place in judges]
    if results.gate.judge is not None:
        lines.append(plain(judge_line(results.gate.judge)))
    if results.bank is not None and (kept := kept_line(results.bank)):
        lines.append(plain(kept))
    if results.simulation:
        lines.append(plain("Simulation: all owners lived in one process."))
    return Group(*lines, *(plain(f"Note: {note}", "yellow") for note in results.notes), Text())


def _scored(cell: Cell) -> tuple[str, str]:
    return phrases.percent(cell.score), phrases.span(cell.low, cell.high)


def _figures(summary: RoundSummary) -> str:
    loss = f", best loss {summary.best_loss:.3f}" if summary.candidates else ""
    lost = f", {summary.missing:,} missing" if summary.missing else ""
    written = summary.proposed or summary.dropped or summary.written
    new = f", {summary.proposed:,} new instructions" if written else ""
    return loss + new + lost


def _one_line(text: str) -> str:
    return " ".join(safe_text(text).split())
