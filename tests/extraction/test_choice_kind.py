import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.choice import Choice

QUESTION = "Capital of France?\nA) Paris\nB) Rome\n(C) Oslo\nD. New York\nE) York"
READER = Choice().about(QUESTION)
PRICES = Choice().about("How much?\nA) $61\nB) $65\nC) $78.20\nD) 1,000")
NONE, SEVERAL = Abstain("no answer"), Abstain("several answers")


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("A", "A"),
        ("(a)", "A"),
        ("**B.**", "B"),
        ("new york", "D"),
        ("York.", "E"),
        ("D. New York", "D"),
        ("I think it is Paris", "A"),
        ("The answer is (A), not (B).", "A"),
        ("The correct option is C) Oslo because A is hot.", "C"),
        ("**Answer:** b", "B"),
        ("A) Paris\nB) Rome\n\nThe answer is New York", "D"),
        ("The answer is: \n\nC) Oslo", "C"),
        ('The answer is "A"', "A"),
        ("\\boxed{\\text{B}}", "B"),
        ("B) because A is wrong", "B"),
        ("I would choose C here.", "C"),
        ("Paris is nice. It must be (D).", "D"),
        ("Rome is old.\nSo it has to be Paris.", "A"),
        ("The answer is a city. The answer is A", "A"),
        ("A) Paris\nB) Rome\nC) Oslo\nIt must be Rome.", "B"),
    ],
)
def test_an_option_is_read_by_letter_or_by_text(reply: str, letter: str) -> None:
    assert READER.extract(reply) == letter


@pytest.mark.parametrize(
    ("reply", "abstained"),
    [
        ("Paris or Rome", SEVERAL),
        ("The answer is either A or B.", SEVERAL),
        ("The answer is (A) and (B).", SEVERAL),
        ("A cat", NONE),
        ("I think so.", NONE),
        ("The answer is a city.", NONE),
        ("The answer is not A.", NONE),
        ("Parisian", NONE),
        ("F", NONE),
        ("A) Paris\nB) Rome\n(C) Oslo\nD. New York\nE) York", NONE),
        ("A) Paris\n\nD) New York", NONE),
    ],
)
def test_no_option_or_several_abstain(reply: str, abstained: Abstain) -> None:
    assert READER.extract(reply) == abstained


@pytest.mark.parametrize(
    ("reply", "letter"),
    [("The answer is 61 dollars.", "A"), ("Answer: 78.2", "C"), ("$65", "B"), ("1,000", "D")],
)
def test_an_option_that_is_a_number_is_read_by_its_value(reply: str, letter: str) -> None:
    assert PRICES.extract(f"Let me see.\n{reply}") == letter


def test_options_may_stand_in_one_line() -> None:
    reader = Choice().about("What is 2 + 3? Answer Choices: (A) 4 (B) 5 (C) 6")

    assert reader.canonical("5") == "B"
    assert reader.extract("It is (C).") == "C"


def test_without_listed_options_letters_only_are_read() -> None:
    reader = Choice("AB").about("Which one?")

    assert reader.extract("The answer is B") == "B"
    assert reader.extract("The answer is C") == NONE
    assert reader.canonical("Rome") == NONE


@given(
    st.sampled_from("ABCDE"), st.sampled_from(["{}", "({})", "{}.", "Answer: {}", "It is ({})."])
)
def test_every_letter_is_read_as_itself(letter: str, frame: str) -> None:
    assert READER.extract(frame.format(letter)) == letter


@pytest.mark.parametrize("letters", ["A", "AA", "Aa", "A1", "\u00c4B"])
def test_letters_that_are_no_choice_are_refused(letters: str) -> None:
    with pytest.raises(ValueError, match=r"^letters: "):
        Choice(letters)
