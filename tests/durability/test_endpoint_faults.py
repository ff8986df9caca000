import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest
from mock_faults import broken_off, replying, saying, silence
from mock_model import asked
from mock_plans import at, by_number, healthy, since
from mock_received import Fault, Faults
from mock_server import MockEndpoint
from model_server import serving
from whole_runs import (
    HurriedLoop,
    final_bytes,
    journalled,
    run_command,
    run_table,
    stats,
    tune,
    write_run,
)

from fedbbpt.endpoints.records.fingerprint import fingerprint_request
from fedbbpt.errors import EndpointError

GOOD = orjson.dumps(
    {"choices": [{"message": {"content": "praise"}, "finish_reason": "stop", "logprobs": None}]}
)
MIDDLE = 60
"""Number of a request in the first round of the search."""

DOWN = replying(b"upstream is down", 503)


class Healthy(NamedTuple):
    """A run without faults against the same server: its file and what it left."""

    file: Path
    left: dict[str, bytes]


@pytest.fixture(scope="module")
def server() -> Iterator[MockEndpoint]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def whole(server: MockEndpoint, tmp_path_factory: pytest.TempPathFactory) -> Healthy:
    folder = tmp_path_factory.mktemp("healthy")
    file = write_run(folder, run_table(server.endpoint(timeout_seconds=60)))
    server.plan(healthy)
    tune(file, folder / "run")
    return Healthy(file, final_bytes(folder / "run"))


def bursts(number: int) -> Fault | None:
    """Plan five bad seconds of three kinds of errors, over and over."""
    statuses = {3: 500, 4: 502, 5: 503, 6: 529, 7: 408}
    status = statuses.get(number % 40)
    return saying("busy", status) if status else None


TRANSIENT: dict[str, Faults] = {
    "429 with a wish": at(MIDDLE, saying("slow down", 429, retry_after="1")),
    "503 in a burst": by_number(lambda n: DOWN if MIDDLE <= n < MIDDLE + 12 else None),
    "5xx again and again": by_number(bursts),
    "no reply in time": at(MIDDLE, silence),
    "hung up in the middle": at(MIDDLE, broken_off),
    "truncated JSON": at(MIDDLE, replying(b'{"choices": [{"message": {"con')),
    "a page instead of JSON": at(MIDDLE, replying(b"<html>please log in</html>")),
    "empty choices": at(MIDDLE, replying({"choices": []})),
    "no log-probabilities": at(MIDDLE, replying(GOOD)),
    "log-probabilities that are no numbers": at(
        MIDDLE, replying(GOOD.replace(b"null", b'{"content": [{"top_logprobs": [{"token": 1}]}]}'))
    ),
    "a fault at the very first question": at(1, saying("loading the model", 503)),
}


@pytest.mark.parametrize("name", TRANSIENT)
def test_a_fault_that_passes_changes_no_byte(
    server: MockEndpoint, whole: Healthy, tmp_path: Path, name: str
) -> None:
    server.plan(TRANSIENT[name])

    tune(whole.file, tmp_path / "run")

    assert final_bytes(tmp_path / "run") == whole.left
    cost = stats(tmp_path / "run")
    assert cost["failed"] >= 1
    if "503" not in name and "first" not in name and "5xx" not in name and "429" not in name:
        assert cost["possibly_billed"] == 1
    assert cost["calls"] <= server.number <= cost["calls"] + cost["failed"]


def test_the_pause_that_a_server_asks_for_is_kept(
    server: MockEndpoint, whole: Healthy, tmp_path: Path
) -> None:
    times: list[float] = []

    def timed(number: int) -> Fault | None:
        times.append(time.monotonic())
        return saying("slow down", 429, retry_after="30") if number == MIDDLE else None

    server.plan(by_number(timed))

    tune(whole.file, tmp_path / "run")

    under_way = 4
    pause = times[MIDDLE + under_way] - times[MIDDLE - 1]
    assert pause * HurriedLoop.SPEED >= 30.0
    assert final_bytes(tmp_path / "run") == whole.left


REFUSALS: dict[str, tuple[Fault, str]] = {
    "401": (saying("Incorrect API key", 401), "access refused, 401 (Incorrect API key); check "),
    "404": (saying("no model small", 404), "not found, 404 (no model small); check url and model "),
    "400": (saying("too many tokens", 400), "request refused, 400 (too many tokens); check the "),
    "422": (replying({"detail": "x"}, 422), "request refused, 422 ("),
    "no quota": (
        saying("You exceeded your quota", 429, code="insufficient_quota"),
        "no quota left, 429 (You exceeded your quota); raise its limit",
    ),
    "redirect": (
        replying(b"", 307, {"Location": "http://127.0.0.1:9/v1/chat/completions"}),
        "redirects (307) to 127.0.0.1; examples go only where the url says",
    ),
}


@pytest.mark.parametrize("number", [1, MIDDLE], ids=["at once", "in the middle"])
@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_ends_in_one_line_that_says_where_what_and_what_to_do_and_can_be_resumed(
    server: MockEndpoint, whole: Healthy, tmp_path: Path, name: str, number: int
) -> None:
    fault, said = REFUSALS[name]
    server.plan(at(number, fault))

    with pytest.raises(EndpointError) as caught:
        tune(whole.file, tmp_path / "run")

    assert str(caught.value).startswith(f"{server.url}: {said}")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run/results.json").exists()
    assert server.number <= number + 8

    server.plan(healthy)
    tune(whole.file, tmp_path / "run")
    assert final_bytes(tmp_path / "run") == whole.left
    assert set(journalled(tmp_path / "run", "done").values()) <= {1, 2}


def test_an_endpoint_that_is_down_from_the_start_is_named_and_nothing_is_decided(
    tmp_path: Path,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        endpoint = {"use": "openai", "url": url, "model": "small"}
        file = write_run(tmp_path, run_table(endpoint))

        with pytest.raises(EndpointError) as caught:
            tune(file, tmp_path / "run")

    assert str(caught.value) == (
        f"{url}: no usable answer to the first question (connection failed); "
        "check that the server is up, and try again"
    )
    left = {path.name for path in (tmp_path / "run").iterdir()}
    assert left == {"run.json", "lock", "calls.log", "rounds.log"}


def test_another_model_behind_the_same_address_is_noticed_before_any_example_is_sent(
    server: MockEndpoint, whole: Healthy, tmp_path: Path
) -> None:
    server.plan(at(MIDDLE, saying("stop", 400)))
    with pytest.raises(EndpointError):
        tune(whole.file, tmp_path / "run")
    other = orjson.dumps({"choices": [{"message": {"content": "cedar"}}]})
    server.plan(since(1, replying(other)))
    earlier = Counter(server.bills)  # after ``plan``, which awaits what the first run gave up

    with pytest.raises(EndpointError, match="another model answers here than when this run began"):
        tune(whole.file, tmp_path / "run")

    (only_question,) = (server.bills - earlier).keys()
    assert asked(only_question) == fingerprint_request()
    server.plan(healthy)
    tune(whole.file, tmp_path / "run")
    assert final_bytes(tmp_path / "run") == whole.left


def test_the_command_says_a_refusal_in_one_line_and_ends_with_1(
    server: MockEndpoint, whole: Healthy, tmp_path: Path
) -> None:
    server.plan(at(MIDDLE, saying("too many\x1b[31m\ntokens", 400)))

    done = run_command("run", whole.file, "--dir", tmp_path / "run")

    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {server.url}: request refused, 400 (too many")
    assert done.stderr.count("\n") == 1 > done.stderr.count("\x1b")
