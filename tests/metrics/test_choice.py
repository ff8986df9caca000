import pytest

from fedbbpt.answers import Text
from fedbbpt.data import Example
from fedbbpt.metrics.choice import Choice

QUESTION = "Capital of France?\nA) Paris\nB) Rome\n(C) Oslo\nD. New York"


def score(said: str, target: str, question: str = QUESTION) -> float:
    return Choice().item(Text(said), Example("1", question, (target,)))


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("A", "A"),
        ("(a)", "A"),
        ("**B.**", "B"),
        ("**B.**", "Rome"),
        ("B. Rome", "B"),
        ("Paris", "A"),
        ("Paris.", "Paris"),
        ("new york", "D"),
        ("I think it is Paris", "A"),
        ("The answer is (A).", "A"),
        ("answer: b", "B"),
        ("Answer: A) Paris", "A"),
        ("A: Paris", "A"),
        ("B) because A is wrong", "B"),
        ("Answer: B or rather, answer: A", "A"),
        ("The correct option is C.", "Oslo"),
    ],
)
def test_an_option_is_named_by_its_letter_or_by_its_text(said: str, target: str) -> None:
    assert score(said, target) == 1.0


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("B", "A"),
        ("Rome", "A"),
        ("Paris or Rome", "A"),
        ("A cat", "A"),
        ("The answer is a city", "A"),
        ("E", "A"),
        ("", "A"),
        ("Parisian", "A"),
    ],
)
def test_another_option_or_none_or_several_score_nothing(said: str, target: str) -> None:
    assert score(said, target) == 0.0


def test_without_options_in_the_input_letters_and_texts_are_compared_as_they_are() -> None:
    assert score("(B)", "B", question="Which one?") == 1.0
    assert score("The answer is B", "B", question="Which one?") == 1.0
    assert score("Rome", "rome", question="Which one?") == 1.0
    assert score("Rome", "B", question="Which one?") == 0.0


@pytest.mark.parametrize("letters", ["A", "AA", "Aa", "A1", "\u00c4B"])
def test_letters_that_are_no_choice_are_refused(letters: str) -> None:
    with pytest.raises(ValueError, match=r"^letters: "):
        Choice(letters)


def test_letters_may_be_others() -> None:
    assert Choice("PQ").item(Text("(q)"), Example("1", "", ("Q",))) == 1.0
