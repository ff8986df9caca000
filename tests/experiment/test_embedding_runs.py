"""Whole runs in a space of embeddings: files, resumption, baselines, local searches."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from encoder_runs import FINAL, WRITER
from tiny_run import Table, tiny_run, tiny_tables

import fedbbpt
from fedbbpt.api import Result
from fedbbpt.config.prepare import prepare
from fedbbpt.errors import BudgetError
from fedbbpt.experiment.answering.mixes import mixes_of
from fedbbpt.storage.reading import read_log


def tables(**changes: object) -> Table:
    made = tiny_tables(
        recipe="instructzero-like",
        optimizer={"first": 4, "each": 3},
        space={"limit": 8, "dimensions": 3},
        search={"candidates": 4, "block": 8, "rounds": 7, "requests": 800},
        proposer={"endpoint": WRITER, "children": 3},
    )
    return {**made, **changes}


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tiny_run(tmp_path)


def final(directory: str) -> dict[str, bytes]:
    return {name: (Path(directory) / name).read_bytes() for name in FINAL}


def answered(directory: str) -> dict[str, int]:
    """Return how often each request was answered by the model, by its key."""
    records = map(orjson.loads, read_log(Path(directory) / "calls.log").records)
    return Counter(str(one["key"]) for one in records if one["t"] == "done")


def run(directory: str, given: Table) -> Result:
    return fedbbpt.optimize(given, directory=directory)


def test_a_run_writes_new_instructions_and_returns_one_of_the_bank() -> None:
    done = run("kept", tables())

    bank = done.results.bank
    assert bank is not None
    assert bank.proposer == "rewrite"
    assert bank.joined >= 2
    assert any(one.new for one in bank.texts)
    assert done.results.found.messages[0][1] in {one.text for one in bank.texts}
    assert done.results.search_requests <= 800


def test_a_run_that_was_stopped_anywhere_ends_with_the_same_bytes_and_pays_nothing_twice() -> None:
    run("whole", tables())

    for calls in (20, 90, 170, 210):
        with pytest.raises(BudgetError):
            run("stopped", tables(caps={"calls": calls}))
    run("stopped", tables())

    assert final("stopped") == final("whole")
    assert answered("stopped") == answered("whole")


def test_a_finished_run_is_read_and_asks_nobody() -> None:
    run("kept", tables())
    before = (final("kept"), (Path("kept") / "calls.log").stat().st_size)

    run("kept", tables())

    assert (final("kept"), (Path("kept") / "calls.log").stat().st_size) == before


def test_baselines_with_banks_of_their_own_are_compared_in_one() -> None:
    done = run("kept", tables(simulation={"baselines": True}))

    assert len(done.results.test.baselines) == 6


@pytest.mark.parametrize(
    ("optimizer", "aggregator"), [("cma", "moment_matching"), ("nes", "fedavg_gaussian")]
)
def test_owners_search_by_themselves_and_the_server_merges_gaussians(
    optimizer: str, aggregator: str
) -> None:
    local = tiny_tables(
        recipe="fedavg-bbt",
        optimizer={"use": optimizer},
        aggregator={"use": aggregator},
        space={"use": "embedding", "limit": 8, "dimensions": 3},
        search={"work": "local", "candidates": 6, "generations": 2, "rounds": 2, "requests": 900},
    )

    done = run("kept", local)

    assert len(done.results.rounds) == 2
    assert done.results.found.messages


def test_the_bank_of_a_finished_run_answers_as_a_mixture() -> None:
    done = run("kept", tables())
    prepared = prepare(replace(tiny_run(Path.cwd(), tables()), directory="kept"), {})

    mixes = mixes_of(prepared, "mixture")

    bank = done.results.bank
    assert bank is not None
    likeliest = mixes.own["it"].mix.ingredients[0].prompt
    assert likeliest.messages[0].content == bank.texts[0].text
