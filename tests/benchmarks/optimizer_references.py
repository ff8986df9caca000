"""CMA-ES from whitened starts beside plain pycma, and searches carried over local stretches.

``python tests/benchmarks/optimizer_references.py [--seeds 20] [--only FUNCTION]``. First table:
ours is born from a Gaussian with a covariance; pycma runs at the identity in that Gaussian's own
coordinates, with other draws; the two must be equal in distribution. Second table: one search,
broken off every so many generations and born again from mean, step size and covariance, as local
searches are.
"""

import argparse
import importlib
import math
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads only get in the way

import numpy as np

from fedbbpt.distributions import Floats, Gaussian, Points
from fedbbpt.optimizers.cma import CMA
from fedbbpt.randomness import rng

sys.path.insert(0, str(Path(__file__).parent.parent))  # for the tests' losses

from vector_searches import Loss, rosenbrock, sphere

SIGMA, CONDITION = 0.5, 100.0
STRETCHES = (1, 2, 4, 8, 16, 30)
CARRIED_SIZE, CARRIED_POPULATION, CARRIED_GENERATIONS = 12, 12, 240


@dataclass(frozen=True, slots=True)
class Case:
    """One function and its budget.

    Attributes:
        name: for the table.
        true: what is measured at the end.
        size: coordinates.
        noise: standard deviation of what is added to every loss.
        population: points a generation.
        generations: of a run.
    """

    name: str
    true: Loss
    size: int
    population: int
    noise: float = 0.0
    generations: int = 100

    @property
    def diagonal(self) -> bool:
        """Whether the search is the separable one, as it would be at this size."""
        return self.size >= 100

    def told(self, chance: np.random.Generator) -> Loss:
        """Return the loss that a search is told."""
        return lambda points: self.true(points) + self.noise * chance.standard_normal(len(points))


CASES = tuple(
    Case(f"{name}, d = {size}", true, size, population, noise)
    for name, true, noise in (
        # A sphere, seen from a start of condition 100, is a rotated ellipsoid.
        ("rotated ellipsoid", sphere, 0.0),
        ("Rosenbrock", rosenbrock, 0.0),
        ("noisy sphere", sphere, 0.05),
    )
    for size, population in ((20, 12), (100, 17))
)


def covariance(size: int, condition: float) -> Floats:
    """Return a rotated covariance, the same for all runs."""
    basis = np.linalg.qr(rng(0, "rotation").standard_normal((size, size)))[0]
    full: Floats = (basis * np.geomspace(1, condition, size)) @ basis.T
    return (full + full.T) / 2


def ours(case: Case, seed: int) -> float:
    """Return log10 of the loss at the mean after a run from a whitened start."""
    start = Gaussian(np.full(case.size, 0.5), SIGMA, covariance(case.size, CONDITION))
    settings = CMA(population=case.population, diagonal=case.diagonal)
    search = settings.start(start, rng(seed, "ours"))
    loss = case.told(rng(seed, "our noise"))
    for _ in range(case.generations):
        points = search.ask(case.population)
        search.tell(points, loss(points))
    return math.log10(case.true(_mean(search.distribution)[None])[0])


def reference(case: Case, seed: int) -> float:
    """Return the same of plain pycma at the identity, in coordinates of the start."""
    root = np.linalg.cholesky(covariance(case.size, CONDITION))
    stream = rng(seed, "pycma")
    options: dict[str, object] = {
        "seed": np.nan,
        "randn": lambda *shape: stream.standard_normal(shape),
        "popsize": case.population,
        "CMA_diagonal": case.diagonal,
        "verbose": -10,
    }
    with warnings.catch_warnings():  # matplotlib, for pycma's plots, is absent
        warnings.simplefilter("ignore")
        pycma: Any = importlib.import_module("cma")
    strategy = pycma.CMAEvolutionStrategy(np.zeros(case.size), SIGMA, options)
    loss = case.told(rng(seed, "their noise"))
    for _ in range(case.generations):
        points = strategy.ask()
        strategy.tell(points, loss(0.5 + np.stack(points) @ root.T).tolist())
    return math.log10(case.true((0.5 + root @ strategy.mean)[None])[0])


