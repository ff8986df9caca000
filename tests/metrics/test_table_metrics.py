"""Figures of the whole table are those of the items that it counts."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fedbbpt.distributions import Floats
from fedbbpt.metrics import Metric, TableMetric
from fedbbpt.metrics.accuracy import Accuracy
from fedbbpt.metrics.balanced_accuracy import BalancedAccuracy
from fedbbpt.metrics.exact import Exact
from fedbbpt.metrics.macro_f1 import MacroF1

MACRO_F1 = MacroF1()
BALANCED = BalancedAccuracy()
both = pytest.mark.parametrize("metric", [MACRO_F1, BALANCED], ids=["macro_f1", "balanced"])
tables = st.integers(2, 5).flatmap(
    lambda labels: arrays(np.float64, (labels, labels + 1), elements=st.integers(0, 9))
)


def items(table: Floats) -> list[tuple[int, int]]:
    """Return the items that a table counts, as pairs of target and answer."""
    return [place for place, count in np.ndenumerate(table.astype(int)) for _ in range(count)]


def f1(label: int, answered: Sequence[tuple[int, int]]) -> float:
    """Return the harmonic mean of precision and recall, 0 where there is no hit."""
    said = [target for target, answer in answered if answer == label]
    wanted = [answer for target, answer in answered if target == label]
    hits = sum(target == label for target in said)
    if not hits:
        return 0.0
    precision, recall = hits / len(said), hits / len(wanted)
    return 2 * precision * recall / (precision + recall)


@given(tables)
def test_macro_f1_is_the_mean_over_labels_that_are_a_target_or_an_answer(table: Floats) -> None:
    answered = items(table)
    outside = len(table)
    present = sorted({label for item in answered for label in item if label != outside})

    figure = float(MACRO_F1.of(table))

    expected = np.mean([f1(label, answered) for label in present]) if present else 0.0
    assert figure == pytest.approx(expected, abs=1e-12)


@given(tables)
def test_balanced_accuracy_is_the_mean_over_labels_that_are_a_target(table: Floats) -> None:
    answered = items(table)
    shares = [
        np.mean([answer == label for target, answer in answered if target == label])
        for label in sorted({target for target, _ in answered})
    ]

    assert float(BALANCED.of(table)) == pytest.approx(np.mean(shares) if shares else 0.0)


@both
@given(tables)
def test_a_figure_lies_between_0_and_1_and_is_1_when_all_is_right(
    metric: TableMetric, table: Floats
) -> None:
    right = np.zeros_like(table)
    np.fill_diagonal(right, table.sum(axis=1) + 1)

    assert 0.0 <= float(metric.of(table)) <= 1.0
    assert float(metric.of(right)) == pytest.approx(1.0)


@both
@given(tables, st.integers(0, 2**32))
def test_renaming_the_labels_changes_nothing(metric: TableMetric, table: Floats, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(table))

    renamed = table[np.ix_(order, np.append(order, len(table)))]

    assert float(metric.of(renamed)) == pytest.approx(float(metric.of(table)), abs=1e-12)


@both
@given(tables)
def test_many_tables_at_once_are_each_as_alone(metric: TableMetric, table: Floats) -> None:
    stack = np.stack([[table, 2 * table], [np.zeros_like(table), table]])

    figures = metric.of(stack)

    alone = [[float(metric.of(one)) for one in row] for row in stack]
    assert figures.tolist() == alone


def test_one_label_to_everything_pays_in_accuracy_only() -> None:
    lazy = np.array([[90.0, 0.0, 0.0], [10.0, 0.0, 0.0]])
    fair = np.array([[70.0, 20.0, 0.0], [1.0, 9.0, 0.0]])

    assert lazy[0, 0] / 100 > (fair[0, 0] + fair[1, 1]) / 100
    assert float(MACRO_F1.of(fair)) > float(MACRO_F1.of(lazy)) + 0.1
    assert float(BALANCED.of(fair)) > float(BALANCED.of(lazy)) + 0.2


def test_an_answer_outside_the_labels_is_a_miss_and_no_label() -> None:
    table = np.array([[1.0, 0.0, 1.0], [0.0, 2.0, 0.0]])

    assert float(MACRO_F1.of(table)) == pytest.approx((2 / 3 + 1) / 2)


@pytest.mark.parametrize(("metric", "whole"), [(MACRO_F1, True), (Accuracy(), False)])
def test_a_metric_says_by_its_methods_whether_it_needs_the_table(
    metric: Metric, whole: bool
) -> None:
    assert isinstance(metric, TableMetric) == whole
    assert not isinstance(Exact(), TableMetric)
