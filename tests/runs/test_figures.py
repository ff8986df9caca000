"""Figures from additive sums are those of the items themselves, for one owner and for all."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.comparison import mean_interval, paired_test, wilson
from fedbbpt.distributions import Floats
from fedbbpt.messages import Report
from fedbbpt.runs.figures import (
    Named,
    cells,
    compare,
    confusions,
    held,
    is_binary,
    owner_test,
    paired_sums,
    pooled,
)
from fedbbpt.runs.measures import ByItems

MODES, ROWS, LABELS = 2, 3, 2
START, OTHER, TUNED = (Named(row, name) for row, name in enumerate(("start", "other", "tuned")))
CALIBRATED = 1


@dataclass(frozen=True)
class Items:
    """One owner's items: scores and losses of shape (modes, rows, items)."""

    owner: str
    scores: Floats
    losses: Floats

    @property
    def report(self) -> Report:
        scores, losses = self.scores, self.losses
        gains = scores[:, None] - scores[:, :, None]
        targets = np.arange(scores.shape[2]) % LABELS
        confusion = np.zeros((MODES, ROWS, LABELS, LABELS + 1))
        for mode, row, item in np.ndindex(scores.shape):
            said = targets[item] if scores[mode, row, item] else LABELS
            confusion[mode, row, targets[item], said] += 1
        statistics = {
            "score_sum": scores.sum(axis=2),
            "score_square_sum": (scores**2).sum(axis=2),
            "loss_sum": losses.sum(axis=2),
            "difference_sum": gains.sum(axis=3),
            "difference_square_sum": (gains**2).sum(axis=3),
            "confusion": confusion,
        }
        weight = float(scores.shape[2])
        return Report(self.owner, 0, "f", statistics, frozenset(statistics), weight, 9, 0, 0, 9)


@st.composite
def one_owner(draw: st.DrawFn, owner: str, steps: int) -> Items:
    shape = (MODES, ROWS, draw(st.integers(1, 25)))
    stream = np.random.default_rng(draw(st.integers(0, 2**32)))
    scores = stream.integers(0, steps, shape) / (steps - 1)
    return Items(owner, scores, stream.uniform(0, 4, shape))


def federations(steps: int) -> st.SearchStrategy[list[Items]]:
    return st.tuples(*(one_owner(name, steps) for name in ("cleo", "anna", "bert"))).map(list)


binary, graded = federations(2), federations(5)


def all_scores(owners: list[Items]) -> Floats:
    return np.concatenate([items.scores for items in owners], axis=2)


def all_losses(owners: list[Items]) -> Floats:
    return np.concatenate([items.losses for items in owners], axis=2)


@given(st.one_of(binary, graded))
def test_pooled_cells_are_the_means_over_all_items(owners: list[Items]) -> None:
    scores, losses = all_scores(owners), all_losses(owners)
    whole = pooled([items.report for items in owners])

    for named in (START, OTHER, TUNED):
        for mode, cell in enumerate(cells(whole, named, ByItems(binary=False))):
            assert cell.score == pytest.approx(scores[mode, named.row].mean(), abs=1e-12)
            assert cell.loss == pytest.approx(losses[mode, named.row].mean(), rel=1e-9)
            assert cell.prompt == named.name
    assert whole.n == scores.shape[2]


@given(binary)
def test_intervals_fit_the_kind_of_scores(owners: list[Items]) -> None:
    scores = all_scores(owners)[CALIBRATED, TUNED.row]
    whole = pooled([items.report for items in owners])

    rate, mean = (cells(whole, TUNED, ByItems(binary))[CALIBRATED] for binary in (True, False))

    assert (rate.low, rate.high) == wilson(scores.sum(), scores.size)
    assert (mean.low, mean.high) == mean_interval(scores.sum(), (scores**2).sum(), scores.size)
    assert rate.low <= rate.score <= rate.high


@given(binary)
def test_wins_and_losses_are_the_items_that_only_one_prompt_got_right(
    owners: list[Items],
) -> None:
    first, second = all_scores(owners)[CALIBRATED, [START.row, TUNED.row]]

    comparison = compare(pooled([o.report for o in owners]), START, TUNED, ByItems(binary=True))

    assert comparison.wins == int(((second == 1) & (first == 0)).sum())
    assert comparison.losses == int(((second == 0) & (first == 1)).sum())
    assert comparison.gain == pytest.approx(float((second - first).mean()), abs=1e-12)
    assert comparison.n == first.size
    assert comparison.low <= comparison.gain <= comparison.high


