import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.answers import Answer, LabelScores, Missing, Text, Unreadable
from fedbbpt.data import Example
from fedbbpt.losses import BOUND, loss_of, softmax_label
from fedbbpt.metrics.accuracy import Accuracy

LABELS = ("a", "b", "c")
log_prob = st.floats(-1e4, 0)
triples = st.tuples(log_prob, log_prob, log_prob)


def example(*targets: str) -> Example:
    return Example("1", "", targets)


def answer_of(*probabilities: float) -> LabelScores:
    return LabelScores(LABELS, tuple(math.log(p) for p in probabilities), (False,) * 3)


def test_label_scores_cost_the_cross_entropy_within_the_label_set() -> None:
    loss = loss_of(answer_of(0.1, 0.2, 0.1), example("B"), Accuracy())

    assert loss == pytest.approx(-math.log(0.5))


def test_the_accepted_labels_share_their_probability() -> None:
    loss = loss_of(answer_of(0.1, 0.2, 0.1), example("b", "c", "elsewhere"), Accuracy())

    assert loss == pytest.approx(-math.log(0.75))


def test_an_example_that_accepts_every_label_costs_nothing() -> None:
    assert loss_of(answer_of(0.1, 0.2, 0.1), example("a", "b", "c"), Accuracy()) == 0.0


@pytest.mark.parametrize(
    ("answer", "loss"), [(Text("a"), 0.0), (Text("b"), BOUND), (Unreadable("a"), BOUND)]
)
def test_other_answers_cost_what_they_fall_short_of_the_score_of_1(
    answer: Answer, loss: float
) -> None:
    assert loss_of(answer, example("a"), Accuracy()) == loss
    assert loss_of(answer, example("a"), Accuracy(), bound=2.0) == loss / 2


def test_scores_without_an_accepted_label_cost_the_bound() -> None:
    assert loss_of(answer_of(0.1, 0.2, 0.1), example("elsewhere"), Accuracy()) == BOUND


@given(triples)
def test_a_loss_is_finite_and_within_its_bound(log_probs: tuple[float, ...]) -> None:
    answer = LabelScores(LABELS, log_probs, (False,) * 3)

    assert 0.0 <= loss_of(answer, example("a"), Accuracy(), bound=3.0) <= 3.0


@given(triples, st.floats(-100, 100))
def test_a_common_constant_changes_neither_loss_nor_probabilities(
    log_probs: tuple[float, ...], constant: float
) -> None:
    answer = LabelScores(LABELS, log_probs, (False,) * 3)
    moved = LabelScores(LABELS, tuple(x + constant for x in log_probs), (False,) * 3)

    losses = [loss_of(each, example("a"), Accuracy()) for each in (answer, moved)]

    assert losses[0] == pytest.approx(losses[1], abs=1e-9)
    np.testing.assert_allclose(softmax_label(answer), softmax_label(moved), atol=1e-9)


def test_probabilities_are_those_within_the_label_set() -> None:
    np.testing.assert_allclose(softmax_label(answer_of(0.1, 0.2, 0.1)), [0.25, 0.5, 0.25])


def test_a_missing_answer_has_no_loss() -> None:
    with pytest.raises(ValueError, match="timeout"):
        loss_of(Missing("timeout"), example("a"), Accuracy())


@pytest.mark.parametrize("bound", [0.0, -1.0, math.inf, math.nan])
def test_a_bound_must_be_a_positive_number(bound: float) -> None:
    with pytest.raises(ValueError, match="bound"):
        loss_of(Text("a"), example("a"), Accuracy(), bound)
