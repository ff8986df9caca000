"""Whether the tuned prompt replaces the start: only for a gain above noise and above chance."""

from dataclasses import dataclass
from typing import NamedTuple

from fedbbpt.comparison import PairedTest


class Noise(NamedTuple):
    """How the start differs from itself, asked twice; zeros where that was not measured.

    Attributes:
        gap: figure of the second draw less that of the first.
        flip_rate: mean squared difference of one item's score between the two.
    """

    gap: float = 0.0
    flip_rate: float = 0.0


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The decision with its evidence.

    Attributes:
        accepted: True where the tuned prompt replaces the start.
        gain: figure of the tuned prompt minus that of the start, in [-1, 1].
        p_value: one-sided, of a gain so large without a better prompt.
        noise_floor: size of the difference of the start from itself, asked twice; 0 where that
            was not measured.
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
    test: PairedTest, noise: Noise, *, n: float, metric: str = "", alpha: float = 0.05
) -> GateDecision:
    """Accept the tuned prompt if its gain is above the noise floor and its p-value below alpha.

    A prompt that answers every item as the start does is never accepted, nor is one whose gain is
    no more than the start's difference from itself.

    Args:
        test: of the tuned prompt against the start on held-out examples.
        noise: of the start against itself on the same.
        n: held-out examples.
        metric: what to call the figure where it is no mean of item scores.
        alpha: in (0, 1).

    Raises:
        ValueError: alpha outside (0, 1).
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha: {alpha} is outside (0, 1)")
    floor = abs(noise.gap)
    accepted = test.mean > floor and test.p_value < alpha
    where = f"{f' in {metric}' if metric else ''} on {n:g} held-out examples"
    return GateDecision(
        accepted=accepted,
        gain=test.mean,
        p_value=test.p_value,
        noise_floor=floor,
        flip_rate=max(0.0, noise.flip_rate),
        reason=_reason(test, floor, where, alpha) if n else "start kept: nothing was compared",
    )


def _reason(test: PairedTest, floor: float, where: str, alpha: float) -> str:
    if test.mean <= 0:
        return f"start kept: the tuned prompt is not better{where}"
    gain = f"the tuned prompt scores {test.mean:.3f} higher{where}"
    if test.mean <= floor:
        return f"start kept: {gain}, but the start differs from itself by {floor:.3f}"
    chance = f"so large a gain by chance has probability {test.p_value:.3g}"
    if test.p_value >= alpha:
        return f"start kept: {gain}, but {chance}, not below {alpha:g}"
    return f"tuned prompt accepted: {gain}, and {chance}, below {alpha:g}"
