"""The server: rounds recorded before they are used, replayed bit for bit, ended for a reason."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from fake_federation import FINGERPRINT, MemoryLog, TableEngine, block_items, item_loss

from fedbbpt.aggregators.linear_pool import LinearPool
from fedbbpt.aggregators.mean import Mean
from fedbbpt.codec.messages import encode_report, encode_state
from fedbbpt.distributions import Categorical
from fedbbpt.drivers import CommonCandidates, LocalSearches
from fedbbpt.errors import QuorumError
from fedbbpt.messages import Block, Report, Score, State
from fedbbpt.optimizers import Optimizer
from fedbbpt.optimizers.halving import Halving
from fedbbpt.optimizers.policy_gradient import PolicyGradient
from fedbbpt.randomness import rng
from fedbbpt.schedule import Schedule
from fedbbpt.server import RoundSummary, SearchOutcome, Server

SEED = 8
SIZES = {"anna": 6, "bert": 40, "cleo": 17}
START = Categorical((np.zeros(5), np.zeros(7)))
SCORE = Score(np.zeros((2, 2)), Block(0, 4))
RACE = Schedule(block=4, rounds=6)
DESCENT = Schedule(block=4, rounds=6, nested=False)


async def searched(
    server: Server, schedule: Schedule, optimizer: Optimizer | None = None
) -> SearchOutcome:
    sizes = server.engine.sizes
    stream = rng(SEED, "optimizer")
    driver = CommonCandidates(optimizer or Halving(), Mean(), schedule, START, sizes, stream)
    return await server.search("search", driver, schedule, START)


def server(engine: TableEngine, log: MemoryLog | None = None, *, quorum: int = 1) -> Server:
    return Server(engine, log or MemoryLog(), FINGERPRINT, SEED, quorum)


@pytest.mark.parametrize(
    ("optimizer", "schedule"), [(Halving(), RACE), (PolicyGradient(), DESCENT)]
)
async def test_a_federation_searches_as_one_hand_with_all_examples_would(
    optimizer: Optimizer, schedule: Schedule
) -> None:
    federated = await searched(server(TableEngine(SIZES)), schedule, optimizer)

    central = optimizer.start(START, rng(SEED, "optimizer"))
    first = 0
    for round in range(len(federated.rounds)):
        points = central.ask(schedule.candidates)
        first = first or len(points)
        block = schedule.block_of(round, len(points), first)
        pool = [(name, item) for name, n in SIZES.items() for item in block_items(block, n)]
        losses = [np.mean([item_loss(*one, point) for one in pool]) for point in points]
        central.tell(points, np.array(losses))
    mine = State(len(federated.rounds), federated.state.distribution)
    theirs = State(len(federated.rounds), central.distribution)
    assert encode_state(mine) == encode_state(theirs)
    assert encode_state(mine) != encode_state(replace(mine, distribution=START))


@pytest.mark.parametrize("kept", [0, 1, 3])
@pytest.mark.parametrize(
    ("optimizer", "schedule"), [(Halving(), RACE), (PolicyGradient(), DESCENT)]
)
async def test_a_search_that_was_broken_off_ends_as_the_unbroken_one(
    optimizer: Optimizer, schedule: Schedule, kept: int
) -> None:
    log = MemoryLog()
    unbroken = await searched(server(TableEngine(SIZES), log), schedule, optimizer)
    engine = TableEngine(SIZES)
    half = MemoryLog({key: value for key, value in log.kept.items() if key[1] < kept})

    resumed = await searched(server(engine, half), schedule, optimizer)

    assert encode_state(resumed.state) == encode_state(unbroken.state)
    assert resumed.rounds == unbroken.rounds
    assert resumed.requests == unbroken.requests
    assert [round for round, _ in engine.rounds] == list(range(kept, len(unbroken.rounds)))


async def test_a_recorded_round_asks_nobody_whatever_the_quorum() -> None:
    log, engine = MemoryLog(), TableEngine(SIZES)
    first = await server(engine, log).round("dev", State(0, START), SCORE, ("anna",))

    again = await server(engine, log, quorum=3).round("dev", State(0, START), SCORE, tuple(SIZES))

    assert list(map(encode_report, again)) == list(map(encode_report, first))
    assert len(engine.rounds) == 1


async def test_stages_and_rounds_are_recorded_apart() -> None:
    log, engine = MemoryLog(), TableEngine(SIZES)

    for stage, round in (("dev", 0), ("test", 0), ("dev", 1)):
        await server(engine, log).round(stage, State(round, START), SCORE, ("anna",))

    assert list(log.kept) == [("dev", 0), ("test", 0), ("dev", 1)]
    assert len(engine.rounds) == 3


async def test_too_few_usable_reports_record_nothing_and_can_be_asked_again() -> None:
    log = MemoryLog()
    engine = TableEngine(SIZES, silent=frozenset({"anna", "bert"}))
    asking = server(engine, log, quorum=2)

    with pytest.raises(QuorumError, match=r"search, round 0: 1 of 3 clients .* quorum is 2"):
        await searched(asking, RACE)
    assert log.kept == {}
    engine.silent = frozenset({"anna"})
    outcome = await searched(asking, RACE)

    assert outcome.ended == "finished"
    assert [round for round, _ in engine.rounds] == [0, 0, 1, 2, 3]


async def test_a_quorum_above_the_number_of_owners_asks_for_all_of_them() -> None:
    engine = TableEngine(SIZES)

    reports = await server(engine, quorum=9).round("dev", State(0, START), SCORE, tuple(SIZES))

    assert [report.client for report in reports] == ["anna", "bert", "cleo"]


async def test_reports_without_weight_are_dropped() -> None:
    log = MemoryLog()
    engine = TableEngine(SIZES, silent=frozenset({"bert"}))

    reports = await server(engine, log).round("dev", State(0, START), SCORE, tuple(SIZES))

    assert [report.client for report in reports] == ["anna", "cleo"]
    assert [report.client for report in log.kept["dev", 0]] == ["anna", "cleo"]


async def test_a_report_without_weight_changes_nothing_in_the_search() -> None:
    others = {name: size for name, size in SIZES.items() if name != "bert"}

    without = await searched(server(TableEngine(others)), RACE)
    silent = await searched(server(TableEngine(SIZES, frozenset({"bert"}))), RACE)

    assert encode_state(silent.state) == encode_state(without.state)


class FullLog(MemoryLog):
    """Refuses to record, as a full disk would."""

    def record(self, stage: str, round: int, reports: Sequence[Report]) -> None:
        raise OSError("no space left")


async def test_reports_that_cannot_be_recorded_are_not_used() -> None:
    told: list[RoundSummary] = []
    asking = replace(
        server(TableEngine(SIZES), FullLog()), progress=lambda _stage, s: told.append(s)
    )

    with pytest.raises(OSError, match="no space"):
        await searched(asking, RACE)

    assert told == []


@pytest.mark.parametrize(
    ("schedule", "ended", "rounds"),
    [
        (RACE, "finished", 4),
        (replace(RACE, rounds=4), "rounds spent", 4),
        (replace(RACE, rounds=2), "rounds spent", 2),
        (replace(RACE, requests=12 * 12), "requests spent", 1),
        (replace(RACE, requests=12 * 12 - 1), "requests spent", 0),
        (DESCENT, "rounds spent", 6),
    ],
)
async def test_a_search_says_why_it_ended(schedule: Schedule, ended: str, rounds: int) -> None:
    optimizer = PolicyGradient() if schedule is DESCENT else Halving()

    outcome = await searched(server(TableEngine(SIZES)), schedule, optimizer)

    assert outcome.ended == ended
    assert len(outcome.rounds) == outcome.state.round == rounds
    assert outcome.requests <= schedule.requests


async def test_requests_are_those_that_were_distinct() -> None:
    engine = TableEngine(SIZES)

    outcome = await searched(server(engine), RACE)

    assert outcome.requests == len(engine.asked)
    assert outcome.rounds[-1].requests == outcome.requests
    assert sum(summary.asked for summary in outcome.rounds) > outcome.requests


async def test_only_participants_are_asked() -> None:
    engine = TableEngine(SIZES)
    schedule = replace(RACE, clients_per_round=2)

    outcome = await searched(server(engine), schedule)

    expected = [schedule.participants(tuple(SIZES), r, SEED) for r in range(len(outcome.rounds))]
    assert [names for _, names in engine.rounds] == expected
    assert [summary.clients for summary in outcome.rounds] == expected


async def test_progress_is_told_every_round_in_order() -> None:
    told: list[tuple[str, RoundSummary]] = []
    asking = replace(server(TableEngine(SIZES)), progress=lambda stage, s: told.append((stage, s)))

    outcome = await searched(asking, RACE)

    assert told == [("search", summary) for summary in outcome.rounds]


async def test_a_summary_holds_the_figures_of_its_round() -> None:
    log = MemoryLog()

    outcome = await searched(server(TableEngine(SIZES), log), RACE)

    reports, summary = log.kept["search", 1], outcome.rounds[1]
    sums = np.sum([report.statistics["loss_sum"] for report in reports], axis=0)
    losses = sums / sum(report.weight for report in reports)
    best = int(np.argmin(losses))
    assert (summary.round, summary.candidates, summary.block) == (1, 6, 8)
    assert (summary.best_loss, summary.mean_loss) == (losses.min(), losses.mean())
    assert summary.client_losses == tuple(
        (r.client, r.statistics["loss_sum"][best] / r.weight) for r in reports
    )
    assert (summary.missing, summary.unreadable) == (0, 3)
    assert [round(sum(slot), 9) for slot in summary.distribution] == [1.0, 1.0]


async def test_local_searches_are_summarised_without_losses() -> None:
    schedule = Schedule(rounds=2, candidates=4, block=8)
    start = Categorical((np.zeros(3),))
    driver = LocalSearches(LinearPool(), schedule, {})

    outcome = await server(TableEngine(SIZES)).search("search", driver, schedule, start)

    summary = outcome.rounds[-1]
    assert outcome.ended == "rounds spent"
    assert (summary.candidates, summary.block, summary.client_losses) == (0, 0, ())
    assert (summary.best_loss, summary.mean_loss) == (0.0, 0.0)
    assert summary.requests == outcome.requests == 2 * 3 * 4 * 8
