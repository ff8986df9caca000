import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from mock_server import MockEndpoint
from model_server import serving
from whole_runs import (
    PATIENCE,
    SCRIPTED,
    complete,
    final_bytes,
    journalled,
    run_command,
    run_table,
    smallest_table,
    started,
    stats,
    tune,
    write_run,
)

from fedbbpt.storage.reading import read_log

INTERRUPTED = 130


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with serving(latency_seconds=0.01) as served:
        yield served


def test_ctrl_c_keeps_what_was_received_and_says_how_to_go_on(
    server: MockEndpoint, tmp_path: Path
) -> None:
    file, directory = write_run(tmp_path, run_table(server.endpoint())), tmp_path / "run"
    tune(file, tmp_path / "unbroken")
    before = server.bill

    with started("run", file, "--dir", directory) as process:
        server.wait_for(before + 30)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
    received, frames = journalled(directory, "done").total(), read_log(directory / "calls.log")
    resumed = run_command("resume", directory)

    under_way = 4
    assert process.returncode == INTERRUPTED
    assert errors.splitlines() == [
        f"stopped; every completion received is kept. Go on with: fedbbpt resume {directory}"
    ]
    assert received >= 30 - under_way
    assert frames.damaged == ()
    assert resumed.returncode == 0, resumed.stderr
    assert final_bytes(directory) == final_bytes(tmp_path / "unbroken")
    cost = stats(directory)
    assert cost["calls"] <= server.bill - before <= cost["calls"] + cost["possibly_billed"]
    assert cost["possibly_billed"] <= under_way


def test_ctrl_c_during_the_pause_between_two_attempts_ends_at_once(
    server: MockEndpoint, tmp_path: Path
) -> None:
    file, directory = write_run(tmp_path, smallest_table(server.endpoint())), tmp_path / "run"
    server.gate.clear()

    with started("run", file, "--dir", directory) as process:
        server.wait_for(1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=5)

    assert process.returncode == INTERRUPTED


def test_a_run_that_looks_at_baselines_is_resumed_with_them(
    server: MockEndpoint, tmp_path: Path
) -> None:
    file, directory = write_run(tmp_path, run_table(server.endpoint())), tmp_path / "run"
    whole = run_command("run", file, "--dir", tmp_path / "unbroken", "--baselines")
    before = len(server.headers)

    with started("run", file, "--dir", directory, "--baselines") as process:
        server.wait_for(before + 100)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
    said = errors.strip().partition("fedbbpt ")[2].split()
    resumed = run_command(*said)

    assert whole.returncode == 0, whole.stderr
    assert resumed.returncode == 0, resumed.stderr
    assert b"pooled data" in (directory / "results.json").read_bytes()
    assert final_bytes(directory) == final_bytes(tmp_path / "unbroken")


def test_the_named_way_to_go_on_works_from_another_working_folder(tmp_path: Path) -> None:
    file = write_run(tmp_path / "a", smallest_table(SCRIPTED))
    left = complete(file, tmp_path / "whole")
    killed = run_command("run", file, "--dir", tmp_path / "run", FEDBBPT_CRASH_AT="60")
    here = Path.cwd()

    os.chdir(tmp_path)
    try:
        resumed = run_command("resume", "run")
    finally:
        os.chdir(here)

    assert killed.returncode == -signal.SIGKILL
    assert resumed.returncode == 0, resumed.stderr
    assert final_bytes(tmp_path / "run") == left
