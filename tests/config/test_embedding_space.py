"""``[space] use = "embedding"`` in run files: what is refused, and what nothing is loaded for."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tiny_run import put, refusal, tiny_prepared, tiny_run, tiny_tables, toml

from fedbbpt.cli import main
from fedbbpt.config import embedding_space
from fedbbpt.config.embedding_space import Reader
from fedbbpt.config.estimate import estimates
from fedbbpt.distributions import Floats
from fedbbpt.errors import ConfigError
from fedbbpt.spaces.embedding import Embedding


def embedded(**changes: object) -> dict[str, object]:
    search = {"candidates": 4, "block": 8, "requests": 600, "rounds": 6}
    return tiny_tables(recipe="zopo-like", optimizer={}, search=search, **changes)


def test_the_projection_has_the_seed_of_the_run_unless_it_names_one(tmp_path: Path) -> None:
    plain = tiny_prepared(tmp_path, embedded()).space
    named = tiny_prepared(tmp_path, put(embedded(), "space.seed", 8)).space

    assert isinstance(plain, Embedding)
    assert isinstance(named, Embedding)
    assert (plain.seed, named.seed) == (3, 8)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("space.dimensions", 0, "[space] dimensions: 0 is too few"),
        ("space.dimensions", 5000, "[space] dimensions: 5000 are more than the 4096 numbers"),
        ("space.dimension", 5, "[space] dimension: unknown; did you mean 'dimensions'"),
        ("space.sigma", -1.0, "[space] sigma: -1.0 is no scale"),
        ("space.limit", 1, "[space] library: 1 instruction is no bank to search"),
        ("space.encoder", "./no-such-folder", "[space] encoder = './no-such-folder'"),
        ("optimizer.use", "halving", "[optimizer] halving"),
        ("proposer.every", 0, "[proposer] every: 0 is too few"),
        ("proposer.children", "x", "[proposer] children"),
        ("search.requests", 20, "[search] requests: 20 do not pay for one generation"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    tmp_path: Path, place: str, value: object, said: str
) -> None:
    tables = embedded()
    if place == "optimizer.use":
        tables["optimizer"] = {}

    assert said in refusal(tmp_path, put(tables, place, value))


def test_an_absent_library_of_encoders_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(model: str, base: Path) -> None:
        raise ConfigError(f'{model} in {base.name}: run: pip install "fedbbpt[semantic]"')

    monkeypatch.setattr(embedding_space, "check_encoder", absent)

    said = refusal(tmp_path, put(embedded(), "space.encoder", "all-mini"))

    assert said.startswith("[space] encoder = 'all-mini': ")
    assert "fedbbpt[semantic]" in said
    assert 'or write "words"' in said


@pytest.mark.parametrize("key", ["every", "parents", "children"])
def test_how_often_texts_are_written_is_for_embeddings_only(tmp_path: Path, key: str) -> None:
    tables = tiny_tables(recipe="evoprompt-ga", optimizer={}, proposer={key: 3})

    assert f'[proposer] {key}: it goes with [space] use = "embedding"' in refusal(tmp_path, tables)


def test_texts_are_written_for_common_candidates_only(tmp_path: Path) -> None:
    tables = put(put(embedded(), "search.work", "local"), "aggregator.use", "moment_matching")
    tables = put(put(tables, "optimizer.use", "nes"), "search.candidates", 8)

    assert '[proposer] it goes with [search] work = "score"' in refusal(
        tmp_path, {**tables, "optimizer": {"use": "nes"}}
    )


def test_a_dry_run_embeds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: Reader, texts: Sequence[str]) -> Floats:
        pytest.fail(f"{self} was asked to embed {len(texts)} texts")

    monkeypatch.setattr(Reader, "__call__", never)

    prepared = tiny_prepared(tmp_path, embedded())

    assert estimates(prepared)
    assert prepared.plan.written > 0
    assert prepared.fingerprint


def test_every_text_is_embedded_once_and_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def encode(texts: Sequence[str]) -> Floats:
        asked.append(list(texts))
        return np.ones((len(texts), 5))

    monkeypatch.setattr(embedding_space, "load_encoder", lambda _model, _base: encode)
    reader = Reader("some model", Path(), 3)

    rows = reader(["a", "b", "a"])
    reader(["b", "c"])

    assert rows.shape == (3, 5)
    assert asked == [["a"], ["b"], ["c"]]


def test_an_encoder_narrower_than_the_space_is_refused_when_it_is_first_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        embedding_space, "load_encoder", lambda _m, _b: lambda texts: np.ones((len(texts), 5))
    )

    with pytest.raises(ConfigError, match=r"\[space\] dimensions: 6 are more than the 5 numbers"):
        Reader("some model", Path(), 6)(["a"])


def test_the_plan_on_the_command_line_says_who_writes(tmp_path: Path) -> None:
    tiny_run(tmp_path)
    (tmp_path / "run.toml").write_text(toml(embedded()), encoding="utf-8")

    shown = CliRunner().invoke(main, ["run", str(tmp_path / "run.toml"), "--dry-run"])

    assert shown.exit_code == 0, shown.output
    assert "new instructions: rewrite" in shown.output
