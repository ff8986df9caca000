"""The whole experiment: a comparison a place of the soft tokens, on one server, resumable.

    python examples/vllm/experiment.py examples/vllm/run.toml .cache/soft-runs

In each comparison CMA-ES stands beside random search at equal calls, the start, the best of 8
hand-written prompts and of random solved examples. Stop it whenever you like and run it again: what
was asked is not asked again. What `fedbbpt compare` leaves stands in a folder a place.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

PLACES = ("before", "after")


def placed(text: str, place: str, base: Path) -> str:
    """Return a run file with its soft tokens in another place and data paths that hold anywhere.

    Raises:
        ValueError: the file names no place.
    """
    moved, found = re.subn(r'^place = "\w+"', f'place = "{place}"', text, flags=re.MULTILINE)
    if found != 1:
        raise ValueError('the run file has to say place = "..." once, in a line of its own')
    return re.sub(
        r'^data = "(.+)"',
        lambda match: f'data = "{(base / match[1]).resolve().as_posix()}"',
        moved,
        flags=re.MULTILINE,
    )


def command(run: Path, seeds: str, extra: list[str]) -> list[str]:
    """Return the comparison of one place."""
    words = [sys.executable, "-m", "fedbbpt", "compare", str(run), "--recipes", "bbt"]
    return [*words, "--seeds", seeds, "--dir", str(run.parent / "compare"), *extra]


def main() -> int:
    """Run from the command line; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="Further words go to fedbbpt compare."
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", default="1-5")
    parser.add_argument("--places", nargs="+", default=list(PLACES), metavar="PLACE")
    wanted, extra = parser.parse_known_args()
    for place in wanted.places:
        run = wanted.folder / place / "run.toml"
        run.parent.mkdir(parents=True, exist_ok=True)
        text = wanted.run.read_text(encoding="utf-8")
        run.write_text(placed(text, place, wanted.run.parent), encoding="utf-8")
        sys.stdout.write(f"soft tokens {place} the prompt's texts\n")
        sys.stdout.flush()
        code = subprocess.run(command(run, wanted.seeds, extra), check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
