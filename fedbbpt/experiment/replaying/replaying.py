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
from fedbbpt.experiment.replaying.contest import OURS, headroom, play, trials
from fedbbpt.experiment.replaying.figures import SetPlayed, Table, table_of
from fedbbpt.experiment.replaying.recording import Tables, record
from fedbbpt.experiment.replaying.recording_plan import Recording
from fedbbpt.replay.with_choice import share_right
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.runs.openings import open_test
from fedbbpt.safe_text import safe_text
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.lock import RunLock

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

    Raises:
        ValueError: a value out of range.
    """

    budgets: tuple[int, ...] = (1, 3, 5, 10, 20)
    replays: int = 5
    least: float = 0.005
    seed: int = 0
    methods: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.budgets or min(self.budgets) < 1:
            raise ValueError("budgets: give at least one, each at least 1 call a question")
        if self.replays < 1:
            raise ValueError(f"replays: {self.replays} are too few; give at least 1")


class Set(NamedTuple):
    """A run whose questions are replayed, and how its table is recorded."""

    prepared: Prepared
    recording: Recording

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
    played = []
    for one in sets:
        announce(f"{one.name}: recording")
        tables = await _recorded(one, folder, announce)
        announce(f"{one.name}: replaying")
        played.append(_played(one, tables, terms))
    table = table_of(played, terms.seed)
    directory = RunDirectory(folder)
    directory.write(CSV, table.csv().encode())
    directory.write(MARKDOWN, safe_text(table.markdown()).encode())
    directory.write_json(JSON, table.payload())
    return table


def check_samples(one: Set, terms: Terms) -> None:
    """Refuse tables that a method would run dry.

    Raises:
        ConfigError: fewer samples a cell than calls a question.
    """
    first = one.recording.samples.first
    if first < max(terms.budgets):
        raise ConfigError(
            f"--samples {first}: a budget of {max(terms.budgets)} calls would run "
            "dry under one prompt; record as many samples"
        )
    if not all(data.test and data.train for data in one.prepared.data.values()):
        raise ConfigError(f"{one.name}: every owner needs training and test questions; see [roles]")
    if one.prepared.scoring.evaluated:
        raise ConfigError(f"{one.name}: [evaluator] answers no question; give an [endpoint]")


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
    room = headroom(tables, conditions[0], max(terms.budgets), terms.seed)
    return SetPlayed(
        name=one.name,
        played=tuple(
            play(tables.asked, trial, terms.replays, terms.seed)
            for budget in terms.budgets
            for trial in trials(tables, one.recording, budget)
            if not terms.methods or trial.name in {*terms.methods, OURS}
        ),
        questions=len(tables.owners),
        headroom=room,
        excluded=room < terms.least,
        prompts=tuple((c.prompt, share_right(tables.asked, c)) for c in conditions),
        missing=tables.missing,
        exact=tables.exact,
        calls=tables.calls,
        dropped=tables.dropped,
    )
