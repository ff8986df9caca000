"""Merged losses that favour the owner who fares worst."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.aggregators.agnostic_mean import AgnosticMean
from fedbbpt.aggregators.fair_mean import FairMean
from fedbbpt.aggregators.mean import Mean
from fedbbpt.distributions import Categorical, Floats
from fedbbpt.messages import Report, State

BEGIN = State(0, Categorical((np.zeros(3),)))
tables = st.integers(1, 4).flatmap(
    lambda n: st.lists(
        st.lists(st.floats(0, 4), min_size=3, max_size=3), min_size=n, max_size=n
    ).map(np.array)
)


def reports(losses: Floats, weight: float = 10.0) -> list[Report]:
    """Return one report a row of mean losses."""
    return [
        Report(f"owner {i}", 0, "f", {"loss_sum": weight * row}, frozenset(), weight, 9, 0, 0, 9)
        for i, row in enumerate(losses)
    ]


def merged(rule: FairMean | AgnosticMean | Mean, losses: Floats) -> Floats:
    return rule(BEGIN, reports(losses)).memory["losses"]


@given(tables)
def test_without_fairness_it_is_the_mean(losses: Floats) -> None:
    plain = merged(Mean(), losses)

    assert merged(FairMean(q=0), losses) == pytest.approx(plain, rel=1e-9, abs=1e-12)
    assert merged(AgnosticMean(rate=0), losses) == pytest.approx(plain, rel=1e-9, abs=1e-12)
    assert merged(AgnosticMean(), losses) == pytest.approx(plain, rel=1e-9, abs=1e-12)


@given(tables, st.floats(0, 5), st.floats(0, 5))
def test_more_fairness_never_lowers_a_loss_and_never_passes_the_worst(
    losses: Floats, first: float, second: float
) -> None:
    less, more = (merged(FairMean(q), losses) for q in sorted((first, second)))

    assert (more >= less - 1e-9).all()
    assert (more <= losses.max(axis=0) + 1e-9).all()


def test_without_end_fairness_is_the_worst_owner() -> None:
    losses = np.array([[1.0, 0.2, 3.0], [0.5, 2.0, 3.0]])

    assert merged(FairMean(q=2000), losses) == pytest.approx([1.0, 2.0, 3.0], rel=1e-3)


@given(tables, st.floats(0.1, 10))
def test_doubling_losses_doubles_the_fair_mean(losses: Floats, scale: float) -> None:
    plain = merged(FairMean(), losses)

    assert merged(FairMean(), scale * losses) == pytest.approx(scale * plain, rel=1e-9, abs=1e-12)


def test_who_keeps_faring_badly_comes_to_decide() -> None:
    losses = np.array([[0.1, 0.5], [2.0, 1.5]])  # the first prefers 0, the second 1
    state = BEGIN
    for _ in range(20):
        state = AgnosticMean(rate=0.5)(state, reports(losses))

    assert state.memory["losses"] == pytest.approx([2.0, 1.5], abs=0.01)
    assert state.memory["strain.owner 1"] > state.memory["strain.owner 0"]


def test_an_absent_owner_keeps_its_strain() -> None:
    losses = np.array([[1.0, 2.0], [3.0, 4.0]])

    first = AgnosticMean()(BEGIN, reports(losses))
    second = AgnosticMean()(first, reports(losses[:1]))

    assert second.memory["strain.owner 1"] == first.memory["strain.owner 1"] == 3.0


def test_a_loss_below_zero_has_no_power() -> None:
    with pytest.raises(ValueError, match="below 0"):
        merged(FairMean(), np.array([[-0.1, 1.0]]))


@pytest.mark.parametrize("value", [-0.1, float("inf"), float("nan")])
def test_settings_out_of_range_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="q: "):
        FairMean(q=value)
    with pytest.raises(ValueError, match="rate: "):
        AgnosticMean(rate=value)
