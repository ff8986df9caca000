"""Whether a metric of the whole table fits a task, before anything is spent."""

from collections.abc import Sequence

import numpy as np

from fedbbpt.errors import ConfigError
from fedbbpt.metrics import Metric, TableMetric
from fedbbpt.work.tables import MOST_COUNTS, MOST_LABELS, joint_counts


def check_table_metric(metric: Metric, labels: Sequence[str], where: str, pairs: int = 1) -> None:
    """Refuse a metric of the whole table where there is no such table, or too large a one.

    Args:
        metric: any metric; one of single answers always passes.
        labels: of the task.
        where: how the user named the metric, for messages.
        pairs: of prompts that are compared.

    Raises:
        ConfigError: no labels, too many of them, or a figure that is none.
    """
    if not isinstance(metric, TableMetric):
        return
    if not labels:
        raise ConfigError(
            f"{where}: it is a figure of the table of labels, and the task has no labels; name "
            'them, or use "exact" for free answers'
        )
    count = len(labels)
    if count > MOST_LABELS:
        raise ConfigError(
            f"{where}: {count} labels are more than the {MOST_LABELS} whose tables owners report; "
            'use "accuracy"'
        )
    if joint_counts(count, pairs) > MOST_COUNTS:
        raise ConfigError(
            f"{where}: {pairs} comparisons in tables of {count} labels are more than owners report "
            'at a time; leave out the baselines, or use "accuracy"'
        )
    _check_figures(metric, count, where)


def _check_figures(metric: TableMetric, labels: int, where: str) -> None:
    right = np.eye(labels, labels + 1)
    tables = np.stack([right, np.ones_like(right), np.zeros_like(right)])
    figures = np.asarray(metric.of(tables))
    if figures.shape != (3,) or not ((figures >= 0) & (figures <= 1)).all():
        raise ConfigError(
            f"{where}: of() gave {figures!r} for 3 tables; return one number in [0, 1] for each"
        )
