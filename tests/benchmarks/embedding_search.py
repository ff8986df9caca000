"""Regret of a search by embeddings beside selectors of a bank, on published prompts' real scores.

``python tests/benchmarks/embedding_search.py FILE [--repetitions 20] [--field 30]``. The protocol
is that of ``selection.py``: the same file, fields, draws and count of evaluations. A search by
embeddings moves through the driver that a run uses; all prompts are there from the beginning, so
nothing is said of texts that are written on the way.
"""

import argparse
import os
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads only get in the way

import numpy as np
from selection import Regrets, table
from selection_worlds import OWNER, SELECTORS, World, play, read_groups, world_of

from fedbbpt.aggregators.mean import Mean
from fedbbpt.distributions import Floats, Gaussian, Points
from fedbbpt.messages import Report, Score, State
from fedbbpt.nearest_candidates import NearestCandidates, Refreshing
from fedbbpt.optimizers import Optimizer
from fedbbpt.optimizers.cma import CMA
from fedbbpt.optimizers.gaussian_process import GaussianProcess
from fedbbpt.optimizers.nes import NES
from fedbbpt.prompts import INPUT, Message, Prompt
from fedbbpt.schedule import Schedule
from fedbbpt.spaces import Axis
from fedbbpt.spaces.growth import GrowingSpace
from fedbbpt.spaces.places import nearest, places_of
from fedbbpt.spaces.wording import Wordings, wordings_for
from fedbbpt.text_features import text_features

BESIDE = ("random", "halving", "rejects", "surrogate")
"""Selectors of a bank that are played beside."""

ROUNDS = 400
"""Rounds of a search at most: one that finds nothing new to ask would go on for ever."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Prompts at their places; the first one is the start."""

    texts: tuple[str, ...]
    places: Points

    axes: tuple[Axis, ...] = ()
    fingerprint: str = ""
    wordings: Wordings = wordings_for((), ())

    def initial(self) -> Gaussian:
        """Return N(0, I)."""
        return Gaussian(np.zeros(self.places.shape[1]), 1.0)

    def number(self, point: Floats) -> int:
        """Return the prompt nearest to a point."""
        return nearest(self.places, point)

    def point(self, number: int) -> Floats:
        """Return the place of a prompt."""
        return np.array(self.places[number])

    def decode(self, point: Floats) -> Prompt:
        """Return the prompt at a point."""
        return Prompt((Message("user", f"{self.texts[self.number(point)]} {INPUT}"),), ())

    def grown(self, texts: Sequence[str]) -> GrowingSpace:
        """Refuse: this list is closed."""
        raise ValueError(f"{len(texts)} texts: this list is closed")


@dataclass(frozen=True, slots=True)
class Method:
    """A search by embeddings.

    Attributes:
        make: its optimizer.
        dimensions: of the projection.
        blocks: evaluations of one prompt in a round are the budget through this.
        nested: ask the same draws every round, so that a prompt asked again costs nothing.
    """

    make: Callable[[], Optimizer]
    dimensions: int = 10
    blocks: int = 30
    nested: bool = True


METHODS: Mapping[str, Method] = {
    "embedding, cma": Method(lambda: CMA(population=8)),
    "embedding, nes": Method(lambda: NES(population=8)),
    "embedding, improvement": Method(lambda: GaussianProcess(way="improvement")),
    "embedding, slope": Method(lambda: GaussianProcess(way="slope")),
    "embedding, cma, fresh": Method(lambda: CMA(population=8), blocks=120, nested=False),
    "embedding, improvement, fresh": Method(
        lambda: GaussianProcess(way="improvement"), blocks=120, nested=False
    ),
    "embedding, slope, fresh": Method(
        lambda: GaussianProcess(way="slope"), blocks=120, nested=False
    ),
}


def searched(method: Method, world: World, budget: int, seed: int) -> tuple[int, int]:
    """Return the prompt chosen and the evaluations spent, as a run's server counts them."""
    features = text_features(world.prompts)
    places = places_of(features, len(world.prompts), method.dimensions, seed)
    space = Listed(world.prompts, places)
    block = max(1, budget // method.blocks)
    schedule = Schedule(ROUNDS, budget, candidates=10, block=block, nested=method.nested)
    stream = np.random.default_rng((seed, 1))
    driver = NearestCandidates(
        method.make(), Mean(), schedule, Refreshing(space), {OWNER: budget}, stream
    )
    state = State(0, driver.start)
    while state.round < schedule.rounds:
        proposal = driver.propose(state, [OWNER])
        if proposal is None or not isinstance(proposal.work, Score):
            break
        work = proposal.work
        last = work.block.start + work.block.size
        if driver.requests + proposal.requests > budget or last > budget:
            break
        numbers = [space.number(point) for point in work.points]
        right = world.right[numbers, work.block.start : last]
        state = driver.absorb(state, [_report(state.round, right)])
    return space.number(driver.found), driver.requests


def _report(round: int, right: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> Report:
    sums = {"loss_sum": (~right).sum(axis=1).astype(np.float64)}
    weight = float(right.shape[1])
    return Report(OWNER, round, "", sums, frozenset(sums), weight, right.size, 0, 0, 0)


def regrets_of(asked: argparse.Namespace) -> Regrets:
    """Play every selector and method in the same worlds."""
    regrets: Regrets = {}
    for group in read_groups(asked.file):
        size = min(asked.field, len(group.prompts))
        for budget in asked.budgets:
            for name in asked.methods:
                rows = []
                for seed in range(asked.repetitions):
                    world = world_of(group, size, budget, seed)
                    if name in METHODS:
                        own = zlib.crc32(group.name.encode()) % 1000 * 1000 + seed
                        chosen, _ = searched(METHODS[name], world, budget, own)
                    else:
                        stream = np.random.default_rng((seed, 1))
                        chosen, _ = play(SELECTORS[name](size, budget), world, budget, stream)
                    rows.append(100.0 * float(world.scores.max() - world.scores[chosen]))
                regrets.setdefault((name, budget), []).append(np.array(rows))
    return regrets


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what was asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--repetitions", type=int, default=20)
    parser.add_argument("--field", type=int, default=30)
    parser.add_argument("--budgets", type=int, nargs="+", default=[300, 600, 1200])
    parser.add_argument("--methods", nargs="+", default=[*BESIDE, *METHODS])
    return parser.parse_args(given)


def main() -> None:
    """Play everything and print the table."""
    asked = arguments()
    sys.stdout.write(table(regrets_of(asked), asked.budgets, asked.methods) + "\n")


if __name__ == "__main__":
    main()
