"""``answer`` and ``replay`` killed at random instants: the same bytes, and nothing paid twice."""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from mock_model import asked
from mock_server import MockEndpoint
from model_server import serving
from whole_runs import PATIENCE, journalled, run_table, started, write_run

from fedbbpt.endpoints.records.fingerprint import fingerprint_request
from fedbbpt.randomness import rng

KILLS = max(1, int(os.environ.get("KILLS", "100")) // 20)
"""Kills of each command outside torture: about two seconds each on a slow machine."""
CONCURRENCY = 4
QUESTIONS = [f"note {n}: it is {word} again" for n, word in enumerate(["late", "lovely", "wrong"])]


class Command(NamedTuple):
    """A command, its folder, the journal in it, and the files that a death must not change."""

    words: tuple[str, ...]
    log: str
    files: tuple[str, ...]
    changes: Mapping[str, object]


ANSWER = Command(
    ("answer", "{file}", "{asked}", "--rule", "e-process", "--weights", "gold", "--gold", "4"),
    ".",
    ("answers.jsonl",),
    {"scoring": {"read": "generate"}},
)
REPLAY = Command(
    ("replay", "{file}", "--budgets", "1,3", "--samples", "3", "--most", "2"),
    "tiny",
    ("replay.json", "table.csv", "table.md"),
    {
        "space": {"use": "bank"},
        "scoring": {"read": "generate"},
        "roles": {"train": 8, "dev": 4, "test": 4},
    },
)


@pytest.fixture(scope="module")
def server() -> Iterator[MockEndpoint]:
    with serving(latency_seconds=0.004) as served:
        yield served


def words_of(command: Command, folder: Path, directory: Path) -> list[str]:
    """Write the run and its questions; return the words of the command line."""
    file = folder / "run.toml"
    questions = folder / "asked.jsonl"
    filled = [word.format(file=file, asked=questions) for word in command.words]
    return [*filled, "--dir", str(directory)]


def write(command: Command, folder: Path, server: MockEndpoint) -> None:
    table = run_table(server.endpoint(concurrency=CONCURRENCY), **command.changes)
    write_run(folder, table)
    lines = [f'{{"input": "{text}"}}\n' for text in QUESTIONS]
    (folder / "asked.jsonl").write_text("".join(lines))


def ended(words: list[str]) -> None:
    with started(*words) as process:
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors


def killed(server: MockEndpoint, words: list[str], dice: np.random.Generator) -> bool:
    """Start the command and kill it soon after one of its requests; say whether it still lived."""
    wanted, until = len(server.headers) + int(dice.integers(1, 60)), time.monotonic() + PATIENCE
    with started(*words) as process:
        while process.poll() is None and len(server.headers) < wanted:
            assert time.monotonic() < until, "the process neither asks nor ends"
            time.sleep(0.001)
        with suppress(subprocess.TimeoutExpired):
            process.wait(float(dice.uniform(0, 0.02)))
        assert process.poll() in {None, 0}, process.stderr and process.stderr.read()
    return process.returncode != 0


def left_by(command: Command, directory: Path) -> dict[str, bytes]:
    return {name: (directory / name).read_bytes() for name in command.files}


def killed_as_unbroken(
    server: MockEndpoint, command: Command, folder: Path, kills: int, seed: int
) -> None:
    """Live until so many kills hit; each life must end as if unbroken, its bill with it."""
    write(command, folder, server)
    ended(words_of(command, folder, folder / "unbroken"))
    unbroken = left_by(command, folder / "unbroken")
    paid = set(journalled(folder / "unbroken" / command.log, "done"))
    dice, deaths, life = rng(seed, "answer kills"), 0, 0
    while deaths < kills:
        before, died = Counter(server.bills), 0
        directory = folder / f"broken {life}"
        words = words_of(command, folder, directory)

        while deaths + died < kills and killed(server, words, dice):
            died += 1
        ended(words)

        assert left_by(command, directory) == unbroken
        bill = Counter({asked(b): n for b, n in (server.bills - before).items()})
        identity = bill.pop(fingerprint_request())
        done = journalled(directory / command.log, "done")
        assert set(done) == paid
        assert sum(count > 1 for count in done.values()) <= 1  # the identity question alone
        assert identity <= 2 + died
        assert len(paid) - 1 <= bill.total() <= len(paid) - 1 + died * CONCURRENCY
        deaths, life = deaths + died, life + 1


@pytest.mark.parametrize("command", [ANSWER, REPLAY], ids=["answer", "replay"])
def test_killed_at_random_instants_it_ends_as_if_unbroken_and_pays_again_only_what_was_in_flight(
    server: MockEndpoint, tmp_path: Path, command: Command
) -> None:
    killed_as_unbroken(server, command, tmp_path, KILLS, seed=1)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.parametrize("command", [ANSWER, REPLAY], ids=["answer", "replay"])
def test_killed_many_times_it_ends_as_if_unbroken(
    server: MockEndpoint, tmp_path: Path, command: Command, seed: int
) -> None:
    killed_as_unbroken(server, command, tmp_path, kills=20, seed=seed)
