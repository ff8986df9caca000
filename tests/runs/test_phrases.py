"""Figures become words that say no more than they know."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_results import sample_results, sample_stats

from fedbbpt.runs.phrases import (
    accuracy_line,
    caveat,
    cost_line,
    duration,
    measured,
    percent,
    points,
    probability,
    span,
    verdict,
)
from fedbbpt.runs.results import Beside


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (9.94, "9.9 s"),
        (42.4, "42 s"),
        (59.7, "1 min 0 s"),
        (3599.6, "1 h 0 min"),
        (float("inf"), "unknown"),
    ],
)
def test_durations_read_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@given(st.floats(-1, 1))
def test_a_gain_of_nothing_has_no_sign(gain: float) -> None:
    said = points(gain)

    assert said == "0" if abs(gain) < 0.0005 - 1e-9 else said != "-0"
    assert "-0.0" not in percent(gain) + span(gain, gain)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_smaller_p_value_never_reads_larger(a: float, b: float) -> None:
    first, second = (float(probability(value).split()[-1]) for value in sorted((a, b)))

    assert first <= second


def test_scores_that_are_no_counts_are_not_counted() -> None:
    results = sample_results()
    comparison = replace(results.test.comparison, wins=0, losses=0)

    said = verdict(replace(results, test=replace(results.test, comparison=comparison)))

    assert said.claim == "The tuned prompt scores 84.0 % on 100 test items; the start 69.0 %"


@pytest.mark.parametrize(
    ("gain", "p_value", "said"),
    [(0.15, 0.0002, ""), (0.02, 0.3, "could be chance"), (-0.02, 0.8, "did not carry over")],
)
def test_the_caveat_says_what_the_test_items_do_not_show(
    gain: float, p_value: float, said: str
) -> None:
    results = sample_results()
    comparison = replace(results.test.comparison, gain=gain, p_value=p_value)

    found = caveat(replace(results, test=replace(results.test, comparison=comparison)))

    assert said in found
    assert bool(said) == bool(found)


def test_a_figure_of_the_whole_table_is_named_with_accuracy_beside() -> None:
    results = sample_results()
    beside = Beside(results.test.cells, results.test.comparison)
    whole = replace(results, metric="macro_f1", test=replace(results.test, accuracy=beside))

    said = verdict(whole)

    assert said.claim == (
        "The tuned prompt reaches a macro-F1 of 84.0 % on 100 test items; the start 69.0 %"
    )
    assert measured(whole) == "The macro-F1 of all owners\u2019 items together"
    assert "start 69.0 % (60.5 to 75.8), tuned 84.0 % (75.5 to 90.8); +15" in accuracy_line(whole)
    assert (measured(results), accuracy_line(results)) == ("Mean accuracy over all owners", "")


def test_of_a_proposal_that_was_not_accepted_only_the_starts_accuracy_is_said() -> None:
    results = sample_results(accepted=False)
    beside = Beside(results.test.cells, results.test.comparison)
    whole = replace(results, metric="macro_f1", test=replace(results.test, accuracy=beside))

    assert accuracy_line(whole).endswith("calibrated: start 69.0 % (60.5 to 75.8)")
    assert caveat(whole).startswith("The start has a macro-F1 of 69.0 % on 100 test items")


def test_the_cost_names_what_may_have_been_billed() -> None:
    clean = replace(sample_stats(), possibly_billed=0, failed=0)

    assert "3,198 calls, 2 possibly billed, 1 failed, " in cost_line(sample_stats())
    assert "3,198 calls, 412,733 tokens read" in cost_line(clean)
