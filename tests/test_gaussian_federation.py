"""Vector searches through a federation, on owners whose losses are known in closed form."""

import numpy as np
import pytest
from fake_federation import MemoryLog
from quadratic_owners import FINGERPRINT, item_loss, optimum, quadratic_clients

from fedbbpt.aggregators import Aggregator
from fedbbpt.aggregators.fed_adam import FedAdam
from fedbbpt.aggregators.fedavg_gaussian import FedavgGaussian
from fedbbpt.aggregators.fedbpt import FedBPT
from fedbbpt.aggregators.mean import Mean
from fedbbpt.aggregators.moment_matching import MomentMatching
from fedbbpt.client import Client
from fedbbpt.distributions import Floats, Gaussian, mode
from fedbbpt.drivers import CommonCandidates, LocalSearches
from fedbbpt.engines.local import Local
from fedbbpt.optimizers import Optimizer
from fedbbpt.optimizers.nes import NES
from fedbbpt.randomness import rng
from fedbbpt.schedule import Schedule
from fedbbpt.server import SearchOutcome, Server

pytest.importorskip("cma")
from fedbbpt.optimizers.cma import CMA  # after the check

SEED = 11
START = Gaussian(np.zeros(6), 0.5)
UNLIKE = {
    "anna": np.array([1.0, 0.0, -1.0, 0.5, 0.0, 2.0]),
    "bert": np.array([0.0, 1.0, -1.0, -0.5, 1.0, 1.0]),
    "cleo": np.array([-1.0, 0.5, 2.0, 0.0, 1.0, 0.0]),
}
ALIKE = {name: np.array([1.0, -0.5, 2.0, 0.0, 1.0, -1.0]) + 0.1 * c for name, c in UNLIKE.items()}
SIZES = {"anna": 8, "bert": 12, "cleo": 16}
EVERYTHING = 16


def clients(optimizer: Optimizer, centres: dict[str, Floats] = UNLIKE) -> dict[str, Client]:
    return quadratic_clients(centres, SIZES, optimizer, START)


def server(owners: dict[str, Client]) -> Server:
    return Server(Local(owners), MemoryLog(), FINGERPRINT, SEED)


async def searched_locally(
    aggregator: Aggregator, owners: dict[str, Client], rounds: int, generations: int
) -> SearchOutcome:
    schedule = Schedule(
        rounds=rounds,
        requests=10**6,
        candidates=8,
        block=EVERYTHING,
        generations=generations,
        compare=True,
    )
    return await server(owners).search(
        "search", LocalSearches(aggregator, schedule, SIZES), schedule, START
    )


def distance(outcome: SearchOutcome, owners: dict[str, Client]) -> float:
    """Return how far the found mean is from the pooled optimum, over how far the start is."""
    best = optimum(owners)
    away = np.linalg.norm(mode(outcome.state.distribution) - best)
    return float(away / np.linalg.norm(START.mean - best))


@pytest.mark.parametrize("optimizer", [CMA(population=8), CMA(population=8, diagonal=True), NES()])
async def test_score_work_is_the_unbroken_search_on_the_pooled_loss_to_the_last_bit(
    optimizer: Optimizer,
) -> None:
    owners = clients(optimizer)
    schedule = Schedule(rounds=20, requests=10**6, candidates=8, block=EVERYTHING, nested=False)
    driver = CommonCandidates(optimizer, Mean(), schedule, START, SIZES, rng(SEED, "optimizer"))

    federated = await server(owners).search("search", driver, schedule, START)

    pool = [e for client in owners.values() for e in client.owner.data.train]
    central = optimizer.start(START, rng(SEED, "optimizer"))
    for _ in range(20):
        points = central.ask(8)
        losses: Floats = np.array([np.mean([item_loss(z, e) for e in pool]) for z in points])
        central.tell(points, losses)
    found, expected = federated.state.distribution, central.distribution
    assert isinstance(found, Gaussian)
    assert isinstance(expected, Gaussian)
    assert found.mean.tobytes() == expected.mean.tobytes()
    assert found.sigma == expected.sigma
    assert (found.cov is None) == (expected.cov is None)
    assert found.cov is None or found.cov.tolist() == np.asarray(expected.cov).tolist()
    assert distance(federated, owners) < 0.5


@pytest.mark.parametrize(
    "aggregator", [FedavgGaussian(), MomentMatching(), FedAdam(learning_rate=0.2, first=0.6)]
)
async def test_local_searches_of_owners_alike_find_the_pooled_optimum(
    aggregator: Aggregator,
) -> None:
    owners = clients(CMA(population=8), ALIKE)

    outcome = await searched_locally(aggregator, owners, rounds=12, generations=4)

    assert distance(outcome, owners) < 0.2


async def test_long_local_searches_of_owners_unlike_average_to_about_the_pooled_optimum() -> None:
    owners = clients(CMA(population=8))

    outcome = await searched_locally(FedavgGaussian(), owners, rounds=2, generations=20)

    assert distance(outcome, owners) < 0.3


@pytest.mark.parametrize("rule", [FedBPT(), FedBPT("code"), FedBPT("code", "gain", "full")])
async def test_the_published_rule_finds_what_owners_alike_agree_on(rule: FedBPT) -> None:
    owners = clients(CMA(population=8), ALIKE)

    outcome = await searched_locally(rule, owners, rounds=12, generations=4)

    assert distance(outcome, owners) < 0.3
    assert outcome.state.memory["steps"] == len(outcome.rounds)
