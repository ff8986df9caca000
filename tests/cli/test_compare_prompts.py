"""``fedbbpt compare-prompts``: two prompts, the same examples, one endpoint, in pairs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from app_side import MODEL, asked_of, reply_body
from click.testing import Result
from run_files import ask, files_of, widest
from tiny_run import LABELS, LEXICON, rows, write_rows

from fedbbpt import TunedPrompt
from fedbbpt.calibration import Calibration
from fedbbpt.comparison import binomial_tail, wilson
from fedbbpt.exports import FORMATS
from fedbbpt.prompts import Message, Prompt

ITEMS = rows("stairs", 60)
HOSTILE = "text:\x1b]52;c;aGk=\x07\u202e{input} [bold]?[/bold]"


def tuned_prompt(question: str, biases: tuple[float, float] | None = None) -> TunedPrompt:
    """Return a tuned prompt that ends in a question."""
    prompt = Prompt((Message("user", f"Message: {{input}}\n{question}"),), LABELS)
    calibration = None if biases is None else Calibration(LABELS, biases)
    return TunedPrompt(prompt, LABELS, "another", 20, 1, calibration)


PLAIN = tuned_prompt("Sort it:")
OTHER = tuned_prompt("Say which one:", (-0.6, 0.6))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with prompts, examples and an endpoint's file."""
    write_rows(tmp_path / "new.jsonl", ITEMS)
    PLAIN.save(tmp_path / "plain.json")
    OTHER.save(tmp_path / "other.json")
    (tmp_path / "messages.json").write_text(FORMATS["messages"](OTHER, None), encoding="utf-8")
    turns = [{"role": "user", "content": "Sort: {input}"}]
    (tmp_path / "list.json").write_bytes(orjson.dumps(turns))
    write_client(tmp_path)
    return tmp_path


