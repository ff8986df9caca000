"""Recommended settings written as TOML."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.diagnosis.toml_text import toml_text

TEXTS = st.text(st.characters(codec="utf-8"))
PLAIN = TEXTS | st.integers(-(2**53), 2**53) | st.booleans() | st.floats(-1e9, 1e9)
VALUES = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(TEXTS, PLAIN, max_size=3)
KEYS = st.from_regex(r"[a-z_]{1,9}", fullmatch=True)


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=3), max_size=3))
def test_what_is_written_is_what_is_read(tables: dict[str, dict[str, object]]) -> None:
    assert tomllib.loads(toml_text(tables)) == tables
