"""The gate's decision on dev, from the owners' reports."""

from collections.abc import Sequence

from fedbbpt.config.prepare import Prepared
from fedbbpt.experiment.rows import AGAIN, DEV_PAIRS, FOUND, START
from fedbbpt.gate import GateDecision, Noise, decide
from fedbbpt.messages import Report
from fedbbpt.runs.figures import paired_sums, pooled
from fedbbpt.runs.measures import ByTable, measure_of
from fedbbpt.runs.phrases import metric_name


def decision_on(prepared: Prepared, dev: Sequence[Report]) -> GateDecision:
    """Decide whether the found prompt replaces the start.

    Args:
        prepared: the run.
        dev: reports on dev, with rows as ``rows.py`` names them.
    """
    held = pooled(dev)
    measure = measure_of(prepared.scoring.metric, held, DEV_PAIRS, prepared.run.seed)
    flips = paired_sums(held, START, AGAIN).difference_square_sum / held.n
    return decide(
        measure.paired(held, START, FOUND),
        Noise(measure.gap(held, START, AGAIN), flips),
        n=held.n,
        metric=metric_name(prepared.scoring.metric_name) if isinstance(measure, ByTable) else "",
        alpha=prepared.run.gate.alpha,
    )