def write_client(folder: Path, **settings: object) -> None:
    """Write a client file for the scripted model with some settings."""
    lines = ["[endpoint]", 'use = "scripted"']
    lines += [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    for word, cues in LEXICON.items():
        lines += [f"[endpoint.lexicon.{word}]", *(f"{cue} = {w}" for cue, w in cues.items())]
    (folder / "client.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def compare(folder: Path, *words: object, env: Mapping[str, str] | None = None) -> Result:
    usual = ("--data", "new.jsonl", "--endpoint", "client.toml")
    return ask(folder, "compare-prompts", *words, *usual, env=env)


def outcome(folder: Path, *words: object) -> Any:  # noqa: ANN401 - JSON
    said = compare(folder, *words, "--json")
    assert said.exit_code == 0, said.stderr
    assert said.stderr == ""
    return json.loads(said.stdout)


def right(tuned: TunedPrompt) -> list[bool]:
    """Return on which items an app with this prompt would be right."""
    return [
        tuned.read(reply_body(MODEL.reply(asked_of(tuned.request(item["input"]))))).label
        == item["target"]
        for item in ITEMS
    ]


def test_the_figures_are_those_of_an_app_item_by_item(folder: Path) -> None:
    found = outcome(folder, "plain.json", "other.json")

    a, b = np.array(right(PLAIN)), np.array(right(OTHER))
    wins, losses = int((b & ~a).sum()), int((a & ~b).sum())
    test = found["comparison"]
    assert wins + losses > 0
    assert found["first"]["cell"]["score"] == pytest.approx(a.mean())
    assert found["second"]["cell"]["score"] == pytest.approx(b.mean())
    assert found["second"]["cell"]["low"] == pytest.approx(wilson(int(b.sum()), 60).low)
    assert (test["wins"], test["losses"], test["n"]) == (wins, losses, 60)
    assert test["gain"] == pytest.approx(b.mean() - a.mean())
    assert test["low"] <= test["gain"] <= test["high"]
    assert test["p_value"] == pytest.approx(binomial_tail(wins, wins + losses))
    assert found["exact"]


def test_a_calibration_counts_and_is_said(folder: Path) -> None:
    tuned_prompt("Sort it:", (-9.0, 9.0)).save(folder / "pushed.json")

    found = outcome(folder, "plain.json", "pushed.json")

    assert found["second"]["cell"]["score"] == 0.5
    assert (found["first"]["calibrated"], found["second"]["calibrated"]) == (False, True)
    assert found["hits"] == 60  # the same requests, read otherwise


def test_the_plain_lines_hold_the_figures(folder: Path) -> None:
    said = compare(folder, "plain.json", "other.json")

    lines = said.stdout.splitlines()
    score = f"{100 * float(np.mean(right(PLAIN))):.1f} %"
    assert lines[:3] == [
        "60 examples went to this process (scripted, no model)",
        "60 of them have a reply for both prompts; scores with 95 % intervals:",
        "A  plain.json",
    ]
    assert lines[3].startswith(f"   {score} (")
    assert lines[3].endswith("), raw, 0 missing, 0 unreadable")
    assert lines[5].endswith("), calibrated, 0 missing, 0 unreadable")
    assert "p by McNemar's exact test, one-sided" in said.stdout
    assert lines[-1] == "cost: 120 requests, 0 answered from the journal, 120 calls"
    assert widest(said.stdout) <= 80


def test_nothing_is_paid_twice(folder: Path) -> None:
    first = outcome(folder, "plain.json", "other.json")

    again = outcome(folder, "plain.json", "other.json")
    further = outcome(folder, "plain.json", "list.json")

    assert (first["calls"], again["calls"], further["calls"]) == (120, 0, 60)
    assert {**again, "hits": 0, "calls": 120} == first
    assert sorted(files_of(folder / "runs")) == [
        "compare-prompts/calls.log",
        "compare-prompts/lock",
    ]


def test_a_prompt_with_itself_gains_nothing(folder: Path) -> None:
    test = outcome(folder, "plain.json", "plain.json")["comparison"]

    assert (test["gain"], test["wins"], test["losses"], test["p_value"]) == (0.0, 0, 0, 1.0)


def test_messages_and_texts_are_read_as_the_tuned_prompt_is(folder: Path) -> None:
    exported = outcome(folder, "messages.json", "other.json")
    text = outcome(folder, "text:Message: {input}\nSort it:", "plain.json")

    raw = tuned_prompt("Say which one:")
    assert exported["first"]["cell"]["score"] == pytest.approx(np.mean(right(raw)))
    assert exported["first"]["calibrated"] is False
    assert text["comparison"]["gain"] == 0
    assert text["calls"] == 0 or text["hits"] >= 60


@pytest.mark.parametrize(
    "words",
    [
        ["list.json", "text:{input}?", "--label", "complaint", "--label", "praise"],
        ["list.json", "messages.json"],
    ],
)
def test_two_prompts_alone_are_read_by_label_scores(folder: Path, words: list[str]) -> None:
    found = outcome(folder, *words)

    assert found["first"]["unreadable"] == found["second"]["unreadable"] == 0
    assert found["first"]["cell"]["loss"] not in {0.0, 4.0}


def test_without_labels_free_answers_are_compared(folder: Path) -> None:
    found = outcome(folder, "list.json", "text:{input}?")

    assert found["first"]["cell"]["score"] > 0.5
    assert found["first"]["cell"]["loss"] == pytest.approx(
        4 * (1 - found["first"]["cell"]["score"])
    )


def test_hostile_prompts_do_not_steer_the_terminal(folder: Path) -> None:
    said = compare(folder, HOSTILE, "plain.json")

    assert said.exit_code == 0
    assert "\x1b" not in said.output
    assert "\u202e" not in said.output
    assert r"A  text:\x1b]52;c;aGk=\x07\u202e{input} [bold]?[/bold]" in said.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["none.json", "plain.json"], 1, "error: none.json: cannot be read (No such file"),
        (["new.jsonl", "plain.json"], 1, "error: new.jsonl: no prompt: "),
        (["text:no place", "plain.json"], 1, "stands 0 times in the prompt"),
        (["strange.json", "plain.json"], 1, "error: strange.json: not a tuned prompt: "),
        (["free.json", "plain.json"], 2, "error: labels: the prompts have different label sets"),
        (["free.json", "list.json", "--label", "a"], 2, "error: labels: the prompts have"),
        (["list.json", "text:{input}", "--label", "a"], 2, "labels: no choice"),
        (["list.json", "plain.json", "--label", "a"], 2, "error: labels: the prompts have"),
        (["list.json", "text:{input}", "--label", "a", "--label", "b"], 1, "is no label"),
        (["two.json", "plain.json"], 2, "error: two.json: words: 3 words for 2 labels"),
        (["plain.json", "list.json", "--model", "m"], 2, "error: --model, --key-env: the client"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line_and_asks_nothing(
    folder: Path, words: list[str], code: int, said: str
) -> None:
    (folder / "strange.json").write_text('{"kind": "tuned prompt"}', encoding="utf-8")
    TunedPrompt(Prompt((Message("user", "{input}"),)), (), "m", 0, 9).save(folder / "free.json")
    two = {"messages": [{"role": "user", "content": "{input}"}], "words": ["a", "b", "c"]}
    (folder / "two.json").write_bytes(orjson.dumps(two))

    answer = compare(folder, *words)

    assert answer.exit_code == code
    assert said in answer.stderr
    assert answer.stderr.startswith("error: ")
    assert answer.stderr.count("\n") == 1
    assert not (folder / "runs").exists()


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        (["http://127.0.0.1:9/v1"], "error: --model: name the model as the server"),
        (["http://far.example/v1", "--model", "m", "--key-env", "WARD"], "https"),
        (["nowhere.toml"], "error: nowhere.toml: no such client file"),
        (["empty.toml"], "error: [endpoint] use: no endpoint is named"),
    ],
)
def test_half_an_endpoint_is_refused(folder: Path, endpoint: list[str], said: str) -> None:
    (folder / "empty.toml").touch()
    words = ["plain.json", "other.json", "--data", "new.jsonl", "--endpoint", *endpoint]

    answer = ask(folder, "compare-prompts", *words, env={"WARD": "sk-canary"})

    assert answer.exit_code == 2
    assert said in answer.stderr
    assert "canary" not in answer.output
    assert not (folder / "runs").exists()
