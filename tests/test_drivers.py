"""Drivers: what is planned is what is asked, and reports become the next state."""

import numpy as np
import pytest
from fake_federation import FINGERPRINT, MemoryLog, TableEngine, item_loss, search_report

from fedbbpt.aggregators.fedavg_gaussian import FedavgGaussian
from fedbbpt.aggregators.linear_pool import LinearPool
from fedbbpt.aggregators.mean import Mean
from fedbbpt.aggregators.weighting import by_training_size
from fedbbpt.beliefs import as_statistics
from fedbbpt.distributions import Categorical, Gaussian, mode
from fedbbpt.drivers import CommonCandidates, LocalSearches, Plan, plan_common
from fedbbpt.messages import Assignment, Block, Report, Score, Search, State
from fedbbpt.optimizers import Optimizer
from fedbbpt.optimizers.halving import Halving
from fedbbpt.optimizers.policy_gradient import PolicyGradient
from fedbbpt.optimizers.rejects import Rejects
from fedbbpt.randomness import rng
from fedbbpt.schedule import Schedule
from fedbbpt.server import Server

SEED = 3
SIZES = {"anna": 6, "bert": 40, "cleo": 17}
WIDE = Categorical((np.zeros(300), np.zeros(300)))  # so wide that no draw repeats another


async def asked_by_a_search(optimizer: Optimizer, schedule: Schedule) -> tuple[Plan, int]:
    """Return the rounds and requests that a search counts, and those that were really asked."""
    engine = TableEngine(SIZES)
    driver = CommonCandidates(optimizer, Mean(), schedule, WIDE, SIZES, rng(SEED, "optimizer"))
    outcome = await Server(engine, MemoryLog(), FINGERPRINT, SEED).search(
        "search", driver, schedule, WIDE
    )
    return Plan(len(outcome.rounds), outcome.requests), len(engine.asked)


SCHEDULES = [
    (Halving(candidates=12), Schedule(block=4)),
    (Halving(candidates=12), Schedule(block=4, nested=False)),
    (Halving(candidates=9, keep=0.6), Schedule(block=3, clients_per_round=2)),
    (Halving(candidates=12), Schedule(block=4, requests=300)),
    (Rejects(candidates=7, finalists=2), Schedule(block=5)),
    (Rejects(candidates=7), Schedule(block=5, rounds=3)),
    (PolicyGradient(candidates=6), Schedule(block=4, rounds=4, nested=False)),
    (PolicyGradient(candidates=6), Schedule(block=9, rounds=20, nested=False, requests=500)),
    (PolicyGradient(), Schedule(block=4, rounds=5, nested=False, clients_per_round=1)),
]


@pytest.mark.parametrize(("optimizer", "schedule"), SCHEDULES)
async def test_what_is_planned_is_what_is_counted_and_what_is_asked(
    optimizer: Optimizer, schedule: Schedule
) -> None:
    plan = plan_common(optimizer, schedule, WIDE, SIZES, SEED)

    counted, asked = await asked_by_a_search(optimizer, schedule)

    assert plan == counted
    assert plan.requests == asked
    assert 0 < plan.requests <= schedule.requests


def test_a_plan_that_cannot_pay_for_one_round_has_none() -> None:
    schedule = Schedule(block=4, requests=12 * 12 - 1)

    assert plan_common(Halving(), schedule, WIDE, SIZES, SEED) == Plan(0, 0)


def test_a_race_halves_its_cost_after_the_first_round() -> None:
    many = {"anna": 1000}

    plans = [
        plan_common(Halving(candidates=16), Schedule(rounds=r, candidates=16), WIDE, many, SEED)
        for r in (1, 2, 3, 4, 5)
    ]

    assert [plan.requests for plan in plans] == [128, 192, 256, 320, 320]
    assert [plan.rounds for plan in plans] == [1, 2, 3, 4, 4]


def common(schedule: Schedule, optimizer: Optimizer | None = None) -> CommonCandidates:
    stream = rng(SEED, "optimizer")
    return CommonCandidates(optimizer or Halving(), Mean(), schedule, WIDE, SIZES, stream)


async def test_candidates_go_out_with_their_block_and_cost() -> None:
    driver = common(Schedule(candidates=5, block=8))

    proposal = driver.propose(State(0, WIDE), ("anna", "bert"))

    assert proposal is not None
    assert isinstance(proposal.work, Score)
    assert proposal.work.points.shape == (5, 2)
    assert proposal.work.block == Block(0, 8)
    assert proposal.requests == 5 * (6 + 8)
    assert driver.requests == 0


