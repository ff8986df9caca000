"""Exemplars for chain of thought, made from a pool of questions by the owners' own models.

Fed-DP-CoT (Liu 2023, arXiv:2304.13911) shows questions that were answered by vote with a warning;
here an answer that nobody checked is shown only if the vote for it has an e-value.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fedbbpt.client import Client
from fedbbpt.config.connect import Connected, connected
from fedbbpt.config.other_runs import other_journals
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.reasoning import thinks
from fedbbpt.config.searched import origin
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.other_runs import opened
from fedbbpt.errors import ConfigError, QuorumError
from fedbbpt.exemplars.choosing import Encoder, Shown, chosen, usable
from fedbbpt.exemplars.solved import Chain, Proof, Solved
from fedbbpt.experiment.answering.asking_plan import AskingPlan
from fedbbpt.experiment.answering.questions import Asked
from fedbbpt.experiment.exemplar_chances import chances, check_leaving, readable_targets
from fedbbpt.randomness import rng
from fedbbpt.replay.answers_table import Cost
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.lock import RunLock
from fedbbpt.work.guarding import guard_of
from fedbbpt.work.solving import Asker, Draw, Drawn, solve


@dataclass(frozen=True, slots=True)
class Making:
    """What exemplars are made of, and how.

    Attributes:
        pool: questions, with targets where they are known.
        how: ``"clusters"``, ``"uncertain"`` or ``"complex"``.
        count: exemplars at most.
        draws: of every question.
        temperature: of the draws, in (0, 2].
        proof: of answers that nobody checked.
        owner: who asks alone and keeps what it makes; empty where all owners ask.
        encoder: of questions, for clusters.

    Raises:
        ValueError: fewer than 1 draw, or a temperature out of its range.
    """

    pool: tuple[Asked, ...]
    how: str
    count: int
    draws: int
    temperature: float
    proof: Proof
    owner: str
    encoder: Encoder

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise ValueError(f"draws: {self.draws} asks nothing; give at least 1")
        if not 0 < self.temperature <= 2:
            raise ValueError(
                f"temperature: {self.temperature} is outside (0, 2]; draws must differ, try 0.7"
            )


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it.

    Attributes:
        shown: the exemplars.
        pool: questions that were asked.
        usable: of these, with an answer that may be shown and a chain that may be.
        missing: draws without a reply.
        withheld: chains that stayed at their owners.
        calls: paid by this process.
        cost: of all draws, whoever paid for them and when: calls and tokens.
    """

    shown: tuple[Shown, ...]
    pool: int
    usable: int
    missing: int
    withheld: int
    calls: int
    cost: Cost = Cost()


async def make_exemplars(prepared: Prepared, making: Making, folder: Path) -> Made:
    """Ask, choose and return; the same folder gives the same exemplars and pays nothing twice.

    Every draw is by an owner at random, so that the evidence of a vote holds. A chain leaves its
    owner only by the grant ``texts`` and past the owner's leak guard; the vote counts all of them.

    Raises:
        FedbbptError: it cannot go on now; nothing that was paid for is lost.
    """
    check_making(prepared, making)
    directory = RunDirectory(folder)
    journals = other_journals(prepared.run, directory)
    directory.make()
    with ExitStack() as stack:
        stack.enter_context(RunLock(folder))
        calls = stack.enter_context(FramedLog.open(directory.calls))
        journal = Journal(calls, stack.enter_context(opened(journals)))
        before = journal.tally().calls
        async with connected(prepared, journal) as lines:
            drawn, withheld, cost = await _drawn(lines, making)
        calls.sync()
        paid = journal.tally().calls - before
    missing = sum(one.chain is None for own in drawn.values() for one in own)
    if missing == len(making.pool) * making.draws:
        raise QuorumError("no owner got any reply; check the endpoints and ask again later")
    pool = _solved(prepared, making, [one for own in drawn.values() for one in own])
    stream = rng(prepared.run.seed, "exemplars")
    shown = chosen(pool, making.how, making.count, stream, making.proof, making.encoder)
    good = len(usable(pool, making.proof))
    return Made(shown, len(pool), good, missing, withheld, paid, cost)


def check_making(prepared: Prepared, making: Making) -> tuple[str, ...]:
    """Return what is to be known before asking, and refuse what could not give an exemplar.

    Raises:
        ConfigError: the run, an option or a grant stands in the way.
        DataError: no question of the pool can be shown.
    """
    if prepared.scoring.evaluated or not thinks(prepared.run):
        raise ConfigError(
            "[reasoning] exemplars are replies that think aloud, and this run asks for none; "
            'write [reasoning] use = "zero_shot_cot"'
        )
    if making.owner and making.owner not in prepared.data:
        raise ConfigError(
            f"--owner {making.owner}: no such owner; owners are {', '.join(sorted(prepared.data))}"
        )
    check_leaving(prepared, making.owner)
    return chances(prepared, making.pool, making.draws, making.proof)


class _Brought(NamedTuple):
    drawn: dict[str, list[Drawn]]
    withheld: int
    cost: Cost


async def _drawn(lines: Connected, making: Making) -> _Brought:
    clients = lines.clients()
    names = [making.owner] if making.owner else sorted(clients)
    plan = AskingPlan("ac", draws=making.draws, seed=lines.prepared.run.seed)
    tasks: dict[str, list[Draw]] = {name: [] for name in names}
    for place, asked in enumerate(making.pool):
        for number in range(making.draws):
            tasks[plan.owner_of(number, asked.text, names)].append(Draw(place, asked.text, number))
    bought = {
        name: await solve(_asker(lines.prepared, clients[name], making), draws)
        for name, draws in tasks.items()
        if draws
    }
    found = {name: own.drawn for name, own in bought.items()}
    cost = Cost(
        sum(own.calls for own in bought.values()), sum(own.tokens for own in bought.values())
    )
    if making.owner:
        return _Brought(found, 0, cost)
    guarded = {name: _leaving(clients[name], making, own) for name, own in found.items()}
    shown = sum(_said(own) for own in guarded.values())
    return _Brought(guarded, sum(_said(own) for own in found.values()) - shown, cost)


def _asker(prepared: Prepared, client: Client, making: Making) -> Asker:
    objective = client.owner.objective
    prompt = prepared.space.decode(origin(prepared.space))
    return Asker(objective.reasoning, objective.endpoint, prompt, making.temperature)


def _leaving(client: Client, making: Making, drawn: Sequence[Drawn]) -> list[Drawn]:
    """Return the draws as they leave an owner: answers all, chains only those that may."""
    owner = client.owner
    public = [asked.text for asked in making.pool]
    public += [owner.space.decode(origin(owner.space)).text(), *owner.labels]
    screen = guard_of(owner).screen(public)
    return [
        one
        if one.chain is None or (owner.grants_texts and screen.verdict(one.chain.said).passes)
        else one._replace(chain=Chain("", one.chain.answer))
        for one in drawn
    ]


def _said(drawn: Sequence[Drawn]) -> int:
    return sum(one.chain is not None and bool(one.chain.said) for one in drawn)


def _solved(prepared: Prepared, making: Making, drawn: Sequence[Drawn]) -> list[Solved]:
    chains: Mapping[int, list[Drawn]] = {place: [] for place in range(len(making.pool))}
    for one in drawn:
        chains[one.draw.place].append(one)
    pool = []
    for place, asked in enumerate(making.pool):
        own = sorted(chains[place], key=lambda one: one.draw.number)
        said = tuple(one.chain for one in own if one.chain is not None)
        pool.append(Solved(asked.text, said, readable_targets(prepared, asked)))
    return pool
