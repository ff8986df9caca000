"""Every run file that cannot be meant is refused with where, what and what to do."""

import math
from pathlib import Path

import pytest
from tiny_run import dealt_tables, put, refusal, tiny_prepared, tiny_run, tiny_tables

from fedbbpt.config.recipes import load_recipe
from fedbbpt.config.runfile import load_run
from fedbbpt.errors import ConfigError


@pytest.mark.parametrize(
    ("place", "where", "meant"),
    [
        ("sede", "run file", "seed"),
        ("task.topics", "task", "topic"),
        ("prompt.users", "prompt", "user"),
        ("space.libary", "space", "library"),
        ("optimizer.finalist", "optimizer", "finalists"),
        ("aggregator.weight", "aggregator", "weights"),
        ("search.request", "search", "requests"),
        ("scoring.metrics", "scoring", "metric"),
        ("roles.tests", "roles", "test"),
        ("gate.alfa", "gate", "alpha"),
        ("caps.call", "caps", "calls"),
        ("simulation.baseline", "simulation", "baselines"),
        ("endpoint.lexikon", "endpoint", "lexicon"),
        ("owner.1.datas", "owner 2", "data"),
        ("owner.1.columns.imput", "owner facilities.columns", "input"),
        ("owner.1.endpoint", "owner facilities.endpoint", "lexicon"),
    ],
)
def test_an_unknown_key_is_named_with_the_closest_one(
    tmp_path: Path, place: str, where: str, meant: str
) -> None:
    value = {"use": "scripted", "lexicons": {}} if place.endswith("endpoint") else 1

    text = refusal(tmp_path, put(tiny_tables(), place, value))

    assert text.startswith(f"[{where}] ")
    assert f"unknown; did you mean '{meant}'? Known: " in text


def test_an_unknown_key_like_no_other_is_answered_with_all(tmp_path: Path) -> None:
    text = refusal(tmp_path, put(tiny_tables(), "roles.xyz", 1))

    assert text == "[roles] xyz: unknown. Known: train, dev, test, seed"


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("seed", "7", "[run file] seed: expected a whole number, got '7'"),
        ("seed", True, "[run file] seed: expected a whole number, got True"),
        ("task", 5, "[run file] task: expected a table, got 5"),
        ("owner", {"name": "a"}, "[run file] owner: expected a list, got {'name': 'a'}"),
        ("owner.0", "it", "[run file] owner: expected a table, got 'it'"),
        ("task.labels", "good", "[task] labels: expected a list, got 'good'"),
        ("task.labels.0", 5, "[task] labels: expected a text, got 5"),
        ("prompt.user", ["x"], "[prompt] user: expected a text, got ['x']"),
        ("search.nested", 1, "[search] nested: expected true or false, got 1"),
        ("search.block", 8.5, "[search] block: expected a whole number, got 8.5"),
        ("roles.train", "all", "[roles] train: expected a number, got 'all'"),
        ("roles.train", False, "[roles] train: expected a number, got False"),
        ("endpoint", "scripted", "[run file] endpoint: expected a table, got 'scripted'"),
        ("endpoint.seed", "x", "[endpoint] seed: expected a whole number, got 'x'"),
        ("endpoint.lexicon.praise", ["kind"], "lexicon.praise: expected a table, got ['kind']"),
        ("endpoint.lexicon.praise.kind", "1", "praise.kind: expected a number, got '1'"),
        ("endpoint", {"use": "openai", "url": 5}, "[endpoint] url: expected a text, got 5"),
        ("optimizer.keep", "half", "[optimizer] keep: expected a number, got 'half'"),
        ("optimizer.use", 5, "[optimizer] use: name a plugin, for example use = "),
    ],
)
def test_a_wrong_type_is_said_in_words(
    tmp_path: Path, place: str, value: object, said: str
) -> None:
    assert said in refusal(tmp_path, put(tiny_tables(), place, value))


