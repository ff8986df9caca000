import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.answers import Text
from fedbbpt.data import Example
from fedbbpt.metrics.token_f1 import TokenF1

words = st.text(max_size=30)


def score(said: str, *targets: str) -> float:
    return TokenF1().item(Text(said), Example("1", "", targets))


@pytest.mark.parametrize(
    ("said", "target", "expected"),
    [
        ("The U.S. Army", "us army", 1.0),
        ("in Paris, France", "Paris", 0.5),
        ("big big dog", "big dog", 0.8),
        ("cat", "dog", 0.0),
        ("the", "", 1.0),
        ("", "dog", 0.0),
        ("...", "dog", 0.0),
    ],
)
def test_the_overlap_of_words_is_scored(said: str, target: str, expected: float) -> None:
    assert score(said, target) == pytest.approx(expected)


def test_the_best_target_counts() -> None:
    assert score("a red fox", "blue whale", "red fox") == 1.0


def test_articles_count_if_asked_for() -> None:
    assert TokenF1(articles=True).words("The a b") == ["the", "a", "b"]


@given(words)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = TokenF1().words(text)

    assert TokenF1().words(" ".join(once)) == once


@given(words, words)
def test_answer_and_target_may_change_places(first: str, second: str) -> None:
    assert score(first, second) == score(second, first)


@given(words)
def test_a_text_meets_itself(text: str) -> None:
    assert score(text, text) == 1.0
