"""The stages of a run: search, the gate on dev, baselines, the sealed test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from fedbbpt.config.connect import Connected
from fedbbpt.config.searched import origin
from fedbbpt.data import OwnerData
from fedbbpt.distributions import Categorical, Distribution, Floats, Point, mode
from fedbbpt.drivers import CommonCandidates, Driver, LocalSearches
from fedbbpt.engines.local import Local
from fedbbpt.growing_bank import GrowingCandidates, Scored
from fedbbpt.messages import Evaluate, Report, State
from fedbbpt.nearest_candidates import NearestCandidates, Refreshing
from fedbbpt.randomness import rng
from fedbbpt.runs.measures import Pairs, pairs_of
from fedbbpt.schedule import Schedule
from fedbbpt.server import Engine, RoundLog, RoundSummary, SearchOutcome, Server
from fedbbpt.spaces import Space
from fedbbpt.spaces.embedding import Embedding
from fedbbpt.spaces.growth import GrowingSpace
from fedbbpt.tried import Tallied, Tried
from fedbbpt.work.tables import check_joint

POOLED = "pooled"
Progress = Callable[[str, RoundSummary], None]


class Found(NamedTuple):
    """A prompt's point in the space and the search that found it.

    Where the bank grew, the point is one of the bank with ``texts`` at its end, ``scored`` are the
    losses of all that was scored, and ``written`` the requests for texts. ``tried`` are the
    candidates whose losses the server knows, of a space of choices.
    """

    point: Floats
    outcome: SearchOutcome
    texts: tuple[str, ...] = ()
    scored: tuple[Scored, ...] = ()
    written: int = 0
    tried: tuple[Tried, ...] = ()


@dataclass(frozen=True, slots=True)
class Stages:
    """Runs the stages of one run over its connected owners.

    Attributes:
        connected: open endpoints.
        rounds: what was recorded already.
        progress: told after every search round.
        announce: told what comes next, in plain words.
        texts: of the bank that points of held-out comparisons are from.
    """

    connected: Connected
    rounds: RoundLog
    progress: Progress
    announce: Callable[[str], None]
    texts: tuple[str, ...] = ()

    def _server(self, engine: Engine, quorum: int) -> Server:
        prepared = self.connected.prepared
        return Server(
            engine,
            self.rounds,
            prepared.fingerprint,
            prepared.run.seed,
            quorum,
            self.progress,
            self.connected.proposer(),
            self.connected.learn,
        )

    async def search(self, stage: str, engine: Engine, schedule: Schedule) -> Found:
        """Search with the owners of ``engine``; the point is the mode of what it ended with."""
        prepared = self.connected.prepared
        start, stream = prepared.space.initial(), rng(prepared.run.seed, "optimizer")
        driver: Driver
        if prepared.proposing is not None:
            driver = prepared.proposing.driver(
                prepared.optimizer, prepared.aggregator, schedule, engine.sizes, stream
            )
        elif prepared.run.search.work == "local":
            driver = LocalSearches(prepared.aggregator, schedule, engine.sizes)
        elif isinstance(prepared.space, Embedding):
            listed = Refreshing(prepared.space)
            driver = NearestCandidates(
                prepared.optimizer, prepared.aggregator, schedule, listed, engine.sizes, stream
            )
        else:
            driver = CommonCandidates(
                prepared.optimizer,
                prepared.aggregator,
                schedule,
                start,
                engine.sizes,
                stream,
            )
        self.announce(stage)
        server = self._server(engine, min(schedule.quorum, len(engine.sizes)))
        told = self._tallied(driver, start, schedule)
        outcome = await server.search(stage, told or driver, schedule, start)
        found = Found(mode(outcome.state.distribution), outcome, outcome.state.texts)
        if isinstance(space := prepared.space_with(found.texts), Embedding):
            # The mean is between candidates: the one that it means now is what was found.
            found = found._replace(point=space.point(space.number(found.point)))
        if isinstance(driver, GrowingCandidates | NearestCandidates):
            found = found._replace(scored=driver.scored, written=driver.written)
        return found._replace(tried=_tried(told, found, space)) if told is not None else found

    def _tallied(self, driver: Driver, start: Distribution, schedule: Schedule) -> Tallied | None:
        """Return the driver of a search for choices whose losses the server learns, remembered."""
        listed = isinstance(start, Categorical) or isinstance(
            self.connected.prepared.space, Embedding
        )
        common = listed and not isinstance(driver, LocalSearches)
        return Tallied(driver, nested=schedule.nested) if common else None

    def joined(self, founds: Sequence[Found]) -> "tuple[Stages, list[Found]]":
        """Return stages over one bank that holds what each search found, and these in it.

        Every search numbers its own texts; what is compared must be numbered alike.
        """
        if not any(found.texts for found in founds):
            return self, list(founds)
        space, texts = self.connected.prepared.space, list(self.texts)
        if not isinstance(space, GrowingSpace):
            return self, list(founds)
        first = len(space.texts)
        numbers = [space.grown(found.texts).number(found.point) for found in founds]
        said = [
            found.texts[number - first] if number >= first else ""
            for found, number in zip(founds, numbers, strict=True)
        ]
        texts += [text for text in dict.fromkeys(said) if text and text not in texts]
        everything, joint = tuple(texts), space.grown(texts)
        moved = [
            found._replace(point=joint.point(first + texts.index(text))) if text else found
            for found, text in zip(founds, said, strict=True)
        ]
        return replace(self, texts=everything), [
            found._replace(texts=everything) if found.texts else found for found in moved
        ]

    async def evaluate(
        self,
        stage: str,
        engine: Engine,
        points: Sequence[Floats],
        samples: Sequence[int],
        split: str,
        pairs: Pairs = (),
    ) -> list[Report]:
        """Compare prompts on a held-out split at every owner; all of them must report.

        Joint tables of ``pairs`` are asked for where the run's metric needs them.
        """
        self.announce(stage)
        needed = pairs_of(self.connected.prepared.scoring.metric, pairs)
        work = Evaluate(np.stack(points), tuple(samples), split, needed)
        start = Point(origin(self.connected.prepared.space))
        server = self._server(engine, len(engine.sizes))
        state = State(0, start, texts=self.texts)
        reports = await server.round(stage, state, work, tuple(engine.sizes))
        for report in reports:
            check_joint(report, needed)
        return reports

    async def alone(self, engine: Local) -> dict[str, Found]:
        """Search with every owner alone, each on its own examples only."""
        schedule = replace(self.connected.prepared.schedule, clients_per_round=0, quorum=1)
        share = replace(schedule, requests=max(1, schedule.requests // len(engine.clients)))
        return {
            name: await self.search(f"alone: {name}", Local({name: client}), share)
            for name, client in sorted(engine.clients.items())
        }

    async def pooled(self, engine: Local) -> Found:
        """Search on all owners' training examples in one hand: what sharing data would give."""
        prepared = self.connected.prepared
        names = sorted(engine.clients)
        train = tuple(e for name in names for e in prepared.data[name].train)
        hand = OwnerData(POOLED, train, (), ())
        client = self.connected.client(hand, line=names[0])
        schedule = replace(prepared.schedule, clients_per_round=0, quorum=1)
        block = schedule.block * len(names)
        return await self.search(
            "pooled data", Local({POOLED: client}), replace(schedule, block=block)
        )


def _tried(told: Tallied, found: Found, space: Space) -> tuple[Tried, ...]:
    """Return what was tried; of a list that grows with the losses that its search goes by."""
    if not found.scored or not isinstance(space, GrowingSpace):
        return told.tried
    losses = dict(found.scored)
    return tuple(one._replace(loss=losses[space.number(one.point)]) for one in told.tried)
