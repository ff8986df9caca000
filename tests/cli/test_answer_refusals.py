"""``fedbbpt answer``: what it refuses, in one line and before anything is asked."""

import json
from pathlib import Path

import pytest
from answer_runs import QUESTION, write_run
from run_files import ask
from tiny_run import write_rows


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("",), "the question is empty"),
        (("gone.jsonl",), "no such file"),
        (("empty.jsonl",), "the file is empty"),
        (("other.jsonl",), "no column 'input'"),
        (("twice.jsonl",), "ids are unique"),
        (("blank.jsonl",), "no text or empty"),
        (("notes.txt",), "as JSON"),
        (("q", "--prompts", "nowhere"), "no such file or run folder"),
        (("q", "--prompts", "tuned"), "holds no finished run"),
        (("q", "--prompts", "mixture"), "has not finished"),
        (("q", "--prompts", "all"), "is no list of prompts"),
        (("q", "--prompts", "bad.json"), "no prompt mix"),
        (("q", "--prompts", "stranger.json"), "no owner is named 'norh'"),
        (("q", "--temperature", "3"), "--temperature: 3.0 is outside 0 to 2"),
        (("q", "--rule", "ac", "--threshold", "3"), "threshold"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    write_run(tmp_path)
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "notes.txt").write_text("one")
    (tmp_path / "bad.json").write_text('{"kind": "prompt mix", "prompts": []}')
    prompt = {"messages": [{"role": "user", "content": "{input}"}]}
    stranger = {"kind": "prompt mix", "prompts": [{"name": "a", "prompt": prompt}]}
    (tmp_path / "stranger.json").write_text(json.dumps({**stranger, "owners": {"norh": {"a": 1}}}))
    write_rows(tmp_path / "other.jsonl", [{"question": "q"}])
    write_rows(tmp_path / "twice.jsonl", [{"id": "a", "input": "x"}, {"id": "a", "input": "y"}])
    write_rows(tmp_path / "blank.jsonl", [{"input": "  "}])

    refused = ask(tmp_path, "answer", "run.toml", *words)

    assert refused.exit_code in {1, 2}
    assert said in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "runs/tiny-answers/calls.log").exists()


def test_a_prompt_that_shows_the_question_solved_is_refused(tmp_path: Path) -> None:
    turns = [("user", f"Message: {QUESTION}"), ("assistant", "complaint"), ("user", "{input}")]
    messages = ", ".join(f'{{ role = "{role}", content = "{text}" }}' for role, text in turns)
    path = write_run(tmp_path, prompt={"words": ["complaint", "praise"]})
    path.write_text(path.read_text().replace("[prompt]", f"[prompt]\nmessages = [{messages}]"))

    said = ask(tmp_path, "answer", "run.toml", QUESTION)

    assert said.exit_code == 1
    assert "a question is an exemplar of the prompt" in said.stderr


def test_a_short_question_solved_in_the_text_of_a_prompt_is_refused(tmp_path: Path) -> None:
    write_run(tmp_path, prompt={"user": "Q: Is it late?\nA: complaint\n\nQ: {input}\nA:"})

    said = ask(tmp_path, "answer", "run.toml", "is it late")

    assert said.exit_code == 1
    assert "a question is an exemplar of the prompt 'start'" in said.stderr
    assert not (tmp_path / "runs/tiny-answers/calls.log").stat().st_size
