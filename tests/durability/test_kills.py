import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from mock_model import asked
from mock_server import MockEndpoint
from model_server import MODEL, serving
from whole_runs import (
    PATIENCE,
    complete,
    final_bytes,
    journalled,
    run_table,
    started,
    stats,
    write_run,
)

from fedbbpt.canonical import digest
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.endpoints.records.fingerprint import fingerprint_request
from fedbbpt.endpoints.records.journal import request_key
from fedbbpt.randomness import rng

KILLS = int(os.environ.get("KILLS", "100"))
"""Kills of the one test that is no torture: about two seconds each on a slow machine."""
CONCURRENCY = 4
FINGERPRINT = fingerprint_request()
SOONEST, LATEST = 1, 9
"""Three processes of four die some milliseconds after a request of theirs between these."""


class Moment(NamedTuple):
    """When a process dies: some seconds after its n-th request was received; 0 is its start."""

    requests: int
    seconds: float


@dataclass
class Life:
    """What a run went through.

    Attributes:
        kills: processes killed.
        died: how often each key was under way in the journal when its process was killed.
        ended: whether a process came to its end before its moment.
    """

    kills: int = 0
    died: "Counter[str]" = field(default_factory=Counter)
    ended: bool = False


@pytest.fixture(scope="module")
def server() -> Iterator[MockEndpoint]:
    with serving(latency_seconds=0.004) as served:
        yield served


def moment(dice: np.random.Generator, seconds: float) -> Moment:
    """Draw a moment; one in four is any of a whole run, its start and its end included."""
    if dice.random() < 1 / 4:
        return Moment(0, float(dice.uniform(0, seconds)))
    return Moment(int(dice.integers(SOONEST, LATEST)), float(dice.uniform(0, 0.02)))


def killed(server: MockEndpoint, file: Path, directory: Path, when: Moment) -> bool:
    """Start the command and kill it at its moment; return whether it was alive then."""
    wanted, until = len(server.headers) + when.requests, time.monotonic() + PATIENCE
    with started("run", file, "--dir", directory) as process:
        while process.poll() is None and len(server.headers) < wanted:
            assert time.monotonic() < until, "the process neither asks nor ends"
            time.sleep(0.001)
        with suppress(subprocess.TimeoutExpired):
            process.wait(when.seconds)
        assert process.poll() in {None, 0}, process.stderr and process.stderr.read()
    return process.returncode != 0


def records(directory: Path, kind: str) -> "Counter[str]":
    """Return what is journalled by now, nothing where a process died before there was a journal."""
    return journalled(directory, kind) if (directory / "calls.log").exists() else Counter()


def kill_until_done(
    server: MockEndpoint, file: Path, directory: Path, moments: Iterator[Moment]
) -> Life:
    """Start the same command again and again and kill it, until one process comes to its end."""
    life = Life()
    for when in moments:
        before = records(directory, "intent")
        if not killed(server, file, directory, when):
            life.ended = True
            return life
        life.kills += 1
        sent = records(directory, "intent") - before
        open_now = records(directory, "intent") - records(directory, "done")
        life.died.update(key for key in sent if open_now[key])
    with started("run", file, "--dir", directory) as process:
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return life


def keys_of(server: MockEndpoint, body: bytes) -> list[str]:
    """Return the journal's keys for which the wire carries this body.

    A request and its repetition on purpose (another sample) look alike on the wire.
    """
    plain = OpenAI(url=server.url, model="small").profile().identity
    full = digest([plain, MODEL.reply(FINGERPRINT).text])
    request = asked(body)
    return [
        request_key(identity, replace(request, sample=sample))
        for identity in (plain, full)
        for sample in (0, 1)
    ]


def check_bill(server: MockEndpoint, directory: Path, life: Life, paid: "Counter[bytes]") -> None:
    """Check what the server would bill against the journal and the run's own ledger."""
    intents, done = journalled(directory, "intent"), journalled(directory, "done")
    cost = stats(directory)
    bill = paid.total()
    assert cost["calls"] <= bill <= cost["calls"] + cost["possibly_billed"]
    assert cost["calls"] == done.total()
    assert bill - cost["calls"] <= life.kills * CONCURRENCY

    (fingerprint,) = {
        key for body in paid if asked(body) == FINGERPRINT for key in keys_of(server, body)
    } & done.keys()
    assert done[fingerprint] <= intents[fingerprint] <= 1 + life.kills  # asked by every process
    del intents[fingerprint], done[fingerprint]
    assert set(done.values()) == {1}
    assert all(count <= 1 + life.died[key] for key, count in intents.items())

    for body, count in paid.items():
        keys = keys_of(server, body)
        assert fingerprint in keys or sum(done[key] for key in keys) <= count
        assert fingerprint in keys or count <= sum(intents[key] for key in keys)


def killed_as_unbroken(server: MockEndpoint, folder: Path, kills: int, seed: int) -> None:
    """Live as many runs as it takes for so many kills; each must end as if unbroken."""
    file = write_run(folder, run_table(server.endpoint(concurrency=CONCURRENCY)))
    began = time.monotonic()
    unbroken = complete(file, folder / "unbroken")
    seconds, dice = time.monotonic() - began, rng(seed, "kills")
    lives: list[Life] = []
    while (left := kills - sum(life.kills for life in lives)) > 0:
        earlier = Counter(server.bills)
        directory = folder / f"broken {len(lives)}"

        lives.append(
            kill_until_done(server, file, directory, (moment(dice, seconds) for _ in range(left)))
        )

        assert final_bytes(directory) == unbroken
        check_bill(server, directory, lives[-1], server.bills - earlier)
    assert sum(life.died.total() for life in lives) > 0


def test_killed_again_and_again_a_run_ends_as_if_unbroken_and_pays_again_only_what_was_in_flight(
    server: MockEndpoint, tmp_path: Path
) -> None:
    killed_as_unbroken(server, tmp_path, kills=KILLS, seed=1)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(2, 42))
def test_killed_a_thousand_times_in_all_a_run_ends_as_if_unbroken(
    server: MockEndpoint, tmp_path: Path, seed: int
) -> None:
    killed_as_unbroken(server, tmp_path, kills=25, seed=seed)
