"""Two prompts on the same examples at the same endpoint, compared in pairs."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from fedbbpt.answers import Answer
from fedbbpt.calibration import identity
from fedbbpt.config.connect import open_line
from fedbbpt.data import Example
from fedbbpt.endpoints import Connector, Endpoint
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.journal import Journal
from fedbbpt.endpoints.ledger import Caps
from fedbbpt.errors import QuorumError
from fedbbpt.metrics import Metric
from fedbbpt.metrics.accuracy import Accuracy
from fedbbpt.metrics.exact import Exact
from fedbbpt.objective import Objective, Row, common_items, count_outcomes
from fedbbpt.reasoning.direct import Direct
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.runs.figures import Held, Named, cells, compare, is_binary
from fedbbpt.runs.results import Cell, Comparison
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.lock import RunLock
from fedbbpt.tuned import TunedPrompt
from fedbbpt.uncalibrated import Uncalibrated
from fedbbpt.work.evaluate import held_sums

SHOWN = 3
"""Reasons for missing replies that an error names."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A prompt to compare: what to call it, and how it is asked and read."""

    name: str
    tuned: TunedPrompt


class Contest(NamedTuple):
    """What is compared on what.

    Attributes:
        first: the prompt compared with.
        second: the prompt that should be better; its labels are the first's.
        examples: every one is asked of both.
    """

    first: Contender
    second: Contender
    examples: Sequence[Example]


@dataclass(frozen=True, slots=True)
class Side:
    """One prompt's figures.

    Attributes:
        name: of the prompt.
        cell: its score over the common items, as its file reads replies.
        calibrated: True where its file adds an owner's label biases.
        missing: items without a usable reply.
        unreadable: items answered, but not in the asked form; they score 0.
    """

    name: str
    cell: Cell
    calibrated: bool
    missing: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a contest found out.

    Attributes:
        destination: where the examples went.
        items: examples asked.
        first: figures of the first prompt.
        second: figures of the second.
        comparison: second against first, over the items with a reply for both.
        exact: True for McNemar's exact test, False for Student's, where scores are not 0 or 1.
        requests: asked.
        hits: answered from the journal.
        calls: made by this process.
    """

    destination: str
    items: int
    first: Side
    second: Side
    comparison: Comparison
    exact: bool
    requests: int
    hits: int
    calls: int

    def payload(self) -> Mapping[str, object]:
        """Return the outcome as JSON values."""
        return asdict(self)


async def hold(contest: Contest, connector: Connector, folder: Path, calls: int) -> Outcome:
    """Ask both prompts about every example and compare them.

    Every completion is in the folder's journal before it is used: what was paid for once, by this
    contest or by another in the same folder, is not paid for again.

    Args:
        contest: what is compared.
        connector: the endpoint of both.
        folder: where the journal is kept.
        calls: most calls over the life of the journal; 0 for no cap.

    Raises:
        FedbbptError: it cannot be held now; what was paid for is kept.
    """
    directory = RunDirectory(folder)
    directory.make()
    with ExitStack() as stack:
        stack.enter_context(RunLock(folder))
        journal = Journal(stack.enter_context(FramedLog.open(directory.calls)))
        caps = Caps(calls=calls or None)
        async with open_line(connector, journal, caps, "compare") as line:
            endpoint = Batched(line.wire, line.profile, journal, caps)
            rows = [
                await _answers(contender.tuned, endpoint, contest.examples)
                for contender in (contest.first, contest.second)
            ]
    common = common_items(rows)
    if not common:
        reasons = ", ".join(f"{n} x {why}" for why, n in endpoint.reasons.most_common(SHOWN))
        raise QuorumError(f"no item has a reply for both prompts ({reasons}); try again later")
    return _outcome(contest, endpoint, rows, common)


async def _answers(
    tuned: TunedPrompt, endpoint: Endpoint, examples: Sequence[Example]
) -> list[Answer]:
    (answers,) = await _objective(tuned, endpoint).answers([Row(tuned.prompt)], examples)
    return answers


def _objective(tuned: TunedPrompt, endpoint: Endpoint) -> Objective:
    metric: Metric = Accuracy() if tuned.labels else Exact()
    reasoning = Direct(tuned.labels, tuned.top_logprobs, tuned.max_tokens)
    return Objective(reasoning, endpoint, metric, Uncalibrated())


def _outcome(
    contest: Contest, endpoint: Batched, rows: Sequence[Sequence[Answer]], common: Sequence[int]
) -> Outcome:
    contenders = (contest.first, contest.second)
    examples = [contest.examples[i] for i in common]
    raw = [[row[i] for i in common] for row in rows]
    calibrations = [contender.tuned.calibration or identity() for contender in contenders]
    read = [[c.apply(answer) for answer in row] for c, row in zip(calibrations, raw, strict=True)]
    tuned = contest.first.tuned
    sums = held_sums(_objective(tuned, endpoint), tuned.labels, (raw, read), examples)
    held = Held(len(common), sums)
    binary = is_binary(held)
    named = [Named(place, contender.name) for place, contender in enumerate(contenders)]
    first, second = (
        _side(contender, cells(held, name, binary=binary)[1], row)
        for contender, name, row in zip(contenders, named, rows, strict=True)
    )
    return Outcome(
        destination=endpoint.profile.destination,
        items=len(contest.examples),
        first=first,
        second=second,
        comparison=compare(held, named[0], named[1], binary=binary),
        exact=binary,
        requests=endpoint.requests,
        hits=endpoint.hits,
        calls=endpoint.calls,
    )


def _side(contender: Contender, cell: Cell, answers: Sequence[Answer]) -> Side:
    counts = count_outcomes([answers])
    calibrated = contender.tuned.calibration is not None
    return Side(contender.name, cell, calibrated, counts.missing, counts.unreadable)
