"""Two prompts on the same examples at the same endpoint, compared in pairs."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fedbbpt.answers import Answer
from fedbbpt.calibration import identity
from fedbbpt.config.lines import open_line
from fedbbpt.config.tables import check_table_metric
from fedbbpt.data import Example
from fedbbpt.endpoints import Connector, Endpoint
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.errors import ConfigError, QuorumError
from fedbbpt.experiment.contest_outcome import Outcome, Side
from fedbbpt.metrics import Grader, Measuring, Metric
from fedbbpt.objective import Objective, Row, common_items, count_outcomes
from fedbbpt.plugins import build
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.runs.figures import Held, Measure, Named, cells, compare
from fedbbpt.runs.measures import ByItems, ByTable, measure_of, pairs_of
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.lock import RunLock
from fedbbpt.tuned import TunedPrompt
from fedbbpt.uncalibrated import Uncalibrated
from fedbbpt.work.evaluate import CALIBRATED, held_sums
from fedbbpt.work.tables import joint_tables

PAIRS = ((0, 1),)

SEED = 0
"""Of the streams that a table's test and intervals are drawn from."""

SHOWN = 3
"""Reasons for missing replies that an error names."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A prompt to compare: what to call it, and how it is asked and read."""

    name: str
    tuned: TunedPrompt


class Contest(NamedTuple):
    """What is compared on what.

    Attributes:
        first: the prompt compared with.
        second: the prompt that should be better; its labels are the first's.
        examples: every one is asked of both.
        use: the metric plugin; empty for accuracy, or exact match where there are no labels.
    """

    first: Contender
    second: Contender
    examples: Sequence[Example]
    use: str = ""

    @property
    def metric(self) -> str:
        """Name of the metric plugin."""
        return self.use or ("accuracy" if self.first.tuned.labels else "exact")

    def build_metric(self) -> Metric:
        """Return the metric.

        Raises:
            ConfigError: no such metric, or one that these labels cannot have.
        """
        metric: Metric = build("metrics", {"use": self.metric}, "metric")
        if isinstance(metric, Grader | Measuring):
            raise ConfigError(
                f"metric {self.metric}: its answers are marked by something else, which only a run "
                "opens; choose a metric that scores by itself, for example accuracy or exact"
            )
        check_table_metric(metric, self.first.tuned.labels, f"metric {self.metric}")
        return metric


async def hold(contest: Contest, connector: Connector, folder: Path, caps: Caps) -> Outcome:
    """Ask both prompts about every example and compare them.

    Every completion is in the folder's journal before it is used: what was paid for once, by this
    contest or by another in the same folder, is not paid for again.

    Args:
        contest: what is compared.
        connector: the endpoint of both.
        folder: where the journal is kept.
        caps: the most that may be spent over the life of the journal.

    Raises:
        FedbbptError: it cannot be held now; what was paid for is kept.
    """
    metric = contest.build_metric()
    directory = RunDirectory(folder)
    directory.make()
    with ExitStack() as stack:
        stack.enter_context(RunLock(folder))
        journal = Journal(stack.enter_context(FramedLog.open(directory.calls)))
        async with open_line(connector, journal, caps, "compare") as line:
            endpoint = Batched(line.wire, line.profile, journal, caps, carrier=line.carrier)
            rows = [
                await _answers(_objective(contender.tuned, endpoint, metric), contender, contest)
                for contender in (contest.first, contest.second)
            ]
    common = common_items(rows)
    if not common:
        reasons = ", ".join(f"{n} x {why}" for why, n in endpoint.reasons.most_common(SHOWN))
        raise QuorumError(f"no item has a reply for both prompts ({reasons}); try again later")
    objective = _objective(contest.first.tuned, endpoint, metric)
    held = _held(contest, objective, rows, common)
    return _outcome(contest, endpoint, rows, held, measure_of(metric, held, PAIRS, SEED))


async def _answers(objective: Objective, contender: Contender, contest: Contest) -> list[Answer]:
    (answers,) = await objective.answers([Row(contender.tuned.prompt)], contest.examples)
    return answers


def _objective(tuned: TunedPrompt, endpoint: Endpoint, metric: Metric) -> Objective:
    return Objective(tuned.direct, endpoint, metric, Uncalibrated())


def _held(
    contest: Contest,
    objective: Objective,
    rows: Sequence[Sequence[Answer]],
    common: Sequence[int],
) -> Held:
    contenders = (contest.first, contest.second)
    examples = [contest.examples[i] for i in common]
    raw = [[row[i] for i in common] for row in rows]
    calibrations = [contender.tuned.calibration or identity() for contender in contenders]
    read = [[c.apply(answer) for answer in row] for c, row in zip(calibrations, raw, strict=True)]
    labels = contest.first.tuned.labels
    sums = held_sums(objective, labels, (raw, read), examples)
    if pairs := pairs_of(objective.metric, PAIRS):
        sums["joint"] = joint_tables(labels, read, examples, pairs)
    return Held(len(common), sums)


def _outcome(
    contest: Contest,
    endpoint: Batched,
    rows: Sequence[Sequence[Answer]],
    held: Held,
    measure: Measure,
) -> Outcome:
    contenders = (contest.first, contest.second)
    named = [Named(place, contender.name) for place, contender in enumerate(contenders)]
    first, second = (
        _side(contender, row, held, name, measure)
        for contender, name, row in zip(contenders, named, rows, strict=True)
    )
    return Outcome(
        destination=endpoint.profile.destination,
        items=len(contest.examples),
        first=first,
        second=second,
        comparison=compare(held, named[0], named[1], measure),
        metric=contest.metric,
        test=_test_name(measure),
        exact=measure.binary and not isinstance(measure, ByTable),
        requests=endpoint.requests,
        hits=endpoint.hits,
        calls=endpoint.calls,
    )


def _side(
    contender: Contender, answers: Sequence[Answer], held: Held, named: Named, measure: Measure
) -> Side:
    counts = count_outcomes([answers])
    items = ByItems(measure.binary)
    beside = isinstance(measure, ByTable)
    return Side(
        name=contender.name,
        cell=cells(held, named, measure)[CALIBRATED],
        calibrated=contender.tuned.calibration is not None,
        missing=counts.missing,
        unreadable=counts.unreadable,
        accuracy=cells(held, named, items)[CALIBRATED] if beside else None,
    )


def _test_name(measure: Measure) -> str:
    if isinstance(measure, ByTable):
        return "approximate randomisation"
    return "McNemar's exact test" if measure.binary else "Student's paired test"
