from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.randomness import rng
from fedbbpt.votes.allocation import Allocation, Plan, allocate
from fedbbpt.votes.leaning import leaning
from fedbbpt.votes.stopping import leaders

ANSWERS = st.lists(st.lists(st.sampled_from(["a", "b", None]), min_size=6, max_size=6), max_size=6)


@given(answers=ANSWERS, budget=st.integers(0, 50))
def test_the_whole_budget_is_spent_and_no_question_passes_its_cap(
    answers: list[list[str | None]], budget: int
) -> None:
    waiting: list[Iterator[str | None]] = [iter(mine) for mine in answers]

    drawn = allocate(lambda q: next(waiting[q]), len(answers), budget, Plan(2, 6))

    assert sum(map(len, drawn)) == min(budget, 6 * len(answers))
    assert all(
        mine == tuple(whole[: len(mine)]) for mine, whole in zip(drawn, answers, strict=True)
    )


@given(answers=ANSWERS)
def test_the_next_question_is_always_a_least_settled_one(answers: list[list[str | None]]) -> None:
    running = Allocation(len(answers), Plan(2, 6))

    while taken := running.take():
        (question,) = taken
        told = running.answers
        open_ones = [mine for mine in told if len(mine) < 6]
        if min(map(len, told)) >= 2:
            least = min(leaning(*leaders(mine)[:2]) for mine in open_ones)
            assert leaning(*leaders(told[question])[:2]) == least
        running.tell(question, answers[question][len(told[question])])


def test_every_question_gets_its_first_draws_before_any_gets_more() -> None:
    drawn = allocate(lambda _: "a", 5, 10, Plan(2, 20))

    assert [len(mine) for mine in drawn] == [2] * 5


def test_a_question_that_is_out_is_not_given_again_until_told() -> None:
    running = Allocation(3)

    first, second = running.take(2), running.take(2)
    running.tell(1, "a")

    assert (first, second, running.take(5)) == ((0, 1), (2,), (1,))


def test_calls_go_where_answers_differ() -> None:
    chance = rng(7, "allocation")

    drawn = allocate(
        lambda q: "a" if q else str(chance.choice(["a", "b"])), questions=10, budget=50, plan=Plan()
    )

    assert len(drawn[0]) == max(map(len, drawn))
    assert max(map(len, drawn)) <= 20


def test_no_question_is_no_draw() -> None:
    assert allocate(lambda _: "a", 0, 10, Plan()) == ()


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^first: 5 draws of at most 4"):
        Plan(5, 4)
    with pytest.raises(ValueError, match=r"^questions: -1"):
        Allocation(-1)
    with pytest.raises(ValueError, match=r"^budget: -1"):
        allocate(lambda _: "a", 1, -1, Plan())
