"""``fedbbpt compare-prompts`` with caps: it pauses before one is passed and goes on when raised."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from run_files import ask
from tiny_run import LABELS, rows, write_rows

from fedbbpt.prompts import Message, Prompt
from fedbbpt.tuned import TunedPrompt

CLIENT = """\
[endpoint]
use = "scripted"
[endpoint.lexicon.complaint]
broken = 1.0
[endpoint.lexicon.praise]
thanks = 1.0
[endpoint.prices]
prompt = 1000.0
completion = 1000.0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two prompts, 60 examples and an endpoint that bills its calls."""
    write_rows(tmp_path / "new.jsonl", rows("stairs", 60))
    for name, question in (("plain", "Sort it:"), ("other", "Say which one:")):
        prompt = Prompt((Message("user", f"Message: {{input}}\n{question}"),), LABELS)
        TunedPrompt(prompt, LABELS, "another", 20, 1).save(tmp_path / f"{name}.json")
    (tmp_path / "client.toml").write_text(CLIENT, encoding="utf-8")
    return tmp_path


def compare(folder: Path, *words: object) -> Result:
    usual = ("plain.json", "other.json", "--data", "new.jsonl", "--endpoint", "client.toml")
    return ask(folder, "compare-prompts", *usual, *words, "--json")


def test_a_cap_on_calls_pauses_before_it_is_passed_and_can_be_raised(folder: Path) -> None:
    paused = compare(folder, "--calls", 70)
    resumed = compare(folder, "--calls", 120)

    assert paused.exit_code == 1
    assert "raise [caps] calls to at least 120 and resume (--calls 120)" in paused.stderr
    assert json.loads(resumed.stdout)["calls"] == 60


def test_a_cap_on_money_pauses_before_it_is_passed_and_can_be_raised(folder: Path) -> None:
    paused = compare(folder, "--dollars", 9)
    resumed = json.loads(compare(folder, "--dollars", 50).stdout)

    assert paused.exit_code == 1
    assert "[caps] dollars: " in paused.stderr
    assert (resumed["hits"], resumed["calls"]) == (60, 60)


def test_a_cap_on_tokens_pauses_before_it_is_passed(folder: Path) -> None:
    paused = compare(folder, "--tokens", 100)

    assert paused.exit_code == 1
    assert "[caps] tokens: " in paused.stderr


def test_a_cap_on_money_is_refused_where_nobody_knows_the_price(folder: Path) -> None:
    usual = ("--data", "new.jsonl", "--endpoint", "https://llm.example.com/v1", "--model", "ours")

    refused = ask(folder, "compare-prompts", "plain.json", "other.json", *usual, "--dollars", "1")

    assert refused.exit_code == 2
    assert "[endpoint.prices]" in refused.stderr
