"""Search work over vectors and products, and when a federation of it ends."""

import numpy as np
import pytest
from fake_federation import MemoryLog
from quadratic_owners import FINGERPRINT, item_loss, made_data, quadratic_client

from fedbbpt.aggregators.fedavg_gaussian import FedavgGaussian
from fedbbpt.client import Client
from fedbbpt.distributions import Categorical, Distribution, Floats, Gaussian, Points, Product
from fedbbpt.drivers import LocalSearches, check_merge
from fedbbpt.engines.local import Local
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Block, Report, Search
from fedbbpt.optimizers import Optimizer
from fedbbpt.optimizers.nes import NES
from fedbbpt.optimizers.policy_gradient import PolicyGradient
from fedbbpt.randomness import rng
from fedbbpt.schedule import Schedule
from fedbbpt.server import SearchOutcome, Server
from fedbbpt.work.watch import Watch

START = Gaussian(np.zeros(4), 0.5)
DATA = made_data("anna", np.ones(4), 12, np.random.default_rng(0))
WORK = Search(8, 3, Block(0, 12), compare=True)


def client(start: Distribution = START, optimizer: Optimizer | None = None) -> Client:
    return quadratic_client(DATA, start, optimizer or NES())


async def report(work: Search = WORK, start: Distribution = START) -> Report:
    return await client().work(Assignment(2, work, start, FINGERPRINT, 7))


def mean_loss(point: Floats) -> float:
    return float(np.mean([item_loss(point, example) for example in DATA.train]))


async def test_the_report_holds_the_gaussian_that_a_search_by_hand_ends_with() -> None:
    by_hand = NES().start(START, rng(7, "local search", round=2, client="anna"))
    sigmas = []
    for _ in range(3):
        assert isinstance(by_hand.distribution, Gaussian)
        sigmas.append(by_hand.distribution.sigma)
        points = by_hand.ask(8)
        by_hand.tell(points, np.array([mean_loss(point) for point in points]))

    found = (await report()).statistics

    expected = by_hand.distribution
    assert isinstance(expected, Gaussian)
    assert found["mean"].tolist() == pytest.approx(expected.mean.tolist(), rel=1e-6)
    assert float(found["sigma"]) == pytest.approx(expected.sigma, rel=1e-6)
    assert found["step_sizes"].tolist() == pytest.approx(sigmas, rel=1e-6)
    assert float(found["candidates"]) == 8


async def test_a_comparison_scores_both_modes_and_is_counted() -> None:
    compared, plain = await report(), await report(Search(8, 3, Block(0, 12)))

    means = compared.statistics["compared_loss_sum"] / compared.statistics["compared_items"]
    own = compared.statistics["mean"]
    assert means.tolist() == pytest.approx([mean_loss(START.mean), mean_loss(own)], rel=1e-6)
    assert "compared_loss_sum" not in plain.statistics
    assert compared.asked - plain.asked == 2 * 12
    assert compared.weight == plain.weight


async def test_only_sums_are_additive() -> None:
    found = await report()

    beliefs = {"mean", "sigma", "cov", "step_sizes", "candidates"}
    assert found.statistics.keys() - found.additive == beliefs & found.statistics.keys()
    assert {"compared_loss_sum", "compared_items", "score_sum"} <= found.additive


@pytest.mark.parametrize(
    "start", [Gaussian(np.zeros(5), 0.5), Categorical((np.zeros(4),)), Product((START, START))]
)
async def test_a_distribution_over_another_space_is_refused(start: Distribution) -> None:
    with pytest.raises(MessageError, match="anna: search work needs a distribution over"):
        await report(start=start)


async def test_an_optimizer_that_cannot_search_the_space_is_named_with_its_owner() -> None:
    owner = client(optimizer=PolicyGradient())

    with pytest.raises(MessageError, match="anna: "):
        await owner.work(Assignment(0, WORK, START, FINGERPRINT, 0))


