"""The table of the fast bench and what it says of the claims, with intervals over worlds."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from contestants import CONTESTANTS
from playing import Cell, Place, at_calls, at_round
from trials import Bench, Row

from fedbbpt.comparison import student_tail

Reading = Callable[[Sequence[Place]], Place]
NOISES = {
    "plain": "",
    "mean": ", over the mean loss with replaced words",
    "example": ", over each example's loss with replaced words",
}


class Spread(NamedTuple):
    """A mean over worlds, and half of its 95 % interval by Student's t."""

    mean: float
    half: float

    def __str__(self) -> str:
        """In points of 100."""
        return f"{100 * self.mean:.1f} ± {100 * self.half:.1f}"


def spread(values: Sequence[float]) -> Spread:
    """Return mean and interval of one value a world, of at least two."""
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Spread(float(np.mean(values)), _quantile(len(values) - 1) * error)


def accuracies(bench: Bench, row: Row, split: str, seeds: int, reading: Reading) -> list[float]:
    """Return the test accuracies of a row, one a world."""
    step = bench.step(row, split)
    cells = [Cell(row.method, row.noise, split, step, seed) for seed in range(seeds)]
    return [reading(bench.kept(cell)).accuracy for cell in cells]


def table(bench: Bench, seeds: int) -> str:
    """Return accuracy at equal calls and at equal rounds, with the step sizes chosen."""

    def calls(places: Sequence[Place]) -> Place:
        return at_calls(places, bench.calls)

    def rounds(places: Sequence[Place]) -> Place:
        return at_round(places, bench.rounds)

    heads = [f"{_split(split)}, calls" for split in bench.splits]
    heads += [f"{_split(split)}, rounds" for split in bench.splits]
    heads += [f"step, {_split(split)}" for split in bench.splits]
    lines = [f"| {seeds} worlds | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    first = bench.rows[0]
    start = [
        str(spread(accuracies(bench, first, split, seeds, lambda places: places[0])))
        for _ in range(2)
        for split in bench.splits
    ]
    lines.append("| start | " + " | ".join([*start, *("" for _ in bench.splits)]) + " |")
    for row in bench.rows:
        shown = [
            str(spread(accuracies(bench, row, split, seeds, reading)))
            for reading in (calls, rounds)
            for split in bench.splits
        ]
        shown += [f"{bench.step(row, split):g}" for split in bench.splits]
        lines.append(f"| {_title(row)} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def claims(bench: Bench, seeds: int) -> str:
    """Return paired differences in points at equal calls, and what they say of each claim."""

    def paired(first: tuple[Row, str], second: tuple[Row, str]) -> Spread:
        ours, theirs = (
            accuracies(bench, row, split, seeds, lambda places: at_calls(places, bench.calls))
            for row, split in (first, second)
        )
        return spread([a - b for a, b in zip(ours, theirs, strict=True)])

    rows = {(row.method, row.noise): row for row in bench.rows}
    lines = ["| at equal calls, paired by world | points | claim | |", "|---|---|---|---|"]
    skewed = [split for split in bench.splits if split != "iid"]
    for (method, noise), row in rows.items():
        title = _title(row)
        for split in skewed:
            if "iid" in bench.splits:
                apart = paired((row, split), (row, "iid"))
                wanted = method == "fedes-cma" and noise == "plain"
                lines.append(_line(f"{title}: {_split(split)} less IID", apart, -0.02, wanted))
        other = rows.get(("fedavg-bbt", noise))
        if other is None or method == "fedavg-bbt":
            continue
        for split in bench.splits:
            apart = paired((row, split), (other, split))
            wanted = method == "fedes-cma" and noise == "plain" and split != "iid"
            named = f"{title} less FedAvg-BBT, {_split(split)}"
            published = method.startswith("fedbpt")
            least = 0.15 if wanted else 0.0
            lines.append(_line(named, apart, least, wanted or published))
    return "\n".join(lines)


def _line(named: str, apart: Spread, least: float, claimed: bool) -> str:
    said = ""
    if claimed:
        low, high = apart.mean - apart.half, apart.mean + apart.half
        said = "confirmed" if low >= least else "refuted" if high < least else "undecided"
    claim = f"at least {100 * least:+.0f}" if claimed else ""
    return f"| {named} | {100 * apart.mean:+.1f} ± {100 * apart.half:.1f} | {claim} | {said} |"


def _title(row: Row) -> str:
    return CONTESTANTS[row.method].title + NOISES[row.noise]


def _split(split: str) -> str:
    return "IID" if split == "iid" else f"Dirichlet {split}"


def _quantile(freedom: int) -> float:
    """Return the t beyond which, on both sides, lie 5 %."""
    low, high = 0.0, 100.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if student_tail(middle, freedom) > 0.025 else (low, middle)
    return low
