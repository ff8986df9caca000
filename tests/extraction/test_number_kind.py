import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.extraction import Abstain, same
from fedbbpt.extraction.number import Number, asks_percent
from fedbbpt.extraction.numerals import number_pattern, numbers_in

READER = Number().about("")
NONE, SEVERAL = Abstain("no answer"), Abstain("several answers")


@pytest.mark.parametrize(
    "written",
    [
        *("1,000", "1000", "$1,000.00", "1000 dollars", r"\boxed{1{,}000}", "1 000", "1e3", "10^3"),
        *("1\u00a0000", "+1000", "**1000**", "$1k", "one thousand", "2000/2", "1 thousand"),
        *(
            r"\$1{,}000\text{ a year}",
            r"$1\,000$",
            "\u0661\u0660\u0660\u0660",
            "\uff11\uff10\uff10\uff10",
        ),
    ],
)
def test_one_number_has_one_form_however_it_is_written(written: str) -> None:
    assert READER.canonical(written) == "1000"
    assert READER.extract(f"Think of 3.\nThe answer is {written}.") == "1000"


@pytest.mark.parametrize(
    "half", ["0.5", "1/2", r"\frac12", r"\frac{1}{2}", "\u00bd", ".5", "50%", "5e-1"]
)
def test_a_fraction_is_exact(half: str) -> None:
    assert READER.canonical(half) == "1/2"


@pytest.mark.parametrize(
    ("first", "second"), [("123456", "123461"), ("-5", "5"), ("0.333", "1/3"), ("1000", "100")]
)
def test_different_numbers_are_different_answers(first: str, second: str) -> None:
    assert not same(READER, first, second)


@pytest.mark.parametrize(
    ("reply", "key"),
    [
        ("So 5 + 3 = 8 apples in 2 baskets.", "8"),
        ("The answer is 5 + 3 = 8.", "8"),
        ("The answer is 15 = 3 x 5", "15"),
        ("Answer: 18 because 9 + 9", "18"),
        ("The answer to this question is that he has 12 of 3 kinds.", "3"),
        ("Answer: about 5 (of 6)", "5"),
        ("Answer:\n\n**12**\n", "12"),
        ("## Final Answer\n12 km", "12"),
        ("#### -70,000", "-70000"),
        ("#### Step 1\nAdd 3.\nSo he has 7.", "7"),
        ("\\boxed{5} is wrong. \\boxed{\\text{it is }6}", "6"),
        ("The answer is 5. No: the answer is not 5. It is 6.\nThe answer is 7.", "7"),
        ("To find the answer: add 3.\nSo 7", "7"),
        ("<think>The answer is 3.</think>\nThe answer is 4.", "4"),
        ("The answer is 4.\n\nQ: What is 2 + 1?\nA: The answer is 3.", "4"),
        ("1. He has 3.\n2. He buys 4.\n3. So he has 7 apples.", "7"),
        ("So the mill grinds 600 sacks of flour in 48 hours.", "600"),
        ("It takes her\n3 + 4\n= 7 days.", "7"),
        ("Die Antwort lautet 12.", "12"),
        ("La respuesta es: 12", "12"),
        ("\u7b54\u6848\u662f12\u3002", "12"),
        ("The answer is twelve apples.", "12"),
        ("The answer is x = \u22123", "-3"),
    ],
)
def test_the_final_answer_of_a_reply_is_read(reply: str, key: str) -> None:
    assert READER.extract(reply) == key


@pytest.mark.parametrize(
    ("reply", "abstained"),
    [
        ("The answer is 5 or 6.", SEVERAL),
        ("Answer: 3 x 5", SEVERAL),
        ("Answer: 10-12 days", SEVERAL),
        ("It cannot be known.", NONE),
        ("He has 3. The answer is unknown.", NONE),
        ("5\u221a3", NONE),
        ("Answer: \\sqrt{3}", NONE),
        ("One of them knows.", NONE),
        ("I'm sorry, but I can't help with 3 of these.", Abstain("refused")),
    ],
)
def test_what_is_no_single_number_abstains(reply: str, abstained: Abstain) -> None:
    assert READER.extract(reply) == abstained


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("The answer is 12. Because the", "12"),
        ("The answer is 12", Abstain("truncated")),
        ("The answer is \\boxed{12} wh", "12"),
        ("He has 3.\nThen 4.\nSo 7.\n", Abstain("truncated")),
    ],
)
def test_of_a_reply_that_broke_off_only_a_whole_announced_answer_counts(
    reply: str, found: str | Abstain
) -> None:
    assert READER.extract(reply, finished=False) == found


def test_the_meaning_of_percent_is_decided_once_a_question() -> None:
    asked, told = "What percentage is red?", "If 30% are red, how many are blue?"

    assert (asks_percent(asked), asks_percent(told)) == (True, False)
    assert Number().about(asked).canonical("30 %") == Number().about(asked).canonical("30") == "30"
    assert Number().about(told).canonical("30 %") == Number().about(told).canonical("0.3") == "3/10"
    assert Number(percent="number").about(told).canonical("30%") == "30"


def test_the_decimal_mark_may_be_a_comma() -> None:
    assert Number(decimal=",").about("").canonical("1.250,5 Euro") == "2501/2"


@pytest.mark.parametrize("settings", [{"decimal": ";"}, {"percent": "maybe"}])
def test_settings_that_mean_nothing_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(settings))}: "):
        Number(**settings)  # type: ignore[arg-type]


@given(
    st.fractions(max_denominator=10**9),
    st.sampled_from(["{}", "Answer: {}", "It is **{}**.", "#### {}"]),
)
def test_every_fraction_is_read_as_itself(value: object, frame: str) -> None:
    assert READER.extract(frame.format(value)) == str(value)


@given(
    st.integers(-(10**15), 10**15),
    st.sampled_from(["{:,}", "${:,}.00", "{:,} km", "{}.000", "{}\\%"]),
)
def test_every_whole_number_is_read_through_units_and_signs(value: int, frame: str) -> None:
    reader = Number(percent="number").about("")

    assert reader.canonical(frame.format(value)) == str(value)


@given(st.text(max_size=60))
def test_the_numbers_of_any_text_stand_in_order(text: str) -> None:
    found = numbers_in(text, number_pattern("."))

    ends = [place for number in found for place in (number.start, number.end)]
    assert ends == sorted(ends)