async def test_a_singular_covariance_is_refused_by_the_owner() -> None:
    flat = Gaussian(np.zeros(4), 0.5, np.ones((4, 4)))

    with pytest.raises(MessageError, match="anna: cov: not positive definite"):
        await report(start=flat)


class _Draws:
    """A search of a product that learns nothing."""

    def __init__(self, distribution: Distribution) -> None:
        self.distribution = distribution

    def ask(self, count: int) -> Points:
        vectors = np.linspace(0, 1, count)[:, None] * np.ones(4)
        return np.hstack([vectors, np.arange(count)[:, None] % 2])

    def tell(self, points: Points, losses: Floats) -> None:
        """Learn nothing."""


class _Draw:
    def start(self, distribution: Distribution, rng: np.random.Generator) -> _Draws:
        return _Draws(distribution)


async def test_every_part_of_a_product_is_traced_under_its_own_names() -> None:
    start = Product((Gaussian(np.zeros(4), 0.5), Categorical((np.zeros(2),))))
    data = made_data("anna", np.ones(5), 12, np.random.default_rng(0))
    owner = quadratic_client(data, start, _Draw())

    found = await owner.work(Assignment(0, Search(4, 2, Block(0, 12)), start, FINGERPRINT, 0))

    assert found.statistics["part_0.step_sizes"].tolist() == [0.5, 0.5]
    assert found.statistics["part_1.counts_0"].sum() == 2 * 2
    assert {"part_0.mean", "part_1.logits_0"}.isdisjoint(found.additive)
    assert "part_1.counts_0" in found.additive


@pytest.mark.parametrize(("factor", "word"), [(0.05, "collapsed"), (20.0, "blew up")])
async def test_a_federation_whose_step_size_is_gone_ends_and_says_so(
    factor: float, word: str
) -> None:
    outcome = await _scaled(factor)

    assert word in outcome.ended
    assert 1 < len(outcome.rounds) < 20
    assert isinstance(outcome.state.distribution, Gaussian)
    assert outcome.state.distribution.sigma <= 1e3 * START.sigma


class _Scaling:
    """A search whose step size only ever changes by one factor."""

    def __init__(self, start: Gaussian, factor: float) -> None:
        self.distribution: Distribution = Gaussian(start.mean, factor * start.sigma)

    def ask(self, count: int) -> Points:
        return np.zeros((count, 4))

    def tell(self, points: Points, losses: Floats) -> None:
        """Learn nothing."""


class _Scale:
    def __init__(self, factor: float) -> None:
        self.factor = factor

    def start(self, distribution: Distribution, rng: np.random.Generator) -> _Scaling:
        assert isinstance(distribution, Gaussian)
        return _Scaling(distribution, self.factor)


async def _scaled(factor: float) -> SearchOutcome:
    owners = {"anna": client(optimizer=_Scale(factor))}
    schedule = Schedule(rounds=20, requests=10**6, candidates=2, block=12)
    server = Server(Local(owners), MemoryLog(), FINGERPRINT, 0)
    driver = LocalSearches(FedavgGaussian(), schedule, {})
    return await server.search("search", driver, schedule, START)


def test_a_watch_looks_at_every_gaussian_of_a_product() -> None:
    start = Product((START, Categorical((np.zeros(2),)), START))
    watch = Watch()

    assert watch.accepts(start, start)
    assert watch.ended == ""
    wide = Gaussian(START.mean, 2e3 * START.sigma)
    assert not watch.accepts(start, Product((START, start.parts[1], wide)))
    assert "blew up to 2e+03 times" in watch.ended


def test_a_merge_that_ranks_owners_is_known_before_anything_is_sent() -> None:
    check_merge(FedavgGaussian("gain"), "local", START, compare=True)

    with pytest.raises(ValueError, match="compare = true"):
        check_merge(FedavgGaussian("gain"), "local", START)
