"""The merging rules in closed form."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.aggregators.dirichlet_pool import DirichletPool
from fedbbpt.aggregators.linear_pool import LinearPool
from fedbbpt.aggregators.log_linear_pool import LogLinearPool
from fedbbpt.aggregators.mean import Mean
from fedbbpt.aggregators.median import Median, weighted_median
from fedbbpt.aggregators.weighting import shares
from fedbbpt.distributions import Categorical, Floats, Gaussian, softmax
from fedbbpt.messages import Report, State

Weights = Literal["size", "uniform"]
tables = st.lists(st.floats(-5, 5), min_size=3, max_size=3).map(np.array)
counts = st.lists(st.integers(0, 9), min_size=3, max_size=3).map(lambda c: np.array(c, dtype=float))
weights = st.floats(0.5, 1e3)


def report(client: str, weight: float, **statistics: Floats | list[float]) -> Report:
    arrays = {name: np.array(values, dtype=float) for name, values in statistics.items()}
    return Report(client, 0, "f", arrays, frozenset(), weight, 9, 0, 0, 9)


def begin(logits: Floats | None = None) -> State:
    return State(0, Categorical((np.zeros(3) if logits is None else logits,)))


def table(state: State) -> Floats:
    assert isinstance(state.distribution, Categorical)
    return state.distribution.probabilities[0]


def numbered(values: Sequence[tuple[float, Floats]], name: str) -> list[Report]:
    return [report(f"owner {i}", w, **{name: array}) for i, (w, array) in enumerate(values)]


@pytest.mark.parametrize("pool", [LogLinearPool(), LinearPool(), LogLinearPool("uniform")])
@given(tables, st.lists(weights, min_size=1, max_size=4))
def test_owners_who_agree_are_believed(
    pool: LogLinearPool | LinearPool, logits: Floats, sizes: list[float]
) -> None:
    after = pool(begin(), numbered([(size, logits) for size in sizes], "logits_0"))

    assert table(after) == pytest.approx(softmax(logits), rel=1e-9)


@given(st.lists(st.tuples(weights, tables), min_size=2, max_size=4))
def test_a_log_linear_pool_is_the_weighted_mean_of_logits(
    owners: list[tuple[float, Floats]],
) -> None:
    after = LogLinearPool()(begin(), numbered(owners, "logits_0"))

    parts = np.array([w for w, _ in owners]) / sum(w for w, _ in owners)
    product = np.prod([softmax(t) ** a for a, (_, t) in zip(parts, owners, strict=True)], axis=0)
    assert table(after) == pytest.approx(product / product.sum(), rel=1e-9)


def test_a_log_linear_pool_does_not_see_how_logits_were_centred() -> None:
    first, second = np.array([2.0, 0.0, 1.0]), np.array([0.0, 4.0, 1.0])

    plain = LogLinearPool()(begin(), numbered([(1, first), (3, second)], "logits_0"))
    shifted = LogLinearPool()(begin(), numbered([(1, first + 50), (3, second - 9)], "logits_0"))

    assert table(shifted) == pytest.approx(table(plain), rel=1e-12)


def test_a_linear_pool_of_opposite_certainties_is_their_mixture() -> None:
    sure = 40.0 * np.eye(3)

    after = LinearPool()(begin(), numbered([(30, sure[0]), (10, sure[2])], "logits_0"))

    assert table(after) == pytest.approx([0.75, 0.0, 0.25], abs=1e-11)


def test_an_impossible_choice_keeps_finite_logits() -> None:
    after = LinearPool()(begin(), numbered([(1, 1e5 * np.eye(3)[0])], "logits_0"))

    assert table(after)[1] == pytest.approx(1e-12, rel=1e-6)


@given(st.lists(counts, min_size=1, max_size=4), st.floats(0.1, 10))
def test_a_dirichlet_pool_adds_all_counts_to_the_prior(owners: list[Floats], prior: float) -> None:
    reports = numbered([(1.0, count) for count in owners], "counts_0")

    after = DirichletPool(prior=prior)(begin(), reports)

    alpha = prior + np.sum(owners, axis=0)
    assert after.memory["alpha_0"] == pytest.approx(alpha)
    assert table(after) == pytest.approx(alpha / alpha.sum())


@given(st.lists(counts, min_size=2, max_size=4))
def test_counts_of_one_round_or_of_many_come_to_the_same(owners: list[Floats]) -> None:
    reports = numbered([(1.0, count) for count in owners], "counts_0")
    pool = DirichletPool()

    at_once = pool(begin(), reports)
    one_by_one = begin()
    for single in reports:
        one_by_one = pool(one_by_one, [single])

    assert table(one_by_one) == pytest.approx(table(at_once))
    assert one_by_one.round == len(owners)


def test_without_counts_a_dirichlet_pool_stays_at_its_start() -> None:
    start = begin(np.array([1.0, 0.5, -2.0]))

    after = DirichletPool()(start, numbered([(5.0, np.zeros(3))], "counts_0"))

    assert table(after) == pytest.approx(table(start))


def test_a_forgetful_dirichlet_pool_follows_a_change_of_mind() -> None:
    early = numbered([(1.0, np.array([8.0, 0.0, 0.0]))], "counts_0")
    late = numbered([(1.0, np.array([0.0, 0.0, 4.0]))], "counts_0")

    def final(pool: DirichletPool) -> Floats:
        return table(pool(pool(begin(), early), late))

    alpha = np.array([0.25 * 8.25, 0.25 * 0.25, 0.25 * 0.25 + 4.0])
    assert final(DirichletPool(forget=0.25)) == pytest.approx(alpha / alpha.sum())
    assert final(DirichletPool()).argmax() == 0


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="a count is below 0"):
        DirichletPool()(begin(), numbered([(1.0, np.array([1.0, -1.0, 0.0]))], "counts_0"))


def test_a_mean_by_size_is_that_of_the_pooled_examples() -> None:
    reports = [report("a", 10, loss_sum=[1.0, 6.0]), report("b", 30, loss_sum=[15.0, 6.0])]

    after = Mean()(begin(), reports)

    assert after.memory["losses"].tolist() == [0.4, 0.3]


def test_a_uniform_mean_is_that_of_the_owners() -> None:
    reports = [report("a", 10, loss_sum=[1.0, 6.0]), report("b", 30, loss_sum=[15.0, 6.0])]

    after = Mean("uniform")(begin(), reports)

    assert after.memory["losses"] == pytest.approx([0.3, 0.4])


@pytest.mark.parametrize("aggregator", [Mean(), Median()])
def test_merged_losses_leave_the_distribution_alone(aggregator: Mean | Median) -> None:
    state = begin(np.array([1.0, 0.0, -1.0]))

    after = aggregator(state, [report("a", 10, loss_sum=[1.0, 6.0])])

    assert after.distribution is state.distribution


def test_one_wild_owner_does_not_move_a_median_far() -> None:
    honest = [report(name, 10, loss_sum=[2.0 + i, 5.0]) for i, name in enumerate("abcd")]
    wild = report("e", 10, loss_sum=[1e9, -1e9])

    after = Median()(begin(), [*honest, wild])

    assert after.memory["losses"].tolist() == [0.4, 0.5]


@given(st.lists(st.tuples(st.floats(-9, 9), st.integers(1, 5)), min_size=1, max_size=6))
def test_a_weighted_median_is_the_median_of_repeated_values(
    pairs: list[tuple[float, int]],
) -> None:
    values, times = (np.array(column) for column in zip(*pairs, strict=True))

    found = weighted_median(values, times.astype(float))

    assert found == pytest.approx(float(np.median(np.repeat(values, times))))


@given(st.lists(weights, min_size=1, max_size=6), st.sampled_from(["size", "uniform"]))
def test_shares_sum_to_one_and_belong_to_their_report(sizes: list[float], how: Weights) -> None:
    reports = [report(f"{i}", size) for i, size in enumerate([*sizes, 0.0])]

    found = shares(reports, how)

    assert found.sum() == pytest.approx(1.0)
    assert found[-1] == 0.0
    assert found[::-1].tolist() == shares(reports[::-1], how).tolist()


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_a_weight_that_is_no_number_of_examples_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="weight: a reports"):
        shares([report("a", weight), report("b", 1.0)], "size")


def test_an_owner_who_reports_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="client: a reported twice"):
        shares([report("a", 1.0), report("b", 1.0), report("a", 1.0)], "size")


def test_pools_need_tables() -> None:
    state = State(0, Gaussian(np.zeros(3), 1.0))

    with pytest.raises(ValueError, match="not a Gaussian"):
        LinearPool()(state, numbered([(1.0, np.zeros(3))], "logits_0"))


def test_losses_are_one_number_a_candidate() -> None:
    with pytest.raises(ValueError, match="loss_sum: shape"):
        Mean()(begin(), numbered([(1.0, np.zeros((2, 2)))], "loss_sum"))


@pytest.mark.parametrize("plugin", [Mean, LogLinearPool, LinearPool])
def test_unknown_weights_are_refused(plugin: type[Mean]) -> None:
    with pytest.raises(ValueError, match="weights: 'sizes' is unknown"):
        plugin("sizes")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "text"),
    [({"prior": 0.0}, "prior: 0.0"), ({"forget": 0.0}, "forget: 0.0"), ({"forget": 1.1}, "forget")],
)
def test_a_dirichlet_setting_out_of_range_is_refused(settings: dict[str, float], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        DirichletPool(**settings)
