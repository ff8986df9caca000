import re
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import batch_server
import pytest
from batch_server import BatchServer
from mock_faults import FAULTS, saying
from mock_plans import since
from mock_server import MockEndpoint
from model_server import MODEL, serving
from planted_key import KEY, VARIABLE, holds_key, shown, talk, talkative
from whole_runs import (
    PATIENCE,
    Table,
    environment,
    smallest_table,
    tune,
    write_run,
)

from fedbbpt.completions import Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.errors import EndpointError
from fedbbpt.prompts import Message
from fedbbpt.secret import Secret

FAKE_TRACKER = Path(__file__).parents[1] / "trackers/fakes/mlflow.py"
DUMP = """
with open("{place}", "ab") as dump:
    for name in ("cmdline", "environ"):
        with open("/proc/self/" + name, "rb") as source:
            dump.write(source.read() + b"|")
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with serving() as served:
        yield served


def frames_of(error: BaseException) -> list[str]:
    """Return what services that collect errors would: every frame with its variables.

    The tests' own frames are left out: they hold the key on purpose.
    """
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = re.split(r'(?=^ *File ")', "".join(told.format()), flags=re.MULTILINE)
    return [one for one in frames if "/tests/" not in one.partition("\n")[0]]


def guarded(server: MockEndpoint, **settings: object) -> Table:
    """Return the table of an endpoint that wants the planted key."""
    return server.endpoint(key_env=VARIABLE, **settings)


def test_no_command_shows_a_key_that_it_uses(server: MockEndpoint, tmp_path: Path) -> None:
    endpoint = guarded(server, key_header="api-key")
    file, run = write_run(tmp_path, smallest_table(endpoint)), tmp_path / "run"
    place = ("--endpoint", server.url, "--model", "small", "--key-env", VARIABLE)
    prompts, data = (run / "tuned.json", "text:Mood of: {input}"), tmp_path / "it.jsonl"

    done = [
        talk("run", file, "--dir", run),
        talk("doctor", file, "--json"),
        talk("report", run),
        talk("export", run, "--as", "messages", "--out", tmp_path / "exported.json"),
        talk("compare-prompts", *prompts, "--data", data, *place, "--dir", tmp_path / "compared"),
        talk("compact", run),
        talk("resume", run, "--json"),
    ]

    names = {name for headers in server.headers for name, value in headers.items() if value == KEY}
    bearers = {headers.get("Authorization") for headers in server.headers}
    assert {one.returncode for one in done} == {0}, [one.stderr[-400:] for one in done]
    assert {name.lower() for name in names} == {"api-key"}
    assert bearers == {None, f"Bearer {KEY}"}
    assert all("DEBUG" in one.stderr for one in done)
    assert shown(tmp_path, *done) == []


def test_a_run_in_batches_shows_its_key_nowhere(tmp_path: Path) -> None:
    with batch_server.serving(BatchServer(model=MODEL)) as server:
        endpoint = {
            **{"use": "openai", "url": server.url, "model": "small", "key_env": VARIABLE},
            **{"transport": "batch", "poll_seconds": 0.01},
        }
        file = write_run(tmp_path, smallest_table(endpoint))

        done = talk("run", file, "--dir", tmp_path / "run", **{VARIABLE: batch_server.KEY})

        uploads = b"".join(server.uploads)
    assert done.returncode == 0, done.stderr
    assert uploads
    assert not holds_key(uploads, batch_server.KEY)
    assert shown(tmp_path, done, key=batch_server.KEY) == []


def test_the_dump_of_a_crash_shows_no_key(server: MockEndpoint, tmp_path: Path) -> None:
    file = write_run(tmp_path, smallest_table(guarded(server)))
    server.gate.clear()
    # What the system itself writes of a dead process holds all that the process held.
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, limits[1]))

    with subprocess.Popen(
        talkative("run", file, "--dir", tmp_path / "run"),
        env=environment(**{VARIABLE: KEY, "PYTHONASYNCIODEBUG": "1"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        server.wait_for(1)
        process.send_signal(signal.SIGABRT)
        output, errors = process.communicate(timeout=PATIENCE)
    resource.setrlimit(resource.RLIMIT_CORE, limits)

    assert process.returncode == -signal.SIGABRT
    assert "Fatal Python error: Aborted" in errors
    assert not holds_key((output + errors).encode())
    assert shown(tmp_path) == []


@linux
def test_a_tracker_finds_no_key_in_its_environment_or_command_line(
    server: MockEndpoint, tmp_path: Path
) -> None:
    fakes, dump = tmp_path / "fakes", tmp_path / "dump"
    fakes.mkdir()
    fake = FAKE_TRACKER.read_text() + DUMP.format(place=dump)
    (fakes / "mlflow.py").write_text(fake)
    track = {"use": "mlflow", "uri": (tmp_path / "tracked").as_uri()}
    file = write_run(tmp_path, {**smallest_table(guarded(server)), "track": track})
    path = f"{fakes}:{environment()['PYTHONPATH']}"

    done = talk("run", file, "--dir", tmp_path / "run", PYTHONPATH=path)

    assert done.returncode == 0, done.stderr
    assert b"fedbbpt.trackers.worker" in dump.read_bytes()
    assert b"PYTHONPATH=" in dump.read_bytes()
    assert shown(tmp_path, done) == []


@pytest.mark.parametrize("name", [*FAULTS, "401", "no server"])
async def test_not_even_the_variables_of_a_failed_attempt_show_the_key(
    server: MockEndpoint, name: str
) -> None:
    refused = saying("no such key", 401)
    server.plan(since(1, FAULTS.get(name, refused)))
    url = "http://127.0.0.1:9/v1" if name == "no server" else server.url
    connector = OpenAI(url=url, model="small", key=Secret(KEY), timeout_seconds=0.3)
    request = Request((Message("user", "Note: late again. Mood:"),), top_logprobs=5)

    try:
        async with connector.connect() as wire:
            await wire.send(request)
    except (AttemptError, EndpointError) as error:
        frames = frames_of(error)
    else:
        frames = ["request = "]  # a fault that may pass, and did

    assert any("request = " in frame for frame in frames)
    assert [frame for frame in frames if holds_key(frame.encode())] == []


def test_an_error_of_a_whole_run_shows_no_key_to_a_service_that_collects_variables(
    server: MockEndpoint, tmp_path: Path
) -> None:
    file = write_run(tmp_path, smallest_table(guarded(server)))
    server.plan(since(20, saying("that key is wrong", 401)))

    with pytest.raises(EndpointError) as caught:
        tune(file, tmp_path / "run", **{VARIABLE: KEY})

    ours = [frame for frame in frames_of(caught.value) if "/fedbbpt/" in frame]
    assert len(ours) > 5
    assert [frame for frame in ours if holds_key(frame.encode())] == []
