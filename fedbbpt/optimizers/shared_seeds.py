"""Where a log of seeds and slopes leads when several owners write it, each with steps of its own.

FedKSeed, Qin et al. 2024, arXiv:2312.06353: all owners have one finite set of directions, report
one slope a step, and whoever has the whole log has the vector.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from fedbbpt.distributions import Floats, Gaussian, frozen_array
from fedbbpt.optimizers.scalar_log import ScalarLog, SeedPool, replayed
from fedbbpt.optimizers.whitening import Whitening

KINDS = ("gaussian", "rademacher", "orthogonal")
SEED, TERMS, HALF = "log_seed", "log_terms", 31
"""The seed of the directions in two parts that float64 holds exactly, and what else names them."""


@dataclass(frozen=True, slots=True)
class SharedSeeds:
    """The set of directions that a log is over, and the length of its steps.

    Attributes:
        seed: of the set, in [0, 2**62).
        count: directions, >= 1.
        along: their kind, one of ``KINDS``.
        learning_rate: > 0.
    """

    seed: int
    count: int
    along: str
    learning_rate: float

    def arrays(self) -> dict[str, Floats]:
        """Return it as named arrays; ``read`` is the inverse."""
        terms = [float(self.count), float(KINDS.index(self.along)), self.learning_rate]
        parts = [float(self.seed >> HALF), float(self.seed & (2**HALF - 1))]
        return {SEED: frozen_array(parts, name=SEED), TERMS: frozen_array(terms, name=TERMS)}

    @classmethod
    def read(cls, arrays: Mapping[str, Floats]) -> Self:
        """Return what ``arrays`` gave.

        Raises:
            ValueError: an array is absent, or no such set.
        """
        if missing := {SEED, TERMS} - arrays.keys():
            raise ValueError(f"log: {', '.join(sorted(missing))} is absent; use one version")
        seed, terms = arrays[SEED], arrays[TERMS]
        for name, size in ((SEED, 2), (TERMS, 3)):
            if arrays[name].shape != (size,):
                raise ValueError(f"log: {name} has shape {arrays[name].shape}, expected ({size},)")
        whole = (*seed.tolist(), *terms[:2].tolist())
        if any(part % 1 for part in whole):
            raise ValueError("log: its set of directions is none; use one version")
        high, low, count, kind = (int(part) for part in whole)
        inside = 0 <= high < 2**HALF and 0 <= low < 2**HALF and count >= 1 and 0 <= kind < 3
        if not inside or not 0 < terms[2] < np.inf:
            raise ValueError("log: its set of directions is none; use one version")
        return cls((high << HALF) + low, count, KINDS[kind], float(terms[2]))

    def sums(self, log: ScalarLog) -> Floats:
        """Return what each direction adds up to, shape (count,).

        Raises:
            ValueError: the log names a direction beyond the set.
        """
        if len(log.seeds) and log.seeds.max() >= self.count:
            raise ValueError(
                f"log: it names direction {log.seeds.max()}, and the set ends before {self.count}; "
                "use one run file"
            )
        return log.sums(self.count)

    def mean(self, start: Gaussian, log: ScalarLog) -> Floats:
        """Return the mean that plain descent reaches from ``start``, shape (d,).

        Law: a function of ``start`` and the log alone, the same bits for everyone.
        """
        pool = SeedPool(self.seed, self.count, start.mean.size, self.along)
        self.sums(log)  # refuses directions beyond the set
        return back(start, replayed(log, pool, "sgd", self.learning_rate))


def merged_step(sums: Floats) -> ScalarLog:
    """Return a log of one step whose sums are ``sums``, shape (count,)."""
    seeds = np.flatnonzero(sums)
    seeds = seeds if len(seeds) else np.zeros(1, np.int64)
    return ScalarLog.empty().after(seeds, sums[seeds] * len(seeds))


def back(start: Gaussian, place: Floats) -> Floats:
    """Return the point that ``place``, in whitened coordinates, is."""
    mean: Floats = Whitening.of(start).back(place[None])[0]
    return mean
