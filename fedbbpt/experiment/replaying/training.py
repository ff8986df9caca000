"""What a run's training questions say before any other is asked: whether a table is worth it."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from fedbbpt.config.connect import connected
from fedbbpt.config.other_runs import other_journals
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.other_runs import opened
from fedbbpt.experiment.replaying.contest import Trial, play
from fedbbpt.experiment.replaying.recording import Trained, record_training
from fedbbpt.experiment.replaying.replaying import Set
from fedbbpt.replay.answers_table import AnswersTable
from fedbbpt.replay.methods import Sampled
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.lock import RunLock
from fedbbpt.votes.stopping import FixedNumber

JSON = "training.json"
REPLAYS = 20


@dataclass(frozen=True, slots=True)
class Learned:
    """How one owner's training questions went under the first prompt.

    Attributes:
        owner: whose they are.
        questions: how many.
        single: share right of one draw.
        majority: share right of the vote of all draws.
    """

    owner: str
    questions: int
    single: float
    majority: float


@dataclass(frozen=True, slots=True)
class Training:
    """How the training questions of one set went.

    Attributes:
        name: of the set.
        owners: by owner.
        draws: of each question.
        calls: that its answers took, whoever paid for them and when.
        tokens: read and written, likewise.
        paid: calls that were paid now.
        paid_tokens: likewise.
        seconds: that these took.
    """

    name: str
    owners: tuple[Learned, ...]
    draws: int
    calls: int
    tokens: int
    paid: int
    paid_tokens: int
    seconds: float

    def lines(self) -> list[str]:
        """Return it for people."""
        found = [
            f"{self.name}, {one.owner}: {one.questions} training questions, one call "
            f"{one.single:.1%}, majority of {self.draws} {one.majority:.1%}"
            for one in self.owners
        ]
        pace = "all answers were there already"
        if self.paid and self.seconds > 0:
            pace = (
                f"{self.paid:,} calls now in {self.seconds:,.0f} s: "
                f"{self.paid_tokens / self.seconds:,.0f} tokens a second"
            )
        each = self.tokens / max(1, self.calls)
        return [*found, f"{self.name}: {each:,.0f} tokens a call; {pace}"]


async def learn_all(
    sets: Sequence[Set], folder: Path, announce: Callable[[str], None]
) -> list[Training]:
    """Ask the training questions under the first prompt, and write what they say.

    Args:
        sets: each under a task name of its own.
        folder: as in ``replay_all``, which finds there what was recorded.
        announce: told what is done, one line each.

    Raises:
        FedbbptError: it cannot go on now; nothing that was paid for is lost.
    """
    found = []
    for one in sets:
        announce(f"{one.name}: recording training questions")
        found.append(await _learned(one, folder, announce))
    RunDirectory(folder).write_json(JSON, {"sets": [asdict(one) for one in found]})
    return found


async def _learned(one: Set, folder: Path, announce: Callable[[str], None]) -> Training:
    directory = RunDirectory(folder / one.name)
    journals = other_journals(one.prepared.run, directory)
    directory.make()
    with ExitStack() as stack:
        stack.enter_context(RunLock(directory.path))
        calls = stack.enter_context(FramedLog.open(directory.calls))
        journal = Journal(calls, stack.enter_context(opened(journals)))
        async with connected(one.prepared, journal) as lines:
            before, begun = journal.tally(), time.monotonic()
            trained = await record_training(lines, one.recording, announce)
            seconds, after = time.monotonic() - begun, journal.tally()
    tokens = (after.prompt_tokens + after.completion_tokens) - (
        before.prompt_tokens + before.completion_tokens
    )
    return _training(one, trained, (after.calls - before.calls, tokens, seconds))


def _training(one: Set, trained: Trained, now: tuple[int, int, float]) -> Training:
    table, owners = trained.learning.table, trained.learning.owners
    draws = one.recording.times(trained.condition, training=True)
    cost = [sample.cost for cell in table.cells.values() for sample in cell]
    paid, paid_tokens, seconds = now
    return Training(
        one.name,
        tuple(_owner(trained, name, draws) for name in sorted(set(owners))),
        draws,
        sum(each.calls for each in cost),
        sum(each.tokens for each in cost),
        paid,
        paid_tokens,
        round(seconds, 3),
    )


def _owner(trained: Trained, name: str, draws: int) -> Learned:
    learning, under = trained.learning, trained.condition
    own = [place for place, owner in enumerate(learning.owners) if owner == name]
    table = AnswersTable(
        tuple(learning.table.targets[place] for place in own),
        {(new, under): learning.table.samples(place, under) for new, place in enumerate(own)},
        choices=learning.table.choices,
    )
    shares = []
    for number in (1, draws):
        trial = Trial(name, number * table.dearest, Sampled(under, FixedNumber(number)))
        shares.append(float(play(table, trial, REPLAYS, 0).right.mean()))
    return Learned(name, len(own), *shares)
