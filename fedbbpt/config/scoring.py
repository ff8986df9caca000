"""How answers are read and become figures, decided once for all owners of a run."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.calibration import Calibrator
from fedbbpt.config.sections import ScoringSection
from fedbbpt.endpoints import Profile
from fedbbpt.errors import ConfigError
from fedbbpt.fitted_bias import FittedBias
from fedbbpt.mean_score import MeanScore
from fedbbpt.metrics import Metric
from fedbbpt.plugins import build
from fedbbpt.reasoning.direct import Direct
from fedbbpt.uncalibrated import Uncalibrated

READS = ("auto", "logprobs", "generate")


@dataclass(frozen=True, slots=True)
class Scoring:
    """What turns a reply into figures.

    Attributes:
        reasoning: how a question is asked.
        metric: how good an answer is.
        calibrator: how label scores are corrected.
        bound: largest loss of one item, in nats.
        calibration_examples: training examples that calibrate a compared prompt.
        reading: in plain words, for people.
    """

    reasoning: Direct
    metric: Metric
    calibrator: Calibrator
    bound: float
    calibration_examples: int
    reading: str


def generates(section: ScoringSection, labels: Sequence[str], profiles: Sequence[Profile]) -> bool:
    """Tell whether answers are read from generated text.

    Raises:
        ConfigError: log-probabilities are asked of an endpoint that reports none.
    """
    if section.read not in READS:
        raise ConfigError(f"[scoring] read: {section.read!r} is unknown; use {', '.join(READS)}")
    silent = [profile.name for profile in profiles if not profile.top_logprobs]
    if section.read == "logprobs" and (silent or not labels):
        why = f"{silent[0]} reports none" if silent else "the task has no labels"
        raise ConfigError(f'[scoring] read = "logprobs": {why}; use "auto" or "generate"')
    return section.read == "generate" or bool(silent) or not labels


def scoring_of(
    section: ScoringSection, labels: tuple[str, ...], profiles: Sequence[Profile], *, generate: bool
) -> Scoring:
    """Return the scoring that a section describes.

    All owners read the same number of alternatives, the fewest that any endpoint reports, so that
    their figures mean the same.

    Raises:
        ConfigError: a setting cannot be meant.
    """
    try:
        top = 0 if generate else min(profile.top_logprobs for profile in profiles)
        reasoning = Direct(labels, top, section.max_tokens if generate else 1)
    except ValueError as error:
        raise ConfigError(f"[scoring] {error}") from error
    reading = (
        f"generated text, at most {section.max_tokens} tokens"
        if generate
        else f"label log-probabilities from the first token's {top} most likely alternatives"
    )
    return Scoring(
        reasoning=reasoning,
        metric=build("metrics", section.metric, "scoring.metric"),
        calibrator=_calibrator(section),
        bound=section.loss_bound,
        calibration_examples=section.calibration_examples,
        reading=reading,
    )


def _calibrator(section: ScoringSection) -> Calibrator:
    match section.calibrate:
        case "fitted":
            try:
                return FittedBias(section.shrinkage)
            except ValueError as error:
                raise ConfigError(f"[scoring] {error}") from error
        case "mean":
            return MeanScore()
        case "none":
            return Uncalibrated()
        case other:
            raise ConfigError(
                f"[scoring] calibrate: {other!r} is unknown; use fitted, mean or none"
            )
