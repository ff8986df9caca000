"""How answers are read and become figures, decided once for all owners of a run."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from fedbbpt.calibration import Calibrator
from fedbbpt.canonical import digest
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.sections import ScoringSection, Table
from fedbbpt.config.tables import check_table_metric
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.function_wire import FunctionConnector
from fedbbpt.errors import ConfigError
from fedbbpt.evaluator import Evaluator
from fedbbpt.fitted_bias import FittedBias
from fedbbpt.mean_score import MeanScore
from fedbbpt.metrics import Grader, Measuring, Metric
from fedbbpt.metrics.judge import Judge
from fedbbpt.metrics.own_function import OwnFunction
from fedbbpt.metrics.semantic import Semantic
from fedbbpt.plugins import build, find
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
        marking: what the marks of a judge or an evaluator depend on; empty without one.
        metric_name: for results and people.
    """

    reasoning: Direct
    metric: Metric
    calibrator: Calibrator
    bound: float
    calibration_examples: int
    reading: str
    marking: str = ""
    metric_name: str = "accuracy"

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
        """Calls that one item takes at most: the answer, and a judge's grade of it."""
        return 2 if self.judged else 1

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
    if evaluator is not None:
        metric, marking = _evaluated(evaluator, labels)
        reading = f"by the evaluator {evaluator.name}, which asks for itself"
    else:
        metric, marking = _metric(run, graders)
        reading += f", then marked by {marking.words}" if marking.words else ""
    check_table_metric(metric, labels, f"[scoring] metric {section.metric['use']}")
    return Scoring(
        reasoning=reasoning,
        metric=metric,
        calibrator=_calibrator(section),
        bound=section.loss_bound,
        calibration_examples=section.calibration_examples,
        reading=reading,
        marking=marking.identity,
        metric_name="evaluator" if evaluator else str(section.metric["use"]),
    )


class _Marking(NamedTuple):
    """How answers are marked beside the metric: in plain words, and what it depends on."""

    words: str = ""
    identity: str = ""


def _evaluated(evaluator: FunctionConnector, labels: tuple[str, ...]) -> tuple[Metric, _Marking]:
    return Evaluator(labels), _Marking(evaluator.name, evaluator.profile().identity)


def _metric(run: RunFile, graders: Sequence[Profile]) -> tuple[Metric, _Marking]:
    """Return the metric of a run that asks endpoints itself.

    Raises:
        ConfigError: it cannot be meant, or a judge is named where nothing is judged.
    """
    table, where = run.scoring.metric, "scoring.metric"
    top = min(profile.top_logprobs for profile in graders)
    own = _own_function(table, where)
    metric: Metric = own or build("metrics", table, where, top_logprobs=top, base=run.base)
    if not isinstance(metric, Grader):
        for named, judge in (
            ("judge", run.judge),
            *((f"owner {o.name}.judge", o.judge) for o in run.owners),
        ):
            if judge:
                raise ConfigError(
                    f'[{named}] nothing is judged; write [scoring] metric = "judge", or leave the '
                    "table out"
                )
    match metric:
        case Judge():
            return metric, _Marking(metric.reading, digest(asdict(metric)))
        case Semantic():
            metric.check()
            return metric, _Marking(metric.reading)
        case Grader():
            return metric, _Marking(str(table["use"]), digest(dict(table)))
        case _:
            return metric, _Marking()


def _own_function(table: Table, where: str) -> OwnFunction | None:
    """Return the user's own function that a table names, or None where it names a plugin."""
    use = table.get("use")
    if not isinstance(use, str) or ":" not in use:
        return None
    found: object = find("metrics", use, where)
    if isinstance(found, type) or not callable(found):
        return None
    if others := sorted(table.keys() - {"use"}):
        raise ConfigError(f"[{where}] {', '.join(others)}: a function takes no settings; see {use}")
    return OwnFunction(use, found)


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
