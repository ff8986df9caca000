"""A figure of the whole table is drawn from pooled counts, in any order, the same every time."""

import numpy as np
import pytest

from fedbbpt.distributions import Floats
from fedbbpt.metrics.accuracy import Accuracy
from fedbbpt.metrics.macro_f1 import MacroF1
from fedbbpt.randomisation import table_test
from fedbbpt.runs.figures import Held, Named, cells, compare
from fedbbpt.runs.measures import ByItems, ByTable, measure_of, pairs_of
from fedbbpt.work.evaluate import CALIBRATED, RAW

LABELS = 3
PAIRS = ((0, 1), (2, 1))
FIRST, SECOND, OTHER = (Named(row, name) for row, name in enumerate(("start", "tuned", "other")))


def counted(seed: int, n: int = 300) -> Held:
    """Return the sums of n items with three prompts; the calibrated mode is the raw one."""
    rng = np.random.default_rng(seed)
    targets = rng.choice(LABELS, n, p=[0.7, 0.2, 0.1])
    said = [
        np.where(rng.random(n) < right, targets, rng.integers(0, LABELS + 1, n))
        for right in (0.4, 0.8, 0.5)
    ]
    confusion = np.zeros((2, 3, LABELS, LABELS + 1))
    joint = np.zeros((2, LABELS, LABELS + 1, LABELS + 1))
    for row, answers in enumerate(said):
        for mode in (RAW, CALIBRATED):
            np.add.at(confusion[mode, row], (targets, answers), 1)
    for place, (first, second) in enumerate(PAIRS):
        np.add.at(joint[place], (targets, said[first], said[second]), 1)
    scores: Floats = np.array([answers == targets for answers in said], dtype=np.float64)
    gains = scores[None] - scores[:, None]
    statistics = {
        "score_sum": np.stack([scores.sum(axis=1)] * 2),
        "score_square_sum": np.stack([scores.sum(axis=1)] * 2),
        "loss_sum": np.zeros((2, 3)),
        "difference_sum": np.stack([gains.sum(axis=2)] * 2),
        "difference_square_sum": np.stack([(gains**2).sum(axis=2)] * 2),
        "confusion": confusion,
        "joint": joint,
    }
    return Held(n, statistics)


HELD = counted(1)
BY_TABLE = measure_of(MacroF1(), HELD, PAIRS, 7)


def test_the_metric_decides_what_figures_rest_on() -> None:
    assert isinstance(BY_TABLE, ByTable)
    assert measure_of(Accuracy(), HELD, PAIRS, 7) == ByItems(binary=True)
    assert (pairs_of(MacroF1(), PAIRS), pairs_of(Accuracy(), PAIRS)) == (PAIRS, ())


@pytest.mark.parametrize("mode", [RAW, CALIBRATED])
def test_a_cell_holds_the_figure_of_its_confusion_table(mode: int) -> None:
    cell = cells(HELD, SECOND, BY_TABLE)[mode]

    table = HELD.statistics["confusion"][mode, 1]
    assert (
        cell.score == float(MacroF1().of(table)) != HELD.statistics["score_sum"][mode, 1] / HELD.n
    )
    assert 0 < cell.low < cell.score < cell.high < 1


def test_a_comparison_holds_the_test_of_the_joint_table_and_the_wins_of_items() -> None:
    comparison = compare(HELD, FIRST, SECOND, BY_TABLE)

    test = table_test(HELD.statistics["joint"][0], MacroF1().of, 7)
    items = compare(HELD, FIRST, SECOND, ByItems(binary=True))
    assert (comparison.gain, comparison.p_value) == (test.mean, test.p_value)
    assert (comparison.low, comparison.high) == test.interval
    assert (comparison.wins, comparison.losses) == (items.wins, items.losses)
    assert comparison.gain == pytest.approx(BY_TABLE.gap(HELD, 0, 1), abs=1e-12)


def test_a_pair_may_be_asked_for_the_other_way_round() -> None:
    there, back = BY_TABLE.paired(HELD, 2, 1), BY_TABLE.paired(HELD, 1, 2)

    assert back.mean == -there.mean
    assert there.p_value < 0.05
    assert back.p_value > 0.95


def test_figures_do_not_depend_on_what_was_asked_before() -> None:
    again = measure_of(MacroF1(), counted(1), PAIRS, 7)

    backwards = [
        compare(counted(1), OTHER, SECOND, again),
        compare(counted(1), FIRST, SECOND, again),
    ]

    assert backwards[::-1] == [
        compare(HELD, FIRST, SECOND, BY_TABLE),
        compare(HELD, OTHER, SECOND, BY_TABLE),
    ]


def test_rows_without_a_joint_table_cannot_be_tested() -> None:
    with pytest.raises(ValueError, match="rows 0 and 2: not among the pairs"):
        BY_TABLE.paired(HELD, 0, 2)
