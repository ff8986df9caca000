"""What a round costs the server: ``make bench ARGS=tests/benchmarks/test_server_cost.py``."""

import sys
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
import pytest
from fake_federation import MemoryLog
from gaussian_reports import Told, report
from quadratic_owners import FINGERPRINT, QuadraticObjective, VectorSpace, made_data

from fedbbpt.aggregators.mean import Mean
from fedbbpt.aggregators.running_mean import RunningMean
from fedbbpt.answers import Answer, Text
from fedbbpt.client import Client
from fedbbpt.codec.compact import Expected, decode_compact, encode_compact
from fedbbpt.data import Example
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.engines.local import Local
from fedbbpt.messages import Block, Report, Score, State
from fedbbpt.objective import Objective, Row
from fedbbpt.optimizers.nes import NES
from fedbbpt.prompts import Message, Prompt
from fedbbpt.server import Server
from fedbbpt.work.owner import Owner

SIZE = 500
REPORTS = 100_000
SECONDS = 3.0
CLIENTS = 2000
BELIEF = ("mean", "sigma", "cov")
PROMPT, SAID, ONES = Prompt((Message("user", "{input}"),)), Text("fine"), np.ones(8)


def uploads(distinct: int) -> list[bytes]:
    """Return reports of diagonal Gaussians as bytes."""
    rng = np.random.default_rng(0)
    made = []
    for _ in range(distinct):
        mean, cov = rng.standard_normal(SIZE), rng.uniform(0.5, 2, SIZE)
        made.append(encode_compact(report("anyone", Told(Gaussian(mean, 0.3, cov))), BELIEF))
    return made


def arriving(data: list[bytes], count: int) -> Iterator[Report]:
    """Decode one upload after the other."""
    expected = Expected(FINGERPRINT)
    for number in range(count):
        yield decode_compact(data[number % len(data)], f"{number:06d}", expected)


@pytest.mark.benchmark
def test_a_hundred_thousand_gaussians_are_decoded_checked_and_merged_in_three_seconds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = uploads(50)
    state = State(0, Gaussian(np.zeros(SIZE), 0.3))
    seconds = []

    for _ in range(3):
        stream = RunningMean(state)
        begun = time.process_time()
        stream.add_all(arriving(data, REPORTS))
        seconds.append(time.process_time() - begun)

    with capsys.disabled():
        sys.stdout.write(f"\n{REPORTS:,} reports of d = {SIZE}: {min(seconds):.2f} core-seconds\n")
    assert min(seconds) <= SECONDS


@pytest.mark.benchmark
def test_merging_takes_memory_for_a_few_reports_however_many_there_are() -> None:
    data = uploads(4)
    most = []

    for count in (200, 4000):
        tracemalloc.start()
        stream = RunningMean(State(0, Gaussian(np.zeros(SIZE), 0.3)))
        stream.add_all(arriving(data, count))
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert most[1] < 1.2 * most[0]
    assert most[1] < 200 * SIZE * 8


class _Nowhere(VectorSpace):
    """Decodes every point to one prompt."""

    def decode(self, point: Floats) -> Prompt:
        return PROMPT


class _Ready(QuadraticObjective):
    """Answers at once, the same for every item."""

    def losses(self, answers: Sequence[Answer], examples: Sequence[Example]) -> Floats:
        return ONES

    def scores(self, answers: Sequence[Answer], examples: Sequence[Example]) -> Floats:
        return ONES

    async def answers(self, rows: list[Row], examples: list[Example]) -> list[list[Answer]]:  # type: ignore[override]
        self.calls += len(rows) * len(examples)
        return [[SAID] * len(examples)] * len(rows)


@pytest.mark.benchmark
async def test_two_thousand_owners_are_simulated_in_a_second(
    capsys: pytest.CaptureFixture[str],
) -> None:
    start = Gaussian(np.zeros(4), 0.5)
    data = made_data("one", np.zeros(4), 8, np.random.default_rng(0))
    space = _Nowhere(start)
    clients = {}
    for number in range(CLIENTS):
        name = f"{number:04d}"
        own = type(data)(name, data.train, ())
        owner = Owner(own, (), space, cast(Objective, _Ready()), NES())
        clients[name] = Client(owner, FINGERPRINT)
    server = Server(Local(clients), MemoryLog(), FINGERPRINT, 0)
    work = Score(np.zeros((20, 4)), Block(0, 8))
    seconds = []

    for round in range(3):
        begun = time.process_time()
        reports = await server.round("search", State(round, start), work, tuple(clients))
        Mean()(State(round, start), reports)
        seconds.append(time.process_time() - begun)

    with capsys.disabled():
        sys.stdout.write(
            f"\n{CLIENTS:,} owners scored 20 candidates in {min(seconds):.2f} core-seconds\n"
        )
    assert len(reports) == CLIENTS
    assert min(seconds) <= 1.0
