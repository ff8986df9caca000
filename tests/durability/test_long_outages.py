"""An endpoint that is out for longer than anybody waits stops a run and changes nothing of it."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from mock_faults import FAULTS, replying, saying
from mock_plans import healthy, since
from mock_received import Fault
from mock_server import MockEndpoint
from model_server import serving
from whole_runs import (
    HurriedLoop,
    final_bytes,
    journalled,
    run_command,
    run_table,
    smallest_table,
    tune,
    write_run,
)

from fedbbpt.errors import OutageError

SILENT = {"choices": [{"message": {"content": "praise"}, "finish_reason": "stop"}]}
GO_ON = "; nothing is lost: give the same command again later, and it goes on"
LOST: Mapping[str, tuple[Fault, str]] = {
    "503": (FAULTS["503"], "status 503"),
    "no connection": (FAULTS["reset before the reply"], "connection lost"),
    "a page instead of JSON": (FAULTS["garbage text"], "unreadable body"),
    "no log-probabilities": (replying(SILENT), "no log-probabilities"),
    "maintenance": (saying("maintenance", 503, retry_after="600"), "status 503"),
    "a daily limit": (saying("daily limit", 429, retry_after="3600"), "status 429"),
}


class Healthy(NamedTuple):
    """A run without faults against the same server: its file, what it left, what it was billed."""

    file: Path
    left: dict[str, bytes]
    billed: int


@pytest.fixture(scope="module")
def server() -> Iterator[MockEndpoint]:
    with serving() as served:
        yield served


def healthy_run(server: MockEndpoint, folder: Path, table: dict[str, object]) -> Healthy:
    file, before = write_run(folder, table), server.bill
    server.plan(healthy)
    tune(file, folder / "run")
    return Healthy(file, final_bytes(folder / "run"), server.bill - before)


@pytest.fixture(scope="module")
def two(server: MockEndpoint, tmp_path_factory: pytest.TempPathFactory) -> Healthy:
    return healthy_run(server, tmp_path_factory.mktemp("two"), run_table(server.endpoint()))


@pytest.fixture(scope="module")
def one(server: MockEndpoint, tmp_path_factory: pytest.TempPathFactory) -> Healthy:
    return healthy_run(server, tmp_path_factory.mktemp("one"), smallest_table(server.endpoint()))


def outlasted(server: MockEndpoint, run: Healthy, directory: Path, number: int, name: str) -> str:
    """Run into an outage from a request on, then again after it; return what the first said."""
    fault, _ = LOST[name]
    server.plan(since(number, fault))
    with pytest.raises(OutageError) as caught:
        tune(run.file, directory)
    assert not (directory / "results.json").exists()
    server.plan(healthy)
    tune(run.file, directory)
    return str(caught.value)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (2, "503"),
        (70, "503"),
        (100, "503"),
        (60, "no connection"),
        (70, "a page instead of JSON"),
        (150, "no log-probabilities"),
        (30, "maintenance"),
        (40, "a daily limit"),
        (100, "a daily limit"),
    ],
)
def test_beyond_the_patience_a_run_stops_and_the_same_command_ends_in_the_same_bytes(
    server: MockEndpoint, two: Healthy, tmp_path: Path, number: int, name: str
) -> None:
    began = time.monotonic()

    said = outlasted(server, two, tmp_path / "run", number, name)

    assert time.monotonic() - began < 30 * 60 / HurriedLoop.SPEED
    assert final_bytes(tmp_path / "run") == two.left
    assert said.startswith(f"{server.url}: ")
    assert f"({LOST[name][1]}){GO_ON}" in said
    assert "\n" not in said


@pytest.mark.parametrize("number", [2, 12, 30])
def test_with_one_owner_it_is_the_same(
    server: MockEndpoint, one: Healthy, tmp_path: Path, number: int
) -> None:
    outlasted(server, one, tmp_path / "run", number, "a daily limit")

    assert final_bytes(tmp_path / "run") == one.left


def test_no_call_is_paid_twice_but_the_question_that_tells_the_model(
    server: MockEndpoint, two: Healthy, tmp_path: Path
) -> None:
    before = server.bill

    outlasted(server, two, tmp_path / "run", 70, "503")

    done = journalled(tmp_path / "run", "done")
    assert server.bill - before == done.total() == two.billed + 1
    assert sorted(done.values())[-2:] == [1, 2]


def test_the_command_says_it_in_one_line_and_ends_with_1_and_goes_on(
    server: MockEndpoint, one: Healthy, tmp_path: Path
) -> None:
    server.plan(since(12, LOST["a daily limit"][0]))

    stopped = run_command("run", one.file, "--dir", tmp_path / "run")
    server.plan(healthy)
    ended = run_command("run", one.file, "--dir", tmp_path / "run")

    assert stopped.returncode == 1
    said = f"error: {server.url}: asks for a pause of 3,600 s (status 429){GO_ON}\n"
    assert stopped.stderr == said
    assert ended.returncode == 0, ended.stderr
    assert final_bytes(tmp_path / "run") == one.left
