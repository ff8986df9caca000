"""Only some blocks of a prompt take part in a round."""

import numpy as np
import pytest
from aggregator_settings import SETTINGS
from gaussian_reports import START, Told, any_gaussian, merged, owners, reports
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.aggregators.fedavg_gaussian import FedavgGaussian
from fedbbpt.aggregators.partial_exchange import PartialExchange
from fedbbpt.aggregators.server_steps import parameters
from fedbbpt.distributions import Categorical, Floats, Gaussian
from fedbbpt.messages import State

WIDE = Gaussian(np.linspace(-1.0, 1.0, 12), 0.5)


def pulling(pull: Floats) -> list[Told]:
    return [Told(Gaussian(WIDE.mean + pull, 0.5, None))]


def exchanged(before: State, after: State) -> list[int]:
    """Return the coordinates that are not as they were."""
    places = parameters(before.distribution), parameters(after.distribution)
    return np.flatnonzero(places[0] != places[1]).tolist()


@given(owners(any_gaussian), st.sampled_from(["largest", "turns"]), st.integers(1, 3))
@settings(max_examples=25)
def test_a_block_is_the_average_or_as_it_was_broadcast_to_the_last_bit(
    told: list[Told], choose: str, blocks: int
) -> None:
    begin = State(0, START)
    average = merged(FedavgGaussian()(begin, reports(told)))

    rule = PartialExchange(0.5, blocks, choose)  # type: ignore[arg-type]
    after = merged(rule(begin, reports(told)))

    same, taken = after.mean == START.mean, after.mean == average.mean
    assert (same | taken).all()
    assert (taken | same).sum() >= 1
    assert after.sigma == average.sigma


@given(owners(any_gaussian))
@settings(max_examples=15)
def test_a_share_of_all_is_plain_averaging(told: list[Told]) -> None:
    begin = State(0, START)

    after = merged(PartialExchange(share=1.0)(begin, reports(told)))

    assert after.mean.tolist() == merged(FedavgGaussian()(begin, reports(told))).mean.tolist()


@given(share=st.floats(0.05, 1.0), blocks=st.integers(1, 12))
def test_in_turns_every_block_takes_part_before_any_waits_longer(share: float, blocks: int) -> None:
    rule = PartialExchange(share, blocks, "turns")
    state, seen = State(0, WIDE), set[int]()

    for _ in range(int(np.ceil(1 / share))):
        after = rule(state, reports(pulling(np.ones(12) + state.round)))
        seen.update(exchanged(state, after))
        state = after

    assert seen == set(range(12))


def test_the_blocks_that_are_pulled_most_go_first_and_no_other_waits_for_ever() -> None:
    rule = PartialExchange(share=0.25, blocks=4)
    pull = np.repeat([1.0, 8.0, 2.0, 4.0], 3)
    state, order = State(0, WIDE), []

    for _ in range(12):
        here = merged(state).mean
        after = rule(state, reports([Told(Gaussian(here + pull, 0.5, None))]))
        order.append(exchanged(state, after)[0] // 3)
        state = after

    assert order[:2] == [1, 3]
    assert set(order) == {0, 1, 2, 3}


def test_momentum_goes_on_in_the_blocks_that_are_exchanged_and_in_no_other() -> None:
    rule = PartialExchange(share=0.5, blocks=2, choose="turns", momentum=0.5)
    state = State(0, WIDE)
    for _ in range(2):  # either block once
        state = rule(state, reports([Told(Gaussian(merged(state).mean + 1, 0.5, None))]))

    after = rule(state, reports([Told(Gaussian(merged(state).mean, 0.5, None))]))

    assert exchanged(state, after) == list(range(6))
    assert merged(after).mean[:6] == pytest.approx(merged(state).mean[:6] + 0.5)


def test_a_table_of_choices_is_one_block() -> None:
    setting = SETTINGS["product"]

    after = PartialExchange(share=0.2, blocks=3)(setting.state, setting.reports())

    changed = exchanged(setting.state, after)
    assert changed in ([0], [1], [2], [3, 4, 5, 6], [7, 8, 9])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"share": 0.0}, "share: 0.0"),
        ({"share": 1.5}, "share: 1.5"),
        ({"blocks": 0}, "blocks: 0"),
        ({"choose": "best"}, "choose: 'best'"),
        ({"momentum": 1.0}, "momentum: 1.0"),
        ({"learning_rate": 0.0}, "learning_rate: 0.0"),
        ({"weights": "loud"}, "weights: 'loud'"),
    ],
)
def test_settings_out_of_their_range_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said.split(":", maxsplit=1)[0]) as caught:
        PartialExchange(**given)  # type: ignore[arg-type]

    assert said in str(caught.value)


def test_the_rule_merges_tables_alone() -> None:
    setting = SETTINGS["tables"]

    after = PartialExchange()(setting.state, setting.reports())

    assert isinstance(after.distribution, Categorical)
    assert len(exchanged(setting.state, after)) in {3, 4}
