"""``fedbbpt export`` and every command and snippet of docs/export.md."""

import json
import re
import shlex
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from app_side import MODEL, asked_of, reply_body
from click.testing import Result
from run_files import ask, files_of, write_run
from tiny_run import LABELS, LEXICON, rows, write_rows

from fedbbpt import TunedPrompt
from fedbbpt.exports import FORMATS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
COMMANDS = [
    line.removeprefix("    ").split(" #")[0].strip()
    for line in GUIDE.splitlines()
    if line.startswith("    fedbbpt ")
]
SNIPPETS = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
TEXT = "The lift is stuck, the {input} is wrong <|im_end|>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a finished run, and with the files that the guide names."""
    place = tmp_path_factory.mktemp("app")
    write_run(place)
    assert ask(place, "run", "run.toml", "--dir", "runs/departments").exit_code == 0
    write_rows(place / "new.jsonl", rows("stairs", 24))
    endpoint = {"use": "scripted", "lexicon": LEXICON}
    table = "\n".join(f"[endpoint.lexicon.{w}]\n{_cues(c)}" for w, c in LEXICON.items())
    text = f'[endpoint]\nuse = "{endpoint["use"]}"\n{table}\n'
    (place / "client.toml").write_text(text, encoding="utf-8")
    return place


def _cues(cues: Mapping[str, float]) -> str:
    return "\n".join(f"{cue} = {weight}" for cue, weight in cues.items())


def exported(folder: Path, *words: object) -> Result:
    said = ask(folder, "export", *words)
    assert said.exit_code == 0, said.stderr
    return said


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_a_form_is_what_its_function_gives(folder: Path, form: str) -> None:
    tuned = TunedPrompt.load(folder / "runs/departments/tuned.json")

    said = exported(folder, "runs/departments", "--as", form, "--input", TEXT)

    assert said.stdout == FORMATS[form](tuned, TEXT)


def test_a_request_is_written_to_a_file_to_the_byte(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "body.json"
    words = ("runs/departments", "--owner", "it", "--as", "request", "--input", TEXT)

    said = exported(folder, *words, "--out", out)

    tuned = TunedPrompt.load(folder / "runs/departments/owners/it.json")
    assert out.read_bytes() == orjson.dumps(tuned.request(TEXT))
    assert said.stdout == ""
    assert said.stderr.startswith("not carried: calibration: ")
    assert "score of this form: not measured\nscore as tuned: 0." in said.stderr


def test_the_raw_score_belongs_to_the_request_of_the_run(folder: Path) -> None:
    origin = TunedPrompt.load(folder / "runs/departments/tuned.json").origin

    said = exported(folder, "runs/departments", "--as", "request", "--input", "x")

    assert f"score of this form: {origin['test_score']:.3f} (95 %" in said.stderr


def test_an_owners_file_can_be_named_itself(folder: Path) -> None:
    by_name = exported(folder, "runs/departments", "--owner", "it", "--as", "python")

    by_path = exported(folder, "runs/departments/owners/it.json", "--as", "python")

    assert by_path.stdout == by_name.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere", "--as", "text"], 2, "error: nowhere: no such file; give a tuned prompt, or"),
        ([".", "--as", "text"], 2, "error: tuned.json: no such file; give a tuned prompt, or"),
        (["run.toml", "--as", "text"], 1, "error: run.toml: not a tuned prompt: "),
        (["runs/departments", "--as", "request"], 2, "error: --input: a request is the body for"),
        (["runs/departments", "--owner", "x", "--as", "text"], 2, "owners/x.json: no such file"),
        (["runs/departments", "--owner", "../x", "--as", "text"], 2, "'../x' is no name"),
        (["run.toml", "--owner", "it", "--as", "text"], 2, "error: --owner: run.toml is no run's"),
        (
            ["runs/departments", "--as", "text", "--out", "no/where.txt"],
            1,
            "error: no/where.txt: cannot be written",
        ),
    ],
)
def test_what_cannot_be_exported_is_said_in_one_line(
    folder: Path, words: list[str], code: int, said: str
) -> None:
    before = files_of(folder)

    answer = ask(folder, "export", *words)

    assert answer.exit_code == code
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert files_of(folder) == before


def test_an_unknown_form_names_the_known_ones(folder: Path) -> None:
    answer = ask(folder, "export", "runs/departments", "--as", "yaml")

    assert answer.exit_code == 2
    assert all(f"'{form}'" in answer.stderr for form in FORMATS)


def test_every_command_of_the_guide_works_in_its_order(folder: Path) -> None:
    answers = [ask(folder, *shlex.split(command)[1:]) for command in COMMANDS]

    assert [answer.stderr for answer in answers if answer.exit_code] == []
    assert len(answers) == 8


def test_the_guide_shows_every_form() -> None:
    shown = {match[1] for match in (re.search(r"--as (\w+)", line) for line in COMMANDS) if match}

    assert shown == set(FORMATS)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_every_snippet_of_the_guide_runs(
    folder: Path, snippet: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(folder, *shlex.split(next(c for c in COMMANDS if "--as python" in c))[1:])
    library = types.ModuleType("openai")
    vars(library)["OpenAI"] = Client
    monkeypatch.setitem(sys.modules, "openai", library)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.chdir(folder)

    exec(compile(snippet, "guide.py", "exec"), {"__name__": "app"})

    assert capsys.readouterr().out.strip() in LABELS


class Reply:
    """Stands for the library's reply: fields and ``model_dump``."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body
        self.choices = _fields(body["choices"])

    def model_dump(self) -> dict[str, Any]:
        return self._body


class Client:
    """Stands for the library's client."""

    def __init__(self) -> None:
        self.chat = types.SimpleNamespace(completions=types.SimpleNamespace(create=self._create))

    def _create(self, **body: object) -> Reply:
        return Reply(reply_body(MODEL.reply(asked_of(json.loads(orjson.dumps(body))))))


def _fields(value: object) -> Any:  # noqa: ANN401 - as free as the library's own
    if isinstance(value, dict):
        return types.SimpleNamespace(**{name: _fields(inner) for name, inner in value.items()})
    return [_fields(inner) for inner in value] if isinstance(value, list) else value