def by_chance(first: Floats, second: Floats, draws: int = 10_000) -> float:
    """Return how often means of a random cut differ at least as much (permutation test)."""
    both, half = np.concatenate([first, second]), len(first)
    apart = abs(first.mean() - second.mean())
    orders = rng(0, "permutation").permuted(np.tile(both, (draws, 1)), axis=1)
    differences = np.abs(orders[:, :half].mean(axis=1) - orders[:, half:].mean(axis=1))
    return float((1 + (differences >= apart - 1e-12).sum()) / (1 + draws))


def references(seeds: int, cases: Sequence[Case] = CASES) -> str:
    """Return the first table."""
    lines = ["| function | points | whitened start | pycma | p |", "|---|---|---|---|---|"]
    for case in cases:
        mine = np.array([ours(case, seed) for seed in range(seeds)])
        theirs = np.array([reference(case, seed) for seed in range(seeds)])
        points = f"{case.population} x {case.generations}"
        cells = (case.name, points, _shown(mine), _shown(theirs), f"{by_chance(mine, theirs):.2f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def carried(stretch: int, seed: int, generations: int, *, keeps: bool) -> float:
    """Return log10 of the loss at the end of a search that is born again every ``stretch``.

    Args:
        stretch: generations in one piece.
        seed: of all draws.
        generations: in all.
        keeps: the covariance is carried; else mean and step size alone.
    """
    shape: Floats = np.asarray(np.linalg.inv(covariance(CARRIED_SIZE, 1e4)), dtype=np.float64)
    belief = Gaussian(np.ones(CARRIED_SIZE), SIGMA)
    for lap in range(0, generations, stretch):
        search = CMA(CARRIED_POPULATION).start(belief, rng(seed, "stretch", round=lap))
        for _ in range(min(stretch, generations - lap)):
            points = search.ask(CARRIED_POPULATION)
            search.tell(points, _ellipsoid(points, shape))
        found = search.distribution
        if not isinstance(found, Gaussian):
            raise TypeError("cma moves a Gaussian")
        belief = found if keeps else Gaussian(found.mean, found.sigma)
    return math.log10(_ellipsoid(belief.mean[None], shape)[0])


def stretches(
    seeds: int, generations: int = CARRIED_GENERATIONS, tried: Sequence[int] = STRETCHES
) -> str:
    """Return the second table."""
    lines = [
        "| generations in one piece | mean, sigma and C carried | C dropped |",
        "|---|---|---|",
    ]
    for stretch in (*tried, generations):
        cells = [
            _shown(np.array([carried(stretch, s, generations, keeps=k) for s in range(seeds)]))
            for k in (True, False)
        ]
        named = "all, unbroken" if stretch == generations else str(stretch)
        lines.append(f"| {named} | {cells[0]} | {cells[1] if stretch < generations else ''} |")
    return "\n".join(lines)


def _ellipsoid(points: Points, shape: Floats) -> Floats:
    values: Floats = np.einsum("ni,ij,nj->n", points, shape, points)
    return values


def _mean(distribution: object) -> Floats:
    if not isinstance(distribution, Gaussian):
        raise TypeError("cma moves a Gaussian")
    return distribution.mean


def _shown(values: Floats) -> str:
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    """Play all runs and print both tables: medians of log10 of the loss, and quartiles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument(
        "--only", default="", help="functions of the first table with this in the name"
    )
    given = parser.parse_args()
    cases = [case for case in CASES if given.only in case.name]
    if not cases:
        parser.error(
            f"--only {given.only}: no such function; known: {', '.join(c.name for c in CASES)}"
        )
    sys.stdout.write(f"{references(given.seeds, cases)}\n")
    if not given.only:
        sys.stdout.write(f"\n{stretches(given.seeds)}\n")


if __name__ == "__main__":
    main()
