"""Which replies prove that chosen tokens' log-probabilities can be had, and which only seem to."""

from collections.abc import Sequence
from typing import Any

import pytest

from fedbbpt.diagnosis.exact import first_position, forced_unbiased, names_all, shares_all
from fedbbpt.diagnosis.probes import Reply

IDS = (811, 907)

Entries = Sequence[dict[str, Any]]


def reply(own: dict[str, Any], top: Entries, name: str = "top_logprobs") -> Reply:
    position = {**own, name: list(top)}
    return Reply(0.1, 200, body={"choices": [{"logprobs": {"content": [position]}}]})


def entry(token_id: int, logprob: float, **more: object) -> dict[str, Any]:
    return {"token": "t", "id": token_id, "logprob": logprob, **more}


def marked(token_id: int) -> dict[str, Any]:
    return {"token": f"token_id:{token_id}", "logprob": -9.0}


def test_a_server_that_heeds_the_ids_names_both() -> None:
    heeded = reply(entry(5, -0.1), [marked(5), marked(811), marked(907)])
    ignored = reply(entry(5, -0.1), [entry(5, -0.1), entry(6, -2.0)])
    half = reply(entry(5, -0.1), [marked(811), entry(6, -2.0)])

    assert names_all(heeded, IDS)
    assert not names_all(ignored, IDS)
    assert not names_all(half, IDS)


def test_a_forced_token_proves_something_only_with_its_true_rank() -> None:
    others = [entry(5, -0.1), entry(6, -2.0)]

    assert forced_unbiased(reply(entry(907, -11.4), others), 907)
    assert not forced_unbiased(reply(entry(907, -0.0), [entry(907, -0.0)]), 907)  # bias counted
    assert not forced_unbiased(reply(entry(5, -0.1), others), 907)  # bias ignored
    assert not forced_unbiased(reply(entry(907, -11.4), []), 907)


def test_shares_are_of_the_two_tokens_alone_and_make_a_whole() -> None:
    def shares(*pairs: tuple[int, float]) -> Reply:
        top = [{"token": "t", "id": token_id, "prob": share} for token_id, share in pairs]
        return reply({"token": "t", "id": 907, "prob": 0.8}, top, "top_probs")

    assert shares_all(shares((907, 0.8), (811, 0.2)), IDS)
    assert not shares_all(shares((907, 0.5), (811, 0.2)), IDS)
    assert not shares_all(shares((907, 0.5), (5, 0.5)), IDS)
    assert not shares_all(shares((907, 0.5), (811, 0.25), (811, 0.25)), IDS)


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"choices": []},
        {"choices": [{"logprobs": None}]},
        {"choices": [{"logprobs": {"content": []}}]},
        {"choices": [{"logprobs": {"content": ["x"]}}]},
        {"choices": [{"logprobs": {"content": [{"token": "t"}]}}]},
    ],
)
def test_a_body_without_a_report_proves_nothing(body: object) -> None:
    found = Reply(0.1, 200, body=body)

    assert first_position(body) is None
    assert not names_all(found, IDS)
    assert not forced_unbiased(found, 907)
    assert not shares_all(found, IDS)
