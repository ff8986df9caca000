"""``fedbbpt compare-prompts --metric``: any metric, with accuracy beside one of the whole table."""

import json
from pathlib import Path
from typing import Any

import pytest
from run_files import ask, files_of, widest
from tiny_run import LABELS, rows, write_rows

from fedbbpt.prompts import Message, Prompt
from fedbbpt.tuned import TunedPrompt

CLIENT = """\
[endpoint]
use = "scripted"
[endpoint.lexicon.complaint]
broken = 1.0
late = 1.0
[endpoint.lexicon.praise]
thanks = 1.0
"""
ITEMS = [row for row in rows("stairs", 80) if row["target"] == "praise" or "2" in row["id"]]
"""Praise is frequent, complaints are rare."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two prompts, unbalanced examples and an endpoint's file."""
    write_rows(tmp_path / "new.jsonl", ITEMS)
    for name, question in (("plain", "Sort it:"), ("other", "Say which one:")):
        prompt = Prompt((Message("user", f"Message: {{input}}\n{question}"),), LABELS)
        TunedPrompt(prompt, LABELS, "another", 20, 1).save(tmp_path / f"{name}.json")
    (tmp_path / "client.toml").write_text(CLIENT, encoding="utf-8")
    return tmp_path


def compare(folder: Path, *words: object) -> Any:  # noqa: ANN401 - JSON
    usual = ("--data", "new.jsonl", "--endpoint", "client.toml")
    said = ask(folder, "compare-prompts", "plain.json", "other.json", *usual, *words, "--json")
    assert said.exit_code == 0, said.stderr
    return json.loads(said.stdout)


def test_macro_f1_is_compared_and_accuracy_stands_beside(folder: Path) -> None:
    by_items = compare(folder)

    found = compare(folder, "--metric", "macro_f1")

    test = found["comparison"]
    assert (found["metric"], found["test"]) == ("macro_f1", "approximate randomisation")
    assert (found["exact"], found["calls"]) == (False, 0)
    for side in ("first", "second"):
        assert found[side]["accuracy"] == by_items[side]["cell"]
        assert found[side]["cell"]["score"] != by_items[side]["cell"]["score"]
    gain = found["second"]["cell"]["score"] - found["first"]["cell"]["score"]
    assert test["gain"] == pytest.approx(gain)
    assert test["low"] <= test["gain"] <= test["high"]
    assert (test["wins"], test["losses"]) == (
        by_items["comparison"]["wins"],
        by_items["comparison"]["losses"],
    )
    assert compare(folder, "--metric", "macro_f1")["comparison"] == test


def test_the_plain_lines_name_the_metric_and_its_test(folder: Path) -> None:
    words = ("plain.json", "other.json", "--data", "new.jsonl", "--endpoint", "client.toml")

    said = ask(folder, "compare-prompts", *words, "--metric", "macro_f1")

    assert "have a reply for both prompts; macro-F1 with 95 % intervals:" in said.stdout
    assert said.stdout.count("   accuracy ") == 2
    assert "p by approximate randomisation, one-sided" in said.stdout
    assert widest(said.stdout) <= 80


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--metric", "makro_f1"], "no such plugin; did you mean 'macro_f1'?"),
        (["--metric", "judge"], "metric judge: its answers are marked"),
        (
            ["text:{input}?", "text:{input}.", "--metric", "macro_f1"],
            "metric macro_f1: it is a figure of the table of labels, and the task has no labels",
        ),
    ],
)
def test_a_metric_that_cannot_be_meant_is_refused_before_anything_is_asked(
    folder: Path, words: list[str], said: str
) -> None:
    prompts = [] if words[0].startswith("text:") else ["plain.json", "other.json"]
    usual = ("--data", "new.jsonl", "--endpoint", "client.toml")

    answer = ask(folder, "compare-prompts", *prompts, *words, *usual)

    assert answer.exit_code == 2
    assert said in answer.stderr.replace("\n", " ")
    assert "calls.log" not in "".join(files_of(folder))
