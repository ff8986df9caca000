"""Runs over private exemplars: found together, written at each owner, seen nowhere else."""

import asyncio
from pathlib import Path

import pytest
from tiny_run import OWNERS, put, refusal, rows, tiny_prepared, tiny_tables, write_rows

from fedbbpt.config.estimate import estimates
from fedbbpt.experiment.running import Finished, Watcher, run_experiment
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.tuned import TunedPrompt


def tables(**space: object) -> dict[str, object]:
    made = tiny_tables(recipe="exemplars", space={"positions": 2, "pool": 6, **space})
    del made["simulation"]
    search = {"candidates": 8, "block": 8, "requests": 800}
    roles = {"train": 18, "dev": 8, "test": 12}
    more = {"seed": 5, "optimizer": {"candidates": 8}, "search": search, "roles": roles}
    return {**made, **more, "gate": {"alpha": 0.99}}


def tuned(folder: Path, made: dict[str, object]) -> Finished:
    prepared = tiny_prepared(folder, made)
    return asyncio.run(
        run_experiment(prepared, RunDirectory(folder / "run"), Watcher(), baselines=False)
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Finished, Path]:
    folder = tmp_path_factory.mktemp("exemplars")
    return tuned(folder, tables()), folder


def test_what_leaves_names_places_and_no_example(done: tuple[Finished, Path]) -> None:
    _, folder = done
    inputs = [row["input"] for owner in OWNERS for row in rows(owner)]

    files = [p for p in (folder / "run").rglob("*") if p.is_file() and p.parent.name != "owners"]
    found = {p.name for p in files if any(text.encode() in p.read_bytes() for text in inputs)}

    assert len(files) > 6
    assert found == set()


def test_the_prompt_is_written_at_each_owner_with_its_own_examples(
    done: tuple[Finished, Path],
) -> None:
    finished, folder = done
    found = finished.results.found
    assert any("the owner's own" in text for _, text in found.messages)
    assert finished.results.gate.accepted

    for owner in OWNERS:
        own = TunedPrompt.load(folder / "run" / "owners" / f"{owner}.json").prompt.text()
        assert f"{owner} message" in own
        assert not any(f"{other} message" in own for other in OWNERS if other != owner)
        assert "the owner's own" not in own


def test_what_may_be_shown_is_in_no_split(tmp_path: Path) -> None:
    prepared = tiny_prepared(tmp_path, tables())

    for data in prepared.data.values():
        asked = {e.id for split in data.splits().values() for e in split}
        assert len(data.pool) == 6
        assert len(data.train) == 12
        assert asked.isdisjoint(e.id for e in data.pool)


def test_the_estimate_counts_the_longest_examples_of_every_owner(tmp_path: Path) -> None:
    short = tiny_prepared(tmp_path / "a", tables(positions=1))
    long = tiny_prepared(tmp_path / "b", tables(positions=5))

    costs = [estimates(prepared)[0].most.tokens for prepared in (short, long)]

    assert costs[1] > 1.5 * costs[0]


def test_a_public_pool_comes_from_a_file_and_takes_nothing_from_owners(tmp_path: Path) -> None:
    write_rows(tmp_path / "open.jsonl", rows("open", 8))

    prepared = tiny_prepared(tmp_path, tables(file="open.jsonl"))

    assert all(not data.pool for data in prepared.data.values())
    assert "open message" in prepared.space.axes[0].choices[1]


def test_a_public_pool_that_holds_a_question_of_an_owner_is_refused(tmp_path: Path) -> None:
    write_rows(tmp_path / "open.jsonl", rows("it", 8))

    assert "would be asked with its answer" in refusal(tmp_path, tables(file="open.jsonl"))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [("order", "best", "is no rule"), ("file", "none.jsonl", "none.jsonl"), ("pol", 3, "pool")],
)
def test_a_setting_that_cannot_be_meant_is_refused(
    tmp_path: Path, key: str, value: object, said: str
) -> None:
    assert said in refusal(tmp_path, put(tables(), f"space.{key}", value))
