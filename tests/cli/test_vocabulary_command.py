"""``fedbbpt vocabulary``, as a person would use it."""

import tomllib
from pathlib import Path

import pytest
from run_files import ask, write_run
from tiny_run import OWNERS

from fedbbpt.config.prepare import prepare
from fedbbpt.config.runfile import load_run

LIST = '[[words]]\nsource = "made up"\nitems = ["thanks", "broken", "kind", "zebra", "today"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a tiny run and a public list of words."""
    write_run(tmp_path)
    (tmp_path / "public.toml").write_text(LIST, encoding="utf-8")
    return tmp_path


def test_owners_choose_words_and_a_run_takes_them(folder: Path) -> None:
    said = ask(folder, "vocabulary", "run.toml", "--words", "public.toml", "--floor", 2)
    space = {"use": "tokens", "library": ["words.toml"], "positions": 4}
    write_run(folder, recipe="bdpl", space=space, optimizer={})

    prepared = prepare(load_run(folder / "run.toml"), {})

    words = tomllib.loads((folder / "words.toml").read_text(encoding="utf-8"))["words"][0]
    assert said.exit_code == 0
    assert all(f"{owner}: " in said.output for owner in OWNERS)
    assert words["items"][0] == "today"
    assert set(words["items"]) <= {"thanks", "broken", "kind", "today", "kind today"} | {
        f"{cue} today" for cue in ("thanks", "broken")
    }
    assert "zebra" not in words["items"]
    assert [len(axis.choices) for axis in prepared.space.axes] == [len(words["items"]) + 1] * 4


def test_the_size_is_kept(folder: Path) -> None:
    ask(folder, "vocabulary", "run.toml", "--words", "public.toml", "--floor", 2, "--size", 2)

    words = tomllib.loads((folder / "words.toml").read_text(encoding="utf-8"))["words"][0]
    assert len(words["items"]) == 2


def test_no_word_above_the_floor_is_said_and_nothing_is_written(folder: Path) -> None:
    said = ask(folder, "vocabulary", "run.toml", "--words", "public.toml", "--floor", 900)

    assert said.exit_code == 2
    assert "stands in 900 examples of any owner; lower --floor" in said.output
    assert not (folder / "words.toml").exists()
