import asyncio
from pathlib import Path

import pytest
from mock_asking import ask_all, connector_of, questions
from mock_faults import FAULTS
from mock_model import answer_to
from mock_plans import Outage
from mock_server import MockEndpoint, serving

COUNT, CONCURRENCY = 600, 16
MOST = 1.1
"""Calls in all, for each question."""


@pytest.mark.parametrize("name", ["503", "500", "reset before the reply", "garbage text"])
@pytest.mark.parametrize("seconds", [2.0, pytest.param(20.0, marks=pytest.mark.torture)])
def test_an_outage_in_the_middle_is_outlasted_and_hardly_costs_a_call(
    tmp_path: Path, name: str, seconds: float
) -> None:
    outage = Outage(COUNT // 2, seconds, FAULTS[name])
    with serving(MockEndpoint(latency_seconds=0.002, faults=outage)) as server:
        connector = connector_of(server.url, concurrency=CONCURRENCY)

        outcome = asyncio.run(ask_all(connector, tmp_path / "calls.log", questions(COUNT)))

        expected = [answer_to(server.model, one) for one in questions(COUNT)]
    assert list(outcome.completions) == expected
    assert outcome.missing == 0
    assert CONCURRENCY / 2 <= outage.met <= 2 * CONCURRENCY  # those under way, then probes
    assert server.number <= MOST * (COUNT + 1)
    assert outcome.ledger.calls <= server.bill <= outcome.ledger.calls + outage.met
