import signal
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import orjson
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

from fedbbpt.storage.lock import RunLock
from fedbbpt.storage.reading import read_log


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with serving() as served:
        yield served


def flip(path: Path, record: bytes) -> None:
    """Change one byte in the middle of a record's payload."""
    data = bytearray(path.read_bytes())
    data[data.index(record) + len(record) // 2] ^= 1
    path.write_bytes(data)


def test_a_second_process_on_the_same_run_is_refused_with_the_pid_of_the_first(
    server: MockEndpoint, tmp_path: Path
) -> None:
    file, directory = write_run(tmp_path, smallest_table(server.endpoint())), tmp_path / "run"
    server.gate.clear()

    with started("run", file, "--dir", directory) as first:
        server.wait_for(1)
        runs = [run_command("run", file, "--dir", directory), run_command("resume", directory)]
        server.gate.set()
        _, errors = first.communicate(timeout=PATIENCE)

    for refused in runs:
        assert refused.returncode == 1
        assert f"in use by process {first.pid} on " in refused.stderr
        assert "wait until it ends or stop it" in refused.stderr
        assert refused.stderr.count("\n") == 1
    assert first.returncode == 0, errors
    assert set(journalled(directory, "intent").values()) == {1}


def test_a_refused_second_process_leaves_nothing_in_the_folder(tmp_path: Path) -> None:
    file, directory = write_run(tmp_path, smallest_table(SCRIPTED)), tmp_path / "run"
    directory.mkdir()

    with RunLock(directory):
        refused = run_command("run", file, "--dir", directory)

    assert "in use by process" in refused.stderr
    assert [path.name for path in directory.iterdir()] == ["lock"]


def test_the_lock_of_a_killed_process_is_free(server: MockEndpoint, tmp_path: Path) -> None:
    file, directory = write_run(tmp_path, smallest_table(server.endpoint())), tmp_path / "run"
    server.gate.clear()
    with started("run", file, "--dir", directory) as first:
        server.wait_for(1)
        first.send_signal(signal.SIGKILL)
    server.gate.set()

    again = run_command("run", file, "--dir", directory)

    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize("kind", ["intent", "done"])
def test_a_flipped_byte_in_the_calls_costs_that_one_call_and_changes_nothing(
    server: MockEndpoint, tmp_path: Path, kind: str
) -> None:
    file = write_run(tmp_path, run_table(server.endpoint()))
    tune(file, tmp_path / "whole")
    (tmp_path / "damaged").mkdir()
    calls = Path(copy(tmp_path / "whole/calls.log", tmp_path / "damaged"))
    records = [r for r in read_log(calls).records if orjson.loads(r)["t"] == kind]
    flip(calls, records[len(records) // 2])
    paid = server.bill

    tune(file, tmp_path / "damaged")

    fingerprint_and_that_call = 2
    assert final_bytes(tmp_path / "damaged") == final_bytes(tmp_path / "whole")
    assert server.bill - paid == (fingerprint_and_that_call if kind == "done" else 0)
    cost = stats(tmp_path / "damaged")
    assert cost["calls"] <= server.bill <= cost["calls"] + cost["possibly_billed"]


def test_a_flipped_byte_in_the_rounds_is_replayed_from_the_calls(tmp_path: Path) -> None:
    file, directory = write_run(tmp_path, run_table(SCRIPTED)), tmp_path / "run"
    tune(file, directory)
    left, calls = final_bytes(directory), (directory / "calls.log").read_bytes()

    for number, record in enumerate(read_log(directory / "rounds.log").records):
        flip(directory / "rounds.log", record)
        tune(file, directory)

        assert final_bytes(directory) == left, number
    assert (directory / "calls.log").read_bytes() == calls


def test_a_run_directory_without_its_rounds_is_rebuilt_without_a_call(
    server: MockEndpoint, tmp_path: Path
) -> None:
    file, directory = write_run(tmp_path, run_table(server.endpoint())), tmp_path / "run"
    tune(file, directory)
    left, paid = final_bytes(directory), server.bill
    for path in directory.iterdir():
        if path.is_file() and path.name != "calls.log":
            path.unlink()

    tune(file, directory)

    assert final_bytes(directory) == left
    assert server.bill == paid


def test_a_torn_tail_of_either_log_is_survived(server: MockEndpoint, tmp_path: Path) -> None:
    file, directory = write_run(tmp_path, run_table(server.endpoint())), tmp_path / "run"
    tune(file, directory)
    left, paid = final_bytes(directory), server.bill
    for name in ("calls.log", "rounds.log"):
        log = directory / name
        log.write_bytes(log.read_bytes()[:-5])

    tune(file, directory)

    fingerprint_and_that_call = 2
    assert final_bytes(directory) == left
    assert server.bill - paid <= fingerprint_and_that_call


def test_another_run_file_on_a_run_directory_is_refused_with_what_differs(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    complete(write_run(tmp_path / "a", smallest_table(SCRIPTED)), directory)
    left = final_bytes(directory)
    other = write_run(tmp_path / "b", smallest_table(SCRIPTED) | {"seed": 3})

    refused = run_command("run", other, "--dir", directory)

    assert refused.returncode == 1
    assert "holds another run (different: " in refused.stderr
    assert "seed" in refused.stderr
    assert final_bytes(directory) == left
