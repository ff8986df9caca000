"""The table of methods by sets: a comparison a set, one after the other, and one table of all.

    python examples/table/table.py DATA [--out runs/table] [--quick]

DATA is a folder of labelled sets, three files each (see README.md here). Stopped and started again,
it goes on where it was: what is finished is kept, and no call is paid twice.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from table_merge import entries, read_comparisons, splits_csv, table_csv, table_markdown
from table_runs import QUICK, Size, write_run
from table_sets import Set, TableError, chosen_sets, read_set

INTERRUPTED = 130
SIMPLE_ROWS = ("random", "hand-written", "random exemplars", "local only")
"""What methods are to beat, which says nothing of who of them is the best."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        sets = chosen_sets([name for name in given.sets.split(",") if name])
        if given.endpoint not in {"embedded", "scripted"} and "@http" not in given.endpoint:
            raise TableError(
                f"--endpoint {given.endpoint}: say embedded, scripted, or MODEL@ADDRESS"
            )
        if not given.data.is_dir():
            raise TableError(f"{given.data}: no such folder; say DATA=folder of the sets")
        return _make(sets, given)
    except TableError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _make(sets: Sequence[Set], given: argparse.Namespace) -> int:
    size = QUICK if given.quick else Size(requests=given.requests)
    state: dict[str, str] = {}
    for one in sets:
        examples = read_set(one, given.data)
        if examples is None:
            state[one.name] = "absent from the folder"
            print(f"{one.name}: absent from {given.data}, left out", flush=True)
            continue
        folder = given.out / one.name
        path = write_run(one, examples, size, folder, given.endpoint)
        print(f"{one.name}: {path}", flush=True)
        code = subprocess.run(_command(one, path, given), check=False).returncode
        if code:
            state[one.name] = f"stopped with exit code {code}; the same command goes on"
        if not given.dry_run:
            _write(sets, given.out, state)
        if code == INTERRUPTED:
            return code
    if not given.dry_run:
        _write(sets, given.out, state)
        print((given.out / "table.md").read_text(encoding="utf-8"))
    return 1 if any("exit code" in text for text in state.values()) else 0


def _command(one: Set, path: Path, given: argparse.Namespace) -> list[str]:
    seeds = "0" if given.quick else given.seeds
    words = [sys.executable, "-m", "fedbbpt", "compare", str(path), "--recipes", given.recipes]
    words += ["--seeds", seeds, "--dir", str(path.parent / "compare"), "--no-equal-rounds"]
    unwanted = [*SIMPLE_ROWS] if one.choosing else []
    for row in unwanted if one.pooled else [*unwanted, "pooled"]:
        words += ["--without", row]
    return [*words, "--dry-run"] if given.dry_run else words


def _write(sets: Sequence[Set], out: Path, state: dict[str, str]) -> None:
    found = read_comparisons(sets, out)
    texts = {
        "table.csv": table_csv(entries(sets, found)),
        "splits.csv": splits_csv(found),
        "table.md": table_markdown(sets, found, state),
    }
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Compare methods on several sets.")
    parser.add_argument("data", type=Path, help="folder of the sets")
    parser.add_argument("--out", type=Path, default=Path("runs/table"), help="kept here")
    parser.add_argument("--sets", default="", help="names, with commas between; all if left out")
    parser.add_argument("--recipes", default="genetic,halving,rejects", help="the first leads")
    parser.add_argument("--seeds", default="0-2", help="of the searches")
    parser.add_argument("--requests", type=int, default=Size().requests, help="of a search")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, one seed")
    parser.add_argument(
        "--endpoint",
        default="embedded",
        help="embedded, scripted, or MODEL@ADDRESS of a server: smollm2@http://127.0.0.1:8080/v1",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what each set costs at most")
    return parser


if __name__ == "__main__":
    sys.exit(main())
