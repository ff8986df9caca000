import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.answers import Text
from fedbbpt.data import Example
from fedbbpt.metrics.numeric import Numeric


def score(said: str, *targets: str, metric: Numeric | None = None) -> float:
    return (metric or Numeric()).item(Text(said), Example("1", "", targets))


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("So there are 1,250 apples.", "1250"),
        ("It is 12 km away", "12"),
        ("x = \u22123", "-3"),
        ("(-4)", "-4"),
        ("3/4", "0.75"),
        ("1 1/2 cups", "1.5"),
        ("about 1.2 million people", "1,200,000"),
        ("45 %", "0.45"),
        ("45", "45%"),
        ("1.5 \u00d7 10^3", "1500"),
        ("6.02e23", "6.02 x 10^{23}"),
        ("$3.50.", "3.5"),
        ("1 250\u00a0000", "1250000"),
        (".5", "0.5"),
        ("pages 10\u201312", "12"),
        ("First 3, then 4, so 7", "7"),
        ("3 + 4 = 7\n#### 7\nChecked 2 times", "7"),
        ("The answer is **18** because 9 + 9", "18"),
        ("Answer: 5 (of 6)", "5"),
        ("My first answer is 3. No: the answer is 4, since 2 x 2.", "4"),
        ("Seven, or 7", "8 or 7"),
        ("7", "seven"),
    ],
)
def test_numbers_are_read_as_people_write_them(said: str, target: str) -> None:
    assert score(said, target) == 1.0


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("4", "-4"),
        ("12.5", "12"),
        ("none", "0"),
        ("1e999", "1e999"),
        ("7, not 8", "8"),
        ("0.333", "1/3"),
        ("", "0"),
    ],
)
def test_other_numbers_and_none_do_not_match(said: str, target: str) -> None:
    assert score(said, target) == 0.0


def test_any_accepted_target_will_do() -> None:
    assert score("16", "15", "16") == 1.0


def test_a_tolerance_is_relative_or_absolute_whichever_is_wider() -> None:
    relative, absolute = Numeric(relative=0.01), Numeric(absolute=0.5)

    assert score("100.9", "100", metric=relative) == 1.0
    assert score("101.1", "100", metric=relative) == 0.0
    assert score("0.4", "0", metric=absolute) == 1.0
    assert score("0.6", "0", metric=absolute) == 0.0


def test_a_decimal_comma_can_be_asked_for() -> None:
    comma = Numeric(decimal=",")

    assert score("1.250,5 Euro", "1250,5", metric=comma) == 1.0
    assert score("3,5", "3,5", metric=comma) == 1.0
    assert score("3,5", "5") == score("3,5", "3.5") == 0.0  # without it nobody knows which is meant


@given(
    value=st.integers(-(10**12), 10**12),
    before=st.sampled_from(["", "so ", "x = ", "#### "]),
    after=st.sampled_from(["", ".", " km", " apples in all", "\n"]),
)
def test_every_whole_number_meets_itself_in_words(value: int, before: str, after: str) -> None:
    assert score(f"{before}{value:,}{after}", str(value)) == 1.0
    assert score(f"{before}{value}{after}", f"{value + 1 + abs(value) // 1000}") == 0.0


@pytest.mark.parametrize(
    ("settings", "named"),
    [({"relative": -1.0}, "relative"), ({"absolute": float("nan")}, "absolute")],
)
def test_a_tolerance_that_is_none_is_refused(settings: dict[str, float], named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named}: "):
        Numeric(**settings)  # type: ignore[arg-type]


def test_another_decimal_mark_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^decimal: "):
        Numeric(decimal=";")
