"""Ways to vote on several sets: a run file a set, and one replay over all of them.

    python examples/votes/votes.py DATA [--out runs/votes] [--quick]

DATA is a folder of labelled sets as examples/table takes it. Stopped and started again, it goes on
where it was: no call is paid twice.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# The sets and their run files are those of the table beside this folder.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "table"))

from table_runs import Size, run_text, write_run
from table_sets import Set, TableError, chosen_sets, read_set

FULL = Size(train=40, dev=40, test=400)
QUICK = Size(train=32, dev=32, test=48, calibration=8)
PROMPTS = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        sets = chosen_sets([name for name in given.sets.split(",") if name])
        if not given.data.is_dir():
            raise TableError(f"{given.data}: no such folder; say DATA=folder of the sets")
        files = _run_files(sets, given)
    except TableError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    words = [sys.executable, "-m", "fedbbpt", "replay", *files]
    words += ["--dir", str(given.out), "--most", str(PROMPTS)]
    if given.quick:
        words += ["--budgets", "1,3,5", "--samples", "8", "--replays", "2"]
    return subprocess.run([*words, "--dry-run"] if given.dry_run else words, check=False).returncode


def _run_files(sets: Sequence[Set], given: argparse.Namespace) -> list[str]:
    size, files = QUICK if given.quick else FULL, []
    for one in sets:
        examples = read_set(one, given.data)
        if examples is None:
            print(f"{one.name}: absent from {given.data}, left out", flush=True)
            continue
        path = write_run(one, examples, size, given.out / "sets" / one.name, given.endpoint)
        path.write_text(over_a_bank(run_text(one, examples, size, given.endpoint)), "utf-8")
        files.append(str(path))
    if not files:
        raise TableError(f"{given.data}: none of the sets is there; see examples/table/README.md")
    return files


def over_a_bank(text: str) -> str:
    """Return the run file over the packaged bank of whole prompts."""
    start, end = text.index("[space]"), text.index("[search]")
    space = '[space]\nuse = "bank"\nlibrary = ["classification"]\n\n'
    return (text[:start] + space + text[end:]).replace('recipe = "genetic"', 'recipe = "halving"')


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Compare ways to vote on several sets.")
    parser.add_argument("data", type=Path, help="folder of the sets")
    parser.add_argument("--out", type=Path, default=Path("runs/votes"), help="kept here")
    parser.add_argument("--sets", default="", help="names, with commas between; all if left out")
    parser.add_argument("--quick", action="store_true", help="tiny sizes")
    parser.add_argument("--endpoint", choices=("embedded", "scripted"), default="embedded")
    parser.add_argument("--dry-run", action="store_true", help="say what it costs at most")
    return parser


if __name__ == "__main__":
    sys.exit(main())
