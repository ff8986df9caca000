"""What other clients lose where fedbbpt loses nothing: the same questions, faults and outage.

``python tests/benchmarks/peers.py`` installs each peer into an environment of its own under
``.cache/peers``, lets it ask the mock endpoint, and prints a Markdown table; arguments are the
number of questions and the peers. Times are not measured: nobody pays for those here.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/mock_endpoint"))

from mock_asking import ask_all, connector_of  # noqa: E402 - its folder is no package
from mock_model import answer_to  # noqa: E402
from mock_process import Remote, in_own_process  # noqa: E402

from fedbbpt.completions import Request  # noqa: E402
from fedbbpt.endpoints.scripted import Scripted  # noqa: E402
from fedbbpt.prompts import Message  # noqa: E402

PEERS: Mapping[str, tuple[str, ...]] = {
    "openai": ("openai==3.54.0",),
    "dspy": ("dspy==3.4.1",),
}
US = "fedbbpt"
QUESTIONS = 400
OUTAGE_SECONDS = 10.0
LATENCY_SECONDS = 0.05
PATIENCE = 500
WORKER = Path(__file__).with_name("peer_clients.py")
ALONE = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
"""Lets a library read its own price list instead of fetching one."""

DOWN = "10 s of 503 from the start"
SILENT = {"silence": 0.1}
MIXED = dict.fromkeys(
    (
        *("429 with headers", "500", "502", "503", "reset after taking it up", "truncated JSON"),
        *("empty choices", "wrong model", "another's answer", "200 with an error"),
    ),
    0.03,
)
SCENES: Mapping[str, Mapping[str, float]] = {
    "no fault": {},
    "1 reply of 10 never comes": SILENT,
    "30 % faults of ten kinds": MIXED,
    DOWN: {},
}


@dataclass(frozen=True, slots=True)
class Row:
    """What a client got and what was billed.

    Attributes:
        lost: questions without an answer.
        wrong: answers that are not the model's to that question, taken for it.
        billed: requests that the model took up.
        accounted: the most that the client itself can say was billed.
    """

    lost: int
    wrong: int
    billed: int
    accounted: int


def prompts(count: int) -> list[str]:
    return [f"Note {number}: a good day, or a mess? Mood:" for number in range(count)]


def request(prompt: str) -> Request:
    return Request((Message("user", prompt),), top_logprobs=5)


def ours(remote: Remote, asked: Sequence[str]) -> tuple[list[str | None], int]:
    """Ask as a run does; return the answers, and calls that are settled or in doubt."""
    with tempfile.TemporaryDirectory() as folder:
        connector = connector_of(remote.url, timeout_seconds=2.0)
        log = Path(folder) / "calls.log"
        outcome = asyncio.run(ask_all(connector, log, [request(one) for one in asked]))
    ledger = outcome.ledger
    return [one.text for one in outcome.completions], ledger.calls + ledger.possibly_billed


def theirs(
    peer: str, python: Path, remote: Remote, asked: Sequence[str]
) -> tuple[list[str | None], int]:
    """Let a peer ask by an interpreter; it accounts for the answers that it returned."""
    job = {"client": peer, "url": remote.url, "prompts": list(asked)}
    done = subprocess.run(
        [python, WORKER, json.dumps(job)],
        env={"PATH": os.environ["PATH"], "HOME": str(ROOT / ".cache/peers"), **ALONE},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    texts: list[str | None] = json.loads(done.stdout.splitlines()[-1])
    return texts, sum(text is not None for text in texts)


def environment(peer: str) -> Path:
    """Return the interpreter of a peer's environment, which is made where it is not there yet."""
    folder = ROOT / ".cache/peers" / peer
    python, stamp = folder / "bin/python", folder / "installed"
    if not stamp.exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PEERS[peer]], check=True)
        stamp.touch()
    return python


@contextmanager
def outage(remote: Remote, seconds: float) -> Iterator[None]:
    """Answer everything with 503 from now on, for so many seconds."""
    remote.tell(faults={"seed": 1, "shares": {"503": 1.0}})
    end = threading.Timer(seconds, lambda: remote.tell(faults={"seed": 1, "shares": {}}))
    end.start()
    try:
        yield
    finally:
        end.join()


def row(client: str, scene: str, count: int, python: Path) -> Row:
    """Play one scene with one client; a peer is run by the interpreter."""
    asked, model = prompts(count), Scripted()
    with in_own_process(
        latency_seconds=LATENCY_SECONDS, faults={"seed": 3, "shares": dict(SCENES[scene])}
    ) as remote:
        with outage(remote, OUTAGE_SECONDS) if scene == DOWN else nullcontext():
            texts, accounted = (
                ours(remote, asked) if client == US else theirs(client, python, remote, asked)
            )
        billed = int(remote.stats()["billed"])
    right = [answer_to(model, request(one)).text for one in asked]
    lost = sum(text is None for text in texts)
    same = sum(text == other for text, other in zip(texts, right, strict=True))
    return Row(lost, count - lost - same, billed, accounted)


def table(clients: Sequence[str], count: int) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    columns = "client | lost | wrong | billed | billed, and nobody was told"
    yield f"| {count} questions | {columns} |"
    yield "|---|---|---|---|---|---|"
    for scene in SCENES:
        for client in clients:
            python = Path(sys.executable) if client == US else environment(client)
            one = row(client, scene, count, python)
            unknown = max(0, one.billed - one.accounted)
            yield f"| {scene} | {client} | {one.lost} | {one.wrong} | {one.billed} | {unknown} |"


def main(words: Sequence[str]) -> None:
    count = int(words[0]) if words else QUESTIONS
    for line in table([US, *(words[1:] or PEERS)], count):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
