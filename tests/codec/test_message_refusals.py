"""Whatever does not fit is refused with the name of its field, and nothing else ever happens."""

import base64
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.codec.messages import (
    MAX_BYTES,
    decode_assignment,
    decode_report,
    decode_state,
    encode_assignment,
    encode_report,
    encode_state,
)
from fedbbpt.distributions import Categorical, Distribution, Gaussian, Grouped, Point, Product
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Block, Evaluate, Report, Score, Search, State

TABLE = Categorical((np.zeros(2), np.zeros(3)))
POINTS = np.zeros((2, 2))
DECODERS: dict[str, Callable[[bytes], object]] = {
    "report": decode_report,
    "assignment": decode_assignment,
    "state": decode_state,
}
Path = Sequence[str | int]


def assignment(work: Score | Search | Evaluate) -> bytes:
    return encode_assignment(Assignment(0, work, TABLE, "f", 1))


def state(distribution: Distribution) -> bytes:
    return encode_state(State(1, distribution, {"losses": np.ones(2)}))


GROUPED = Grouped((("news", TABLE), ("films", TABLE)))
MESSAGES = {
    "report": encode_report(
        Report("anna", 1, "f", {"loss_sum": np.ones(2)}, frozenset({"loss_sum"}), 8.0, 16, 0, 1, 16)
    ),
    "score": assignment(Score(POINTS, Block(0, 8))),
    "search": assignment(Search(4, 2, Block(0, 8))),
    "evaluate": assignment(Evaluate(POINTS, (0, 1), "dev")),
    "state": state(TABLE),
    "cloud": state(Product((Gaussian(np.zeros(2), 1.0, np.ones(2)), Point(np.zeros(1))))),
    "groups": state(GROUPED),
}


def array(values: object) -> dict[str, object]:
    plain = np.asarray(values, dtype="<f8")
    return {"shape": list(plain.shape), "f8": base64.b64encode(plain.tobytes()).decode()}


def changed(name: str, path: Path, value: object) -> bytes:
    """Return a good message with one field replaced."""
    body: Any = orjson.loads(MESSAGES[name])
    place = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return orjson.dumps(body)


def decode(name: str, data: bytes) -> object:
    return DECODERS[orjson.loads(MESSAGES[name])["kind"]](data)


LOSS: Path = ("statistics", "loss_sum")
X = {"kind": "point", "x": array([0.0])}


def deep(levels: int) -> object:
    body: object = X
    for _ in range(levels):
        body = {"kind": "product", "parts": [body]}
    return body


REFUSED: list[tuple[str, Path, object, str]] = [
    ("report", ("schema",), 2, "schema"),
    ("report", ("schema",), "1", "schema"),
    ("report", ("schema",), True, "schema"),
    ("report", ("kind",), "state", "not a report"),
    ("report", ("kind",), None, "not a report"),
    ("report", LOSS, array([1.0, np.nan]), "loss_sum"),
    ("report", LOSS, array([np.inf, 1.0]), "loss_sum"),
    ("report", LOSS, {**array([1.0]), "shape": [2]}, "loss_sum"),
    ("report", LOSS, {**array([1.0]), "shape": []} | {"f8": ""}, "loss_sum"),
    ("report", LOSS, {**array([1.0]), "shape": [-1]}, "loss_sum.shape"),
    ("report", LOSS, {**array([1.0]), "shape": [True]}, "loss_sum.shape"),
    ("report", LOSS, {**array([1.0]), "shape": [1.0]}, "loss_sum.shape"),
    ("report", LOSS, {**array([1.0]), "shape": [1, 1, 1, 1, 1]}, "loss_sum"),
    ("report", LOSS, {"shape": [0, 2**63 - 1], "f8": ""}, "loss_sum"),
    ("report", LOSS, {"shape": [2**64 - 1, 0], "f8": ""}, "loss_sum"),
    ("report", LOSS, {**array([1.0]), "f8": "not base64!!"}, "loss_sum: not base64"),
    ("report", LOSS, {**array([1.0]), "f8": "é" * 12}, "loss_sum: not base64"),
    ("report", LOSS, [1.0, 2.0], "loss_sum"),
    ("report", ("statistics",), [], "statistics"),
    ("report", ("statistics", "a" * 65), array([1.0]), "statistics"),
    ("report", ("statistics", "red\x1b[31m"), array([1.0]), "statistics"),
    ("report", ("additive",), ["unknown"], "additive"),
    ("report", ("additive",), "loss_sum", "additive"),
    ("report", ("client",), "a" * 65, "client"),
    ("report", ("client",), "two\nlines", "client"),
    ("report", ("client",), 7, "client"),
    ("report", ("fingerprint",), "\u202e", "fingerprint"),
    ("report", ("weight",), -1.0, "weight"),
    ("report", ("weight",), None, "weight"),
    ("report", ("weight",), True, "weight"),
    ("report", ("round",), -1, "round"),
    ("report", ("asked",), True, "asked"),
    ("report", ("missing",), 1.0, "missing"),
    ("report", ("unreadable",), "1", "unreadable"),
    ("report", ("calls",), -1, "calls"),
    ("evaluate", ("work", "pairs"), [[0]], "pairs: expected 2 values"),
    ("evaluate", ("work", "pairs"), [[0, -1]], "pairs"),
    ("evaluate", ("work", "pairs"), 7, "pairs: expected a list"),
    ("score", ("work", "kind"), "dance", "work"),
    ("score", ("work",), [], "work"),
    ("score", ("work", "block"), [0], "block"),
    ("score", ("work", "block"), [0, 8, 8], "block"),
    ("score", ("work", "block"), [-1, 8], "block.start"),
    ("score", ("work", "block", 1), False, "block.size"),
    ("score", ("work", "points"), array([[np.nan]]), "points"),
    ("search", ("work", "candidates"), -1, "candidates"),
    ("search", ("work", "generations"), 1.5, "generations"),
    ("evaluate", ("work", "samples"), [-1], "samples"),
    ("evaluate", ("work", "split"), "a" * 65, "split"),
    ("score", ("seed",), -1, "seed"),
    ("score", ("distribution", "kind"), "cauchy", "distribution"),
    ("score", ("distribution", "logits"), [], "logits"),
    ("score", ("distribution", "logits", 0), array([np.inf]), "logits"),
    ("score", ("distribution", "logits", 0), array([[0.0, 0.0]]), "logits"),
    ("score", ("distribution", "logits", 0), array([1.7e308, 1.7e308]), "logits"),
    ("cloud", ("distribution", "parts"), {}, "parts"),
    ("cloud", ("distribution", "parts", 0, "sigma"), 0.0, "sigma"),
    ("cloud", ("distribution", "parts", 0, "sigma"), True, "sigma"),
    ("cloud", ("distribution", "parts", 0, "cov"), array([1.0]), "cov"),
    ("cloud", ("distribution", "parts", 0, "mean"), array([[1.0]]), "mean"),
    ("groups", ("distribution", "groups", 0), ["news"], "groups"),
    ("groups", ("distribution", "groups", 0, 0), "n\x00", "groups"),
    ("state", ("distribution",), None, "distribution"),
    ("state", ("distribution",), deep(5), "nested too deep"),
    ("state", ("distribution",), deep(100), "nested too deep"),
    ("state", ("memory", "losses"), None, "memory.losses"),
]


