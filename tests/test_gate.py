import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.comparison import Interval, PairedSums, PairedTest, paired_test
from fedbbpt.gate import GateDecision, Noise, decide

signs = st.lists(st.sampled_from([-1.0, 0.0, 1.0]), max_size=60)
fractions = st.lists(st.floats(-1, 1), max_size=40)
alphas = st.floats(0.001, 0.999)


def sums_of(values: list[float]) -> PairedSums:
    return PairedSums(float(len(values)), sum(values), sum(value * value for value in values))


def wins_and_losses(wins: int, losses: int, n: int) -> PairedSums:
    return PairedSums(float(n), float(wins - losses), float(wins + losses))


def decided(
    tuned: PairedSums, again: PairedSums, *, binary: bool, alpha: float = 0.05
) -> GateDecision:
    flips = again.difference_square_sum / again.n if again.n else 0.0
    test = paired_test(tuned, binary=binary)
    return decide(test, Noise(again.mean, flips), n=tuned.n, alpha=alpha)


def test_a_clear_gain_is_accepted_with_its_evidence() -> None:
    decision = decided(wins_and_losses(20, 4, 100), wins_and_losses(3, 2, 100), binary=True)

    assert decision.accepted
    assert decision.gain == pytest.approx(0.16)
    assert decision.p_value < 0.001
    assert decision.noise_floor == pytest.approx(0.01)
    assert decision.flip_rate == pytest.approx(0.05)
    assert "accepted" in decision.reason
    assert "0.160 higher on 100" in decision.reason


@pytest.mark.parametrize(
    ("tuned", "again", "words"),
    [
        ((0, 0, 0), (0, 0, 0), "nothing was compared"),
        ((4, 20, 100), (0, 0, 100), "not better"),
        ((20, 4, 100), (20, 4, 100), "differs from itself by 0.160"),
        ((20, 4, 100), (4, 20, 100), "differs from itself by 0.160"),
        ((3, 1, 100), (1, 1, 100), "by chance has probability 0.312"),
    ],
)
def test_the_start_is_kept_and_the_reason_says_why(
    tuned: tuple[int, int, int], again: tuple[int, int, int], words: str
) -> None:
    decision = decided(wins_and_losses(*tuned), wins_and_losses(*again), binary=True)

    assert not decision.accepted
    assert decision.reason.startswith("start kept")
    assert words in decision.reason


def test_noise_that_was_not_measured_is_no_floor() -> None:
    decision = decided(wins_and_losses(20, 4, 100), PairedSums(), binary=True)

    assert decision.accepted
    assert (decision.noise_floor, decision.flip_rate) == (0.0, 0.0)


@given(st.integers(0, 10**6), signs, st.booleans(), alphas)
def test_a_prompt_that_answers_byte_for_byte_alike_is_never_accepted(
    n: int, again: list[float], binary: bool, alpha: float
) -> None:
    alike = PairedSums(float(n), 0.0, 0.0)

    decision = decided(alike, sums_of(again), binary=binary, alpha=alpha)

    assert not decision.accepted
    assert decision.gain == 0.0


@given(fractions, alphas)
def test_a_gain_no_larger_than_the_noise_is_never_accepted(
    values: list[float], alpha: float
) -> None:
    noise = sums_of(values)

    assert not decided(noise, noise, binary=False, alpha=alpha).accepted


@given(fractions, fractions, alphas)
def test_whoever_is_accepted_gains_above_noise_and_chance(
    tuned: list[float], again: list[float], alpha: float
) -> None:
    decision = decided(sums_of(tuned), sums_of(again), binary=False, alpha=alpha)

    passed = decision.gain > decision.noise_floor and decision.p_value < alpha
    assert decision.accepted == passed
    assert decision.reason.startswith("tuned prompt accepted" if passed else "start kept")
    assert 0.0 <= decision.flip_rate <= 1.0


def test_a_figure_that_is_no_mean_of_items_is_named_in_the_reason() -> None:
    test = PairedTest(0.001, 0.25, Interval(0.1, 0.4))

    decision = decide(test, Noise(0.02, 0.1), n=80, metric="macro-F1")

    assert decision.accepted
    assert (decision.noise_floor, decision.flip_rate) == (0.02, 0.1)
    assert "scores 0.250 higher in macro-F1 on 80 held-out examples" in decision.reason


@pytest.mark.parametrize("alpha", [0.0, 1.0, 5.0])
def test_alpha_is_a_probability(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        decided(PairedSums(), PairedSums(), binary=True, alpha=alpha)
