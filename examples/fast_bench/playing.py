"""One method in one world: the package's own server loop, and the test score after every round."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from contestants import CONTESTANTS, Contestant
from frozen_owners import Noise, World, clients, world

from fedbbpt.client import Client
from fedbbpt.distributions import mode
from fedbbpt.drivers import CommonCandidates, Driver, LocalSearches, Proposal
from fedbbpt.engines.local import Local
from fedbbpt.messages import Report, State
from fedbbpt.randomness import rng
from fedbbpt.schedule import Schedule
from fedbbpt.server import Server

BUDGET, ROUNDS = 800, 20
"""Evaluations of the whole training set, and rounds, at which methods are compared."""

NO_LIMIT = 10**12


@dataclass(frozen=True, slots=True)
class Cell:
    """One run.

    Attributes:
        method: a key of ``CONTESTANTS``.
        noise: what losses are weighed against.
        split: ``"iid"`` or a Dirichlet concentration.
        step: the step size.
        seed: of world and method.
    """

    method: str
    noise: Noise
    split: str
    step: float
    seed: int

    @property
    def name(self) -> str:
        """What the run is called in files."""
        return f"{self.method}-{self.noise}-{self.split}-{self.step:g}-{self.seed}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run stands after some rounds: calls are items asked at all owners together."""

    calls: int
    accuracy: float
    loss: float


class Unlogged:
    """A log of rounds that keeps none: a simulated run is played again, not resumed."""

    def recorded(self, stage: str, round: int) -> tuple[Report, ...] | None:  # noqa: ARG002
        """Return None."""
        return None

    def record(self, stage: str, round: int, reports: Sequence[Report]) -> None:
        """Keep nothing."""


@dataclass(slots=True)
class Watched:
    """A driver whose state is looked at after every round.

    Attributes:
        inner: decides.
        look: told every state.
    """

    inner: Driver
    look: Callable[[State], None]

    @property
    def requests(self) -> int:
        """As the inner driver says."""
        return self.inner.requests

    @property
    def ended(self) -> str:
        """As the inner driver says."""
        return self.inner.ended

    def propose(self, state: State, owners: Sequence[str]) -> Proposal | None:
        """Return what the inner driver proposes."""
        return self.inner.propose(state, owners)

    def absorb(self, state: State, reports: Sequence[Report]) -> State:
        """Return the inner driver's next state, looked at."""
        after = self.inner.absorb(state, reports)
        self.look(after)
        return after


@dataclass(slots=True)
class Record:
    """The places of a run, the start first.

    Attributes:
        made: the world.
        owners: by name.
        places: so far.
    """

    made: World
    owners: Mapping[str, Client]
    places: list[Place] = field(default_factory=list)

    def look(self, state: State) -> None:
        """Add where a state stands."""
        calls = sum(client.owner.objective.calls for client in self.owners.values())
        self.places.append(Place(calls, *self.made.tested(mode(state.distribution))))


def rounds_of(method: Contestant, noise: Noise, budget: int, rounds: int) -> int:
    """Return the rounds after which both comparisons can be read."""
    each = method.evaluations * (1 if noise == "plain" else 2)
    return max(rounds, budget // each)


def play(cell: Cell, budget: int = BUDGET, rounds: int = ROUNDS) -> list[Place]:
    """Play a run; the same cell gives the same places."""
    method = CONTESTANTS[cell.method]
    made = world(cell.seed, cell.split)
    optimizer = method.optimizer(cell.step)
    owners = clients(made, method.sigma or cell.step, optimizer, cell.noise)
    everything = sum(map(len, made.dealt.values()))
    lasting = rounds_of(method, cell.noise, budget, rounds)
    schedule = Schedule(
        rounds=lasting,
        requests=NO_LIMIT,
        candidates=method.candidates,
        block=everything,
        nested=False,
        generations=max(1, method.generations),
        compare=method.compare,
    )
    some = next(iter(owners.values())).owner.space
    engine = Local(owners)
    driver: Driver
    if method.generations:
        driver = LocalSearches(method.aggregator, schedule, engine.sizes)
    else:
        driver = CommonCandidates(
            optimizer,
            method.aggregator,
            schedule,
            some.initial(),
            engine.sizes,
            rng(cell.seed, "optimizer"),
        )
    record = Record(made, owners)
    record.look(State(0, some.initial()))
    server = Server(engine, Unlogged(), some.fingerprint, cell.seed)
    asyncio.run(server.search("search", Watched(driver, record.look), schedule, some.initial()))
    return record.places


def at_calls(places: Sequence[Place], calls: int) -> Place:
    """Return the last place that cost no more than so many calls."""
    return [place for place in places if place.calls <= calls][-1]


def at_round(places: Sequence[Place], round: int) -> Place:
    """Return the place after so many rounds, or the last where the search ended before."""
    return places[min(round, len(places) - 1)]
