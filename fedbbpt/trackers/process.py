"""A tracker at work beside a run: a process that is told things, waited for a while, then left."""

import asyncio
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from fedbbpt.canonical import canonical_json
from fedbbpt.trackers import Started, Step
from fedbbpt.trackers.sent import Sent, recalled

FINISHED = "finished"
PAUSED_SECONDS = 10.0
LONGEST = 300
"""Characters of a tracker's complaint that are passed on."""


@dataclass(frozen=True, slots=True)
class TrackerPlan:
    """How a tracker is started; made without contacting it.

    Attributes:
        plugin: its class, as "module:Class".
        settings: its fields.
        destination: where figures and prompts go, for people.
        patience_seconds: how long the end of a run waits for it.
        environment: all that its process is given; may hold the tracker's key, so never shown.
    """

    plugin: str
    settings: Mapping[str, object]
    destination: str
    patience_seconds: float
    environment: Mapping[str, str] = field(repr=False)


class Telling:
    """Tells a tracker what happens; nothing here waits or fails.

    Attributes:
        warning: what did not arrive, and why, in one sentence; empty while nothing is known to.
    """

    def __init__(self, sent: Sent, process: Process | None) -> None:
        self.warning = ""
        self._sent = sent
        self._process = process
        self._now: list[str] = []

    def round(self, stage: str, round: int, figures: Mapping[str, float]) -> None:
        """Tell about a round that it was not told about before."""
        step = Step(stage, round, len(self._sent.ids), dict(figures))
        self._tell(f"{stage}/{round}", {"step": asdict(step)})

    def finished(self, figures: Mapping[str, float], files: Mapping[str, str]) -> None:
        """Tell how the run ended, if it was not told before."""
        self._tell(FINISHED, {"figures": dict(figures), "files": dict(files)})

    def _tell(self, id: str, message: dict[str, object]) -> None:
        if self._process is None or id in self._sent.ids:
            return
        self._sent.note(id)
        self._now.append(id)
        self.write({"id": id, **message})

    def write(self, message: Mapping[str, object]) -> None:
        """Send one line, if there still is someone to read it."""
        pipe = self._process.stdin if self._process else None
        if pipe is not None and not pipe.is_closing():
            pipe.write(canonical_json(message) + b"\n")

    async def close(self, patience: float, answers: IO[bytes], complaints: IO[bytes]) -> None:
        """Wait for the tracker, end it where it takes too long, and see what arrived."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        # What is not finished is a pause: nobody wants to wait for more than the last words.
        waits = patience if FINISHED in self._now else min(patience, PAUSED_SECONDS)
        reason = await _end_of(self._process, waits)
        lost = set(self._now) - set(_lines(answers))
        self._sent.strike(lost)
        if reason or lost:
            said = [line for line in _lines(complaints) if line.strip()][-1:]
            self.warning = (
                f"tracker: {len(lost)} of {len(self._now)} messages did not arrive: "
                f"{': '.join([reason or 'nobody answered', *said])[:LONGEST]}; "
                "the run itself is whole, and running it again sends them"
            )


@asynccontextmanager
async def telling(plan: TrackerPlan, run: Started, folder: Path) -> AsyncIterator[Telling]:
    """Start a tracker's process for a ``with`` block; at its end, wait for it with patience.

    Args:
        plan: the tracker.
        run: what it is told first; its token is replaced by the one that the folder remembers.
        folder: of the run.

    Raises:
        StorageError: what it was told before cannot be read.
    """
    sent = recalled(folder, plan.plugin, dict(plan.settings), dict(run.settings))
    if FINISHED in sent.ids:
        yield Telling(sent, None)
        return
    first = {
        "plugin": plan.plugin,
        "settings": dict(plan.settings),
        "run": {**asdict(run), "token": sent.token},
    }
    with tempfile.TemporaryFile() as answers, tempfile.TemporaryFile() as complaints:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "fedbbpt.trackers.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=answers,
            stderr=complaints,
            env=dict(plan.environment),
            start_new_session=True,  # an interrupt is for the run, which then closes the pipe
        )
        told = Telling(sent, process)
        told.write(first)
        try:
            yield told
        finally:
            await told.close(plan.patience_seconds, answers, complaints)


async def _end_of(process: Process, patience: float) -> str:
    """Wait for the end of a process, or make one; return what was wrong with it."""
    try:
        async with asyncio.timeout(patience):
            code = await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        return f"it took longer than {patience:g} s"
    return f"it ended with status {code}" if code else ""


def _lines(file: IO[bytes]) -> list[str]:
    file.seek(0)
    return file.read().decode(errors="replace").splitlines()