@given(graded)
def test_graded_scores_are_compared_by_their_paired_differences(owners: list[Items]) -> None:
    gains = np.subtract(*all_scores(owners)[CALIBRATED, [TUNED.row, START.row]])
    whole = pooled([items.report for items in owners])

    comparison = compare(whole, START, TUNED, ByItems(binary=False))

    test = paired_test(paired_sums(whole, START.row, TUNED.row), binary=False)
    assert comparison.gain == pytest.approx(float(gains.mean()), abs=1e-12)
    assert (comparison.p_value, comparison.low, comparison.high) == (test.p_value, *test.interval)
    assert (comparison.wins, comparison.losses) == (0, 0)


@given(st.one_of(binary, graded))
def test_turning_a_comparison_round_turns_its_sign(owners: list[Items]) -> None:
    whole = pooled([items.report for items in owners])

    there = compare(whole, START, TUNED, ByItems(binary=False))
    back = compare(whole, TUNED, START, ByItems(binary=False))

    assert back.gain == -there.gain
    assert (back.low, back.high) == (-there.high, -there.low)
    assert (there.first, there.second) == (back.second, back.first) == ("start", "tuned")


@given(graded)
def test_the_order_of_reports_does_not_matter(owners: list[Items]) -> None:
    reports = [items.report for items in owners]

    one, other = pooled(reports), pooled(reports[::-1])

    assert one.n == other.n
    for name, sums in one.statistics.items():
        assert sums.tobytes() == other.statistics[name].tobytes()


@given(one_owner("anna", 5))
def test_one_report_alone_is_that_report(items: Items) -> None:
    alone, own = pooled([items.report]), held(items.report)

    assert alone.n == own.n == items.scores.shape[2]
    assert alone.statistics.keys() == own.statistics.keys()
    for name, sums in own.statistics.items():
        assert sums.tobytes() == alone.statistics[name].tobytes()


@given(one_owner("anna", 2))
def test_an_owners_figures_are_those_of_its_own_items(items: Items) -> None:
    figures = owner_test(items.report, START, TUNED, ByItems(binary=True))

    scores = items.scores[:, [START.row, TUNED.row]]
    assert (figures.owner, figures.n) == ("anna", scores.shape[2])
    assert [(cell.prompt, cell.mode) for cell in figures.cells] == [
        *(("start", mode) for mode in ("raw", "calibrated")),
        *(("tuned", mode) for mode in ("raw", "calibrated")),
    ]
    expected = [scores[mode, row].mean() for row in (0, 1) for mode in (0, 1)]
    assert [cell.score for cell in figures.cells] == pytest.approx(expected, abs=1e-12)
    gains = scores[CALIBRATED, 1] - scores[CALIBRATED, 0]
    assert figures.comparison.gain == pytest.approx(float(gains.mean()), abs=1e-12)


@given(binary)
def test_confusions_add_up_to_all_items_and_to_the_score(owners: list[Items]) -> None:
    whole = pooled([items.report for items in owners])

    tables = confusions(whole, [START, TUNED])

    places = [(row, mode) for row in (START, TUNED) for mode in (0, 1)]
    assert [(t.prompt, t.mode) for t in tables] == [
        (row.name, ("raw", "calibrated")[mode]) for row, mode in places
    ]
    for table, (row, mode) in zip(tables, places, strict=True):
        counts = np.array(table.counts)
        assert counts.sum() == whole.n
        assert np.trace(counts[:, :LABELS]) == all_scores(owners)[mode, row.row].sum()


def test_free_answers_have_no_confusions() -> None:
    report = Report(
        "anna",
        0,
        "f",
        {"confusion": np.zeros((MODES, ROWS, 0, 1))},
        frozenset(),
        8.0,
        *(8, 0, 0, 8),
    )

    assert confusions(held(report), [START, TUNED]) == ()


@given(binary)
def test_scores_of_zero_and_one_are_recognised(owners: list[Items]) -> None:
    assert is_binary(pooled([items.report for items in owners]))


@given(graded)
def test_any_score_between_is_recognised_as_graded(owners: list[Items]) -> None:
    owners[0].scores[1, 2, 0] = 0.25

    assert not is_binary(pooled([items.report for items in owners]))
