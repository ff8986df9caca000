"""What is decided once on held-out items does not rest on an outage."""

from collections.abc import Mapping

import numpy as np
import pytest
from fake_federation import FINGERPRINT, MemoryLog

from fedbbpt.distributions import Point
from fedbbpt.errors import QuorumError
from fedbbpt.messages import Assignment, Block, Evaluate, Report, Score, State, Work
from fedbbpt.server import Server

START = State(0, Point(np.zeros(1)))
COMPARED = Evaluate(np.zeros((2, 1)), (0, 0), "test")
SUMS = {"loss_sum": np.zeros(2)}
SCORED = Score(np.zeros((2, 1)), Block(0, 8))


class Gappy:
    """Two owners with 100 items each, of which ``missing`` had no reply."""

    def __init__(self, missing: int) -> None:
        self.missing = missing

    @property
    def sizes(self) -> dict[str, int]:
        return {"anna": 50, "bert": 50}

    async def gather(self, assignments: Mapping[str, Assignment]) -> list[Report]:
        return [
            Report(name, 0, FINGERPRINT, SUMS, frozenset(), 40, 100, self.missing, 0, 0)
            for name in sorted(assignments)
        ]


async def asked(missing: int, work: Work) -> MemoryLog:
    log = MemoryLog()
    await Server(Gappy(missing), log, FINGERPRINT, 1).round("test", START, work, ("anna", "bert"))
    return log


async def test_a_comparison_with_many_gaps_is_not_made_and_not_recorded() -> None:
    log = MemoryLog()
    server = Server(Gappy(6), log, FINGERPRINT, 1)

    with pytest.raises(QuorumError, match="12 of 200 items have no usable reply, more than 5%"):
        await server.round("test", START, COMPARED, ("anna", "bert"))

    assert log.kept == {}


async def test_a_comparison_with_few_gaps_is_made() -> None:
    log = await asked(5, COMPARED)

    assert list(log.kept) == [("test", 0)]


async def test_a_search_goes_on_with_gaps() -> None:
    log = await asked(60, SCORED)

    assert list(log.kept) == [("test", 0)]
