"""Text of strangers steers no terminal and hides nothing."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.canonical import canonical_json
from fedbbpt.safe_text import safe_json, safe_text

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", r"\x1b]52;c;aGk=\x07"),
        ("null\x00 delete\x7f csi\x9b", r"null\x00 delete\x7f csi\x9b"),
        ("line\r\n", "line\\x0d\n"),
        ("\u202ekcab\u2066\u200f", r"\u202ekcab\u2066\u200f"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("half\ud800", r"half\ud800"),
    ],
)
def test_characters_that_steer_or_hide_become_visible_escapes(text: str, shown: str) -> None:
    assert safe_text(text) == shown


@pytest.mark.parametrize("text", ["", "a\tb\nc", "Grüße, 世界 \U0001f600", "[red]{{ x }}<b>&amp;"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


@given(ANY_TEXT)
def test_doing_it_twice_is_doing_it_once(text: str) -> None:
    assert safe_text(safe_text(text)) == safe_text(text)


@given(ANY_TEXT)
def test_no_control_character_is_left_and_all_can_be_encoded(text: str) -> None:
    shown = safe_text(text)

    assert {c for c in shown if unicodedata.category(c) in {"Cc", "Cs"}} <= {"\n", "\t"}
    assert shown.encode("utf-8").decode("utf-8") == shown


@given(st.dictionaries(st.text(), st.text()))
def test_safe_json_says_the_same_and_steers_nothing(value: dict[str, str]) -> None:
    shown = safe_json(canonical_json(value))

    assert json.loads(shown) == value
    assert safe_text(shown.decode()) == shown.decode()
