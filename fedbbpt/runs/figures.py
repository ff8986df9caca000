"""From the owners' additive statistics to the figures of the results: pure sums and intervals."""

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from fedbbpt.comparison import Interval, PairedSums, PairedTest
from fedbbpt.distributions import Floats
from fedbbpt.messages import Report
from fedbbpt.runs.results import Cell, Comparison, Confusion, OwnerTest
from fedbbpt.work.evaluate import CALIBRATED, MODES


class Held(NamedTuple):
    """Sums over held-out items of one owner or of several; see ``work/evaluate.py``."""

    n: int
    statistics: dict[str, Floats]


class Named(NamedTuple):
    """A row of an evaluation and what to call it."""

    row: int
    name: str


class Estimate(NamedTuple):
    """A figure in [0, 1] and its 95 % interval."""

    value: float
    interval: Interval


class Measure(Protocol):
    """How figures are drawn from sums; see ``runs/measures.py``."""

    @property
    def binary(self) -> bool:
        """True where item scores are 0 or 1 only, so that wins and losses are items."""
        ...

    def estimate(self, held: Held, mode: int, row: int) -> Estimate:
        """Return a row's figure in one mode."""
        ...

    def paired(self, held: Held, first: int, second: int) -> PairedTest:
        """Return the test whether the second row's calibrated figure is better than the first's."""
        ...

    def gap(self, held: Held, first: int, second: int) -> float:
        """Return the second row's calibrated figure less the first's."""
        ...


def held(report: Report) -> Held:
    """Return one owner's sums."""
    return Held(int(report.weight), dict(report.statistics))


def pooled(reports: Sequence[Report]) -> Held:
    """Return the sums over owners, added in the order of their names.

    Law: pooling is exact; one report alone is that report.
    """
    ordered = sorted(reports, key=lambda report: report.client)
    names = sorted(ordered[0].statistics)
    sums = {name: np.sum([report.statistics[name] for report in ordered], axis=0) for name in names}
    return Held(int(sum(report.weight for report in ordered)), sums)


def cells(held: Held, named: Named, measure: Measure) -> tuple[Cell, Cell]:
    """Return a prompt's raw and calibrated cell."""
    raw, calibrated = (_cell(held, mode, named, measure) for mode in range(len(MODES)))
    return raw, calibrated


def _cell(held: Held, mode: int, named: Named, measure: Measure) -> Cell:
    estimate = measure.estimate(held, mode, named.row)
    return Cell(
        prompt=named.name,
        mode=MODES[mode],
        score=estimate.value,
        low=estimate.interval.low,
        high=estimate.interval.high,
        loss=float(held.statistics["loss_sum"][mode, named.row]) / held.n,
    )


def paired_sums(held: Held, first: int, second: int) -> PairedSums:
    """Return the sums of the differences of two rows' calibrated scores, second less first."""
    return PairedSums(
        held.n,
        float(held.statistics["difference_sum"][CALIBRATED, first, second]),
        float(held.statistics["difference_square_sum"][CALIBRATED, first, second]),
    )


def compare(held: Held, first: Named, second: Named, measure: Measure) -> Comparison:
    """Return the paired comparison of two rows, calibrated."""
    sums = paired_sums(held, first.row, second.row)
    test = measure.paired(held, first.row, second.row)
    changed, net = sums.difference_square_sum, sums.difference_sum
    return Comparison(
        first=first.name,
        second=second.name,
        gain=test.mean,
        low=test.interval.low,
        high=test.interval.high,
        p_value=test.p_value,
        wins=round((changed + net) / 2) if measure.binary else 0,
        losses=round((changed - net) / 2) if measure.binary else 0,
        n=held.n,
    )


def owner_test(report: Report, start: Named, tuned: Named, measure: Measure) -> OwnerTest:
    """Return one owner's start and tuned figures on its own split."""
    own = held(report)
    return OwnerTest(
        owner=report.client,
        n=own.n,
        cells=cells(own, start, measure) + cells(own, tuned, measure),
        comparison=compare(own, start, tuned, measure),
    )


def confusions(held: Held, rows: Sequence[Named]) -> tuple[Confusion, ...]:
    """Return the counts of targets by answers, for each named row and mode."""
    tables = held.statistics["confusion"]
    return tuple(
        Confusion(name, mode, tuple(tuple(int(c) for c in line) for line in tables[place, row]))
        for row, name in rows
        for place, mode in enumerate(MODES)
        if tables.shape[2]
    )


def is_binary(held: Held) -> bool:
    """Tell whether every score was 0 or 1: then sums and sums of squares agree."""
    sums, squares = held.statistics["score_sum"], held.statistics["score_square_sum"]
    return all(math.isclose(a, b) for a, b in zip(sums.flat, squares.flat, strict=True))
