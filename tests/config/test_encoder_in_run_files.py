"""``[space] encoder = "endpoint"`` in run files: what is refused, planned, and part of a run."""

from pathlib import Path

import numpy as np
import orjson
import pytest
from click.testing import CliRunner
from tiny_run import Table, put, refusal, tiny_prepared, tiny_run, tiny_tables, toml

from fedbbpt.cli import main
from fedbbpt.config.estimate import embedded_texts, estimates
from fedbbpt.config.learned_texts import LearnedTexts
from fedbbpt.config.runfile import restore
from fedbbpt.errors import ConfigError, EndpointError
from fedbbpt.spaces.embedding import Embedding
from fedbbpt.work.embedding_texts import ENCODER

SERVER = {"use": "openai", "url": "http://127.0.0.1:9/v1", "model": "small-embed"}


def asking(**changes: object) -> Table:
    return tiny_tables(
        recipe="instructzero-like",
        optimizer={},
        space={"limit": 3, "dimensions": 2, "encoder": "endpoint"},
        search={"candidates": 4, "block": 8, "requests": 600, "rounds": 6},
        encoder={"endpoint": SERVER},
        **changes,
    )


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("encoder", {}, '[space] encoder = "endpoint": no endpoint is named; write a table'),
        ("encoder", {"url": "x"}, "[encoder] url: unknown"),
        (
            "encoder.endpoint",
            {"use": "scripted"},
            "[encoder.endpoint] use: this kind of endpoint gives",
        ),
        ("encoder.endpoint.use", "nobody", "[encoder.endpoint] use = 'nobody'"),
        ("encoder.endpoint.model", "", "[encoder.endpoint] model: it is empty"),
        ("encoder.endpoint.url", "ftp://h", "[encoder.endpoint] "),
        ("encoder.endpoint.key", "canary", "[encoder.endpoint] key: a key does not belong"),
        ("encoder.endpoint.key_env", "KEY", "[encoder.endpoint] key_env: the variable KEY is not"),
        ("encoder.endpoint.top_logprobs", 0, "[encoder.endpoint] top_logprobs: it says nothing"),
        ("encoder.endpoint.transport", "batch", "[encoder.endpoint] transport: it says nothing"),
        ("space.encoder", "words", "[encoder.endpoint] nobody asks it; write [space]"),
        ("caps.dollars", 1.0, "[encoder.endpoint] a cap or a grant in dollars cannot be held"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    tmp_path: Path, place: str, value: object, said: str
) -> None:
    tables = put(asking(), place, value)
    if place == "caps.dollars":
        tables = put(tables, "encoder.endpoint.url", "https://host.example/v1")

    assert said in refusal(tmp_path, tables)


@pytest.mark.parametrize("optimizer", ["surrogate", "bandit", "duels"])
def test_selectors_of_a_field_say_which_encoders_they_take(tmp_path: Path, optimizer: str) -> None:
    search = {"nested": False, "rounds": 3, "requests": 400}
    tables = tiny_tables(optimizer={"use": optimizer, "features": "endpoint"}, search=search)

    said = refusal(tmp_path, tables)

    assert "features: embeddings of an endpoint go with" in said
    assert 'write "words" or the name of a sentence encoder' in said


def test_a_vllm_server_gives_embeddings_as_well(tmp_path: Path) -> None:
    prepared = tiny_prepared(tmp_path, put(asking(), "encoder.endpoint.use", "vllm"))

    assert prepared.encoding is not None
    assert prepared.encoding.profile.name == "embeddings of small-embed"


def test_another_encoder_is_another_run_and_a_faster_one_is_not(tmp_path: Path) -> None:
    places = {"concurrency": 3, "model": "other", "extra_body": {"dimensions": 64}}
    changed = [put(asking(), f"encoder.endpoint.{key}", value) for key, value in places.items()]

    plain, paced, other, narrower = [tiny_run(tmp_path, one) for one in (asking(), *changed)]

    assert plain.identity == paced.identity
    assert len({run.identity for run in (plain, other, narrower)}) == 3
    kept = orjson.loads(orjson.dumps(plain.payload()))
    assert restore(kept).identity == plain.identity


def test_the_fingerprint_of_a_run_covers_the_model_that_embeds(tmp_path: Path) -> None:
    other = put(asking(), "encoder.endpoint.model", "other")

    prints = [tiny_prepared(tmp_path, one).fingerprint for one in (asking(), asking(), other)]

    assert prints[0] == prints[1] != prints[2]


def test_the_estimate_counts_every_text_and_the_questions_that_tell_the_model(
    tmp_path: Path,
) -> None:
    prepared = tiny_prepared(tmp_path, put(asking(), "proposer.longest", 50))
    space = prepared.space
    assert isinstance(space, Embedding)

    line = {one.owner: one for one in estimates(prepared)}[ENCODER]

    most = len(space.texts) + 4  # written once in six rounds, four of them
    assert embedded_texts(prepared) == most
    assert line.calls == most + 3
    bytes_at_most = sum(len(text.encode()) for text in space.texts) + 4 * 50 * 4
    assert bytes_at_most < line.most.tokens < bytes_at_most + 60 * line.calls
    assert 0 < line.usual.tokens < line.most.tokens


def test_no_more_texts_are_counted_than_may_join(tmp_path: Path) -> None:
    few = put(put(asking(), "proposer.most", 3), "search.rounds", 30)

    assert embedded_texts(tiny_prepared(tmp_path, few)) == 3 + 3


def test_the_plan_says_what_is_embedded_where_and_at_which_price(tmp_path: Path) -> None:
    tiny_run(tmp_path)
    prices = {"prompt": 0.02, "completion": 0}
    tables = put(asking(), "encoder.endpoint.prices", prices)
    (tmp_path / "run.toml").write_text(toml(tables), encoding="utf-8")

    shown = CliRunner().invoke(main, ["run", str(tmp_path / "run.toml"), "--dry-run"])

    assert shown.exit_code == 0, shown.output
    said = " ".join(shown.output.split())
    assert "embeddings: at most 7 instructions, one call each; they, and no examples, go to" in said
    assert "http://127.0.0.1:9/v1" in said
    assert "price of small-embed: $0.02 read" in said
    assert ENCODER in said


def test_a_space_whose_texts_are_not_embedded_yet_says_who_asks() -> None:
    with pytest.raises(ConfigError, match="only a search has its endpoint asked"):
        LearnedTexts(2)(["a"])


def test_what_was_learnt_stays_and_other_widths_are_refused() -> None:
    known = LearnedTexts(2)
    known.learn({"a": np.array([1.0, 2.0])})

    known.learn({"a": np.array([9.0, 9.0]), "b": np.array([3.0, 4.0])})

    assert known(["b", "a"]).tolist() == [[3.0, 4.0], [1.0, 2.0]]
    assert known.unknown(["c", "a", "c"]) == ["c"]
    with pytest.raises(EndpointError, match="embeddings of 2 and of 3 numbers"):
        known.learn({"c": np.ones(3)})
    with pytest.raises(ConfigError, match="6 are more than the 3 numbers"):
        LearnedTexts(6).learn({"a": np.ones(3)})
