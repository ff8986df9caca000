"""The published rule: whose mean counts, how far it goes, and what the step size becomes."""

from dataclasses import replace

import numpy as np
import pytest
from gaussian_reports import START, Told, any_gaussian, means, merged, owners, report, reports
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.aggregators.evolution_step import Paths, Rates, evolution_step, parent_weights
from fedbbpt.aggregators.fedbpt import FedBPT
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.messages import State

BEGIN = State(0, START)
RULES = [FedBPT(), FedBPT("code"), FedBPT("code", "gain", "full"), FedBPT("paper", "gain")]


def at(place: float, losses: tuple[float, float], sigma: float = 0.5) -> Told:
    return Told(Gaussian(np.full(3, place), sigma), 10.0, losses)


@pytest.mark.parametrize("rule", RULES, ids=repr)
@given(owners(any_gaussian), means)
@settings(max_examples=15)
def test_moving_all_means_moves_the_result(rule: FedBPT, told: list[Told], shift: Floats) -> None:
    def moved(gaussian: Gaussian) -> Gaussian:
        return replace(gaussian, mean=gaussian.mean + shift)

    here = merged(rule(BEGIN, reports(told)))
    away = [one._replace(gaussian=moved(one.gaussian)) for one in told]
    there = merged(rule(State(0, moved(START)), reports(away)))

    assert there.mean == pytest.approx(here.mean + shift, abs=1e-7)
    assert there.sigma == pytest.approx(here.sigma, rel=1e-6)


@given(owners(any_gaussian), st.sampled_from([0.25, 2.0, 8.0]))
def test_the_scale_of_losses_does_not_matter(told: list[Told], scale: float) -> None:
    scaled = [one._replace(losses=(scale * one.losses[0], scale * one.losses[1])) for one in told]

    for rule in RULES:
        plain, other = merged(rule(BEGIN, reports(told))), merged(rule(BEGIN, reports(scaled)))

        assert plain.mean.tolist() == other.mean.tolist()


def test_the_paper_takes_the_better_half_and_the_code_takes_all() -> None:
    told = [at(float(i), (1.0, 0.1 * i)) for i in range(4)]

    paper = merged(FedBPT()(BEGIN, reports(told)))
    code = merged(FedBPT("code")(BEGIN, reports(told)))

    half, everyone = parent_weights(2, 2.5), parent_weights(4, 4.5)
    assert paper.mean == pytest.approx(np.full(3, half @ [0.0, 1.0]))
    assert code.mean == pytest.approx(np.full(3, everyone @ [0.0, 1.0, 2.0, 3.0]))


def test_ranking_by_gain_gives_easy_data_no_merit() -> None:
    easy, hard = at(1.0, (0.1, 0.1)), at(2.0, (3.0, 1.0))

    by_loss = merged(FedBPT()(BEGIN, reports([easy, hard])))
    by_gain = merged(FedBPT(rank="gain")(BEGIN, reports([easy, hard])))

    assert by_loss.mean.tolist() == pytest.approx([1.0] * 3)
    assert by_gain.mean.tolist() == pytest.approx([2.0] * 3)


@given(st.integers(0, 99))
def test_samples_of_the_corrected_step_size_leave_the_local_one_about_as_it_is(seed: int) -> None:
    size, number = 40, 12
    start = Gaussian(np.zeros(size), 0.3)
    # four generations of six candidates: the mean walks with variance 4 sigma^2 / (6 / 2)
    walked = 0.3 * np.sqrt(4 / 3) * np.random.default_rng(seed).standard_normal((number, size))
    told = [Told(Gaussian(z, 0.3), 10.0, (1.0, float(i))) for i, z in enumerate(walked)]

    after = merged(FedBPT(shape="identity")(State(0, start), reports(told)))

    assert 0.75 < after.sigma / 0.3 < 1.33
    assert after.cov is None


def test_paths_live_in_memory_and_steps_in_one_direction_lengthen_the_step() -> None:
    state = BEGIN
    for turn in range(1, 7):
        told = [at(0.6 * turn + 0.01 * i, (1.0, 0.1 * i)) for i in range(3)]
        state = FedBPT("code")(state, reports(told))

    assert state.memory["steps"] == 6
    assert merged(state).sigma > 1.1 * START.sigma


def test_without_step_sizes_nothing_can_be_corrected() -> None:
    whole = report("anna", at(1.0, (1.0, 0.5)))
    statistics = dict(whole.statistics)
    del statistics["step_sizes"]

    with pytest.raises(ValueError, match=r"step_sizes: absent in the report of anna"):
        FedBPT()(BEGIN, [replace(whole, statistics=statistics)])
    still = replace(whole, statistics={**statistics, "step_sizes": np.zeros(4)})
    with pytest.raises(ValueError, match="all are 0"):
        FedBPT()(BEGIN, [still])


def test_weights_of_ten_parents_are_those_of_the_published_code() -> None:
    found = parent_weights(10, 10.5)

    expected = [0.280, 0.197, 0.149, 0.115, 0.088, 0.067, 0.048, 0.032, 0.018, 0.006]
    assert found == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize("cov", [None, np.array([4.0, 1.0]), np.array([[2.0, 0.5], [0.5, 1.0]])])
def test_a_step_keeps_the_form_of_the_covariance_and_its_definiteness(cov: Floats | None) -> None:
    steps = np.array([[5.0, 5.0], [4.0, 6.0]])
    paths = Paths(np.zeros(2), np.zeros(2), 0)

    after = evolution_step(cov, steps, np.array([0.6, 0.4]), paths)

    assert after.move == pytest.approx([4.6, 5.4])
    assert after.growth > 1
    if cov is None:
        assert after.cov is None
    else:
        assert after.cov is not None
        assert after.cov.shape == cov.shape
        definite = after.cov if cov.ndim == 1 else np.linalg.eigvalsh(after.cov)
        assert definite.min() > 0


@pytest.mark.parametrize("size", [1, 2, 10, 500])
def test_learning_rates_leave_something_of_the_past(size: int) -> None:
    for mass in (1.0, 3.0, 40.0):
        rates = Rates(size, mass, separable=True)
        one, many = rates.covariance

        assert 0 < rates.step_path < 1
        assert 0 < rates.shape_path <= 1
        assert 0 <= one + many <= 1


@pytest.mark.parametrize("field", ["rule", "rank", "shape"])
def test_an_unknown_setting_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: 'odd' is unknown"):
        FedBPT(**{field: "odd"})  # type: ignore[arg-type]
