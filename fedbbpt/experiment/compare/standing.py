"""From finished cells and sealed scores to the rows of a table: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import numpy as np

from fedbbpt.comparison import PairedSums, paired_test
from fedbbpt.distributions import Floats
from fedbbpt.experiment.compare.cells import CellResult
from fedbbpt.experiment.compare.outcome import (
    Difference,
    OneSeed,
    Spent,
    Standing,
    Standings,
)
from fedbbpt.experiment.compare.resampling import (
    Draws,
    draws,
    gain_of,
    holm,
    interval_of,
    mean_of,
)
from fedbbpt.experiment.compare.sealed import Sealed
from fedbbpt.prompts import Prompt
from fedbbpt.randomness import rng

START = "start"


class Line(NamedTuple):
    """A row before its figures: for each seed the cells whose prompts score it.

    One cell scores all items. With one cell an owner, ``own`` items are scored by their own
    owner's prompt alone; otherwise an item's score is the mean over all of them.
    """

    name: str
    title: str
    cells: Mapping[int, Sequence[CellResult]]
    own: bool = False


@dataclass(frozen=True, slots=True)
class Judge:
    """Gives rows their figures.

    Attributes:
        sealed: scores of every prompt.
        start: the starting prompt.
        seed: of the named stream of chance.
    """

    sealed: Sealed
    start: Prompt
    seed: int

    def table(self, lines: Sequence[Line], seeds: Sequence[int], rounds: int = 0) -> Standings:
        """Return the table of these rows, the start first.

        Args:
            lines: in the order of the table.
            seeds: of the searches.
            rounds: that every search had; 0 where requests were made equal.
        """
        chance = draws(len(self.sealed.items), len(seeds), rng(self.seed, "compare"))
        scores = {line.name: self._scores(line, seeds) for line in lines}
        rows = [self._row(line, scores[line.name], chance, seeds) for line in lines]
        adjusted = holm([row.gain.p_value for row in rows if row.gain is not None])
        rows = [replace(row, holm=p) for row, p in zip(rows, adjusted, strict=True)]
        pairs = [
            difference((first, scores[first]), (second, scores[second]), chance)
            for first, second in combinations(scores, 2)
        ]
        return Standings(rounds, (self._start_row(chance), *rows), tuple(pairs))

    @property
    def _of_start(self) -> Floats:
        return self.sealed.scores[self.start.digest][None]

    def _scores(self, line: Line, seeds: Sequence[int]) -> Floats:
        """Return scores of shape (seeds, items)."""
        return np.stack([self._one(line.cells[seed], own=line.own) for seed in seeds])

    def _one(self, cells: Sequence[CellResult], *, own: bool) -> Floats:
        rows = np.stack([self.sealed.scores[one.prompt.digest] for one in cells])
        if not own:
            averaged: Floats = rows.mean(axis=0)
            return averaged
        place = {one.cell.owner: number for number, one in enumerate(cells)}
        owners = [place[item.owner] for item in self.sealed.items]
        mine: Floats = rows[owners, np.arange(rows.shape[1])]
        return mine

    def _start_row(self, chance: Draws) -> Standing:
        interval = interval_of(self._of_start, chance)
        return Standing(
            name=START,
            title="the starting prompt",
            score=mean_of(self._of_start),
            low=interval.low,
            high=interval.high,
            gain=None,
            holm=None,
            gated=None,
            seeds=(),
            spent=Spent(),
            characters=float(_length(self.start)),
        )

    def _row(self, line: Line, scores: Floats, chance: Draws, seeds: Sequence[int]) -> Standing:
        interval = interval_of(scores, chance)
        found = [one for seed in seeds for one in line.cells[seed]]
        return Standing(
            name=line.name,
            title=line.title,
            score=mean_of(scores),
            low=interval.low,
            high=interval.high,
            gain=difference((START, self._of_start), (line.name, scores), chance),
            holm=None,
            gated=self._gated(line, scores, chance, seeds),
            seeds=tuple(
                self._seed(seed, line.cells[seed], row)
                for seed, row in zip(seeds, scores, strict=True)
            ),
            spent=spent_by(found, len(seeds)),
            characters=float(np.mean([_length(one.prompt) for one in found])),
        )

    def _gated(
        self, line: Line, scores: Floats, chance: Draws, seeds: Sequence[int]
    ) -> Difference | None:
        gates = [one.gate for seed in seeds for one in line.cells[seed]]
        if any(gate is None for gate in gates):
            return None
        accepted = np.array([gate is not None and gate.accepted for gate in gates])
        returned = np.where(accepted[:, None], scores, self._of_start)
        return difference((START, self._of_start), (f"{line.name}, gated", returned), chance)

    def _seed(self, seed: int, cells: Sequence[CellResult], row: Floats) -> OneSeed:
        differences: Floats = row - self._of_start[0]
        squares = float((differences**2).sum())
        sums = PairedSums(float(len(row)), float(differences.sum()), squares)
        binary = bool(np.isin(row, (0.0, 1.0)).all() and np.isin(self._of_start, (0.0, 1.0)).all())
        one = cells[0] if len(cells) == 1 else None
        return OneSeed(
            seed=seed,
            score=float(row.mean()),
            gain=sums.mean,
            p_value=paired_test(sums, binary=binary).p_value,
            wins=int((differences > 0).sum()) if binary else 0,
            losses=int((differences < 0).sum()) if binary else 0,
            accepted=one.gate.accepted if one and one.gate else None,
            prompt=one.prompt.digest if one else "",
        )


def difference(first: tuple[str, Floats], second: tuple[str, Floats], chance: Draws) -> Difference:
    """Return the second named row against the first."""
    found = gain_of(first[1], second[1], chance)
    return Difference(
        first=first[0],
        second=second[0],
        gain=found.gain,
        low=found.interval.low,
        high=found.interval.high,
        p_value=found.p_value,
    )


def spent_by(cells: Sequence[CellResult], seeds: int) -> Spent:
    """Return what cells cost a seed; cells of one seed add up, but for their rounds."""
    gates = [one.gate.cost for one in cells if one.gate is not None]
    costs = [one.cost for one in cells]
    return Spent(
        requests=sum(one.requests for one in cells) / seeds,
        rounds=sum(one.rounds for one in cells) / max(1, len(cells)),
        calls=sum(cost.calls for cost in costs) / seeds,
        gate_calls=sum(cost.calls for cost in gates) / seeds,
        written=sum(one.written for one in cells) / seeds,
        down=sum(cost.down for cost in costs) / seeds,
        up=sum(cost.up for cost in costs) / seeds,
    )


def _length(prompt: Prompt) -> int:
    return sum(len(message.content) for message in prompt.messages)
