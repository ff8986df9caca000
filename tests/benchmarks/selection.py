"""Selection regret of every selector at equal evaluations, on published prompts' real scores.

``python tests/benchmarks/selection.py FILE [--repetitions 200] [--field 30] [--keep FOLDER]``.
FILE holds lines with ``dataset``, ``llm``, ``prompt`` and ``test_score``: one group a data set and
model. A repetition draws a field of prompts from a group; an evaluation is one Bernoulli draw with
the prompt's real score, independent of every other (the scores say nothing of pairing). Each
selector plays through the same protocol, schedule and count of requests as in a run, and stops
before it would pass the budget. Regret is the field's best score minus that of the prompt chosen.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads only get in the way

import numpy as np
from selection_worlds import SELECTORS, cell, read_groups

from fedbbpt.distributions import Floats
from fedbbpt.storage.atomic import write_atomic

Regrets = dict[tuple[str, int], list[Floats]]
"""Regrets, group by group, of a selector at a budget."""


def interval(groups: Sequence[Floats]) -> tuple[float, float]:
    """Return the mean over groups and half of its 95 % interval over repetitions."""
    means = [float(values.mean()) for values in groups]
    errors = [float(values.var(ddof=1)) / len(values) for values in groups]
    return float(np.mean(means)), 1.96 * float(np.sqrt(np.sum(errors))) / len(groups)


def table(regrets: Regrets, budgets: Sequence[int], selectors: Sequence[str]) -> str:
    """Return the mean regrets with their intervals, and the differences from halving."""
    lines = ["| selector | " + " | ".join(f"{budget:,}" for budget in budgets) + " |"]
    lines.append("|---" * (len(budgets) + 1) + "|")
    best = {b: min(interval(regrets[s, b])[0] for s in selectors) for b in budgets}
    for selector in selectors:
        shown = []
        for budget in budgets:
            mean, half = interval(regrets[selector, budget])
            pairs = zip(regrets[selector, budget], regrets["halving", budget], strict=True)
            apart, wide = interval([a - b for a, b in pairs])
            text = f"{mean:.2f} ± {half:.2f}"
            text = f"**{text}**" if mean == best[budget] else text
            shown.append(text if selector == "halving" else f"{text} ({apart:+.2f} ± {wide:.2f})")
        lines.append(f"| {selector} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def cells(asked: argparse.Namespace) -> Iterator[tuple[str, int, Path]]:
    """Yield selector, budget and kept file of every cell, groups in order within each."""
    groups = read_groups(asked.file)
    for budget in asked.budgets:
        for selector in asked.selectors:
            for group in groups:
                name = f"{group.name}-{selector}-{asked.field}-{budget}-{asked.repetitions}"
                yield selector, budget, asked.keep / f"{name}.json"


def play_missing(asked: argparse.Namespace) -> None:
    """Play the cells that no kept file holds; stopped, the next call goes on."""
    asked.keep.mkdir(parents=True, exist_ok=True)
    groups = read_groups(asked.file)
    with ProcessPoolExecutor(asked.processes) as pool:
        running = {}
        for place, (selector, budget, path) in enumerate(cells(asked)):
            if not path.exists():
                group = groups[place % len(groups)]
                job = pool.submit(cell, group, selector, asked.field, budget, asked.repetitions)
                running[job] = path
        for job in as_completed(running):
            write_atomic(running[job], json.dumps(job.result()).encode())


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what was asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--field", type=int, default=30)
    parser.add_argument("--budgets", type=int, nargs="+", default=[300, 600, 1200])
    parser.add_argument("--selectors", nargs="+", default=list(SELECTORS))
    parser.add_argument("--keep", type=Path, default=Path(".cache/selection"))
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    return parser.parse_args(given)


def main() -> None:
    """Play all cells that are not kept yet, and print the table."""
    asked = arguments()
    play_missing(asked)
    regrets: Regrets = {}
    for selector, budget, path in cells(asked):
        kept = np.array(json.loads(path.read_text(encoding="utf-8")))[:, 0]
        regrets.setdefault((selector, budget), []).append(kept)
    sys.stdout.write(table(regrets, asked.budgets, asked.selectors) + "\n")


if __name__ == "__main__":
    main()
