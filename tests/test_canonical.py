"""The canonical form: one value, one form, one digest."""

import hashlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.canonical import canonical_json, digest

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


def reordered(value: object) -> object:
    """Return an equal value whose objects list their keys the other way round."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(list(value))}
    if isinstance(value, list):
        return [reordered(item) for item in value]
    return value


@given(values)
def test_the_canonical_form_reads_back_as_the_value(value: object) -> None:
    assert orjson.loads(canonical_json(value)) == value


@given(values)
def test_the_order_of_keys_does_not_matter(value: object) -> None:
    assert canonical_json(reordered(value)) == canonical_json(value)


@given(values)
def test_reading_and_writing_again_gives_the_same_bytes(value: object) -> None:
    written = canonical_json(value)

    assert canonical_json(orjson.loads(written)) == written


@given(values)
def test_a_digest_is_the_sha256_of_the_canonical_form(value: object) -> None:
    assert digest(value) == hashlib.sha256(canonical_json(value)).hexdigest()


def test_the_order_of_a_list_and_the_type_of_a_value_matter() -> None:
    different: list[object] = [[1, 2], [2, 1], [1, "2"], [1.5], ["1.5"], [None], [], {}, [True]]

    assert len({digest(value) for value in different}) == len(different)


def test_a_digest_never_changes() -> None:
    assert digest({"b": [1, 2.5, "ü"], "a": None}) == (
        "3ca4eda1ebfd02e4296104981a1e65d4e87e99084ac993fafbc515a8f6a8ad84"
    )


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", object(), {1: "a"}, "\ud800", 2**64])
def test_what_json_cannot_carry_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)
