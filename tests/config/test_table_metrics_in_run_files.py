"""A metric of the whole table is refused, before anything is asked, where there is no table."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tiny_run import put, refusal, tiny_prepared, tiny_tables

from fedbbpt.config.tables import check_table_metric
from fedbbpt.distributions import Floats
from fedbbpt.errors import ConfigError
from fedbbpt.metrics.accuracy import Accuracy
from fedbbpt.metrics.balanced_accuracy import BalancedAccuracy
from fedbbpt.metrics.macro_f1 import MacroF1

LABELS = [f"label {number:02}" for number in range(40)]


@dataclass(frozen=True)
class Wrong(MacroF1):
    """A figure of all tables together."""

    def of(self, tables: Floats) -> Floats:
        """Return one number for all."""
        return np.array(float(tables.sum()))


@pytest.mark.parametrize(
    ("use", "metric"), [("macro_f1", MacroF1()), ("balanced_accuracy", BalancedAccuracy())]
)
def test_a_run_file_names_a_metric_of_the_whole_table(
    tmp_path: Path, use: str, metric: object
) -> None:
    prepared = tiny_prepared(tmp_path, put(tiny_tables(), "scoring.metric", {"use": use}))

    assert prepared.scoring.metric == metric


def test_a_task_without_labels_is_refused_with_what_to_do(tmp_path: Path) -> None:
    tables = put(tiny_tables(task={"name": "free"}), "scoring.metric", {"use": "macro_f1"})
    tables["prompt"] = {"user": "Message: {input}"}

    said = refusal(tmp_path, tables)

    assert said.startswith("[scoring] metric macro_f1: ")
    assert 'the task has no labels; name them, or use "exact"' in said


def test_more_labels_than_owners_report_tables_of_are_refused() -> None:
    with pytest.raises(ConfigError, match=r'^here: 40 labels are more than the 32 .* "accuracy"'):
        check_table_metric(MacroF1(), LABELS, "here")


def test_more_comparisons_than_one_report_holds_are_refused() -> None:
    check_table_metric(MacroF1(), LABELS[:32], "here", pairs=8)

    with pytest.raises(ConfigError, match=r"here: 9 comparisons .* leave out the baselines"):
        check_table_metric(MacroF1(), LABELS[:32], "here", pairs=9)


def test_a_figure_of_ones_own_that_is_no_figure_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"here: of\(\) gave .* for 3 tables; return one number"):
        check_table_metric(Wrong(), LABELS[:3], "here")


def test_a_metric_of_single_answers_fits_every_task() -> None:
    check_table_metric(Accuracy(), (), "here")
    check_table_metric(Accuracy(), LABELS, "here", pairs=1000)
