"""A run's identity moves with all that can change its results, and with nothing else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_run import Table, dealt_tables, put, tiny_prepared, tiny_run, tiny_tables

from fedbbpt.canonical import canonical_json
from fedbbpt.config.runfile import RunFile, resolve, restore
from fedbbpt.config.sections import CapsSection
from fedbbpt.errors import ConfigError

SERVER = {"use": "openai", "url": "http://127.0.0.1:8000/v1", "model": "m"}


def through_json(run: RunFile) -> Table:
    payload: Table = json.loads(canonical_json(run.payload()))
    return payload


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("seed", 4),
        ("recipe", "rejects"),
        ("task.labels", ["praise", "complaint"]),
        ("task.topic", "tone"),
        ("prompt.user", "{input}\nIs it {labels}?"),
        ("prompt.hint", "Think."),
        ("prompt.frozen", ["hint"]),
        ("space.limit", 2),
        ("space.library", ["sentiment"]),
        ("optimizer.candidates", 5),
        ("aggregator.weights", "uniform"),
        ("search.block", 9),
        ("search.requests", 201),
        ("scoring.calibrate", "none"),
        ("scoring.loss_bound", 3.0),
        ("scoring.metric", {"use": "exact"}),
        ("roles.train", 17),
        ("gate.alpha", 0.1),
        ("owner.0.name", "bills"),
        ("owner.0.min_block", 7),
        ("owner.0.endpoint", SERVER),
        ("endpoint.seed", 1),
    ],
)
def test_what_can_change_results_changes_the_identity(
    tmp_path: Path, place: str, value: object
) -> None:
    before = tiny_run(tmp_path).identity

    assert tiny_run(tmp_path, put(tiny_tables(), place, value)).identity != before


def test_real_owners_are_another_run_than_a_simulation(tmp_path: Path) -> None:
    real = tiny_tables()
    del real["simulation"]

    assert tiny_run(tmp_path, real).identity != tiny_run(tmp_path).identity


def test_another_deal_is_another_run(tmp_path: Path) -> None:
    runs = [
        tiny_run(tmp_path, dealt_tables(**data))
        for data in ({"split": "iid"}, {"split": "iid", "owners": 3}, {"split": "one"})
    ]

    assert len({run.identity for run in runs}) == 3


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("caps.calls", 5),
        ("caps.tokens", 50),
        ("dir", "elsewhere"),
        ("simulation.baselines", True),
        ("endpoint.concurrency", 1),
    ],
)
def test_caps_places_and_pace_leave_the_identity(tmp_path: Path, place: str, value: object) -> None:
    before = tiny_run(tmp_path).identity

    assert tiny_run(tmp_path, put(tiny_tables(), place, value)).identity == before


@pytest.mark.parametrize("pace", [{"concurrency": 1}, {"timeout_seconds": 5.0}])
def test_the_pace_of_an_owners_endpoint_leaves_the_identity(tmp_path: Path, pace: Table) -> None:
    slow, plain = (
        tiny_run(tmp_path, put(tiny_tables(), "owner.1.endpoint", {**SERVER, **more}))
        for more in (pace, {})
    )

    assert slow.identity == plain.identity
    assert slow != plain


def test_a_run_that_moves_to_another_folder_stays_the_run(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()

    assert tiny_run(here).owners != tiny_run(there).owners
    assert tiny_run(here).identity == tiny_run(there).identity
    assert tiny_run(here, dealt_tables()).identity == tiny_run(there, dealt_tables()).identity


@pytest.mark.parametrize("tables", [tiny_tables(), dealt_tables(split="dirichlet", alpha=5)])
def test_a_restored_run_is_the_run(tmp_path: Path, tables: Table) -> None:
    full = {
        **tables,
        "dir": "kept/here",
        "caps": {"calls": 7},
        "prompt": {"messages": [{"role": "user", "content": "{input}"}], "frozen": ["input"]},
    }
    run = tiny_run(tmp_path, full)

    restored = restore(through_json(run))

    assert restored == run
    assert restored.identity == run.identity
    assert tiny_prepared(tmp_path).space == tiny_prepared(tmp_path).space


def test_a_restored_run_of_real_owners_with_client_files_is_the_run(tmp_path: Path) -> None:
    (tmp_path / "client.toml").write_text(
        'name = "it"\ndata = "it.jsonl"\nmin_block = 4\n[endpoint]\nuse = "scripted"\n',
        encoding="utf-8",
    )
    tables = tiny_tables(owner=[{"file": "client.toml"}])
    del tables["simulation"]
    run = resolve(tables, tmp_path)

    restored = restore(through_json(run))

    assert restored == run
    assert restored.simulation is None


def test_raised_caps_stay_the_same_run(tmp_path: Path) -> None:
    run = restore(through_json(tiny_run(tmp_path)))

    raised = replace(run, caps=CapsSection(calls=100))

    assert raised.identity == run.identity


@pytest.mark.parametrize("absent", ["base", "owners", "scoring", "seed"])
def test_settings_of_another_version_are_refused(tmp_path: Path, absent: str) -> None:
    payload = through_json(tiny_run(tmp_path))
    del payload[absent]

    with pytest.raises(ConfigError, match=f"the run directory is of another version: .*{absent}"):
        restore(payload)


def test_settings_with_unknown_keys_are_refused(tmp_path: Path) -> None:
    payload = put(through_json(tiny_run(tmp_path)), "search.patience", 3)

    with pytest.raises(ConfigError, match=r"\[search\] patience: unknown"):
        restore(payload)
