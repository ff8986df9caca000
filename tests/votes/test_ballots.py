import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.votes.ballots import Ballot, Sample, Support, ballot_of, together

ANSWERS = st.sampled_from(["a", "b", "c", None])
SAMPLES = st.lists(st.builds(Sample, ANSWERS, st.booleans()), max_size=8)


@given(samples=SAMPLES, data=st.data())
def test_the_order_in_which_samples_came_is_in_no_ballot(
    samples: list[Sample], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(samples))

    assert ballot_of("north", shuffled) == ballot_of("north", samples)


@given(samples=SAMPLES)
def test_every_sample_is_a_vote_or_an_abstention_and_was_paid(samples: list[Sample]) -> None:
    ballot = ballot_of("north", samples)

    assert ballot.votes + ballot.abstentions == ballot.calls == len(samples)
    assert ballot.abstentions == sum(sample.answer is None for sample in samples)


def test_calls_can_be_more_than_samples() -> None:
    assert ballot_of("north", [Sample("7"), Sample(None)], calls=4).calls == 4


def test_confidences_are_kept_where_every_answer_has_one() -> None:
    told = [Sample("7", confidence=-0.1), Sample("8", confidence=-2.0), Sample(None)]
    half_told = [*told, Sample("7")]

    assert [s.confidences for s in ballot_of("north", told).supports] == [(-0.1,), (-2.0,)]
    assert [s.confidences for s in ballot_of("north", half_told).supports] == [(), ()]


def test_an_abstention_is_none_and_not_an_empty_text() -> None:
    with pytest.raises(ValueError, match=r"^answer: .*None"):
        Sample("")
    with pytest.raises(ValueError, match=r"^answer: "):
        Support("", 1, 0)


@pytest.mark.parametrize("confidence", [0.5, float("nan"), float("-inf")])
def test_a_confidence_is_a_mean_log_probability(confidence: float) -> None:
    with pytest.raises(ValueError, match=r"^confidence: "):
        Sample("7", confidence=confidence)
    with pytest.raises(ValueError, match=r"^confidence: "):
        Support("7", 1, 1, (confidence,))


def test_counts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^votes: 0"):
        Support("7", 0, 0)
    with pytest.raises(ValueError, match=r"^votes: 1 with 2 originals"):
        Support("7", 1, 2)
    with pytest.raises(ValueError, match=r"^confidences: 1 for 2 votes"):
        Support("7", 2, 0, (-1.0,))


def test_a_ballot_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^client: "):
        Ballot("")
    with pytest.raises(ValueError, match=r"^supports: 'north' .* twice"):
        Ballot("north", (Support("7", 1, 1), Support("7", 2, 1)))
    with pytest.raises(ValueError, match=r"^counts of 'north': -1 abstentions"):
        Ballot("north", abstentions=-1)
    with pytest.raises(ValueError, match=r"^confidences: 'north'"):
        Ballot("north", (Support("7", 1, 1, (-1.0,)), Support("8", 1, 1)))


@given(st.lists(st.sampled_from(["a", "b", None]), min_size=1), st.integers(0, 9))
def test_ballots_of_other_draws_together_are_the_ballot_of_all(
    answers: list[str | None], cut: int
) -> None:
    samples = [Sample(answer) for answer in answers]
    parts = [ballot_of("anna", samples[:cut]), ballot_of("anna", samples[cut:])]

    assert together(parts) == ballot_of("anna", samples)


def test_ballots_of_two_clients_are_not_added() -> None:
    with pytest.raises(ValueError, match="all of one client"):
        together([ballot_of("anna", []), ballot_of("bert", [])])
