"""A whole replay: record the tables of each run file, then compare the methods on all of them."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fedbbpt.config.connect import connected
from fedbbpt.config.other_runs import other_journals
from fedbbpt.config.prepare import Prepared
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.other_runs import opened
from fedbbpt.errors import ConfigError
from fedbbpt.experiment.identity import sealed_digest
from fedbbpt.experiment.replaying.contest import OURS, PARAPHRASES, headroom, least_budget
from fedbbpt.experiment.replaying.figures import SetPlayed, Table, table_of
from fedbbpt.experiment.replaying.holding import Orders, held
from fedbbpt.experiment.replaying.recording import Tables, record
from fedbbpt.experiment.replaying.recording_plan import Recording
from fedbbpt.experiment.replaying.shown_sets import check_shown
from fedbbpt.experiment.replaying.written_mix import chosen_mix, write_mix
from fedbbpt.replay.prompt_spread import marks_of
from fedbbpt.replay.with_choice import share_right
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.runs.openings import open_test
from fedbbpt.safe_text import safe_text
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.lock import RunLock
from fedbbpt.work.conversing import tells_all

JSON, CSV, MARKDOWN = "replay.json", "table.csv", "table.md"
Announce = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Terms:
    """How methods are compared.

    Attributes:
        budgets: calls a question, each >= 1.
        replays: of each method, each with samples in another order, >= 1.
        least: what a majority must win over one draw on training questions for a set to count, as
            a share; decided before any question of the test is looked at.
        seed: of the orders.
        methods: names of those that are replayed beside ours; empty for all.
        mix: where what ours chose at the largest budget is written; None for nowhere.

    Raises:
        ValueError: a value out of range.
    """

    budgets: tuple[int, ...] = (1, 3, 5, 10, 20)
    replays: int = 5
    least: float = 0.005
    seed: int = 0
    methods: tuple[str, ...] = ()
    mix: Path | None = None

    def __post_init__(self) -> None:
        if not self.budgets or min(self.budgets) < 1:
            raise ValueError("budgets: give at least one, each at least 1 call a question")
        if self.replays < 1:
            raise ValueError(f"replays: {self.replays} are too few; give at least 1")


class Set(NamedTuple):
    """A run whose questions are replayed, how its table is recorded, and notes for people."""

    prepared: Prepared
    recording: Recording
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Of the task."""
        return self.prepared.run.task.name


async def replay_all(sets: Sequence[Set], terms: Terms, folder: Path, announce: Announce) -> Table:
    """Record what is not recorded yet, compare, and write the files.

    Args:
        sets: each under a task name of its own.
        terms: of the comparison.
        folder: where tables and, in one folder a set, the journals are kept.
        announce: told what is done, one line each.

    Raises:
        FedbbptError: it cannot go on now; nothing that was paid for is lost.
    """
    names = [one.name for one in sets]
    if len(set(names)) < len(names):
        raise ConfigError("[task] name: two run files have the same; give each its own")
    for one in sets:
        check_samples(one, terms)
    played, chosen = [], {}
    for one in sets:
        for note in one.notes:
            announce(f"{one.name}: {note}")
        announce(f"{one.name}: recording")
        tables = await _recorded(one, folder, announce)
        announce(f"{one.name}: replaying")
        played.append(_played(one, tables, terms))
        if terms.mix is not None:
            most = max(terms.budgets)
            chosen = chosen_mix(one.name, tables, one.recording, most, terms.seed)
    table = table_of(played, terms.seed)
    directory = RunDirectory(folder)
    directory.write(CSV, table.csv().encode())
    directory.write(MARKDOWN, safe_text(table.markdown()).encode())
    directory.write_json(JSON, table.payload())
    if terms.mix is not None:
        write_mix(terms.mix, chosen)
    return table


def check_samples(one: Set, terms: Terms) -> None:
    """Refuse tables that a method would run dry, and budgets at which what is wanted has no row.

    Raises:
        ConfigError: fewer samples under the first prompt than calls a question, too few calls, or
            exemplars that show an owner's example.
    """
    check_budgets(one, terms)
    first = one.recording.samples.first
    if first < max(terms.budgets):
        raise ConfigError(
            f"--samples {first}: a budget of {max(terms.budgets)} calls would run "
            "dry under one prompt; record as many samples"
        )
    if not all(data.test and data.train for data in one.prepared.data.values()):
        raise ConfigError(f"{one.name}: every owner needs training and test questions; see [roles]")
    check_shown(one.recording.shown, one.prepared.data.values())
    if one.prepared.scoring.evaluated:
        raise ConfigError(f"{one.name}: [evaluator] answers no question; give an [endpoint]")


def check_budgets(one: Set, terms: Terms) -> None:
    """Refuse budgets below one draw, and ones at which no row would show what is wanted.

    Raises:
        ConfigError: it is so.
    """
    reasoning, written = one.prepared.scoring.reasoning, one.recording.paraphrases
    each = 1 if tells_all(reasoning) else reasoning.most_requests
    if min(terms.budgets) < each:
        raise ConfigError(
            f"--budgets {min(terms.budgets)}: one draw takes {each} calls in {one.name}'s way of "
            f"reasoning; give at least as many, such as --budgets {each},{2 * each},{5 * each}"
        )
    wanted = {*terms.methods, *([PARAPHRASES] if written and not terms.methods else [])}
    wanted |= {OURS} if terms.mix is not None else set()
    for name in sorted(wanted):
        least = least_budget(name, written, each)
        if max(terms.budgets) < least:
            why = f", {written} of them to write" if name == PARAPHRASES else ""
            raise ConfigError(
                f"--budgets {max(terms.budgets)}: {name} needs at least {least} calls a question"
                f"{why}, and would have no row; add a budget of {least}"
            )


async def _recorded(one: Set, folder: Path, announce: Announce) -> Tables:
    directory = RunDirectory(folder / one.name)
    journals = other_journals(one.prepared.run, directory)
    directory.make()
    with ExitStack() as stack:
        stack.enter_context(RunLock(directory.path))
        calls = stack.enter_context(FramedLog.open(directory.calls))
        journal = Journal(calls, stack.enter_context(opened(journals)))
        async with connected(one.prepared, journal) as lines:
            open_test(directory.openings, sealed_digest(one.prepared), one.name)
            return await record(lines, one.recording, announce)


def _played(one: Set, tables: Tables, terms: Terms) -> SetPlayed:
    conditions = one.recording.conditions
    orders = Orders(terms.replays, terms.seed, terms.methods)
    replayed = held(tables, one.recording, terms.budgets, orders)
    room = headroom(tables, conditions[0], max(terms.budgets), terms.seed)
    return SetPlayed(
        name=one.name,
        played=replayed.played,
        questions=len(tables.owners),
        headroom=room,
        excluded=room < terms.least,
        prompts=tuple((c.prompt, share_right(tables.asked, c)) for c in conditions),
        missing=tables.missing,
        exact=tables.exact,
        calls=tables.calls,
        dropped=tables.dropped,
        notes=replayed.notes,
        marks=marks_of(tables.asked, conditions),
    )