async def test_the_search_is_told_the_merged_losses() -> None:
    driver = common(Schedule(block=8))
    proposal = driver.propose(State(0, WIDE), tuple(SIZES))
    assert proposal is not None
    assert isinstance(proposal.work, Score)
    assignment = Assignment(0, proposal.work, WIDE, FINGERPRINT, SEED)
    reports = await TableEngine(SIZES).gather(dict.fromkeys(SIZES, assignment))

    state = driver.absorb(State(0, WIDE), reports)

    items = [("anna", i) for i in range(6)] + [(n, i) for n in ("bert", "cleo") for i in range(8)]
    points = proposal.work.points
    pooled = [np.mean([item_loss(name, item, point) for name, item in items]) for point in points]
    by_hand = Halving().start(WIDE, rng(SEED, "optimizer"))
    by_hand.tell(by_hand.ask(12), np.array(pooled))
    assert isinstance(state.distribution, Categorical)
    assert isinstance(by_hand.distribution, Categorical)
    pairs = zip(state.distribution.logits, by_hand.distribution.logits, strict=True)
    assert all(mine.tobytes() == theirs.tobytes() for mine, theirs in pairs)
    assert state.round == 1
    assert state.memory["losses"].tolist() == pooled
    assert driver.requests == proposal.requests


def test_absorbing_before_proposing_is_refused() -> None:
    with pytest.raises(ValueError, match="absorb before propose"):
        common(Schedule()).absorb(State(0, WIDE), [])


def test_a_finished_search_proposes_nothing() -> None:
    driver = common(Schedule(candidates=2), Halving(candidates=2))
    report = Report(
        "anna", 0, "f", {"loss_sum": np.array([1.0, 2.0])}, frozenset(), 6.0, 12, 0, 0, 12
    )
    assert driver.propose(State(0, WIDE), ("anna",)) is not None

    state = driver.absorb(State(0, WIDE), [report])

    assert driver.propose(state, ("anna",)) is None


def local_reports(state: State) -> list[Report]:
    work = Search(4, 2, Block(0, 8))
    assignment = Assignment(state.round, work, state.distribution, FINGERPRINT, SEED)
    return [search_report(name, assignment, work) for name in ("anna", "bert")]


def test_local_searches_are_merged_by_the_aggregator() -> None:
    driver = LocalSearches(LinearPool(), Schedule(candidates=4, generations=2, block=8), {})
    state = State(0, Categorical((np.zeros(3),)))
    reports = local_reports(state)

    merged = driver.absorb(state, reports)

    expected = LinearPool()(state, reports)
    assert isinstance(merged.distribution, Categorical)
    assert isinstance(expected.distribution, Categorical)
    assert merged.distribution.logits[0].tolist() == expected.distribution.logits[0].tolist()
    table = merged.distribution.probabilities[0]
    assert sorted(table.tolist())[0] < 0.1
    assert sorted(table.tolist())[1] > 0.4
    assert merged.round == 1


def test_local_searches_by_size_weigh_by_training_examples_not_by_what_was_scored() -> None:
    schedule = Schedule(candidates=4, block=8)
    start = Gaussian(np.zeros(2), 1.0)
    reports = [
        Report(
            name, 0, "", as_statistics(Gaussian(np.full(2, place), 1.0)), frozenset(), 8, 8, 0, 0, 8
        )
        for name, place in (("anna", 0.0), ("bert", 1.0))
    ]

    sized = LocalSearches(FedavgGaussian(), schedule, {"anna": 30, "bert": 10})
    alike = LocalSearches(FedavgGaussian("uniform"), schedule, {"anna": 30, "bert": 10})

    assert mode(sized.absorb(State(0, start), reports).distribution) == pytest.approx([0.25, 0.25])
    assert mode(alike.absorb(State(0, start), reports).distribution) == pytest.approx([0.5, 0.5])


def test_an_owner_that_measured_nothing_gets_no_weight_from_its_size() -> None:
    reports = [
        Report(n, 0, "", {}, frozenset(), w, 8, 0, 0, 8) for n, w in (("a", 0.0), ("b", 8.0))
    ]

    weighed = by_training_size(reports, {"a": 30, "b": 10})

    assert [report.weight for report in weighed] == [0.0, 10.0]


def test_local_searches_count_what_the_owners_report() -> None:
    driver = LocalSearches(LinearPool(), Schedule(candidates=4, generations=2, block=8), {})
    state = State(0, Categorical((np.zeros(3),)))
    proposal = driver.propose(state, ("anna", "bert"))

    driver.absorb(state, local_reports(state))

    assert proposal is not None
    assert proposal.work == Search(4, 2, Block(0, 8))
    assert proposal.requests == driver.requests == 4 * 2 * 8 * 2


def test_local_searches_take_fresh_blocks_where_blocks_are_not_nested() -> None:
    schedule = Schedule(candidates=4, generations=3, block=8, nested=False)
    driver = LocalSearches(LinearPool(), schedule, {})

    proposals = [driver.propose(State(round, WIDE), ("anna",)) for round in range(3)]

    works = [proposal.work for proposal in proposals if proposal is not None]
    assert [work.block for work in works if isinstance(work, Search)] == [
        Block(0, 8),
        Block(24, 8),
        Block(48, 8),
    ]
