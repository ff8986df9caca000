"""How answers are read and become figures, decided once for all owners of a run."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.calibration import Calibrator
from fedbbpt.config.measuring import evaluated, metric_of
from fedbbpt.config.reasoning import reading_of, reasoning_of, thinks
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.sections import ScoringSection
from fedbbpt.config.tables import check_table_metric
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.function_wire import FunctionConnector
from fedbbpt.errors import ConfigError
from fedbbpt.evaluator import Evaluator
from fedbbpt.fitted_bias import FittedBias
from fedbbpt.mean_score import MeanScore
from fedbbpt.metrics import Grader, Measuring, Metric
from fedbbpt.reasoning import Reasoning
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
        marking: what the marks of a judge or an evaluator depend on; empty without one.
        metric_name: for results and people.
        top_logprobs: alternatives of the first token that label scores are read from; 0 for none.
        max_tokens: longest reply of a direct answer.
    """

    reasoning: Reasoning
    metric: Metric
    calibrator: Calibrator
    bound: float
    calibration_examples: int
    reading: str
    marking: str = ""
    metric_name: str = "accuracy"
    top_logprobs: int = 0
    max_tokens: int = 1

    @property
    def evaluated(self) -> bool:
        """Whether a function of the user's asks and scores in the place of endpoints."""
        return isinstance(self.metric, Evaluator)

    @property
    def judged(self) -> bool:
        """Whether a model grades the answers."""
        return isinstance(self.metric, Grader) and not self.evaluated

    @property
    def calls_per_item(self) -> int:
        """Calls that one item takes at most: for the answer, and for a judge's grade of it."""
        return self.requests_per_item + self.judged

    @property
    def requests_per_item(self) -> int:
        """Requests that one item takes at most, a judge's grade not counted."""
        return 1 if self.evaluated else self.reasoning.most_requests

    @property
    def marked(self) -> bool:
        """Whether answers are marked before they are scored; then nothing is calibrated."""
        return isinstance(self.metric, Grader | Measuring)


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
    run: RunFile,
    profiles: Sequence[Profile],
    graders: Sequence[Profile],
    *,
    generate: bool,
    evaluator: FunctionConnector | None = None,
) -> Scoring:
    """Return the scoring that a run describes.

    All owners read the same number of alternatives, the fewest that any endpoint reports, so that
    their figures mean the same; so do all judges.

    Args:
        run: the run file.
        profiles: of the endpoints.
        graders: of every place that may grade answers.
        generate: True where answers are read from generated text.
        evaluator: what stands in the place of all of that, or None.

    Raises:
        ConfigError: a setting cannot be meant.
    """
    section, labels = run.scoring, run.task.labels
    top = 0 if generate else min(profile.top_logprobs for profile in profiles)
    if top:
        _check_label_ids(labels, profiles)
    longest = section.max_tokens if generate else 1
    if longest < 1:
        raise ConfigError(f"[scoring] max_tokens: {longest} leaves no reply; give at least 1")
    reasoning = reasoning_of(run, top, longest)
    if evaluator is not None:
        metric, marking = evaluated(evaluator, run)
        reading = f"by the evaluator {evaluator.name}, which asks for itself"
    else:
        metric, marking = metric_of(run, graders)
        reading = reading_of(run, reasoning) if thinks(run) else _reading(run, profiles, top)
        reading += f", then marked by {marking.words}" if marking.words else ""
    check_table_metric(metric, labels, f"[scoring] metric {section.metric['use']}")
    # Only label scores are calibrated, and no reply that is read for its end has any.
    ends = thinks(run) or bool(run.task.answer)
    return Scoring(
        reasoning=reasoning,
        metric=metric,
        calibrator=_calibrator(section),
        bound=section.loss_bound,
        calibration_examples=0 if ends else section.calibration_examples,
        reading=reading,
        marking=marking.identity,
        metric_name="evaluator" if evaluator else str(section.metric["use"]),
        top_logprobs=top,
        max_tokens=longest,
    )


def _check_label_ids(labels: Sequence[str], profiles: Sequence[Profile]) -> None:
    """Refuse fewer tokens than labels: some label could never be scored.

    More are fine: all spellings of a label word add up.
    """
    for profile in profiles:
        count = len(set(profile.form.label_ids))
        if 0 < count < len(labels):
            raise ConfigError(
                f"[endpoint] label_ids: {count} different tokens at {profile.destination} for "
                f"{len(labels)} labels; give at least one a label, as the server's /tokenize "
                "numbers the label words"
            )


def _reading(run: RunFile, profiles: Sequence[Profile], top: int) -> str:
    if top:
        return f"label log-probabilities from {_alternatives(profiles, top)}{_halves(profiles)}"
    kind = run.task.answer.get("use")
    ends = f", the {kind} that it ends with" if kind else ""
    return f"generated text, at most {run.scoring.max_tokens} tokens{ends}"


def _alternatives(profiles: Sequence[Profile], top: int) -> str:
    likely = f"the first token's {top} most likely alternatives"
    asked = [bool(profile.form.label_ids) for profile in profiles]
    if not any(asked):
        return likely
    by_number = "the first token, asked for by number"
    return by_number if all(asked) else f"{likely}, or {by_number}"


def _halves(profiles: Sequence[Profile]) -> str:
    """Return how soft tokens travel, where that is not as they are."""
    kinds = {profile.form.embedding_type for profile in profiles} - {"float32"}
    return f", soft tokens sent as {' and '.join(sorted(kinds))}" if kinds else ""


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
