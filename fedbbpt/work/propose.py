"""Propose work: new instructions, written by a model or made by rule, at an owner or the server.

Statistics, additive: ``dropped``, shape (reasons,), texts that were dropped, by the reasons of
``spaces/growth.py``; of an owner also those of its leak guard (``work/guarding.py``). The texts
themselves stand in the report's ``proposals``, and for an owner only where it grants them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion
from fedbbpt.distributions import Floats
from fedbbpt.endpoints import Endpoint
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Propose, Report
from fedbbpt.objective import Counts
from fedbbpt.proposers import Failure, Parent, Proposed, Proposer, ProposingDialogue, Reflecting
from fedbbpt.randomness import rng
from fedbbpt.spaces import Space
from fedbbpt.spaces.growth import LONGEST, NO_TEXT, REASONS, GrowingSpace, admitted, version_of
from fedbbpt.work.failures import failures_of
from fedbbpt.work.guarding import guard_of, marked, may_leave
from fedbbpt.work.owner import Owner

PROPOSER = "(proposer)"
"""Who the server's own proposer is in reports and in the ledger; no owner can have this name."""


class Made(NamedTuple):
    """Texts and what they cost, as parts of a report."""

    texts: tuple[str, ...]
    statistics: dict[str, Floats]
    counts: Counts


@dataclass(frozen=True, slots=True)
class ServerProposer:
    """The server's own proposer, which works as an owner does but holds no example.

    Attributes:
        proposer: how texts are made.
        space: the bank before it grew.
        endpoint: who is asked; None where the proposer needs no model.
        longest: characters of a text at most.
    """

    proposer: Proposer
    space: GrowingSpace
    endpoint: Endpoint | None
    longest: int = LONGEST

    async def work(self, assignment: Assignment) -> Report:
        """Write instructions and report them.

        Raises:
            EndpointError: the endpoint refuses for good.
            BudgetError: a cap would be passed.
        """
        before = self.endpoint.calls if self.endpoint is not None else 0
        space = self.space.grown(assignment.texts)
        parents = parents_of(space, assignment, PROPOSER)
        made = await make(self.proposer, parents, (), assignment, self)
        return Report(
            client=PROPOSER,
            round=assignment.round,
            fingerprint=assignment.fingerprint,
            statistics=made.statistics,
            additive=frozenset(made.statistics),
            weight=weight_of(made.counts),
            asked=made.counts.asked,
            missing=made.counts.missing,
            unreadable=made.counts.unreadable,
            calls=self.endpoint.calls - before if self.endpoint is not None else 0,
            proposals=made.texts,
            version=version_of(assignment.texts),
        )

    @property
    def name(self) -> str:
        """Whose stream of chance it draws from."""
        return PROPOSER


async def propose(owner: Owner, assignment: Assignment) -> Made:
    """Make instructions at an owner, whose report carries them only if it grants texts.

    Without the grant nothing is made, so that nothing is paid for. What is made passes the owner's
    leak guard, whoever wrote it and whatever it was shown.

    Raises:
        MessageError: the run file names no proposer that runs at owners.
    """
    if not owner.grants_texts:
        return Made((), {"dropped": np.zeros(len(REASONS))}, Counts(0, 0, 0))
    if owner.proposer is None:
        raise MessageError(
            f"{owner.name}: asked to propose, and the run file names no proposer for owners; give "
            "server and owners the same run file"
        )
    parents = parents_of(owner.space, assignment, owner.name)
    maker = _Maker(owner.name, owner.objective.endpoint, owner.longest_text)
    guard, failures = guard_of(owner), tuple[Failure, ...]()
    if isinstance(owner.proposer, Reflecting):
        wrong = await failures_of(owner, assignment, owner.proposer.failures)
        failures = marked(guard, wrong, assignment)
    made = await make(owner.proposer, parents, failures, assignment, maker)
    kept, counted = may_leave(owner, guard, made.texts, failures)
    return made._replace(texts=kept, statistics={**made.statistics, **counted})


@dataclass(frozen=True, slots=True)
class _Maker:
    name: str
    endpoint: Endpoint | None
    longest: int


async def make(
    proposer: Proposer,
    parents: Sequence[Parent],
    failures: Sequence[Failure],
    assignment: Assignment,
    maker: "ServerProposer | _Maker",
) -> Made:
    """Hold a proposer's dialogue to its end and bound what comes of it."""
    work = assignment.work
    if not isinstance(work, Propose):
        raise MessageError(f"{maker.name}: no propose work in the assignment")
    stream = rng(assignment.seed, "propose", round=assignment.round, client=maker.name)
    dialogue = proposer.start(parents, failures, work.count, stream)
    proposed, asked, missing = await _converse(dialogue, maker)
    kept = admitted(
        proposed.texts, (p.text for p in parents), longest=maker.longest, most=work.count
    )
    dropped = np.array([_count(reason, proposed.dropped, kept.dropped) for reason in REASONS])
    unreadable = int(dropped[REASONS.index(NO_TEXT)])
    return Made(kept.texts, {"dropped": dropped}, Counts(asked, missing, unreadable))


def parents_of(space: Space, assignment: Assignment, who: str) -> tuple[Parent, ...]:
    """Return the parents that the points of propose work name.

    Raises:
        MessageError: no propose work, or a space without a list that grows.
    """
    work = assignment.work
    if not isinstance(work, Propose) or not isinstance(space, GrowingSpace):
        raise MessageError(
            f'{who}: this space cannot grow; use [space] use = "instructions" with a proposer'
        )
    return tuple(
        Parent(space.texts[space.number(point)], float(score))
        for point, score in zip(work.points, work.scores, strict=True)
    )


def weight_of(counts: Counts) -> float:
    """Return 1, or 0 where everything was asked in vain: an outage decides nothing."""
    return 0.0 if counts.asked and counts.missing == counts.asked else 1.0


async def _converse(
    dialogue: ProposingDialogue, maker: "ServerProposer | _Maker"
) -> tuple[Proposed, int, int]:
    asked = missing = 0
    replies: list[Completion | Missing] = []
    while True:
        step = dialogue.step(replies)
        if isinstance(step, Proposed):
            return step, asked, missing
        if maker.endpoint is None:
            raise MessageError(f"{maker.name}: this proposer asks a model, and none is connected")
        replies = await maker.endpoint.complete(step)
        asked += len(replies)
        missing += sum(isinstance(reply, Missing) for reply in replies)


def _count(reason: str, *counted: Mapping[str, int]) -> float:
    return float(sum(counts.get(reason, 0) for counts in counted))
