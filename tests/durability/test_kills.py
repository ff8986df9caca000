import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from model_server import MODEL, ModelServer, asked, serving
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
from fedbbpt.endpoints.fingerprint import fingerprint_request
from fedbbpt.endpoints.journal import request_key
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.randomness import rng

CONCURRENCY = 4
FINGERPRINT = fingerprint_request()
SOONEST, LATEST = 1, 9
"""A process dies some milliseconds after its n-th request was received; n is between these."""


@dataclass
class Life:
    """What a run went through.

    Attributes:
        kills: processes killed.
        died: how often each key was under way in the journal when its process was killed.
    """

    kills: int = 0
    died: "Counter[str]" = field(default_factory=Counter)


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with serving(latency_seconds=0.004) as served:
        yield served


def kill_until_done(
    server: ModelServer, file: Path, directory: Path, kills: int, dice: np.random.Generator
) -> Life:
    """Start the same command again and again, kill the first ones, let the last one finish."""
    life = Life()
    while life.kills < kills:
        before = journalled(directory, "intent") if directory.exists() else Counter()
        wanted = server.bill + int(dice.integers(SOONEST, LATEST))
        with started("run", file, "--dir", directory) as process:
            server.wait_for(wanted)
            time.sleep(float(dice.uniform(0, 0.02)))
        assert process.returncode == -9, "the run ended before it was killed"
        life.kills += 1
        sent = journalled(directory, "intent") - before
        open_now = journalled(directory, "intent") - journalled(directory, "done")
        life.died.update(key for key in sent if open_now[key])
    with started("run", file, "--dir", directory) as process:
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return life


def keys_of(server: ModelServer, body: bytes) -> list[str]:
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


def check_bill(server: ModelServer, directory: Path, life: Life, paid: "Counter[bytes]") -> None:
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


def killed_as_unbroken(server: ModelServer, folder: Path, kills: int, seed: int) -> None:
    file = write_run(folder, run_table(server.endpoint(concurrency=CONCURRENCY)))
    unbroken = complete(file, folder / "unbroken")
    earlier = Counter(server.bills)

    life = kill_until_done(server, file, folder / "broken", kills, rng(seed, "kills"))

    assert final_bytes(folder / "broken") == unbroken
    check_bill(server, folder / "broken", life, server.bills - earlier)
    assert life.died.total() > 0


def test_killed_twenty_times_a_run_ends_as_if_unbroken_and_pays_only_what_was_in_flight_again(
    server: ModelServer, tmp_path: Path
) -> None:
    killed_as_unbroken(server, tmp_path, kills=20, seed=1)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(2, 12))
def test_killed_two_hundred_times_in_ten_lives_a_run_ends_as_if_unbroken(
    server: ModelServer, tmp_path: Path, seed: int
) -> None:
    killed_as_unbroken(server, tmp_path, kills=20, seed=seed)
