"""What the figures of a run rest on: the mean of item scores, or one figure of the whole table."""

from dataclasses import dataclass

import numpy as np

from fedbbpt.comparison import PairedTest, mean_interval, paired_test, wilson
from fedbbpt.distributions import Floats
from fedbbpt.metrics import Metric, TableMetric
from fedbbpt.randomisation import figure_interval, table_test
from fedbbpt.randomness import rng
from fedbbpt.runs.figures import Estimate, Held, Measure, is_binary, paired_sums
from fedbbpt.work.evaluate import CALIBRATED

Pairs = tuple[tuple[int, int], ...]


def pairs_of(metric: Metric, pairs: Pairs) -> Pairs:
    """Return the pairs of rows whose joint tables a metric needs: all of them or none."""
    return pairs if isinstance(metric, TableMetric) else ()


def measure_of(metric: Metric, held: Held, pairs: Pairs, seed: int) -> Measure:
    """Return how the figures of one evaluation are drawn from its sums.

    Args:
        metric: of the run.
        held: the sums over all owners; they tell whether item scores are 0 or 1 only.
        pairs: of rows that are compared; the joint tables are in this order.
        seed: of the run, for the named streams of a table's tests.
    """
    binary = is_binary(held)
    if isinstance(metric, TableMetric):
        return ByTable(metric, pairs, seed, binary)
    return ByItems(binary)


@dataclass(frozen=True, slots=True)
class ByItems:
    """Means of item scores: Wilson's interval and McNemar's test for 0/1, else normal and Student.

    Attributes:
        binary: True where scores are 0 or 1 only.
    """

    binary: bool

    def estimate(self, held: Held, mode: int, row: int) -> Estimate:
        """Return the mean score of a row."""
        total = float(held.statistics["score_sum"][mode, row])
        squares = float(held.statistics["score_square_sum"][mode, row])
        interval = wilson(total, held.n) if self.binary else mean_interval(total, squares, held.n)
        return Estimate(total / held.n, interval)

    def paired(self, held: Held, first: int, second: int) -> PairedTest:
        """Return the test of the second row's calibrated scores against the first's."""
        return paired_test(paired_sums(held, first, second), binary=self.binary)

    def gap(self, held: Held, first: int, second: int) -> float:
        """Return the mean difference of two rows' calibrated scores, second less first."""
        return paired_sums(held, first, second).mean


@dataclass(frozen=True, slots=True)
class ByTable:
    """A figure of the whole table: bootstrap intervals and approximate randomisation.

    Law: the same sums and seed give the same figures, in any order of asking.

    Attributes:
        metric: draws the figure.
        pairs: rows (first, second) of the joint tables, in their order.
        seed: of the named streams.
        binary: True where item scores, which stand beside the figure, are 0 or 1 only.
    """

    metric: TableMetric
    pairs: Pairs
    seed: int
    binary: bool = True

    def estimate(self, held: Held, mode: int, row: int) -> Estimate:
        """Return the figure of a row's confusion table."""
        table: Floats = held.statistics["confusion"][mode, row]
        stream = rng(self.seed, "bootstrap of a figure")
        return Estimate(
            float(self.metric.of(table)), figure_interval(table, self.metric.of, stream)
        )

    def paired(self, held: Held, first: int, second: int) -> PairedTest:
        """Return the test of the second row's figure against the first's, calibrated.

        Raises:
            ValueError: these two rows have no joint table.
        """
        return table_test(self._joint(held, first, second), self.metric.of, self.seed)

    def gap(self, held: Held, first: int, second: int) -> float:
        """Return the second row's figure less the first's, calibrated; any two rows will do."""
        before, after = (held.statistics["confusion"][CALIBRATED, row] for row in (first, second))
        return float(self.metric.of(after)) - float(self.metric.of(before))

    def _joint(self, held: Held, first: int, second: int) -> Floats:
        tables: Floats = held.statistics["joint"]
        if (first, second) in self.pairs:
            joint: Floats = tables[self.pairs.index((first, second))]
            return joint
        if (second, first) not in self.pairs:
            raise ValueError(f"rows {first} and {second}: not among the pairs {self.pairs}")
        return np.swapaxes(tables[self.pairs.index((second, first))], 1, 2)
