"""The whole experiment: places x optimizers x seeds on one server, resumable, one table at the end.

    python examples/vllm/experiment.py examples/vllm/run.toml .cache/soft-runs

Stop it whenever you like and run it again: every run goes on where it stopped, and what was asked
is not asked again. Random search has the same projection, the same candidates a round and as many
of them.
"""

import argparse
import statistics
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import fedbbpt
from fedbbpt.runs.results import Results

RANDOM = {"use": "nevergrad", "method": "RandomSearch", "population": 10}


class Arm(NamedTuple):
    """One line of the table."""

    place: str
    search: str


def arms(places: list[str], searches: list[str]) -> list[Arm]:
    """Return every place with every search."""
    return [Arm(place, search) for place in places for search in searches]


def table_of(path: Path, arm: Arm, seed: int) -> dict[str, Any]:
    """Return the run file's tables for one arm, with data paths that hold from anywhere."""
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    owners = [
        {**owner, "data": str((path.parent / owner["data"]).resolve())} for owner in table["owner"]
    ]
    optimizer = table["optimizer"] if arm.search == "cma" else RANDOM
    return {
        **table,
        "seed": seed,
        "owner": owners,
        "space": {**table["space"], "place": arm.place},
        "optimizer": optimizer,
    }


def scores(results: Results) -> Iterator[tuple[str, float]]:
    """Yield the test scores of start and tuned, raw and calibrated."""
    for cell in results.test.cells:
        yield f"{cell.prompt} {cell.mode}", 100 * cell.score


def line(arm: Arm, runs: list[Mapping[str, float]]) -> str:
    """Return one line of the table: means over seeds, with the standard deviation."""
    cells = []
    for name in runs[0]:
        values = [run[name] for run in runs]
        spread = f" +- {statistics.stdev(values):.1f}" if len(values) > 1 else ""
        cells.append(f"{name} {statistics.mean(values):.1f}{spread}")
    return f"{arm.place:8} {arm.search:7} n={len(runs)}  " + "  ".join(cells)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--places", nargs="+", default=["before", "after"])
    parser.add_argument("--searches", nargs="+", default=["cma", "random"])
    wanted = parser.parse_args()
    found: dict[Arm, list[Mapping[str, float]]] = {}
    for seed in range(1, wanted.seeds + 1):
        for arm in arms(wanted.places, wanted.searches):
            place = wanted.folder / f"{arm.place}-{arm.search}-{seed}"
            done = fedbbpt.optimize(table_of(wanted.run, arm, seed), directory=place)
            found.setdefault(arm, []).append(dict(scores(done.results)))
            sys.stdout.write(f"{line(arm, found[arm])}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
