"""Methods for soft prompts against each other on a frozen random network: no endpoint, no model.

    python examples/fast_bench/fast_bench.py [--seeds 10] [--noise plain mean example]

Stopped and started again, it goes on where it was; every finished run is a file in --keep.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # small matrices, and a run a process: before numpy

from bench_table import claims, table
from contestants import CONTESTANTS
from playing import BUDGET, ROUNDS
from trials import Bench, Row, play_missing

PLACE = Path(".cache/fast-bench")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; return the exit code."""
    given = _parser().parse_args(arguments)
    bench = Bench(
        rows=tuple(Row(method, noise) for noise in given.noise for method in given.methods),
        splits=tuple(given.splits),
        seeds=given.seeds,
        trials=given.trials,
        keep=given.keep,
        budget=given.budget,
        rounds=given.rounds,
    )
    tuning = list(bench.tuning())
    if not given.table_only:
        _play(bench, "tuning", given)
    if not all(bench.file(cell).exists() for cell in tuning):
        print("error: step sizes are not tuned yet; leave --table-only out", file=sys.stderr)
        return 2
    if not given.table_only:
        _play(bench, "table", given)
    seeds = bench.finished_seeds()
    if seeds < 2:
        print("error: an interval takes 2 finished seeds; run it again", file=sys.stderr)
        return 2
    print(table(bench, seeds), claims(bench, seeds), sep="\n\n")
    return 0


def _play(bench: Bench, stage: str, given: argparse.Namespace) -> None:
    cells = list(bench.tuning() if stage == "tuning" else bench.measured())
    missing = sum(not bench.file(cell).exists() for cell in cells)
    begun = time.monotonic()
    for number, cell in enumerate(play_missing(bench, cells, given.processes), 1):
        passed = time.monotonic() - begun
        print(f"{stage} {number}/{missing} {passed:.0f} s {cell.name}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Compare soft-prompt methods on a frozen network.")
    parser.add_argument("--seeds", type=int, default=10, help="worlds of the table, at least 2")
    parser.add_argument("--trials", type=int, default=2, help="worlds that tune a step size")
    parser.add_argument("--methods", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    noises = ("plain", "mean", "example")
    parser.add_argument("--noise", nargs="+", choices=noises, default=list(noises))
    parser.add_argument("--splits", nargs="+", default=["iid", "0.1"], help="iid or Dirichlet's")
    parser.add_argument("--budget", type=int, default=BUDGET, help="evaluations of all examples")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--keep", type=Path, default=PLACE, help="finished runs; delete to repeat")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--table-only", action="store_true", help="play nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
