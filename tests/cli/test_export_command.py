"""``fedbbpt export``: every form, to the terminal and to a file, and what is refused."""

from pathlib import Path

import orjson
import pytest
from click.testing import Result
from run_files import ask, files_of, write_run

from fedbbpt import TunedPrompt
from fedbbpt.exports import FORMATS

TEXT = "The lift is stuck, the {input} is wrong <|im_end|>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a finished run."""
    place = tmp_path_factory.mktemp("app")
    write_run(place)
    assert ask(place, "run", "run.toml", "--dir", "runs/departments").exit_code == 0
    return place


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
        (
            ["runs/departments", "--owner", "x", "--as", "text"],
            2,
            "/x.json: no such file; this run's owners are ",
        ),
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
