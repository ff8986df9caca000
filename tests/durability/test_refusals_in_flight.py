"""A refusal for good stops what has not begun; what is under way lands and is never paid again."""

import asyncio
from pathlib import Path

import pytest
from mock_asking import ask_all, connector_of, questions
from mock_faults import saying
from mock_model import answer_to
from mock_plans import at
from mock_received import Fault
from mock_server import MockEndpoint, serving

COUNT, CONCURRENCY, REFUSED_AT = 200, 32, 100
FINGERPRINT = 2
"""The question that tells the model is asked whenever the endpoint is opened, here twice."""


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(saying("bad prompt", 400), id="400"),
        pytest.param(saying("no key", 401), id="401"),
        pytest.param(saying("quota", 429, "insufficient_quota"), id="quota"),
    ],
)
def test_each_question_is_billed_once_whatever_was_refused_in_the_middle(
    tmp_path: Path, fault: Fault
) -> None:
    with serving(MockEndpoint(latency_seconds=0.05, faults=at(REFUSED_AT, fault))) as server:
        connector = connector_of(server.url, concurrency=CONCURRENCY)

        outcome = asyncio.run(ask_all(connector, tmp_path / "calls.log", questions(COUNT)))

        expected = [answer_to(server.model, one) for one in questions(COUNT)]
    assert list(outcome.completions) == expected
    assert outcome.refused == 1
    assert server.bill == outcome.ledger.calls == COUNT + FINGERPRINT
    assert outcome.ledger.possibly_billed == 0
    assert server.number == COUNT + FINGERPRINT + 1
