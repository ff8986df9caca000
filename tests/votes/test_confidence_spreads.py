import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.votes.ballots import Ballot, Sample, ballot_of
from fedbbpt.votes.confidence import MostConfident, Plain, Softmax, Spread

TOLD = st.lists(
    st.builds(
        Sample,
        st.sampled_from(["a", "b", "c", None]),
        st.booleans(),
        st.floats(-40, 0, allow_nan=False),
    ),
    max_size=8,
)
SPREADS = [Plain(), Softmax(0.1), Softmax(5.0), MostConfident(0.3), MostConfident(1.0)]


@pytest.mark.parametrize("spread", SPREADS, ids=str)
@given(samples=TOLD)
def test_no_lie_about_confidence_makes_a_ballot_weigh_more_than_its_votes(
    spread: Spread, samples: list[Sample]
) -> None:
    ballot = ballot_of("north", samples)

    weights = spread.weigh(ballot)

    assert set(weights) == {support.answer for support in ballot.supports}
    assert all(weight >= 0 for weight in weights.values())
    assert sum(weights.values()) <= ballot.votes * (1 + 1e-12)


@pytest.mark.parametrize("spread", SPREADS, ids=str)
def test_without_confidences_votes_count_plainly(spread: Spread) -> None:
    ballot = ballot_of("north", map(Sample, "aab"))

    assert spread.weigh(ballot) == {"a": 2.0, "b": 1.0}


def surer_minority() -> Ballot:
    unsure = [Sample("a", confidence=-2.0)] * 2
    return ballot_of("north", [*unsure, Sample("b", confidence=-0.1)])


def test_softmax_lets_a_surer_answer_win() -> None:
    weights = Softmax(1.0).weigh(surer_minority())

    share = math.exp(-0.1) / (math.exp(-0.1) + 2 * math.exp(-2.0))
    assert weights["b"] == pytest.approx(3 * share)
    assert weights["b"] > weights["a"]


def test_a_hot_softmax_is_the_majority() -> None:
    weights = Softmax(1e9).weigh(surer_minority())

    assert weights == pytest.approx({"a": 2.0, "b": 1.0})


def test_only_the_most_confident_share_counts_and_equals_of_the_last_stay() -> None:
    first = MostConfident(0.3).weigh(surer_minority())
    two_thirds = MostConfident(0.6).weigh(surer_minority())

    assert first == {"a": 0.0, "b": math.exp(-0.1)}
    assert two_thirds["a"] == pytest.approx(2 * math.exp(-2.0))  # not one of two that are alike


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^temperature: 0"):
        Softmax(0)
    with pytest.raises(ValueError, match=r"^share: 1\.5"):
        MostConfident(1.5)
