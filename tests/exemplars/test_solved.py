"""Which answers and chains may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.exemplars.solved import (
    LONGEST_CHAIN,
    Chain,
    Proof,
    Solved,
    fit_to_show,
    trusted_answer,
)

QUESTION = "What is 2 + 3?"


def solved(*answers: str | None, targets: tuple[str, ...] = ()) -> Solved:
    chains = (Chain(f"because\nAnswer: {answer}", answer) for answer in answers)
    return Solved(QUESTION, tuple(chains), targets)


def test_a_known_target_needs_one_reply_that_reached_it() -> None:
    assert trusted_answer(solved("4", "4", "4", "5", targets=("5",)), Proof()) == "5"
    assert trusted_answer(solved("4", "4", "4", targets=("5",)), Proof()) is None


def test_a_vote_that_could_be_chance_is_not_trusted() -> None:
    assert trusted_answer(solved("5", "5", "5", "5"), Proof()) is None
    assert trusted_answer(solved(*["5"] * 10), Proof()) == "5"


def test_a_vote_with_a_small_share_is_not_trusted_whatever_its_evidence() -> None:
    many = solved(*["5"] * 30, *map(str, range(10, 40)))

    assert trusted_answer(many, Proof(share=0.6)) is None
    assert trusted_answer(many, Proof(share=0.5, delta=0.9)) in {None, "5"}


def test_abstentions_are_no_votes() -> None:
    assert trusted_answer(solved(None, None), Proof()) is None
    assert trusted_answer(solved(), Proof()) is None


@given(st.lists(st.sampled_from(["4", "5", "6"]), max_size=40))
def test_a_stricter_level_trusts_no_more(answers: list[str]) -> None:
    strict = trusted_answer(solved(*answers), Proof(delta=0.01))
    loose = trusted_answer(solved(*answers), Proof(delta=0.1))

    assert strict in {None, loose}


def test_disagreement_counts_distinct_answers_and_missing_ones() -> None:
    assert solved("4", "4", "4", "4").disagreement == 0.25
    assert solved("4", "5", None, None).disagreement == 1.0


def test_chains_of_another_answer_empty_ones_and_long_ones_are_not_shown() -> None:
    long = Chain("\n".join(["step"] * (LONGEST_CHAIN + 1)), "5")
    fine, other, kept_home = Chain("short", "5"), Chain("short", "4"), Chain("", "5")
    one = Solved(QUESTION, (long, other, kept_home, fine))

    assert fit_to_show(one, "5") == (fine,)
    assert fit_to_show(Solved("word " * 100, (fine,)), "5") == ()


@pytest.mark.parametrize(("share", "delta"), [(-0.1, 0.05), (1.1, 0.05), (0.5, 0.0), (0.5, 1.0)])
def test_a_proof_out_of_range_is_refused(share: float, delta: float) -> None:
    with pytest.raises(ValueError, match=r"share|delta"):
        Proof(share, delta)
