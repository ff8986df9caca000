"""Weights from gold questions and agreement: who is marked on what, and who can move whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.votes.ballots import Sample, ballot_of
from fedbbpt.votes.gold import Gold, Heard, Weigher, Weighting

NAMES = ("anna", "bert", "cleo")


def heard(*answers: str | None, names: tuple[str, ...] = NAMES) -> Heard:
    """Return one vote of each client."""
    return {
        name: ballot_of(name, [Sample(answer)]) for name, answer in zip(names, answers, strict=True)
    }


def weight_of(weigher: Weigher, gold: list[Gold], *others: Heard) -> dict[str, float]:
    return {one.client: one.weight for one in weigher.weights(NAMES, gold, others)}


def test_who_is_right_more_often_weighs_more_and_who_is_below_chance_weighs_nothing() -> None:
    gold = [Gold(heard("7", "7" if n % 2 else "8", "9"), ("7",)) for n in range(10)]

    weights = weight_of(Weigher("gold"), gold)

    assert weights["anna"] > weights["bert"] + 1
    assert weights["bert"] == weights["cleo"] == 0


def test_more_wrong_answers_to_choose_from_make_the_same_share_right_weigh_more() -> None:
    gold = [Gold(heard("7", "7" if n % 2 else "8", "9"), ("7",)) for n in range(10)]

    weights = weight_of(Weigher("gold", wrong_answers=4), gold)

    assert weights["bert"] == pytest.approx(1.386, abs=0.001)  # log 4: right on half of them


def test_a_client_is_not_marked_on_its_own_example() -> None:
    gold = [Gold(heard("7", "8", "8"), ("7",), owner="anna") for _ in range(10)]

    anna, bert, _ = Weigher("gold").weights(NAMES, gold)

    assert (anna.right, anna.marked, anna.gold) == (0, 0, 0.5)
    assert (bert.right, bert.marked) == (0, 10)


def test_several_draws_on_one_gold_question_are_one_mark() -> None:
    said = ballot_of("anna", [Sample("7"), Sample("7"), Sample("7"), Sample("8"), Sample(None)])

    anna, bert, _ = Weigher("gold").weights(NAMES, [Gold({"anna": said}, ("7", "seven"))])

    assert (anna.right, anna.marked) == (0.75, 1)
    assert (bert.right, bert.marked) == (0, 0)


def test_abstentions_are_no_marks() -> None:
    anna, *_ = Weigher("gold").weights(NAMES, [Gold(heard(None, "7", "7"), ("7",))])

    assert (anna.marked, anna.gold) == (0, 0.5)


def test_colluders_that_know_the_gold_questions_are_held_down_by_agreement() -> None:
    names = ("anna", "bert", "cleo", "dora", "mallory")
    gold = [Gold(heard(*["7"] * 5, names=names), ("7",)) for _ in range(5)]
    live = [heard("1", "1", "1", "1", "2", names=names) for _ in range(30)]

    trusting = Weigher("gold").weights(names, gold, live)
    careful = Weigher("reliability").weights(names, gold, live)

    assert trusting[-1].weight == trusting[0].weight > 0
    assert careful[-1].weight == 0 < careful[0].weight


def test_colluders_that_are_most_are_held_down_by_gold_questions() -> None:
    gold = [Gold(heard("7", "8", "8"), ("7",)) for _ in range(10)]

    anna, bert, cleo = Weigher("reliability").weights(NAMES, gold)

    assert anna.agreement is not None
    assert anna.agreement < 0.5 < anna.gold
    assert bert.weight == cleo.weight == 0


answers = st.sampled_from(["7", "8", "9", None])
questions = st.lists(st.tuples(answers, answers, answers), min_size=1, max_size=6)


@given(said=questions, weighting=st.sampled_from(["gold", "reliability"]), data=st.data())
def test_any_order_of_the_questions_gives_the_same_weights(
    said: list[tuple[str | None, ...]], weighting: Weighting, data: st.DataObject
) -> None:
    gold = [Gold(heard(*row), ("7",)) for row in said]
    other = data.draw(st.permutations(gold))

    first = Weigher(weighting).weights(NAMES, gold)
    second = Weigher(weighting).weights(NAMES, other)

    assert first == second


@given(said=questions, lie=answers)
def test_by_gold_alone_no_client_moves_the_weight_of_another(
    said: list[tuple[str | None, ...]], lie: str | None
) -> None:
    honest = [Gold(heard(*row), ("7",)) for row in said]
    lied = [Gold(heard(*row[:2], lie), ("7",)) for row in said]

    before, after = (Weigher("gold").weights(NAMES, gold) for gold in (honest, lied))

    assert before[:2] == after[:2]
