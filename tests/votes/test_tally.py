from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.votes.ballots import Ballot, Sample, ballot_of
from fedbbpt.votes.confidence import MostConfident, Plain, Softmax
from fedbbpt.votes.sums import InTheClear, Rules, Sums
from fedbbpt.votes.tally import tally
from fedbbpt.votes.verdict import verdict

CLIENTS = ["ada", "ben", "cyd", "dan"]
SAMPLE = st.builds(
    Sample,
    st.sampled_from(["a", "b", "c", None]),
    st.booleans(),
    st.none() | st.floats(-5, 0, allow_nan=False),
)
# Names repeat: a client may vote twice.
BALLOTS = st.lists(
    st.builds(ballot_of, st.sampled_from(CLIENTS), st.lists(SAMPLE, max_size=4)), max_size=6
)
WEIGHTS = st.fixed_dictionaries({name: st.floats(0, 4, allow_nan=False) for name in CLIENTS})
RULES = st.builds(
    Rules,
    samples=st.integers(1, 4),
    choices=st.sampled_from([(), ("c", "a", "b"), ("b", "a")]),
    weights=st.none() | WEIGHTS,
    spread=st.sampled_from([Plain(), Softmax(0.7), MostConfident(0.5)]),
)


def one_vote(**said: str | None) -> list[Ballot]:
    return [ballot_of(client, [Sample(answer)]) for client, answer in said.items()]


@given(ballots=BALLOTS, rules=RULES, data=st.data())
def test_any_order_of_ballots_gives_the_same_verdict(
    ballots: list[Ballot], rules: Rules, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(ballots))

    assert verdict(tally(shuffled, rules)) == verdict(tally(ballots, rules))


@given(ballots=BALLOTS, rules=RULES)
def test_every_sample_is_counted_or_abstains_and_every_call_is_paid(
    ballots: list[Ballot], rules: Rules
) -> None:
    different = set(ballots)

    counted = tally(ballots, rules)

    cast = sum(total.votes for total in counted.standings)
    drawn = sum(ballot.votes + ballot.abstentions for ballot in different)
    assert cast + counted.sums.abstentions == drawn
    assert counted.sums.calls == sum(ballot.calls for ballot in different)


@given(answers=st.lists(st.sampled_from(["a", "b", "c", None]), max_size=9))
def test_a_plain_tally_is_the_majority_with_ties_by_text(answers: list[str | None]) -> None:
    ballots = [ballot_of(f"client {n}", [Sample(a)]) for n, a in enumerate(answers)]
    counts = Counter(answer for answer in answers if answer)

    counted = tally(ballots, Rules())

    expected = min(counts, key=lambda answer: (-counts[answer], answer)) if counts else None
    assert counted.winner == expected
    assert {total.answer: total.weight for total in counted.standings} == dict(counts)


def test_nobody_wins_where_all_abstain() -> None:
    decision = verdict(tally(one_vote(ada=None, ben=None), Rules()), drawn_at_random=True)

    assert (decision.winner, decision.decided_by, decision.share) == (None, "nobody", 0.0)
    assert (decision.abstentions, decision.calls) == (2, 2)
    assert (decision.tolerates, decision.unswayed_by, decision.evidence) == (None, None, None)


def test_no_ballot_at_all_is_no_winner() -> None:
    counted = tally([], Rules())

    assert verdict(counted).winner is None
    assert counted.lead == 0


def test_many_abstentions_never_beat_one_answer() -> None:
    decision = verdict(tally(one_vote(ada=None, ben=None, cyd="7"), Rules()))

    assert (decision.winner, decision.share, decision.abstentions) == ("7", 1.0, 2)


def test_one_client_alone_decides_and_is_believed_by_nobody_else() -> None:
    decision = verdict(tally(one_vote(ada="7"), Rules()))

    assert (decision.winner, decision.tolerates, decision.unswayed_by) == ("7", 0, 0)


