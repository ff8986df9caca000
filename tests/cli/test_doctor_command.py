"""``fedbbpt doctor`` against endpoints of many kinds, played on loopback."""

import json
import tomllib
from pathlib import Path

import pytest
from doctor_answers import CONTROLS, KEY, doctor, report
from played_endpoint import Play, playing
from run_files import ask, files_of, widest, write_run

from fedbbpt.config.endpoints import connector
from fedbbpt.diagnosis.examination import MOST_CALLS


def test_an_endpoint_with_log_probabilities_is_described_and_settings_follow(
    tmp_path: Path,
) -> None:
    with playing(Play()) as play:
        said = doctor(tmp_path, play.url)

    spaced = " ".join(said.stdout.split())
    assert said.exit_code == 0
    assert said.stderr == ""
    assert "T1: log-probabilities of the likeliest tokens" in spaced
    assert "20 of the first token, 40 are refused" in spaced
    assert "temperature 0 gives the same text each time" in spaced
    assert "by up to 0 nats alone, 0 with 8 at once" in spaced
    assert "decides the draw at temperature 1" in spaced
    assert f"calls {len(play.asked)} made usable Recommended:" in spaced
    assert len(play.asked) <= MOST_CALLS <= 75
    assert widest(said.stdout) <= 80
    assert not CONTROLS.search(said.stdout)


def test_the_recommended_settings_are_those_of_a_run_file(tmp_path: Path) -> None:
    with playing(Play(delay=0.02)) as play:
        said = doctor(tmp_path, play.url, "--key-env", "OUR_KEY", env={"OUR_KEY": KEY})

    tables = tomllib.loads(said.stdout.split("Recommended:")[1])
    profile = connector(tables["endpoint"], "endpoint", {"OUR_KEY": KEY}).profile()
    assert (profile.destination, profile.model, profile.top_logprobs) == (play.url, "small", 20)
    assert profile.concurrency > 1  # as each call takes its time whatever else is asked
    assert tables["endpoint"]["key_env"] == "OUR_KEY"
    assert tables["scoring"] == {"read": "logprobs"}
    assert "from the variable OUR_KEY" in said.stdout
    assert KEY not in said.output


@pytest.mark.parametrize(("most", "silent"), [(0, False), (None, True)])
def test_an_endpoint_with_text_only_is_usable_by_reading_text(
    tmp_path: Path, most: int | None, silent: bool
) -> None:
    with playing(Play(most=most)) as play:
        found = report(doctor(tmp_path, play.url, "--json"))

    assert found["tier"] == "T0"
    assert found["alternatives"]["silent"] is silent
    assert found["noise"]["alone"] is None
    assert found["recommended"]["scoring"] == {"read": "generate"}
    assert found["recommended"]["endpoint"]["top_logprobs"] == 0


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ("max_tokens", {"token_limit": "max_completion_tokens"}),
        ("temperature", {"temperature": False}),
    ],
)
def test_an_endpoint_that_refuses_what_a_run_sends_is_usable_with_the_settings_printed(
    tmp_path: Path, field: str, settings: dict[str, object]
) -> None:
    with playing(Play(refused=(field,), most=0)) as play:
        said = doctor(tmp_path, play.url, "--json")

    found = report(said)
    assert said.exit_code == 0
    assert found["settings"] == settings
    assert settings.items() <= found["recommended"]["endpoint"].items()
    assert field in found["refused"]
    assert found["tier"] == "T0"
    assert sum(field in body for body in play.asked) == 1  # what is refused once is not sent again


@pytest.mark.parametrize(
    ("named", "naming", "code"),
    [
        ("small", "same", 0),
        ("small-2025-01-01", "dated", 0),
        (None, "unsaid", 0),
        ("large", "another", 1),
        ("small-mini", "another", 1),
    ],
)
def test_the_model_that_answers_is_compared_with_the_one_asked_for(
    tmp_path: Path, named: str | None, naming: str, code: int
) -> None:
    with playing(Play(model=named)) as play:
        said = doctor(tmp_path, play.url, "--json")

    assert said.exit_code == code
    assert report(said)["naming"] == naming
    assert ("write that name" in said.stderr) is bool(code)


def test_noise_is_measured_alone_and_side_by_side(tmp_path: Path) -> None:
    with playing(Play(noise=0.125)) as play:
        said = doctor(tmp_path, play.url, "--json")

    noise = report(said)["noise"]
    assert 0 < noise["alone"] <= 0.25 + 1e-9
    assert 0 < noise["together"] <= 0.25 + 1e-9
    assert noise["texts_together"] == 1


def test_a_seed_without_effect_is_noticed(tmp_path: Path) -> None:
    with playing(Play(seeded=False)) as play:
        said = doctor(tmp_path, play.url, "--json")

    assert report(said)["seed"] == "ignored"


def test_a_server_that_turns_many_away_is_to_be_asked_less_at_once(tmp_path: Path) -> None:
    with playing(Play(busy=8, delay=0.02)) as play:
        found = report(doctor(tmp_path, play.url, "--json"))

    assert [pace["failed"] > 0 for pace in found["paces"]] == [False, False, True]
    assert found["paces"][2]["reason"] == "status 429"
    assert found["recommended"]["endpoint"]["concurrency"] == 4


def test_a_dry_run_asks_nothing_and_writes_nothing(tmp_path: Path) -> None:
    with playing(Play()) as play:
        said = doctor(tmp_path, play.url, "--dry-run")
        machine = doctor(tmp_path, play.url, "--dry-run", "--json")

    assert said.exit_code == 0
    assert f"calls at most: {MOST_CALLS}\n" in said.stdout
    assert "no example is sent" in " ".join(said.stdout.split())
    assert json.loads(machine.stdout)["calls_at_most"] == MOST_CALLS
    assert not play.asked
    assert not files_of(tmp_path)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["http://127.0.0.1:9/v1"], "--model goes with a URL"),
        (["http://127.0.0.1:9/v1", "--model", "m", "--headroom"], "need a run file"),
        (["run.toml", "--model", "m"], "go with a URL"),
        (["absent.toml"], "absent.toml: no such run file"),
        (["http://far.example/v1", "--model", "m", "--key-env", "OUR_KEY"], "over plain http"),
        (["http://127.0.0.1:9/v1", "--model", "m", "--key-env", "UNSET_KEY"], "UNSET_KEY is not"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    tmp_path: Path, words: list[str], why: str
) -> None:
    write_run(tmp_path)

    said = ask(tmp_path, "doctor", *words, env={"OUR_KEY": KEY})

    assert said.exit_code == 2
    assert why in said.stderr.splitlines()[-1]


def test_a_run_files_endpoint_is_examined_as_it_is_configured(tmp_path: Path) -> None:
    with playing(Play(most=5)) as play:
        endpoint = {"use": "openai", "url": play.url, "model": "small", "top_logprobs": 20}
        write_run(tmp_path, endpoint=endpoint)

        said = ask(tmp_path, "doctor", "run.toml", "--json")

    found = report(said)
    assert "write top_logprobs = 5" in found["problem"]
    assert found["recommended"]["endpoint"]["top_logprobs"] == 5
    assert "ticket" not in json.dumps(play.asked)  # nothing of the owners' examples went out
