"""The e-value of the mode: exact laws, exact chances of crossing, simulation with many answers."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.randomness import rng
from fedbbpt.votes.lead_tables import enough, evidence_table
from fedbbpt.votes.mode_evidence import EValue, ModeEvidence, exact, mode_evidence, pair_evidence
from fedbbpt.votes.stopping import ModeCertified

COUNTS = st.integers(0, 60)
DELTA = 0.05


@given(leader=COUNTS, runner_up=COUNTS)
def test_where_both_are_as_likely_the_next_draw_changes_the_evidence_by_nothing_on_average(
    leader: int, runner_up: int
) -> None:
    after = pair_evidence(leader + 1, runner_up) + pair_evidence(leader, runner_up + 1)

    assert after / 2 == pair_evidence(leader, runner_up)


@given(leader=COUNTS, runner_up=COUNTS)
def test_a_vote_for_the_leader_adds_evidence_and_one_against_it_takes_some(
    leader: int, runner_up: int
) -> None:
    here = pair_evidence(leader, runner_up)

    assert pair_evidence(leader + 1, runner_up) > here > pair_evidence(leader, runner_up + 1)


@given(seen=st.integers(0, 200))
def test_an_answer_that_just_came_to_light_begins_with_no_evidence(seen: int) -> None:
    assert pair_evidence(0, seen) == Fraction(1, seen + 1)


def chance_of_crossing(share: float, needed: Sequence[int], draws: int) -> float:
    """Return the exact chance that an answer with this share of the draws ever has its table."""
    waiting = {(0, 0): 1.0}
    crossed = 0.0
    for _ in range(draws):
        following: dict[tuple[int, int], float] = {}
        for (mine, other), chance in waiting.items():
            for place, part in (((mine + 1, other), share), ((mine, other + 1), 1 - share)):
                if enough(tuple(needed), *place):
                    crossed += chance * part
                else:
                    following[place] = following.get(place, 0.0) + chance * part
        waiting = following
    return crossed


@pytest.mark.parametrize("share", [0.3, 0.45, 0.5])
def test_whenever_one_looks_the_less_likely_of_two_is_certified_at_most_as_often_as_promised(
    share: float,
) -> None:
    table = evidence_table(DELTA, 200, 2, choices=2)

    crossed = chance_of_crossing(share, table, 200)

    assert crossed <= DELTA
    if share == 0.5:
        assert crossed > DELTA / 4  # not by asking for far too much


def wrongly_certified(shares: Sequence[float], choices: int | None, runs: int) -> float:
    """Return how often an answer that is not the most likely one, the first, is certified."""
    rule = ModeCertified(0.2, choices, cap=60)
    draws = rng(7, "mode evidence").choice(len(shares), size=(runs, rule.cap), p=shares)
    wrong = 0
    for run in draws:
        answers = [str(answer) for answer in run]
        stopped = next((n for n in range(1, rule.cap) if rule.stops(answers[:n])), rule.cap)
        counts = np.bincount(run[:stopped], minlength=len(shares))
        wrong += int(counts.argmax() != 0 and stopped < rule.cap)
    return wrong / runs


@pytest.mark.parametrize("choices", [4, None])
@pytest.mark.parametrize(
    "shares", [[0.28, 0.27, 0.26, 0.19], [0.49, 0.48, 0.02, 0.01]], ids=["four", "two"]
)
def test_with_several_answers_wrong_certificates_stay_below_delta(
    shares: list[float], choices: int | None
) -> None:
    assert wrongly_certified(shares, choices, runs=150) <= 0.2


def test_an_answer_that_nobody_expected_is_certified_later_than_one_of_two() -> None:
    first_of_two = mode_evidence(8, 0, 1, choices=2)
    out_of_the_blue = mode_evidence(8, 0, 1, choices=None)

    assert first_of_two == pair_evidence(8, 0)
    assert out_of_the_blue == pair_evidence(7, 0) / 2
    assert mode_evidence(8, 0, 3, choices=None) == pair_evidence(7, 0) / 12


def test_no_answer_is_no_evidence() -> None:
    assert mode_evidence(0, 0, 0, choices=None) == 0
    assert mode_evidence(0, 0, 0, choices=3) == Fraction(1, 2)


def test_error_levels_are_the_numbers_that_are_written() -> None:
    assert ModeEvidence(EValue(Fraction(20)), 2).certifies(0.05)
    assert not ModeEvidence(EValue(Fraction(19)), 2).certifies(0.05)
    with pytest.raises(ValueError, match=r"^delta: 1"):
        exact(1.0)


def test_counts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^counts: -1"):
        pair_evidence(-1, 0)
    with pytest.raises(ValueError, match=r"^counts: 2 and 3"):
        mode_evidence(2, 3, 2, None)
    with pytest.raises(ValueError, match=r"^counts: 2 and 1 of 1"):
        mode_evidence(2, 1, 1, None)
    with pytest.raises(ValueError, match=r"^choices: 2 are too few"):
        mode_evidence(3, 1, 3, 2)
