"""``fedbbpt doctor --headroom`` where the answer is known, and the page that explains it."""

import json
import re
from pathlib import Path

from played_endpoint import Play, playing
from run_files import ask, files_of, widest, write_run
from tiny_run import LEXICON, OWNERS

from fedbbpt.diagnosis.examination import MOST_CALLS

ROLES = {"train": 8, "dev": 24, "test": 8}
PAGE = Path(__file__).parents[2] / "docs" / "doctor.md"


def write_bank(folder: Path, count: int) -> None:
    """Write prompts that differ in words which a model with ``edge = 0`` does not look at."""
    rest = 'system = ""\nsource = "ours"'
    lines = [
        f'[[prompt]]\nname = "p{n}"\nuser = "{"Well. " * n}{{input}}"\n{rest}\n'
        for n in range(1, count + 1)
    ]
    (folder / "alike.toml").write_text("\n".join(lines), encoding="utf-8")


def write_alike(folder: Path, count: int = 9) -> None:
    write_bank(folder, count)
    write_run(
        folder,
        space={"use": "bank", "library": ["alike.toml"]},
        endpoint={"use": "scripted", "lexicon": LEXICON, "edge": 0},
        roles=ROLES,
    )


def test_prompts_that_differ_a_lot_are_worth_tuning(tmp_path: Path) -> None:
    write_run(tmp_path, roles=ROLES)

    said = ask(tmp_path, "doctor", "run.toml", "--headroom")

    assert said.exit_code == 0
    assert "headroom: worth tuning\n" in said.stdout
    found = re.search(r"8 prompts on 96 items: true scores spread by (\d+\.\d) points", said.stdout)
    assert found
    assert float(found[1]) > 5
    assert widest("\n".join(said.stdout.split("headroom: worth")[1:])) <= 80


def test_prompts_that_the_model_takes_alike_are_not_worth_it(tmp_path: Path) -> None:
    write_alike(tmp_path)

    said = ask(tmp_path, "doctor", "run.toml", "--headroom", "--json")

    headroom = json.loads(said.stdout)["headroom"]
    assert said.exit_code == 0
    assert headroom["verdict"] == "not worth it"
    assert headroom["spread"]["high"] < 0.02
    assert headroom["spread"]["prompts"] == 8


def test_with_few_examples_it_says_how_many_calls_would_tell(tmp_path: Path) -> None:
    write_alike(tmp_path)

    said = ask(tmp_path, "doctor", "run.toml", "--headroom", "--examples", 4, "--json")

    headroom = json.loads(said.stdout)["headroom"]
    assert headroom["verdict"] == "cannot tell"
    assert headroom["spread"]["items"] == 4 * len(OWNERS)
    assert headroom["calls"] > headroom["calls_made"] == 8 * 4 * len(OWNERS)


def test_a_space_of_one_prompt_is_not_worth_a_call(tmp_path: Path) -> None:
    axes = ["instruction", "input", "wording", "hint", "exemplars"]
    write_run(tmp_path, prompt={"user": "Message: {input}", "frozen": axes})

    said = ask(tmp_path, "doctor", "run.toml", "--headroom")

    assert "headroom: not worth it\nEvery point of the space is the same prompt" in said.stdout
    assert not (tmp_path / "runs").exists()


def test_no_call_of_the_headroom_test_is_paid_for_twice(tmp_path: Path) -> None:
    write_run(tmp_path, roles=ROLES)

    first, again = (
        json.loads(ask(tmp_path, "doctor", "run.toml", "--headroom", "--json").stdout)["headroom"]
        for _ in range(2)
    )

    assert first["calls_made"] == 8 * 96
    assert again["calls_made"] == 0
    assert again["spread"] == first["spread"]
    assert set(files_of(tmp_path / "runs" / "doctor-tiny")) == {"calls.log", "lock"}


def test_the_folder_of_a_run_is_not_the_doctors(tmp_path: Path) -> None:
    write_run(tmp_path)
    assert ask(tmp_path, "run", "run.toml").exit_code == 0
    before = files_of(tmp_path)

    said = ask(tmp_path, "doctor", "run.toml", "--headroom", "--dir", "runs/tiny")

    assert said.exit_code == 1
    assert "runs/tiny: holds a run; give the doctor a folder of its own" in said.stderr
    assert files_of(tmp_path) == before


def test_an_endpoint_that_cannot_be_used_is_not_sent_any_example(tmp_path: Path) -> None:
    with playing(Play(model="large")) as play:
        write_run(tmp_path, endpoint={"use": "openai", "url": play.url, "model": "small"})

        said = ask(tmp_path, "doctor", "run.toml", "--headroom", "--json")

    assert said.exit_code == 1
    assert json.loads(said.stdout)["headroom"] is None
    assert "ticket" not in json.dumps(play.asked)


def test_an_endpoint_that_signs_with_the_name_that_is_written_can_be_used(tmp_path: Path) -> None:
    with playing(Play(model="large")) as play:
        endpoint = {"use": "openai", "url": play.url, "model": "small", "answers_as": "large"}
        write_run(tmp_path, endpoint=endpoint)

        said = ask(tmp_path, "doctor", "run.toml", "--json")

    assert said.exit_code == 0
    assert '"naming":"same"' in said.stdout.replace(" ", "")


def test_the_calls_said_before_are_the_most_that_are_made(tmp_path: Path) -> None:
    with playing(Play()) as play:
        write_run(tmp_path, endpoint={"use": "openai", "url": play.url, "model": "small"})

        planned = ask(tmp_path, "doctor", "run.toml", "--headroom", "--dry-run", "--json")
        before = len(play.asked)
        said = ask(tmp_path, "doctor", "run.toml", "--headroom")

    assert said.exit_code == 0
    assert before == 0
    assert 8 * 8 * len(OWNERS) < len(play.asked) <= json.loads(planned.stdout)["calls_at_most"]


def test_the_page_says_how_many_questions_there_are() -> None:
    assert f"at most\n{MOST_CALLS} short questions" in PAGE.read_text(encoding="utf-8")
