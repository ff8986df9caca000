import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.randomness import rng
from fedbbpt.votes.dawid_skene import OneCoin
from fedbbpt.votes.reliability import Prior, log_odds, smaller, vote_weights

NAMES = [f"client {number}" for number in range(6)]


def said_by(accuracies: list[float], questions: int, answers: int) -> list[dict[str, str | None]]:
    """Return simulated answers; "0" is always the right one."""
    chance = rng(7, "one coin")
    right = chance.random((questions, len(accuracies))) < accuracies
    wrong = chance.integers(1, answers, right.shape)
    return [
        {
            name: "0" if hit else str(other)
            for name, hit, other in zip(NAMES, row, others, strict=True)
        }
        for row, others in zip(right.tolist(), wrong.tolist(), strict=True)
    ]


def test_one_coin_finds_how_often_each_client_is_right() -> None:
    true = [0.9, 0.8, 0.7, 0.6, 0.5, 0.3]

    found = OneCoin(wrong_answers=4).accuracies(said_by(true, 400, 5))

    assert [found[name] for name in NAMES] == pytest.approx(true, abs=0.07)


def test_colluders_that_are_most_fool_agreement_and_the_smaller_estimate_is_not_fooled() -> None:
    answers = said_by([0.7, 0.6, 0.0, 0.0, 0.0, 0.0], 200, 5)
    lied: list[dict[str, str | None]] = [
        {**row, **dict.fromkeys(NAMES[2:], "liars")} for row in answers
    ]
    gold = {name: Prior().smoothed(14 if name in NAMES[:2] else 0, 20) for name in NAMES}

    agreement = OneCoin(wrong_answers=4).accuracies(lied)
    weights = vote_weights(smaller(gold, agreement), wrong_answers=4)

    assert agreement[NAMES[5]] > 0.9
    assert agreement[NAMES[0]] < 0.3
    assert weights[NAMES[5]] == 0


@given(
    said=st.lists(
        st.fixed_dictionaries({name: st.sampled_from(["a", "b", None]) for name in NAMES[:3]}),
        max_size=5,
    ),
    data=st.data(),
)
def test_neither_the_order_of_questions_nor_that_of_clients_matters(
    said: list[dict[str, str | None]], data: st.DataObject
) -> None:
    shuffled = [dict(reversed(row.items())) for row in data.draw(st.permutations(said))]

    found, again = OneCoin().accuracies(said), OneCoin().accuracies(shuffled)

    assert again == pytest.approx(found, abs=1e-9)
    assert all(0 < accuracy < 1 for accuracy in found.values())


def test_a_client_that_only_abstains_keeps_what_was_believed_before() -> None:
    found = OneCoin().accuracies([{"ada": "a", "ben": None}, {"ada": "b", "ben": None}])

    assert found["ben"] == 0.5


def test_no_question_is_no_estimate() -> None:
    assert OneCoin().accuracies([]) == {}


@given(accuracy=st.floats(0.001, 0.999), wrong=st.integers(1, 9))
def test_a_vote_weighs_its_log_odds_never_below_nothing_and_never_above_the_cap(
    accuracy: float, wrong: int
) -> None:
    weight = log_odds(accuracy, wrong, most=3.0)

    assert weight == pytest.approx(
        min(3.0, max(0.0, math.log(wrong) + math.log(accuracy) - math.log(1 - accuracy))), abs=1e-9
    )


def test_who_is_right_no_more_often_than_chance_weighs_nothing() -> None:
    assert log_odds(1 / 6, 5) == pytest.approx(0, abs=1e-12)
    assert log_odds(0.1, 5) == 0
    assert log_odds(0.5, 5) == pytest.approx(math.log(5))


def test_the_smaller_of_two_estimates_counts() -> None:
    assert smaller({"a": 0.9, "b": 0.2}, {"a": 0.5, "b": 0.6}) == {"a": 0.5, "b": 0.2}


def test_values_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^clients: only one estimate for b"):
        smaller({"a": 0.5}, {"a": 0.5, "b": 0.5})
    with pytest.raises(ValueError, match=r"^accuracy: 1"):
        log_odds(1.0)
    with pytest.raises(ValueError, match=r"^wrong_answers: 0"):
        log_odds(0.5, 0)
    with pytest.raises(ValueError, match=r"^prior: 0"):
        Prior(0)
    with pytest.raises(ValueError, match=r"^counts: 3 right of 2"):
        Prior().smoothed(3, 2)
    with pytest.raises(ValueError, match=r"^wrong_answers: 1, steps: 0"):
        OneCoin(steps=0)
