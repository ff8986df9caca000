"""Install packages into fresh environments and print what they weigh, as a Markdown table."""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIMES = 5
AMBIENT = {"PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE"}
"""Settings of one machine that would bring in packages of its own."""

ALONE = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
"""Lets a library that several peers import read its own price list instead of fetching one."""


@dataclass(frozen=True, slots=True)
class Package:
    """What is weighed.

    Attributes:
        name: in the table.
        installs: arguments of ``pip install``, one list a call.
        imports: what a program that tunes a prompt would import.
        command: the program that is asked for its help, empty where there is none.
    """

    name: str
    installs: tuple[tuple[str, ...], ...]
    imports: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a package weighs; None for what cannot be done with it.

    Attributes:
        packages: installed, itself included, pip not.
        megabytes: on disk.
        import_seconds: of the processor, to import it, median; a process that does nothing is off.
        help_seconds: of the processor, to print its ``--help``, median.
    """

    packages: int
    megabytes: int
    import_seconds: float | None
    help_seconds: float | None


OURS = Package(
    "fedbbpt",
    (("--require-hashes", "-r", str(ROOT / "requirements/core.txt")), ("--no-deps", str(ROOT))),
    "from fedbbpt import TunedPrompt, optimize, wrap",
    "fedbbpt",
)
PEERS = (
    Package("gepa 0.1.4", (("gepa==0.1.4",),), "from gepa import optimize"),
    Package("gepa[full] 0.1.4", (("gepa[full]==0.1.4",),), "from gepa import optimize"),
    Package(
        "langchain-openai 1.7.3",
        (("langchain-core==1.7.2", "langchain-openai==1.7.3"),),
        "from langchain_openai import ChatOpenAI",
    ),
    Package("dspy 3.4.1", (("dspy==3.4.1",),), "import dspy"),
    Package("adalflow 1.1.3", (("adalflow[openai]==1.1.3",),), "import adalflow"),
    Package(
        "promptolution 2.3.0",
        (("promptolution==2.3.0",),),
        "from promptolution import evaluate, optimize",
    ),
    Package("textgrad 0.1.8", (("textgrad==0.1.8",),), "import textgrad"),
    Package("opik-optimizer 3.2.0", (("opik-optimizer==3.2.0",),), "import opik_optimizer"),
)


def main() -> None:
    """Print the table; a package that cannot be installed has a line that says so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="weigh the others as well")
    parser.add_argument("--only", help="weigh only packages whose name begins so")
    given = parser.parse_args()
    packages = [package for package in (OURS, *PEERS) if given.peers or package is OURS]
    print("| package | MB | packages | import, CPU s | `--help`, CPU s |\n|---|---|---|---|---|")
    for package in packages:
        if not package.name.startswith(given.only or ""):
            continue
        try:
            print(row(package.name, weigh(package)), flush=True)
        except subprocess.CalledProcessError as error:
            print(f"{package.name}: {last_line(error)}", file=sys.stderr)
            print(f"| {package.name} | cannot be installed | | | |", flush=True)


def weigh(package: Package) -> Weight:
    """Return what a package weighs; its environment is removed afterwards.

    Raises:
        CalledProcessError: it cannot be installed.
    """
    place = ROOT / ".cache" / "weight"
    shutil.rmtree(place, ignore_errors=True)
    try:
        run([sys.executable, "-m", "venv", str(place)])
        python = str(place / "bin" / "python")
        before = size(place)
        for arguments in package.installs:
            run([python, "-m", "pip", "install", "--quiet", *arguments])
        command = [str(place / "bin" / package.command), "--help"] if package.command else None
        nothing = seconds([python, "-c", "pass"]) or 0.0
        imported = seconds([python, "-c", package.imports])
        return Weight(
            packages=count(python),
            megabytes=round((size(place) - before) / 2**20),
            import_seconds=None if imported is None else max(0.0, imported - nothing),
            help_seconds=seconds(command) if command else None,
        )
    finally:
        shutil.rmtree(place, ignore_errors=True)


def run(command: Sequence[str]) -> str:
    """Run a command away from this machine's own pip settings and return what it prints."""
    ambient = {name: value for name, value in os.environ.items() if name not in AMBIENT}
    pip = {"PIP_CONFIG_FILE": os.environ.get("WEIGH_PIP_CONFIG", os.devnull)}
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        env={**ambient, **pip, **ALONE},
    )
    return done.stdout


def seconds(command: Sequence[str]) -> float | None:
    """Return the median processor time of a command, after one to warm up, or None if it fails.

    What else runs on the machine does not count in it.
    """
    times = []
    for _ in range(TIMES + 1):
        before = spent()
        try:
            run(command)
        except subprocess.CalledProcessError as error:
            print(f"{' '.join(command)}: {last_line(error)}", file=sys.stderr)
            return None
        times.append(spent() - before)
    return statistics.median(times[1:])


def spent() -> float:
    """Return the processor time of all commands that have ended by now, in seconds."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def size(place: Path) -> int:
    """Return the bytes that a folder takes up on disk."""
    return sum(path.lstat().st_blocks * 512 for path in place.rglob("*"))


def count(python: str) -> int:
    """Return how many packages an environment holds besides pip."""
    listed = run([python, "-m", "pip", "list", "--format", "freeze"]).splitlines()
    return sum(line.split("==")[0].lower() not in {"pip", "setuptools"} for line in listed)


def last_line(error: subprocess.CalledProcessError) -> str:
    """Return the last line that a failed command said."""
    return (str(error.stderr).strip().splitlines() or ["it said nothing"])[-1]


def row(name: str, weight: Weight) -> str:
    """Return the line of a package."""
    imported, helped = (
        "-" if value is None else f"{value:.2f}"
        for value in (weight.import_seconds, weight.help_seconds)
    )
    return f"| {name} | {weight.megabytes:,} | {weight.packages} | {imported} | {helped} |"


if __name__ == "__main__":
    main()