def test_a_tie_goes_to_the_question_in_its_own_words() -> None:
    paraphrased = ballot_of("ada", [Sample("a", original=False)])
    own_words = ballot_of("ben", [Sample("b")])

    decision = verdict(tally([paraphrased, own_words], Rules()))

    assert (decision.winner, decision.decided_by) == ("b", "original question")


def test_a_tie_that_is_left_goes_by_the_order_of_the_choices() -> None:
    tied = one_vote(ada="no", ben="yes")

    by_choice = verdict(tally(tied, Rules(choices=("yes", "no"))))
    by_text = verdict(tally(tied, Rules()))

    assert (by_choice.winner, by_choice.decided_by) == ("yes", "order of choices")
    assert by_text.winner == "no"


def test_an_answer_outside_the_choices_abstains() -> None:
    decision = verdict(
        tally(one_vote(ada="maybe", ben="maybe", cyd="no"), Rules(choices=("yes", "no")))
    )

    assert (decision.winner, decision.abstentions) == ("no", 2)


def test_a_client_that_votes_twice_differently_is_not_counted() -> None:
    twice = [*one_vote(ada="a"), *one_vote(ada="b"), *one_vote(ben="c")]

    decision = verdict(tally(twice, Rules()))

    assert (decision.winner, decision.refused) == ("c", ("ada",))
    assert (decision.abstentions, decision.calls) == (2, 3)


def test_the_same_ballot_twice_counts_once() -> None:
    decision = verdict(tally([*one_vote(ada="a"), *one_vote(ada="a", ben="b", cyd="b")], Rules()))

    assert (decision.winner, decision.refused, decision.calls) == ("b", (), 3)


def test_a_client_with_more_votes_than_allowed_is_not_counted() -> None:
    loud = ballot_of("ada", [Sample("a")] * 3)

    decision = verdict(tally([loud, *one_vote(ben="b")], Rules(samples=2)))

    assert (decision.winner, decision.refused) == ("b", ("ada",))


def test_weights_decide_and_a_weight_of_nothing_never_wins() -> None:
    votes = one_vote(ada="a", ben="b", cyd="b")

    heavy = tally(votes, Rules(weights={"ada": 3.0, "ben": 1.0, "cyd": 1.0}))
    nothing = tally(votes, Rules(weights={"ada": 0.0, "ben": 0.0, "cyd": 0.0}))

    assert (heavy.winner, heavy.lead) == ("a", 1.0)
    assert nothing.winner is None


def test_a_client_without_a_weight_is_named() -> None:
    with pytest.raises(ValueError, match=r"^weights: none for 'ben'"):
        tally(one_vote(ada="a", ben="b"), Rules(weights={"ada": 1.0}))


def test_all_that_is_decided_comes_through_one_seam() -> None:
    class Noisy:
        def count(self, ballots: object, rules: Rules) -> Sums:
            return InTheClear().count(one_vote(zoe="z"), rules)

    assert tally(one_vote(ada="a"), Rules(), Noisy()).winner == "z"


def test_rules_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^samples: 0"):
        Rules(samples=0)
    with pytest.raises(ValueError, match=r"^choices: "):
        Rules(choices=("a", "a"))
    with pytest.raises(ValueError, match=r"^choices: "):
        Rules(choices=("a",))
    with pytest.raises(ValueError, match=r"^weights: -1"):
        Rules(weights={"ada": -1.0})


def test_evidence_is_given_for_random_draws_that_count_alike_only() -> None:
    votes = one_vote(ada="a", ben="a", cyd="b")
    weighted = Rules(choices=("a", "b"), weights=dict.fromkeys(["ada", "ben", "cyd"], 1.0))

    told = verdict(tally(votes, Rules(choices=("a", "b"))), drawn_at_random=True).evidence
    unsaid = verdict(tally(votes, Rules(choices=("a", "b")))).evidence
    unlike = verdict(tally(votes, weighted), drawn_at_random=True).evidence

    assert told is not None
    assert told.choices == 2
    assert unsaid is None
    assert unlike is None
