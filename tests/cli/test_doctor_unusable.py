"""``fedbbpt doctor`` about endpoints that no run can use: one line says why, and no key."""

import socket
from pathlib import Path

import pytest
from doctor_answers import CONTROLS, KEY, doctor
from played_endpoint import Play, playing

from fedbbpt.diagnosis.thinking import MOST_OPTIONS


def test_refused_access_is_one_call_and_shows_no_key(tmp_path: Path) -> None:
    with playing(Play(status=401)) as play:
        said = doctor(tmp_path, play.url, "--key-env", "OUR_KEY", env={"OUR_KEY": KEY})

    assert said.exit_code == 1
    assert len(play.asked) == 1
    assert "access refused, 401" in said.stderr
    assert "check the variable that holds the key" in said.stderr
    assert len(said.stderr.splitlines()) == 1
    assert KEY not in said.output


def test_a_server_that_is_down_is_not_usable(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"

        said = doctor(tmp_path, url)

    assert said.exit_code == 1
    assert said.stderr.startswith(f"not usable: {url}: no usable reply (connection failed)")
    assert "Recommended" not in said.stdout


def test_a_server_that_is_too_slow_is_not_usable(tmp_path: Path) -> None:
    with playing(Play(delay=0.5)) as play:
        said = doctor(tmp_path, play.url, "--timeout", "0.1")

    assert said.exit_code == 1
    assert "no usable reply (timeout)" in said.stderr
    assert len(play.asked) == 1


@pytest.mark.parametrize("text", ["", "<think>\nThe desert is"])
def test_a_model_that_thinks_first_gives_no_answer(tmp_path: Path, text: str) -> None:
    with playing(Play(text=text)) as play:
        said = doctor(tmp_path, play.url)

    assert said.exit_code == 1
    assert "no answer within 16 tokens, neither with thinking turned off" in said.stderr
    assert len(play.asked) == 1 + MOST_OPTIONS


@pytest.mark.parametrize("body", [b"<html>welcome</html>", b'{"choices": []}', b"[]"])
def test_a_page_in_the_place_of_a_reply_is_not_usable(tmp_path: Path, body: bytes) -> None:
    with playing(Play(body=body)) as play:
        said = doctor(tmp_path, play.url)

    assert said.exit_code == 1
    assert "its reply is no chat completion" in said.stderr
    assert len(play.asked) == 1


def test_a_hostile_name_does_not_steer_the_terminal(tmp_path: Path) -> None:
    with playing(Play(model="small\x1b]52;c;aGk=\x07[red]\u202e")) as play:
        said = doctor(tmp_path, play.url)

    assert said.exit_code == 1
    assert "[red]" in said.stdout
    assert not CONTROLS.search(said.output)
