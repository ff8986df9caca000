"""Ten owners on one server, their texts dealt evenly and unevenly: a comparison a split, resumable.

    python examples/vllm/federation.py examples/vllm/federation.toml .cache/soft-runs/federation

Four ways to search together stand beside the start, random search, hand-written prompts, every
owner alone and pooled data. Stop it whenever you like and run it again: what was asked is not asked
again. What `fedbbpt compare` leaves stands in a folder a split.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

SPLITS = ("iid", "dirichlet")
RECIPES = "fedes-cma,fedbpt-paper,fedavg-bbt,fedavg-zo"
WITHOUT = "random exemplars"
"""The smallest owner has 9 training examples: too few to show some and score on others."""


def dealt(text: str, split: str, base: Path) -> str:
    """Return a run file with another split and a data path that holds anywhere.

    Raises:
        ValueError: the file names no split.
    """
    changed, found = re.subn(r'^split = "\w+"', f'split = "{split}"', text, flags=re.MULTILINE)
    if found != 1:
        raise ValueError('the run file has to say split = "..." once, in a line of its own')
    return re.sub(
        r'^path = "(.+)"',
        lambda match: f'path = "{(base / match[1]).resolve().as_posix()}"',
        changed,
        flags=re.MULTILINE,
    )


def command(run: Path, recipes: str, seeds: str, extra: list[str]) -> list[str]:
    """Return the comparison of one split."""
    words = [sys.executable, "-m", "fedbbpt", "compare", str(run), "--recipes", recipes]
    words += ["--seeds", seeds, "--dir", str(run.parent / "compare"), "--without", WITHOUT]
    return [*words, *extra]


def main() -> int:
    """Run from the command line; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="Further words go to fedbbpt compare."
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--recipes", default=RECIPES)
    parser.add_argument("--seeds", default="1-5")
    parser.add_argument("--splits", nargs="+", default=list(SPLITS), metavar="SPLIT")
    wanted, extra = parser.parse_known_args()
    for split in wanted.splits:
        run = wanted.folder / split / "run.toml"
        run.parent.mkdir(parents=True, exist_ok=True)
        text = wanted.run.read_text(encoding="utf-8")
        run.write_text(dealt(text, split, wanted.run.parent), encoding="utf-8")
        sys.stdout.write(f"owners dealt by {split}\n")
        sys.stdout.flush()
        words = command(run, wanted.recipes, wanted.seeds, extra)
        code = subprocess.run(words, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
