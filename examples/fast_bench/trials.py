"""Which runs there are, in which order they are played, and which step sizes they choose."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from contestants import CONTESTANTS
from frozen_network import LABELS
from frozen_owners import EACH, Noise
from playing import BUDGET, ROUNDS, Cell, Place, at_calls, play

from fedbbpt.storage.atomic import write_atomic

FIRST_TRIAL = 1000
"""Seeds from here on tune step sizes; no run of the table has one."""


@dataclass(frozen=True, slots=True)
class Row:
    """A method under one kind of loss."""

    method: str
    noise: Noise


@dataclass(frozen=True, slots=True)
class Bench:
    """What is asked of the bench.

    Attributes:
        rows: of the table.
        splits: ``"iid"`` and Dirichlet concentrations.
        seeds: worlds of the table.
        trials: worlds that tune each step size.
        keep: folder of the finished runs, a file each.
        budget: evaluations of the whole training set in a run.
        rounds: at which methods are compared too.
    """

    rows: tuple[Row, ...]
    splits: tuple[str, ...]
    seeds: int
    trials: int
    keep: Path
    budget: int = BUDGET
    rounds: int = ROUNDS

    @property
    def calls(self) -> int:
        """Items asked in a run, over all owners."""
        return self.budget * EACH * len(LABELS)

    def tuning(self) -> Iterator[Cell]:
        """Yield the runs that tune: as many step sizes and worlds for every method."""
        for seed in range(FIRST_TRIAL, FIRST_TRIAL + self.trials):
            for row in self.rows:
                for split in self.splits:
                    for step in CONTESTANTS[row.method].steps:
                        yield Cell(row.method, row.noise, split, step, seed)

    def measured(self) -> Iterator[Cell]:
        """Yield the runs of the table, seed by seed; the runs that tune must be there."""
        steps = {(row, split): self.step(row, split) for row in self.rows for split in self.splits}
        for seed in range(self.seeds):
            for (row, split), step in steps.items():
                yield Cell(row.method, row.noise, split, step, seed)

    def step(self, row: Row, split: str) -> float:
        """Return the step size with the best mean accuracy at equal calls, of equals the least."""

        def tuned(step: float) -> float:
            seeds = range(FIRST_TRIAL, FIRST_TRIAL + self.trials)
            cells = [Cell(row.method, row.noise, split, step, seed) for seed in seeds]
            return float(np.mean([at_calls(self.kept(c), self.calls).accuracy for c in cells]))

        return max(sorted(CONTESTANTS[row.method].steps), key=tuned)

    def file(self, cell: Cell) -> Path:
        """Return where a run is kept."""
        return self.keep / f"{cell.name}-{self.budget}-{self.rounds}.json"

    def kept(self, cell: Cell) -> list[Place]:
        """Return the places of a finished run."""
        return [Place(*place) for place in json.loads(self.file(cell).read_text(encoding="utf-8"))]

    def finished_seeds(self) -> int:
        """Return how many worlds of the table are whole, from the first on."""
        done = {cell.seed for cell in self.measured()}
        missing = {cell.seed for cell in self.measured() if not self.file(cell).exists()}
        return min(missing, default=len(done))


def play_missing(bench: Bench, cells: Sequence[Cell], processes: int) -> Iterator[Cell]:
    """Play the runs that are not kept yet, and yield each once it is on disk."""
    bench.keep.mkdir(parents=True, exist_ok=True)
    missing = [cell for cell in cells if not bench.file(cell).exists()]
    with ProcessPoolExecutor(processes) as pool:
        running = {pool.submit(play, cell, bench.budget, bench.rounds): cell for cell in missing}
        for job in as_completed(running):
            cell = running[job]
            told = [(place.calls, place.accuracy, place.loss) for place in job.result()]
            write_atomic(bench.file(cell), json.dumps(told).encode())
            yield cell
