import pytest

from fedbbpt.extraction import Abstain, same
from fedbbpt.extraction.text import FreeText

READER = FreeText().about("")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The U.S.  Army", "us army"),
        ('"Paris."', "paris"),
        ("ice-cream", "ice cream"),
        ("Stra\u00dfe", "STRASSE"),
        ("e\u0301t\u00e9", "\u00c9T\u00c9"),
        ("1,000 apples", "1000 apples"),
        ("don\u2019t", "don't"),
        ("**yajo**", "yajo"),
    ],
)
def test_case_marks_articles_and_spacing_do_not_count(first: str, second: str) -> None:
    assert same(READER, first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [("-5", "5"), ("C++", "C"), ("5 %", "5"), ("3.5", "35"), (") )", ") }"), ("not red", "red")],
)
def test_signs_that_change_a_value_do_count(first: str, second: str) -> None:
    assert not same(READER, first, second)
    assert same(READER, first, first)


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("The last letters are y and a. The answer is ya.", "ya"),
        ("Answer: not the same\nI am sure.", "not same"),
        ("yajo", "yajo"),
        ("So, the answer is ) }.", ") }"),
        ("The", "the"),
    ],
)
def test_the_answer_is_what_is_announced_or_a_reply_of_one_line(reply: str, answer: str) -> None:
    assert READER.extract(reply) == answer


def test_several_lines_without_an_announcement_abstain() -> None:
    assert READER.extract("First this.\nThen that.") == Abstain("no answer")


def test_a_text_that_is_too_long_to_be_an_answer_abstains() -> None:
    short = FreeText(longest=3).about("")

    assert short.canonical("one two three") == "one two three"
    assert short.canonical("one two three four") == Abstain("no answer")
    with pytest.raises(ValueError, match=r"^longest: "):
        FreeText(longest=0)