@pytest.mark.parametrize(("name", "path", "value", "field"), REFUSED)
def test_what_does_not_fit_is_refused_with_the_name_of_its_field(
    name: str, path: Path, value: object, field: str
) -> None:
    data = changed(name, path, value)

    with pytest.raises(MessageError) as refused:
        decode(name, data)

    assert field in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("name", MESSAGES)
def test_every_field_is_needed(name: str) -> None:
    body = orjson.loads(MESSAGES[name])

    for field in body:
        without = {name: value for name, value in body.items() if name != field}
        with pytest.raises(MessageError, match=field if field not in {"kind"} else "not a"):
            decode(name, orjson.dumps(without))


def test_nesting_up_to_the_limit_is_read() -> None:
    assert decode_state(changed("state", ("distribution",), deep(4)))


def test_nesting_without_end_is_refused_by_the_parser() -> None:
    with pytest.raises(MessageError):
        decode_state(b'{"kind":"state","distribution":' + b"[" * 100_000)


def test_a_message_may_be_as_long_as_the_limit_and_no_longer() -> None:
    data = MESSAGES["report"]

    assert decode_report(data + b" " * (MAX_BYTES - len(data)))
    with pytest.raises(MessageError, match=f"at most {MAX_BYTES}"):
        decode_report(data + b" " * (MAX_BYTES - len(data) + 1))


@pytest.mark.parametrize("name", MESSAGES)
def test_no_beginning_of_a_message_is_a_message(name: str) -> None:
    data = MESSAGES[name]

    for length in range(len(data)):
        with pytest.raises(MessageError):
            decode(name, data[:length])


@given(st.binary(max_size=200), st.sampled_from(sorted(DECODERS)))
def test_random_bytes_are_refused(data: bytes, kind: str) -> None:
    with pytest.raises(MessageError):
        DECODERS[kind](data)


@given(st.sampled_from(sorted(MESSAGES)), st.data())
def test_a_flipped_byte_is_refused_or_read_but_never_breaks_anything(
    name: str, data: st.DataObject
) -> None:
    flipped = bytearray(MESSAGES[name])
    place = data.draw(st.integers(0, len(flipped) - 1))
    flipped[place] = data.draw(st.integers(0, 255))

    with contextlib.suppress(MessageError):
        assert decode(name, bytes(flipped))


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(MESSAGES)), json_values, st.data())
def test_any_json_in_any_field_is_refused_or_read(
    name: str, value: object, data: st.DataObject
) -> None:
    body: Any = orjson.loads(MESSAGES[name])
    place = body
    while True:
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = value

    with contextlib.suppress(MessageError):
        assert decode(name, orjson.dumps(body))
