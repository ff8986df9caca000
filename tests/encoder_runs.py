"""Small whole runs whose instructions are embedded, and what they leave."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import orjson
from mock_server import MockEndpoint
from tiny_run import OWNERS, Table, tiny_prepared, tiny_tables
from whole_runs import HurriedLoop

from fedbbpt.endpoints.records.fingerprint import fingerprint_request
from fedbbpt.experiment.running import Finished, Watcher, run_experiment
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.runs.results import OwnerCost
from fedbbpt.storage.reading import read_log
from fedbbpt.work.embedding_texts import ENCODER

QUESTION = fingerprint_request().messages[0].content
FINAL = ("results.json", "tuned.json", "tuned.txt", "rounds.txt")
WORDY = {
    text: dict.fromkeys(text.casefold().split(), 1.0)
    for text in (
        "Decide on the kind of message.",
        "<prompt>Is this note a complaint or praise?</prompt>",
        "<prompt>Judge the note in one word.</prompt>",
        "Is anybody unhappy here, or pleased?",
    )
}
WRITER = {"use": "scripted", "lexicon": WORDY, "seed": 5}


class Whole(NamedTuple):
    """A run that nothing disturbed: its end, its folder, what was billed for it."""

    done: Finished
    folder: Path
    bills: "Counter[bytes]"


def encoder_tables(server: MockEndpoint, **changes: object) -> Table:
    encoder = {"prices": {"prompt": 0.15, "completion": 0}, "timeout_seconds": 24.0}
    made = tiny_tables(
        recipe="instructzero-like",
        owner=[{"name": name, "data": f"{name}.jsonl"} for name in OWNERS[:2]],
        optimizer={"first": 4, "each": 3},
        space={"limit": 6, "dimensions": 3, "encoder": "endpoint"},
        search={"candidates": 4, "block": 8, "rounds": 5, "requests": 400},
        roles={"train": 16, "dev": 4, "test": 4},
        proposer={"endpoint": WRITER, "children": 3},
        encoder={"endpoint": server.endpoint(**encoder)},
    )
    return {**made, **changes}


def run_hurried(folder: Path, given: Table, **variables: str) -> Finished:
    """Run to the end in the folder ``run``, with pauses that take no time."""
    prepared = tiny_prepared(folder, given, variables)
    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        return runner.run(
            run_experiment(prepared, RunDirectory(folder / "run"), Watcher(), baselines=False)
        )


def final(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FINAL}


def texts_of(bills: Counter[bytes]) -> Counter[str]:
    """Return how often the embedding of each text was billed."""
    return Counter({orjson.loads(body)["input"][0]: count for body, count in bills.items()})


def asked_by(done: Finished) -> OwnerCost:
    return next(cost for cost in done.stats.owners if cost.owner == ENCODER)


def embeddings_in(folder: Path) -> Counter[str]:
    """Return how often each embedding stands in the journal, by the key of its text."""
    records = map(orjson.loads, read_log(folder / "calls.log").records)
    done = (one for one in records if one["t"] == "done")
    return Counter(str(one["key"]) for one in done if "f32:" in one["completion"]["text"])
