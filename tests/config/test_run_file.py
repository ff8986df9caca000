"""A run file becomes the run that it describes, with every default filled in."""

import os
from pathlib import Path

import pytest
from tiny_run import (
    OWNERS,
    dealt_tables,
    put,
    rows,
    tiny_prepared,
    tiny_run,
    tiny_tables,
    write_rows,
)

from fedbbpt.config.places import SHARED
from fedbbpt.config.pricing import Priced
from fedbbpt.config.recipes import load_recipe
from fedbbpt.config.runfile import load_run, resolve
from fedbbpt.config.sections import CapsSection, GateSection, RolesSection, SearchSection
from fedbbpt.drivers import Plan
from fedbbpt.endpoints.openai import OpenAI

SMALLEST = """
[task]
name = "small"
labels = ["complaint", "praise"]
[prompt]
user = "{input} = {labels}"
[[owner]]
name = "it"
data = "../data/it.jsonl"
"""


def test_a_small_file_gets_the_defaults_and_its_recipe(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "run.toml"
    path.parent.mkdir()
    path.write_text(SMALLEST, encoding="utf-8")

    run = load_run(path)

    assert (run.seed, run.directory) == (0, "runs/small")
    assert (run.gate, run.caps, run.roles) == (GateSection(), CapsSection(), RolesSection())
    assert run.simulation is None
    assert run.optimizer == load_recipe(run.recipe)["optimizer"]
    assert run.search == SearchSection(**load_recipe(run.recipe)["search"])  # type: ignore[arg-type]
    assert run.base == str(path.parent)
    assert Path(run.owners[0].data).resolve() == tmp_path / "data" / "it.jsonl"


def test_overrides_replace_whole_keys_and_tables(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(SMALLEST, encoding="utf-8")

    run = load_run(path, {"seed": 9, "endpoint": {"use": "scripted"}})

    assert run.seed == 9
    assert run.endpoint == {"use": "scripted"}


def test_a_file_replaces_its_recipe_key_by_key(tmp_path: Path) -> None:
    tables = tiny_tables(recipe="fedone", optimizer={"learning_rate": 0.25})
    tables["search"] = {"requests": 100}

    run = tiny_run(tmp_path, tables)

    assert run.optimizer == {"use": "policy_gradient", "learning_rate": 0.25}
    assert run.aggregator == {"use": "log_linear_pool"}
    assert (run.search.work, run.search.clients_per_round, run.search.requests) == ("local", 1, 100)


def test_another_plugin_than_the_recipes_takes_nothing_from_it(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, put(tiny_tables(), "optimizer", {"use": "rejects"}))

    assert run.optimizer == {"use": "rejects"}


def test_lists_from_python_may_be_tuples(tmp_path: Path) -> None:
    tables = put(tiny_tables(), "task.labels", ("complaint", "praise"))

    assert resolve(tables, tmp_path) == resolve(tiny_tables(), tmp_path)


def test_a_client_file_is_read_relative_to_itself(tmp_path: Path) -> None:
    write_rows(tmp_path / "clients" / "north" / "rows.jsonl", rows("north"))
    client = 'name = "north"\ndata = "rows.jsonl"\n[endpoint]\nuse = "scripted"\nseed = 5\n'
    (tmp_path / "clients" / "north" / "client.toml").write_text(client, encoding="utf-8")
    tables = put(tiny_tables(), "owner.0", {"file": "clients/north/client.toml"})

    prepared = tiny_prepared(tmp_path, tables)

    assert list(prepared.data) == ["north", *OWNERS[1:]]
    assert prepared.data["north"].train[0].input.startswith("north message")
    assert prepared.profile_of("north") != prepared.profile_of("it")


def test_the_name_beside_a_client_file_counts(tmp_path: Path) -> None:
    (tmp_path / "client.toml").write_text('data = "it.jsonl"\n', encoding="utf-8")
    tables = put(tiny_tables(), "owner.2", {"file": "client.toml", "name": "computers"})

    assert [owner.name for owner in tiny_run(tmp_path, tables).owners][2] == "computers"


def test_columns_may_have_other_names(tmp_path: Path) -> None:
    renamed = [{"text": row["input"], "mood": row["target"]} for row in rows("x")]
    write_rows(tmp_path / "own.jsonl", renamed)
    own = {"name": "own", "data": "own.jsonl", "columns": {"input": "text", "target": "mood"}}

    prepared = tiny_prepared(tmp_path, put(tiny_tables(), "owner.0", own))

    assert len(prepared.data["own"].train) == 16


def test_owners_with_endpoints_of_their_own_need_no_shared_one(tmp_path: Path) -> None:
    tables = tiny_tables()
    for index, owner in enumerate(tables["owner"]):
        owner["endpoint"] = {**tables["endpoint"], "seed": index}
    del tables["endpoint"]

    prepared = tiny_prepared(tmp_path, tables)

    assert SHARED not in prepared.connectors
    assert len({prepared.profile_of(name).identity for name in OWNERS}) == len(OWNERS)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:9"])
def test_a_key_may_travel_over_plain_http_inside_this_machine(tmp_path: Path, host: str) -> None:
    url = f"http://{host}/v1"
    endpoint = {"use": "openai", "url": url, "model": "m", "key_env": "OWN_KEY"}

    prepared = tiny_prepared(tmp_path, tiny_tables(endpoint=endpoint), {"OWN_KEY": "sk-canary"})

    priced = prepared.connectors[SHARED]
    assert isinstance(priced, Priced)
    made = priced.inner
    assert isinstance(made, OpenAI)
    assert made.key is not None
    assert made.key.reveal() == "sk-canary"
    assert prepared.profile_of("it").destination == url
    assert "sk-canary" not in f"{prepared} {prepared.run.payload()}"


def test_variables_that_the_file_does_not_name_change_nothing(tmp_path: Path) -> None:
    endpoint = {"use": "openai", "url": "http://127.0.0.1:8000/v1", "model": "m"}
    ambient = {"OPENAI_API_KEY": "sk-canary", "OPENAI_BASE_URL": "https://elsewhere.example/v1"}

    alone = tiny_prepared(tmp_path, tiny_tables(endpoint=endpoint))
    beside = tiny_prepared(tmp_path, tiny_tables(endpoint=endpoint), {**os.environ, **ambient})

    assert beside.connectors == alone.connectors
    assert beside.profiles == alone.profiles


def test_the_plan_stops_before_the_budget_and_says_what_it_takes(tmp_path: Path) -> None:
    least = 4 * 8 * len(OWNERS)

    plan = tiny_prepared(tmp_path, put(tiny_tables(), "search.requests", least)).plan

    assert plan == Plan(rounds=1, requests=least)


def test_the_held_out_cost_is_calibration_dev_and_test(tmp_path: Path) -> None:
    prepared = tiny_prepared(tmp_path, put(tiny_tables(), "scoring.calibration_examples", 5))

    assert prepared.held_out_requests == len(OWNERS) * (2 * 5 + 3 * 8 + 2 * 12)


def test_without_labels_answers_are_generated(tmp_path: Path) -> None:
    tables = tiny_tables(task={"name": "free"}, prompt={"user": "Answer: {input}"})
    tables["scoring"] = {"metric": {"use": "exact"}, "max_tokens": 7}

    scoring = tiny_prepared(tmp_path, tables).scoring

    assert scoring.reading == "generated text, at most 7 tokens"
    assert (scoring.top_logprobs, scoring.max_tokens) == (0, 7)


def test_all_owners_read_as_many_alternatives_as_the_poorest_endpoint_gives(tmp_path: Path) -> None:
    poor = {"use": "openai", "url": "http://127.0.0.1:8000/v1", "model": "m", "top_logprobs": 5}

    prepared = tiny_prepared(tmp_path, put(tiny_tables(), "owner.1.endpoint", poor))

    assert prepared.scoring.top_logprobs == 5


def test_a_library_of_ones_own_lies_beside_the_run_file(tmp_path: Path) -> None:
    own = '[[instruction]]\ntext = "Read with care."\nsource = "us"\n'
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")

    space = tiny_prepared(tmp_path, tiny_tables(space={"library": ["own.toml"]})).space

    choices = {axis.name: axis.choices for axis in space.axes}
    assert choices["instruction"] == ("(none)", "Read with care.")


def test_skewed_owners_are_noted_for_label_free_calibration(tmp_path: Path) -> None:
    skewed = [row for row in rows("it", 80) if row["target"] == "praise" or row["id"] < "it-008"]
    tables = put(tiny_tables(), "scoring.calibrate", "mean")
    tiny_run(tmp_path)
    write_rows(tmp_path / "it.jsonl", skewed)

    notes = tiny_prepared(tmp_path, tables).notes

    assert sum(note.startswith("it: ") for note in notes) == 1


def test_the_fingerprint_is_of_what_all_owners_must_agree_on(tmp_path: Path) -> None:
    same = tiny_prepared(tmp_path).fingerprint

    reseeded = tiny_prepared(tmp_path, tiny_tables(seed=99)).fingerprint
    dealt = tiny_prepared(tmp_path, dealt_tables(split="iid")).fingerprint
    others = {
        tiny_prepared(tmp_path, put(tiny_tables(), place, value)).fingerprint
        for place, value in {
            "space.limit": 2,
            "task.topic": "mood",
            "prompt.user": "{input}?",
            "scoring.loss_bound": 3.0,
        }.items()
    }

    assert reseeded == dealt == same
    assert len(others - {same}) == 4
