"""Certificates against brute force over every set of liars, on small federations."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.votes.ballots import Ballot, Sample, ballot_of
from fedbbpt.votes.robustness import certified, tolerated, unswayable, unswayed_by
from fedbbpt.votes.sums import Rules
from fedbbpt.votes.tally import tally

CHOICES = ("b", "a", "c")
ONE_VOTE = [None, *(Sample(answer, own) for answer in CHOICES for own in (True, False))]

Cast = tuple[Sample | None, ...]


def ballots_of(cast: Sequence[Sample | None]) -> list[Ballot]:
    return [
        ballot_of(f"client {number}", [sample or Sample(None)])
        for number, sample in enumerate(cast)
    ]


def without(ballots: Sequence[Ballot], f: int) -> Iterator[list[Ballot]]:
    """Yield the ballots that are left when up to f are taken away."""
    for number in range(f + 1):
        for liars in combinations(range(len(ballots)), number):
            yield [ballot for place, ballot in enumerate(ballots) if place not in liars]


def swayed(ballots: Sequence[Ballot], f: int) -> Iterator[list[Ballot]]:
    """Yield the ballots with f of them cast otherwise, one plain vote each."""
    for liars in combinations(range(len(ballots)), f):
        for lies in product(ONE_VOTE, repeat=f):
            changed = list(ballots)
            for place, lie in zip(liars, lies, strict=True):
                changed[place] = ballot_of(ballots[place].client, [lie or Sample(None)])
            yield changed


@given(cast=st.lists(st.sampled_from(ONE_VOTE), max_size=7).map(tuple), f=st.integers(0, 4))
def test_with_one_plain_vote_each_a_winner_is_certified_exactly_where_no_liars_explain_it(
    cast: Cast, f: int
) -> None:
    ballots, rules = ballots_of(cast), Rules(choices=CHOICES)
    counted = tally(ballots, rules)

    claimed = certified(counted, f)

    honest = {tally(left, rules).winner for left in without(ballots, f)}
    assert claimed == (counted.winner is not None and honest == {counted.winner})


@given(cast=st.lists(st.sampled_from(ONE_VOTE), max_size=5).map(tuple), f=st.integers(0, 2))
def test_no_f_clients_sway_an_unswayable_winner(cast: Cast, f: int) -> None:
    ballots, rules = ballots_of(cast), Rules(choices=CHOICES)
    counted = tally(ballots, rules)

    if unswayable(counted, f):
        assert {tally(one, rules).winner for one in swayed(ballots, f)} == {counted.winner}


SAMPLES = st.lists(st.builds(Sample, st.sampled_from(["a", "b", None]), st.booleans()), max_size=3)


@given(
    all_samples=st.lists(SAMPLES, max_size=5),
    weights=st.none()
    | st.lists(st.sampled_from([0.0, 0.1, 0.3, 1.0, 2.5]), min_size=5, max_size=5),
    f=st.integers(0, 3),
)
def test_with_samples_and_weights_a_certificate_is_never_wrong(
    all_samples: list[list[Sample]], weights: list[float] | None, f: int
) -> None:
    names = [f"client {number}" for number in range(5)]
    ballots = [ballot_of(name, mine) for name, mine in zip(names, all_samples, strict=False)]
    given_weights = dict(zip(names, weights, strict=True)) if weights else None
    rules = Rules(samples=3, weights=given_weights)
    counted = tally(ballots, rules)

    if certified(counted, f):
        assert {tally(left, rules).winner for left in without(ballots, f)} == {counted.winner}


def plain(**said: str) -> list[Ballot]:
    return [ballot_of(name, [Sample(answer, original=False)]) for name, answer in said.items()]


def test_a_lead_of_f_is_enough_only_where_the_tie_is_won() -> None:
    first_of_text = tally(plain(u="a", v="a", w="b"), Rules())
    second_of_text = tally(plain(u="b", v="b", w="a"), Rules())

    assert certified(first_of_text, 1)
    assert not certified(second_of_text, 1)


def test_a_tie_won_by_the_original_question_alone_is_not_safe_from_a_liar() -> None:
    votes = [
        ballot_of("u", [Sample("b")]),
        ballot_of("v", [Sample("b", original=False)]),
        ballot_of("w", [Sample("a", original=False)]),
    ]

    counted = tally(votes, Rules())

    assert counted.winner == "b"
    assert not certified(counted, 1)


def test_several_samples_a_client_need_a_lead_larger_by_as_much() -> None:
    ballots = [ballot_of(name, [Sample("a")] * 3) for name in "uv"]

    counted = tally(ballots, Rules(samples=3))

    assert certified(counted, 1)
    assert not certified(counted, 2)
    assert (tolerated(counted), unswayed_by(counted)) == (1, 0)


def test_the_largest_weights_are_the_ones_that_may_lie() -> None:
    ballots = plain(u="a", v="a", w="b")

    counted = tally(ballots, Rules(weights={"u": 3.0, "v": 0.5, "w": 1.0}))

    assert counted.winner == "a"
    assert not certified(counted, 1)


def test_a_negative_number_of_liars_is_refused() -> None:
    counted = tally(plain(u="a"), Rules())

    with pytest.raises(ValueError, match=r"^f: -1"):
        certified(counted, -1)
    with pytest.raises(ValueError, match=r"^f: -1"):
        unswayable(counted, -1)