@pytest.mark.parametrize(
    ("place", "value", "where", "meant"),
    [
        ("recipe", "halvin", "[run file] recipe = 'halvin'", "halving"),
        ("space", {"use": "slot"}, "[space] use = 'slot'", "slots"),
        ("optimizer", {"use": "halvng"}, "[optimizer] use = 'halvng'", "halving"),
        ("aggregator", {"use": "maen"}, "[aggregator] use = 'maen'", "mean"),
        ("scoring.metric.use", "exakt", "[scoring.metric] use = 'exakt'", "exact"),
        ("endpoint.use", "openapi", "[endpoint] use = 'openapi'", "openai"),
        ("space.library", ["sentimnt"], "[space] library: ", "sentiment"),
        ("prompt.frozen", ["imput"], "[prompt] frozen: 'imput'", "input"),
    ],
)
def test_an_unknown_name_is_answered_with_the_closest(
    tmp_path: Path, place: str, value: object, where: str, meant: str
) -> None:
    text = refusal(tmp_path, put(tiny_tables(), place, value))

    assert text.startswith(where)
    assert f"did you mean '{meant}'?" in text


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("task", {"labels": ["a", "b"]}, "[task] name: missing"),
        ("task.name", "../up", "[task] name: '../up' is no name; use letters"),
        ("task.labels", ["praise"], "[task] labels: one label is no choice; give at least two"),
        ("task.labels", ["a", "a"], "[task] labels: a label is listed twice"),
        ("prompt.user", "{labels}?", "[prompt] user: {input} is missing; write it where"),
        ("prompt.user", "{input}{input}", "[prompt] user: {input} stands 2 times; write it"),
        ("prompt.system", "{input}", "[prompt] system: {input} belongs in the last user message"),
        ("prompt.words", ["bad"], "[prompt] words: 1 words for 2 labels; give one word for each"),
        ("prompt.messages", [{"role": "user"}], "[prompt] messages: give either messages, or"),
        ("prompt", {"messages": [{"role": "user"}]}, "[prompt] messages[0]: expected an object"),
        ("space.limit", -1, "[space] limit: -1 is below 0; write 0 for no limit"),
        ("space.library", ["mine.toml"], "mine.toml: cannot be read"),
        ("gate.alpha", 2.0, "[gate] alpha: 2.0 is outside (0, 1); try 0.05"),
        ("gate.alpha", math.nan, "[gate] alpha: nan is outside (0, 1); try 0.05"),
        ("caps.calls", -1, "[caps] calls: -1 is below 0; write 0 for no cap"),
        ("caps.tokens", -9, "[caps] tokens: -9 is below 0; write 0 for no cap"),
        ("scoring.read", "logprob", "'logprob' is unknown; use auto, logprobs, generate"),
        ("scoring.calibrate", "fit", "[scoring] calibrate: 'fit' is unknown; use fitted, mean or"),
        ("scoring.shrinkage", 0, "[scoring] shrinkage: 0.0 is not a finite number above 0"),
        ("scoring.loss_bound", math.inf, "[scoring] loss_bound: inf bounds nothing; try 4.0"),
        ("scoring.calibration_examples", 0, "[scoring] calibration_examples: 0 is too few"),
        ("search.work", "scores", "[search] work: 'scores' is unknown; use score or local"),
        ("search.quorum", 0, "[search] quorum: 0 is too few; give at least 1"),
        ("search.quorum", 5, "[search] quorum: 5 of 4 owners can never be reached; lower it"),
        ("search.block", 7, "[search] block: 7 examples are below the smallest block of 8 that"),
        ("seed", -1, "[run file] seed: must be 0 or more"),
        ("optimizer.keep", 1.0, "[optimizer] keep: 1.0 is not between 0 and 1; 0.5 halves"),
        ("optimizer.use", ":Name", "use = ':Name': write your own as \"package.module:Name\""),
        ("optimizer.use", ".up:Name", "use = '.up:Name': write your own as"),
        ("optimizer.use", "no_such.one:Name", "No module named 'no_such'; the module must be"),
        ("optimizer.use", "math:Name", "module 'math' has no attribute 'Name'"),
        ("optimizer.use", "math:pi", "[optimizer] use = 'math:pi': not a dataclass"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(
    tmp_path: Path, place: str, value: object, said: str
) -> None:
    assert said in refusal(tmp_path, put(tiny_tables(), place, value))


@pytest.mark.parametrize(("recipe", "least"), [("halving", 128), ("fed-policy-gradient", 256)])
def test_a_budget_below_one_generation_is_refused_with_numbers(
    tmp_path: Path, recipe: str, least: int
) -> None:
    tables = put(tiny_tables(recipe=recipe), "search.requests", least - 1)
    tables["optimizer"] = dict(load_recipe(recipe)["optimizer"])

    text = refusal(tmp_path, tables)

    assert f"[search] requests: {least - 1} do not pay for one generation" in text
    assert f"4 candidates on blocks of 8 at 4 owners take up to {least}. Raise requests, or" in text
    tiny_prepared(tmp_path, put(tables, "search.requests", least))


@pytest.mark.parametrize("recipe", ["policy-gradient", "fed-policy-gradient"])
def test_a_gradient_needs_more_than_one_candidate(tmp_path: Path, recipe: str) -> None:
    tables = tiny_tables(recipe=recipe, search={"candidates": 1}, optimizer={})

    text = refusal(tmp_path, tables)

    assert text.startswith("[optimizer] policy_gradient, asked for [search] candidates = 1: ")
    assert "at least 2" in text


@pytest.mark.parametrize(
    ("recipe", "aggregator"),
    [
        ("halving", "log_linear_pool"),
        ("policy-gradient", "dirichlet_pool"),
        ("fed-policy-gradient", "mean"),
        ("fedone", "median"),
    ],
)
def test_an_aggregator_must_merge_what_the_work_reports(
    tmp_path: Path, recipe: str, aggregator: str
) -> None:
    tables = tiny_tables(recipe=recipe, optimizer={}, aggregator={"use": aggregator})
    tables["search"] = {"requests": 2000}

    text = refusal(tmp_path, tables)

    assert text.startswith(f"[aggregator] {aggregator} does not merge the reports of [search] work")
    assert text.endswith("scores need mean or median, local searches a pool")


def test_dealt_data_must_be_called_a_simulation(tmp_path: Path) -> None:
    tables = dealt_tables()
    del tables["simulation"]

    assert "say so with [simulation]" in refusal(tmp_path, tables)


@pytest.mark.parametrize("place", ["data", "owner"])
def test_owners_come_from_one_place(tmp_path: Path, place: str) -> None:
    tables = put(tiny_tables(), place, {"path": "all.jsonl"} if place == "data" else [])

    assert "give either [data]" in refusal(tmp_path, tables)


def test_a_quorum_of_more_than_are_asked_is_refused(tmp_path: Path) -> None:
    tables = tiny_tables(search={"quorum": 3, "clients_per_round": 2})

    assert "quorum: 3 of 2 clients_per_round can never be reached" in refusal(tmp_path, tables)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "run.toml: no such run file"),
        ("task = [", "run.toml: not TOML: "),
        ("seed = 1\n", "[run file] task: missing; this key is needed"),
        (b"\xff\xfe", "run.toml: cannot be read: "),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, content: str | bytes | None, said: str
) -> None:
    path = tmp_path / "run.toml"
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    with pytest.raises(ConfigError) as caught:
        load_run(path)

    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_nothing_bad_is_said_of_the_run_that_all_these_change(tmp_path: Path) -> None:
    assert tiny_run(tmp_path).task.name == "tiny"
    assert tiny_prepared(tmp_path).plan.requests == 192
