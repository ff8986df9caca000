import re

import pytest

from fedbbpt.completions import Completion
from fedbbpt.errors import ConfigError
from fedbbpt.extraction import Abstain
from fedbbpt.extraction.choice import Choice
from fedbbpt.extraction.number import Number
from fedbbpt.extraction.own_function import OwnFunction
from fedbbpt.extraction.reply import answer_of, answer_of_second
from fedbbpt.extraction.yes_no import YesNo

NUMBER = Number().about("")


@pytest.mark.parametrize(
    ("completion", "found"),
    [
        (Completion("The answer is 7."), "7"),
        (Completion("The answer is 7.", "content_filter"), Abstain("refused")),
        (Completion("", "refusal"), Abstain("refused")),
        (Completion("So he has 7 ap", "length"), Abstain("truncated")),
        (Completion("<think>3 or 4", "length"), Abstain("truncated")),
        (Completion("The answer is 7. Now", "length"), "7"),
        (Completion("As an AI, I have no 7 opinions."), Abstain("refused")),
        (Completion(""), Abstain("no answer")),
    ],
)
def test_what_is_cut_off_or_kept_back_abstains(completion: Completion, found: object) -> None:
    assert answer_of(completion, NUMBER) == found


@pytest.mark.parametrize(
    ("completion", "found"),
    [
        (Completion(" 12.\n\nQ: 3 + 4?"), "12"),
        (Completion(" 12 apples, since 3 x 4", "length"), "12"),
        (Completion("12", "length"), Abstain("truncated")),
        (Completion(" 16*3.5 = $56.\n\nI hope this helps!"), "56"),
        (Completion(" $7 + $2 * 3 =\n\n$7 + $6 =\n\n$13"), "13"),
        (Completion("\nNo idea.\nThe answer is 5."), "5"),
        (Completion("I cannot answer 3", "stop"), Abstain("refused")),
        (Completion("12", "content_filter"), Abstain("refused")),
    ],
)
def test_a_second_call_is_read_from_its_first_line(completion: Completion, found: object) -> None:
    assert answer_of_second(completion, NUMBER) == found


def test_a_second_call_gives_letters_and_yes_or_no_as_well() -> None:
    options = Choice().about("Which?\nA) red\nB) blue")

    assert answer_of_second(Completion(" (B) blue."), options) == "B"
    assert answer_of_second(Completion(" yes, it does"), YesNo()) == "yes"


def last_word(text: str) -> object:
    return 5 if text == "five" else next(reversed(re.findall(r"\w+", text)), None)


def test_a_function_of_ones_own_extracts_and_its_texts_are_compared() -> None:
    kind = OwnFunction("mine:last_word", last_word)
    reader = kind.about("any")

    assert answer_of(Completion("it is  blue!"), reader) == "blue"
    assert answer_of(Completion("..."), reader) == Abstain("no answer")
    assert answer_of(Completion("it is bl", "length"), reader) == Abstain("truncated")
    assert reader.canonical("  dark   blue ") == "dark blue"


def test_a_function_of_ones_own_that_gives_no_text_is_named() -> None:
    reader = OwnFunction("mine:last_word", last_word).about("")

    with pytest.raises(ConfigError, match=r"^mine:last_word: gave a int"):
        reader.extract("five")
