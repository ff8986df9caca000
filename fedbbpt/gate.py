"""Whether the tuned prompt replaces the start: only for a gain above noise and above chance."""

from dataclasses import dataclass

from fedbbpt.comparison import PairedSums, paired_test


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The decision with its evidence.

    Attributes:
        accepted: True where the tuned prompt replaces the start.
        gain: mean score of the tuned prompt minus that of the start, in [-1, 1].
        p_value: one-sided, of a gain so large without a better prompt.
        noise_floor: size of the mean difference of the start from itself, asked twice; 0 where
            that was not measured.
        flip_rate: mean squared difference of one item's score between those two draws: for scores
            of 0 or 1 the share of items whose score flipped.
        reason: in plain words.
    """

    accepted: bool
    gain: float
    p_value: float
    noise_floor: float
    flip_rate: float
    reason: str


def decide(
    start_vs_tuned: PairedSums,
    start_vs_start: PairedSums,
    *,
    binary: bool,
    alpha: float = 0.05,
) -> GateDecision:
    """Accept the tuned prompt if its gain is above the noise floor and its p-value below alpha.

    A prompt that answers every item as the start does is never accepted, nor is one whose gain is
    no more than the start's difference from itself.

    Args:
        start_vs_tuned: differences tuned - start on held-out examples.
        start_vs_start: differences between two draws of the start; empty where not measured.
        binary: True where scores are 0 or 1 only, for the exact test.
        alpha: in (0, 1).

    Raises:
        ValueError: alpha outside (0, 1), or ``binary`` said of other scores.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha: {alpha} is outside (0, 1)")
    test = paired_test(start_vs_tuned, binary)
    floor = abs(start_vs_start.mean)
    flips = start_vs_start.difference_square_sum / start_vs_start.n if start_vs_start.n else 0.0
    accepted = test.mean > floor and test.p_value < alpha
    return GateDecision(
        accepted=accepted,
        gain=test.mean,
        p_value=test.p_value,
        noise_floor=floor,
        flip_rate=max(0.0, flips),
        reason=_reason(start_vs_tuned, test.p_value, floor, alpha),
    )


def _reason(sums: PairedSums, p_value: float, floor: float, alpha: float) -> str:
    if not sums.n:
        return "start kept: nothing was compared"
    if sums.mean <= 0:
        return f"start kept: the tuned prompt is not better on {sums.n:g} held-out examples"
    gain = f"the tuned prompt scores {sums.mean:.3f} higher on {sums.n:g} held-out examples"
    if sums.mean <= floor:
        return f"start kept: {gain}, but the start differs from itself by {floor:.3f}"
    chance = f"so large a gain by chance has probability {p_value:.3g}"
    if p_value >= alpha:
        return f"start kept: {gain}, but {chance}, not below {alpha:g}"
    return f"tuned prompt accepted: {gain}, and {chance}, below {alpha:g}"
