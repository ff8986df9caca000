import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.date import Date

READER = Date().about("")


@pytest.mark.parametrize(
    "written",
    [
        *("2024-05-06", "05/06/2024", "5/6/2024", "May 6, 2024", "6 May 2024", "6th of May, 2024"),
        *("2024/5/6", "Monday, May 6th 2024 at 10:30", "**May 6, 2024.**", "2024-05-06T10:30"),
    ],
)
def test_one_date_has_one_form_however_it_is_written(written: str) -> None:
    assert READER.canonical(written) == "2024-05-06"
    assert READER.extract(f"On 01/02/2003 it began. The answer is {written}.") == "2024-05-06"


def test_the_day_may_come_first_and_does_where_it_can_be_nothing_else() -> None:
    assert Date(day_first=True).about("").canonical("05/06/2024") == "2024-06-05"
    assert READER.canonical("31/12/2024") == "2024-12-31"
    assert Date(day_first=True).about("").canonical("12/31/2024") == "2024-12-31"


@pytest.mark.parametrize(
    ("written", "form"), [("Sept. 2024", "2024-09"), ("2024-11", "2024-11"), ("in 1999", "1999")]
)
def test_a_date_may_be_known_in_part(written: str, form: str) -> None:
    assert READER.canonical(written) == form


@pytest.mark.parametrize(
    "written", ["02/30/2024", "13/13/2024", "05/06/24", "10:30", "March", "5000000"]
)
def test_a_day_that_does_not_exist_abstains(written: str) -> None:
    assert READER.canonical(written) == Abstain("no answer")


def test_two_dates_are_no_answer_but_a_reply_ends_with_its_last() -> None:
    assert READER.canonical("1999 or 2000") == Abstain("several answers")
    assert READER.extract("From May 1, 2024 it took until 2024-05-06") == "2024-05-06"


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%d %b %Y"]))
def test_every_date_is_read_as_itself(date: datetime.date, form: str) -> None:
    written = date.strftime(form).replace(f"{date.year}", f"{date.year:04}")
    if date.year < 1000:
        written = date.isoformat()

    assert READER.extract(f"Answer: {written}") == date.isoformat()
