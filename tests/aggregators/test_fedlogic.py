"""Laws of the belief that every owner has of its own, and of the shared one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.aggregators import Personalising
from fedbbpt.aggregators.fedlogic import FedLogic
from fedbbpt.aggregators.mean import Mean
from fedbbpt.aggregators.tilting import fitted_shrinkage
from fedbbpt.distributions import Categorical, Floats
from fedbbpt.drivers import check_merge
from fedbbpt.messages import Block, Report, Score, State

PROMPTS = 4
ITEMS = 10
SIZES = {"anna": 40, "bert": 20, "cleo": 1000}
ALL = np.arange(float(PROMPTS))[:, None]
START = State(0, Categorical((np.zeros(PROMPTS),)))

right_answers = st.lists(
    st.lists(st.integers(0, ITEMS), min_size=PROMPTS, max_size=PROMPTS), min_size=3, max_size=3
)
rules = st.builds(
    FedLogic,
    temperature=st.floats(0.005, 5.0),
    shrinkage=st.floats(0.0, 100.0),
    fitted=st.booleans(),
    pull=st.floats(0.0, 3.0),
    weights=st.sampled_from(["size", "uniform"]),
)


def report(owner: str, right: Sequence[int], items: int = ITEMS) -> Report:
    sums = np.array(right, dtype=np.float64)
    statistics = {"loss_sum": items - sums, "score_sum": sums}
    return Report(owner, 0, "", statistics, frozenset(statistics), items, 0, 0, 0, 0)


def reports(rows: Sequence[Sequence[int]]) -> list[Report]:
    return [report(owner, row) for owner, row in zip(SIZES, rows, strict=True)]


def after(rule: FedLogic, state: State, told: Sequence[Report], start: int = 0) -> State:
    work = Score(ALL, Block(start, ITEMS))
    return rule.learned(rule(state, told), work, told, SIZES)


def shared(state: State) -> Floats:
    assert isinstance(state.distribution, Categorical)
    return state.distribution.probabilities[0]


def own(rule: FedLogic, state: State) -> dict[str, Floats]:
    found = {}
    for owner, belief in rule.personal(state).groups:
        assert isinstance(belief, Categorical)
        found[owner] = belief.probabilities[0]
    return found


def test_fedlogic_gives_owners_a_belief_and_mean_does_not() -> None:
    assert isinstance(FedLogic(), Personalising)
    assert not isinstance(Mean(), Personalising)


@settings(max_examples=40, deadline=None)
@given(rules, right_answers)
def test_no_new_evidence_no_change(rule: FedLogic, rows: list[list[int]]) -> None:
    once = after(rule, START, reports(rows))

    again = once
    for _ in range(5):
        again = after(rule, again, reports(rows))

    assert np.array_equal(shared(again), shared(once))
    for owner, belief in own(rule, again).items():
        assert np.array_equal(belief, own(rule, once)[owner])


def test_examples_that_begin_anew_are_no_new_evidence() -> None:
    rule, rows = FedLogic(), [[9, 5, 1, 1], [1, 5, 9, 1], [5, 5, 5, 5]]
    state = after(rule, START, reports(rows))
    first_two = [report("anna", rows[0]), report("bert", rows[1])]
    for start in (10, 20, 30):
        state = after(rule, state, first_two, start)

    once_more = after(rule, state, first_two, 40)

    assert state.memory["table bert"][1].tolist() == [20.0] * PROMPTS
    assert state.memory["table anna"][1].tolist() == [40.0] * PROMPTS
    assert np.array_equal(shared(once_more), shared(state))


def test_fresh_blocks_add_up_and_nested_ones_take_the_place() -> None:
    rule, rows = FedLogic(), [[10, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    first = after(rule, START, reports(rows))

    fresh = after(rule, first, [report("anna", [0, 0, 10, 0])], start=10)
    nested = after(rule, first, [report("anna", [10, 0, 10, 0], 20)], start=0)

    expected = [[0.5, 0.0, 0.5, 0.0], [20.0] * PROMPTS]
    assert fresh.memory["table anna"][:2].tolist() == expected
    assert nested.memory["table anna"][:2].tolist() == expected
    assert fresh.memory["table anna"][3].tolist() == [2.0] * PROMPTS
    assert nested.memory["table anna"][3].tolist() == [1.0] * PROMPTS


@settings(max_examples=40, deadline=None)
@given(rules, right_answers, st.permutations(range(3)))
def test_the_order_of_owners_does_not_matter(
    rule: FedLogic, rows: list[list[int]], order: list[int]
) -> None:
    told = reports(rows)

    first, second = after(rule, START, told), after(rule, START, [told[i] for i in order])

    assert np.array_equal(shared(first), shared(second))


@settings(max_examples=40, deadline=None)
@given(right_answers, st.lists(st.floats(-2, 2), min_size=PROMPTS, max_size=PROMPTS))
def test_a_high_temperature_leaves_the_prior_to_everybody(
    rows: list[list[int]], logits: list[float]
) -> None:
    rule = FedLogic(temperature=1e9)
    start = State(0, Categorical((np.array(logits),)))

    state = after(rule, start, reports(rows))

    for belief in (*own(rule, state).values(), shared(state)):
        assert np.allclose(belief, shared(start), atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(right_answers)
def test_a_low_temperature_leaves_every_owner_its_own_best(rows: list[list[int]]) -> None:
    rule = FedLogic(temperature=1e-4, shrinkage=0.0)

    state = after(rule, START, reports(rows))

    for (_, belief), row in zip(sorted(own(rule, state).items()), rows, strict=True):
        best = [i for i, right in enumerate(row) if right == max(row)]
        assert np.allclose(belief[best].sum(), 1.0)
        assert np.allclose(belief[best], 1.0 / len(best))


def test_strong_shrinkage_gives_all_owners_one_belief() -> None:
    rule = FedLogic(shrinkage=1e9)

    state = after(rule, START, reports([[9, 5, 1, 1], [1, 5, 9, 1], [5, 5, 5, 5]]))

    beliefs = list(own(rule, state).values())
    assert np.allclose(beliefs[0], beliefs[1], atol=1e-6)
    assert np.allclose(beliefs[0], beliefs[2], atol=1e-6)


def test_an_owner_that_is_away_keeps_its_belief() -> None:
    rule = FedLogic(shrinkage=0.0)
    state = after(rule, START, reports([[9, 5, 1, 1], [1, 5, 9, 1], [5, 5, 5, 5]]))

    without = after(rule, state, [report("bert", [1, 9, 1, 1])], start=10)

    assert np.array_equal(own(rule, without)["anna"], own(rule, state)["anna"])
    assert own(rule, without)["bert"][1] > own(rule, state)["bert"][1]


def fitted_over(chances: Floats, blocks: int = 12) -> float:
    """Return the shrinkage fitted to draws with these chances, shape (owners, prompts)."""
    rng, state = np.random.default_rng(3), State(0, Categorical((np.zeros(PROMPTS),)))
    for start in range(0, blocks * ITEMS, ITEMS):
        drawn = rng.binomial(ITEMS, chances)
        told = [report(name, row) for name, row in zip(SIZES, drawn.tolist(), strict=True)]
        work = Score(ALL, Block(start, ITEMS))
        state = FedLogic().learned(state, work, told, dict.fromkeys(SIZES, 10**6))
    tables = np.stack([state.memory[f"table {name}"] for name in SIZES])
    return fitted_shrinkage(tables, 10.0)


def test_owners_that_differ_by_chance_alone_are_given_much_of_all_owners_scores() -> None:
    alike = np.tile([0.5, 0.6, 0.7, 0.4], (len(SIZES), 1))

    assert fitted_over(alike) > 100


def test_owners_that_differ_for_good_keep_their_own_scores() -> None:
    differing = np.array([[0.9, 0.5, 0.2, 0.2], [0.2, 0.5, 0.9, 0.2], [0.2, 0.9, 0.2, 0.5]])

    assert fitted_over(differing) == 10.0


def test_one_block_cannot_tell_how_much_is_chance() -> None:
    differing = np.array([[0.9, 0.5, 0.2, 0.2], [0.2, 0.5, 0.9, 0.2], [0.2, 0.9, 0.2, 0.5]])

    assert fitted_over(differing, blocks=1) == 10.0


def test_several_slots_are_refused_before_anything_is_sent() -> None:
    start = Categorical((np.zeros(3), np.zeros(2)))

    with pytest.raises(ValueError, match='use = "bank"'):
        check_merge(FedLogic(), "score", start)


def test_local_searches_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(ValueError, match="loss_sum"):
        check_merge(FedLogic(), "local", START.distribution)


@pytest.mark.parametrize(
    ("field", "value"),
    [("temperature", 0.0), ("shrinkage", -1.0), ("pull", -0.1), ("weights", "votes")],
)
def test_a_setting_out_of_its_range_is_refused(field: str, value: Any) -> None:  # noqa: ANN401
    with pytest.raises(ValueError, match=field):
        replace(FedLogic(), **{field: value})
