"""Texts on the way: what is sent is what arrives, and nothing else is let in."""

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.codec.messages import (
    decode_assignment,
    decode_report,
    decode_state,
    encode_assignment,
    encode_report,
    encode_state,
)
from fedbbpt.distributions import Categorical
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Propose, Report, State
from fedbbpt.spaces.growth import admitted

TEXTS = st.lists(st.text(min_size=1, max_size=30), max_size=5).map(
    lambda texts: admitted(texts, ()).texts
)
TABLE = Categorical((np.zeros(2),))


def assignment(texts: tuple[str, ...]) -> Assignment:
    work = Propose(np.array([[1.0], [0.0]]), np.array([0.75, 0.5]), 3)
    return Assignment(2, work, TABLE, "f", 7, texts)


def report(texts: tuple[str, ...], version: str = "v") -> Report:
    return Report("a", 2, "f", {}, frozenset(), 1.0, 3, 1, 0, 2, texts, version)


@given(TEXTS)
def test_an_assignment_arrives_with_its_work_and_texts(texts: tuple[str, ...]) -> None:
    arrived = decode_assignment(encode_assignment(assignment(texts)))

    assert arrived.texts == texts
    assert isinstance(arrived.work, Propose)
    assert arrived.work.points.tolist() == [[1.0], [0.0]]
    assert arrived.work.scores.tolist() == [0.75, 0.5]
    assert arrived.work.count == 3
    assert encode_assignment(arrived) == encode_assignment(assignment(texts))


@given(TEXTS)
def test_a_report_and_a_state_arrive_with_their_texts(texts: tuple[str, ...]) -> None:
    arrived = decode_report(encode_report(report(texts)))
    state = decode_state(encode_state(State(3, TABLE, {}, texts)))

    assert (arrived.proposals, arrived.version) == (texts, "v")
    assert state.texts == texts


def test_messages_without_texts_have_the_bytes_that_they_always_had() -> None:
    body = orjson.loads(encode_report(report((), "")))

    assert not {"proposals", "version"} & body.keys()
    assert "texts" not in orjson.loads(encode_assignment(assignment(())))


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["x" * 2001], "1 to 2000 characters"),
        ([""], "1 to 2000 characters"),
        (["say\x07"], "cannot be shown"),
        ([7], "1 to 2000 characters"),
        ("one", "expected a list"),
        (["x"] * 257, "at most 256"),
    ],
)
def test_texts_that_break_the_bounds_are_refused(texts: object, said: str) -> None:
    body = {**orjson.loads(encode_report(report(()))), "proposals": texts}

    with pytest.raises(MessageError, match=said):
        decode_report(orjson.dumps(body))
