import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from mock_faults import replying, saying
from mock_plans import at, since
from mock_server import MockEndpoint
from model_server import serving
from planted_key import KEY, VARIABLE, shown, talk
from whole_runs import run_table, smallest_table, started, tune, write_run

from fedbbpt.errors import ConfigError, EndpointError, FedbbptError

MIDDLE = 20


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with serving() as served:
        yield served


@pytest.fixture
def trap() -> Iterator[MockEndpoint]:
    """Serve where nothing may ever arrive."""
    with serving() as served:
        yield served


def test_a_key_is_sent_to_its_endpoint_and_shown_nowhere(
    server: MockEndpoint, tmp_path: Path
) -> None:
    file = write_run(tmp_path, run_table(server.endpoint(key_env=VARIABLE)))

    done = talk("run", file, "--dir", tmp_path / "run")
    plan = talk("run", file, "--dir", tmp_path / "run", "--dry-run")
    again = talk("resume", tmp_path / "run", "--json")

    assert [done.returncode, plan.returncode, again.returncode] == [0, 0, 0], done.stderr
    assert "DEBUG" in done.stderr
    assert {headers["Authorization"] for headers in server.headers} == {f"Bearer {KEY}"}
    assert shown(tmp_path, done, plan, again) == []
    assert VARIABLE in (tmp_path / "run/run.json").read_text()


def test_a_key_that_the_server_repeats_is_blotted_out_of_the_error(
    server: MockEndpoint, tmp_path: Path
) -> None:
    file = write_run(tmp_path, smallest_table(server.endpoint(key_env=VARIABLE)))
    server.plan(at(MIDDLE, saying(f"the key {KEY} is wrong", 401, X_Echo=KEY)))

    refused = talk("run", file, "--dir", tmp_path / "run")

    assert refused.returncode == 1
    assert "the key [redacted] is wrong" in refused.stderr
    assert shown(tmp_path, refused) == []


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
def test_no_exception_holds_a_key_anywhere_in_its_chain(
    server: MockEndpoint, tmp_path: Path, status: int
) -> None:
    file = write_run(tmp_path, smallest_table(server.endpoint(key_env=VARIABLE)))
    server.plan(since(MIDDLE, saying(f"bad {KEY}", status, X_Echo=KEY, retry_after="9999")))

    with pytest.raises(FedbbptError) as caught:
        tune(file, tmp_path / "run", **{VARIABLE: KEY})

    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert shown(tmp_path) == []


def test_a_key_in_an_unreadable_reply_reaches_no_file(server: MockEndpoint, tmp_path: Path) -> None:
    file = write_run(tmp_path, smallest_table(server.endpoint(key_env=VARIABLE)))
    server.plan(at(MIDDLE, replying(f"<html>{KEY}</html>".encode())))

    tune(file, tmp_path / "run", **{VARIABLE: KEY})

    assert shown(tmp_path) == []


def test_a_key_stands_in_no_command_line(server: MockEndpoint, tmp_path: Path) -> None:
    file = write_run(tmp_path, smallest_table(server.endpoint()))
    words = ("--endpoint", server.url, "--model", "small", "--key-env", VARIABLE)
    server.gate.clear()

    with started("run", file, "--dir", tmp_path / "run", *words, **{VARIABLE: KEY}) as process:
        server.wait_for(1)
        line = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()

    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert VARIABLE.encode() in line
    assert KEY.encode() not in line
    assert children == ""


@pytest.mark.parametrize("value", ["", "two words", "line\nbreak", "caf\u00e9"])
def test_a_key_that_cannot_be_meant_is_refused_without_showing_it(
    server: MockEndpoint, tmp_path: Path, value: str
) -> None:
    file = write_run(tmp_path, smallest_table(server.endpoint(key_env=VARIABLE)))

    with pytest.raises(ConfigError) as caught:
        tune(file, tmp_path / "run", **{VARIABLE: value})

    told = "".join(traceback.format_exception(caught.value))
    assert f"key_env: {VARIABLE}: key: it " in str(caught.value)
    assert not value or value not in told
    assert server.bill == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(
    server: MockEndpoint, trap: MockEndpoint, tmp_path: Path, status: int
) -> None:
    file = write_run(tmp_path, smallest_table(server.endpoint(key_env=VARIABLE)))
    target = f"{trap.url}/chat/completions"
    server.plan(at(2, replying(b"", status, {"Location": target})))

    with pytest.raises(EndpointError, match=rf"redirects \({status}\) to 127.0.0.1"):
        tune(file, tmp_path / "run", **{VARIABLE: KEY})

    assert trap.bill == 0


def test_ambient_variables_redirect_no_data_and_give_no_key(
    server: MockEndpoint, trap: MockEndpoint, tmp_path: Path
) -> None:
    file = write_run(tmp_path, smallest_table(server.endpoint()))
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login me password {KEY}\n")
    (tmp_path / ".netrc").chmod(0o600)
    origin = trap.url.removesuffix("/v1")
    proxies = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
    ambient = {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": trap.url,
        "OPENAI_API_BASE": trap.url,
        "OPENAI_ORG_ID": "someone else",
        "HOME": str(tmp_path),
        "NETRC": str(tmp_path / ".netrc"),
        **dict.fromkeys(proxies, origin),
    }

    done = talk("run", file, "--dir", tmp_path / "run", **ambient)

    assert done.returncode == 0, done.stderr
    assert trap.bill == 0
    assert server.bill > 0
    assert not any("Authorization" in headers for headers in server.headers)
    assert not any(name.startswith("Openai") for headers in server.headers for name in headers)
    assert shown(tmp_path / "run", done) == []
