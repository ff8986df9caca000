"""Search work told by scalars: seeds and slopes in the place of a distribution."""

import numpy as np
import pytest
from fake_federation import MemoryLog
from quadratic_owners import FINGERPRINT, made_data, quadratic_client

from fedbbpt.aggregators.seed_log import SeedLog, joined_late
from fedbbpt.client import Client
from fedbbpt.codec.works import read_work, work_payload
from fedbbpt.distributions import Gaussian
from fedbbpt.drivers import LocalSearches, check_merge
from fedbbpt.engines.local import Local
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Block, Report, Search
from fedbbpt.optimizers.finite_seeds import FiniteSeeds
from fedbbpt.optimizers.nes import NES
from fedbbpt.optimizers.scalar_log import ScalarLog
from fedbbpt.schedule import Schedule
from fedbbpt.server import Server
from fedbbpt.work.acceptance import check_reports

START = Gaussian(np.zeros(4), 0.5)
SETTINGS = FiniteSeeds(seeds=32, directions=2, learning_rate=0.1)
WORK = Search(4, 3, Block(0, 12), scalars=True)


def client(name: str, target: float = 1.0) -> Client:
    data = made_data(name, np.full(4, target), 12, np.random.default_rng(len(name)))
    return quadratic_client(data, START, SETTINGS)


async def report(name: str = "anna", work: Search = WORK) -> Report:
    return await client(name).work(Assignment(2, work, START, FINGERPRINT, 7))


async def test_a_report_holds_a_step_a_generation_and_no_vector() -> None:
    found = await report()

    log = ScalarLog.read(found.statistics)
    assert log.ends.tolist() == [2, 4, 6]
    assert not {"mean", "sigma", "cov"} & found.statistics.keys()
    assert not any(name.startswith("log_") for name in found.additive)


async def test_owners_share_the_directions_and_not_the_draws() -> None:
    one, other = (await report("anna")).statistics, (await report("bert")).statistics

    assert one["log_seed"].tolist() == other["log_seed"].tolist()
    assert one["log_seeds"].tolist() != other["log_seeds"].tolist()


async def test_the_server_refuses_a_log_that_is_none_before_it_uses_it() -> None:
    assignment = Assignment(2, WORK, START, FINGERPRINT, 7)
    good = await report()
    vector = await report(work=Search(4, 3, Block(0, 12)))

    check_reports([good], assignment, {"anna"})
    with pytest.raises(MessageError, match=r"anna: log: .* absent"):
        check_reports([vector], assignment, {"anna"})


async def test_an_optimizer_without_scalars_refuses_such_work() -> None:
    data = made_data("anna", np.ones(4), 12, np.random.default_rng(0))
    other = quadratic_client(data, START, NES())

    with pytest.raises(MessageError, match="this owner's optimizer keeps none"):
        await other.work(Assignment(2, WORK, START, FINGERPRINT, 7))


@pytest.mark.parametrize("work", [WORK, Search(4, 3, Block(0, 12), compare=True)])
def test_the_work_survives_the_wire(work: Search) -> None:
    assert read_work(work_payload(work)) == work


def test_a_made_up_report_shows_before_the_start_whether_scalars_are_merged() -> None:
    check_merge(SeedLog(), "local", START)

    with pytest.raises(ValueError, match="log"):
        check_merge(SeedLog(), "score", START)


async def test_a_federation_goes_down_and_its_log_says_where_it_stands() -> None:
    owners = {name: client(name, target) for name, target in {"anna": 0.5, "bert": 1.5}.items()}
    schedule = Schedule(rounds=12, requests=10**6, candidates=4, block=12, generations=3)
    server = Server(Local(owners), MemoryLog(), FINGERPRINT, 7, 2)

    outcome = await server.search("search", LocalSearches(SeedLog(), schedule, {}), schedule, START)

    there = outcome.state.distribution
    assert isinstance(there, Gaussian)
    assert joined_late(outcome.state.memory, START).tobytes() == there.mean.tobytes()
    assert np.abs(there.mean - 1.0).mean() < 0.5
