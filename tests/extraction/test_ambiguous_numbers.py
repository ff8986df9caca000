"""Numbers written in another country's way, or in two parts: read rightly or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.number import Number
from fedbbpt.extraction.numerals import number_pattern, numbers_in

READER = Number().about("")
SEVERAL = Abstain("several answers")
FRAMES = ("Answer: {}", "So it is {}.", "The answer is 3.\nThe answer is {}.", "We get 3 = {}")


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(
    "written",
    [
        *("12,5", "1,50 euros", "1.234,5", "1.234.567,8", "1,00,000", "1,0000", "1.5.2", "(3,4)"),
        *("2 hours 30 minutes", "2 hours, 30 minutes", "2h30m", "5 feet 3 inches", "5'3", "2:30"),
        *("2 dollars and 50 cents", "300K", "5M", "5..10", "1e12345", "12,5 %"),
    ],
)
def test_what_may_be_two_numbers_abstains_and_no_other_number_takes_its_place(
    written: str, frame: str
) -> None:
    assert READER.extract(frame.format(written)) == SEVERAL


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("1.234.567", "1234567"),
        ("-12.345.678.901", "-12345678901"),
        ("3.5k", "3500"),
        ("5k", "5000"),
        ("$5m", "5000000"),
        ("$2.5M", "2500000"),
        ("3bn", "3000000000"),
        ("5 m", "5"),
        ("12 km", "12"),
        ("1,234,567.5", "2469135/2"),
        ("1,234", "1234"),
        ("2 hours", "2"),
        ("No.5", "5"),
        ("7.", "7"),
    ],
)
def test_what_can_mean_one_number_only_is_read(written: str, key: str, frame: str) -> None:
    assert READER.extract(frame.format(written)) == key


def test_with_a_comma_before_decimals_the_marks_change_places() -> None:
    reader = Number(decimal=",").about("")

    assert reader.canonical("1.234.567,5") == "2469135/2"
    assert reader.canonical("1,234,567") == "1234567"
    assert reader.canonical("12.5") == SEVERAL


@given(whole=st.integers(0, 10**6), part=st.integers(0, 10**6), mark=st.sampled_from(",."))
def test_digits_about_a_mark_are_the_whole_number_or_none(whole: int, part: int, mark: str) -> None:
    written = f"{whole}{mark}{part}"

    found = READER.canonical(written)

    plain = written.replace(",", "")
    assert found in {str(READER.canonical(plain)), SEVERAL}
    assert len(numbers_in(written, number_pattern("."))) == 1


@given(st.integers(10**6, 10**14))
def test_groups_by_points_are_the_number_that_groups_by_commas_are(value: int) -> None:
    written = f"{value:,}"

    assert READER.canonical(written.replace(",", ".")) == READER.canonical(written) == str(value)
