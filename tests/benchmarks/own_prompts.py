"""What a belief of every owner's own is worth where domains differ: simulated, no model is asked.

    python tests/benchmarks/own_prompts.py --worlds 400

A prompt's chance of a right answer at an owner is its mean over owners plus what the owner's domain
changes of it. Every owner has the same examples for all prompts. Regret is the chance of the best
prompt for that owner minus that of the prompt chosen for it, in points, mean over owners.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fedbbpt.aggregators.fedlogic import FedLogic
from fedbbpt.distributions import Categorical, Floats, mode
from fedbbpt.messages import Block, Report, Score, State

PROMPTS, OWNERS, BETWEEN_PROMPTS = 12, 6, 0.05
DIFFERENCES = (0.0, 0.03, 0.06, 0.12)
EXAMPLES = (16, 40, 100)
WAYS = ("one for all", "each its own", "fedlogic", "not fitted")
BLOCK = 8


class World(NamedTuple):
    """Chances of a right answer, shape (owners, prompts), and what was right of the examples.

    ``right`` has shape (owners, examples, prompts).
    """

    chances: Floats
    right: NDArray[np.bool_]


def world(difference: float, examples: int, rng: np.random.Generator) -> World:
    """Draw owners whose domains change a prompt's chance by ``difference`` (standard deviation)."""
    common = 0.6 + BETWEEN_PROMPTS * rng.standard_normal(PROMPTS)
    changes = difference * rng.standard_normal((OWNERS, PROMPTS))
    chances = np.clip(common + changes, 0.02, 0.98)
    hard = rng.random((OWNERS, examples, 1))  # how hard an example is for every prompt
    luck = rng.random((OWNERS, examples, PROMPTS))
    # One half of what decides is the example's own, so that prompts are paired.
    drawn = np.where(rng.random(luck.shape) < 0.5, hard, luck)
    return World(chances, drawn < chances[:, None, :])


def chosen(found: World, shrinkage: float) -> dict[str, list[int]]:
    """Return the prompt of every owner, way by way."""
    sums = found.right.sum(axis=1)
    return {
        "one for all": [int(sums.sum(axis=0).argmax())] * OWNERS,
        "each its own": [int(row.argmax()) for row in sums],
        "fedlogic": own_prompts(found, FedLogic(shrinkage=shrinkage)),
        "not fitted": own_prompts(found, FedLogic(shrinkage=shrinkage, fitted=False)),
    }


def own_prompts(found: World, rule: FedLogic) -> list[int]:
    """Return the prompt of every owner by its belief, after block upon block of its examples."""
    examples = found.right.shape[1]
    names = [f"{place:02d}" for place in range(OWNERS)]
    sizes = {name: int(examples) for name in names}
    state = State(0, Categorical((np.zeros(PROMPTS),)))
    for start in range(0, examples, BLOCK):
        block = found.right[:, start : start + BLOCK]
        work = Score(np.arange(float(PROMPTS))[:, None], Block(start, block.shape[1]))
        reports = [report(name, rows) for name, rows in zip(names, block, strict=True)]
        state = rule.learned(state, work, reports, sizes)
    return [int(mode(belief)[0]) for _, belief in rule.personal(state).groups]


def report(name: str, right: NDArray[np.bool_]) -> Report:
    """Return what an owner reports of answers, shape (examples, prompts)."""
    sums = right.sum(axis=0).astype(np.float64)
    n = len(right)
    return Report(name, 0, "", {"score_sum": sums}, frozenset(), float(n), n, 0, 0, n)


def regrets(
    difference: float, examples: int, worlds: int, shrinkage: float = 10.0
) -> dict[str, Floats]:
    """Return the regret in points of every way in every world, shape (worlds,)."""
    rng = np.random.default_rng((round(1000 * difference), examples))
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(worlds):
        one = world(difference, examples, rng)
        for way, numbers in chosen(one, shrinkage).items():
            kept = one.chances[np.arange(OWNERS), numbers]
            found[way].append(100 * float((one.chances.max(axis=1) - kept).mean()))
    return {way: np.array(values) for way, values in found.items()}


def main(words: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=400)
    parser.add_argument("--shrinkage", type=float, default=10.0)
    given = parser.parse_args(words)
    worlds = given.worlds
    out = sys.stdout.write
    out(f"| domains differ by | examples an owner | {' | '.join(WAYS)} |\n|{'---|' * 6}\n")
    for difference in DIFFERENCES:
        for examples in EXAMPLES:
            cells = [
                f"{values.mean():.2f} ± {1.96 * values.std(ddof=1) / worlds**0.5:.2f}"
                for values in regrets(difference, examples, worlds, given.shrinkage).values()
            ]
            out(f"| {100 * difference:.0f} points | {examples} | {' | '.join(cells)} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
