"""How good an answer is, from the tables of a run file: the metric, and what marks beside it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import NamedTuple

from fedbbpt.canonical import digest
from fedbbpt.config.reasoning import same_answer
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.sections import Table
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.function_wire import FunctionConnector
from fedbbpt.errors import ConfigError
from fedbbpt.evaluator import Evaluator
from fedbbpt.metrics import Grader, Metric
from fedbbpt.metrics.judge import Judge
from fedbbpt.metrics.own_function import OwnFunction
from fedbbpt.metrics.semantic import Semantic
from fedbbpt.plugins import build, find


class Marking(NamedTuple):
    """How answers are marked beside the metric: in plain words, and what it depends on."""

    words: str = ""
    identity: str = ""


def evaluated(evaluator: FunctionConnector, run: RunFile) -> tuple[Metric, Marking]:
    """Return the metric of a run whose evaluator asks and scores.

    Raises:
        ConfigError: the run says how to ask or to read, which the evaluator decides.
    """
    if run.reasoning or run.task.answer:
        raise ConfigError("[evaluator] it asks and reads for itself; drop [reasoning] and answer")
    marking = Marking(evaluator.name, evaluator.profile().identity)
    return Evaluator(run.task.labels), marking


def metric_of(run: RunFile, graders: Sequence[Profile]) -> tuple[Metric, Marking]:
    """Return the metric of a run that asks endpoints itself.

    Raises:
        ConfigError: it cannot be meant, or a judge is named where nothing is judged.
    """
    table, where = run.scoring.metric, "scoring.metric"
    top = min(profile.top_logprobs for profile in graders)
    own = _own_function(table, where) or same_answer(run, table)
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
            return metric, Marking(metric.reading, digest(asdict(metric)))
        case Semantic():
            metric.check()
            return metric, Marking(metric.reading)
        case Grader():
            return metric, Marking(str(table["use"]), digest(dict(table)))
        case _:
            return metric, Marking()


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
