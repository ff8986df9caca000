import asyncio
import math
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from fedbbpt.completions import Completion, Request, TokenLogprob, Usage
from fedbbpt.endpoints import AttemptError, Profile
from fedbbpt.endpoints.records.journal import Journal, request_key
from fedbbpt.endpoints.records.recording import Recorded
from fedbbpt.endpoints.spending.ledger import Caps, Ledger
from fedbbpt.errors import BudgetError, EndpointError
from fedbbpt.prompts import Message
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.reading import read_log

HELLO = Request((Message("user", "hello"),))
PROFILE = Profile("model", "nowhere", "model", "m", 0, 1, local=True)
KEY = request_key("model", HELLO)
REPLY = Completion("yes", usage=Usage(5, 1))
WORST = 5 + 16 + 64 + 1
UNLIMITED = Caps()


class OneReply:
    """A wire that always gives or raises the same, and looks at the log at that moment."""

    def __init__(self, outcome: Completion | Exception, path: Path) -> None:
        self.outcome = outcome
        self.path = path
        self.seen: list[str] = []

    async def send(self, request: Request) -> Completion:
        self.seen += [orjson.loads(record)["t"] for record in read_log(self.path).records]
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


async def send_once(
    path: Path, outcome: Completion | Exception, *, caps: Caps = UNLIMITED
) -> OneReply:
    wire = OneReply(outcome, path)
    with FramedLog.open(path) as log:
        await Recorded(wire, Journal(log), PROFILE, "ann", caps).send(HELLO)
    return wire


def tally(path: Path) -> Ledger:
    with FramedLog.open(path) as log:
        return Journal(log).tally()


async def test_the_intent_is_in_the_log_before_the_send_and_the_reply_after(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"

    wire = await send_once(path, REPLY)

    assert wire.seen == ["intent"]
    with FramedLog.open(path) as log:
        assert Journal(log).lookup(KEY) == REPLY
    assert tally(path) == Ledger(1, 0, 5, 1, 0, 0)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (AttemptError("status 503", billed=False), Ledger(failed=1)),
        (
            AttemptError("timeout", billed=True),
            Ledger(failed=1, possibly_billed=1, possibly_billed_tokens=WORST),
        ),
        (EndpointError("401: check the key"), Ledger(failed=1)),
        (
            EndpointError("it reasons first", billed=True),
            Ledger(failed=1, possibly_billed=1, possibly_billed_tokens=WORST),
        ),
        (KeyError("a bug"), Ledger(possibly_billed=1, possibly_billed_tokens=WORST)),
    ],
)
async def test_a_failure_is_recorded_and_passed_on(
    tmp_path: Path, failure: Exception, expected: Ledger
) -> None:
    path = tmp_path / "calls.log"

    with pytest.raises(type(failure)) as caught:
        await send_once(path, failure)

    assert caught.value is failure
    assert tally(path) == expected


async def test_a_cancelled_attempt_stays_possibly_billed(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"

    class Hanging:
        async def send(self, request: Request) -> Completion:
            await asyncio.Event().wait()
            return REPLY

    with FramedLog.open(path) as log, pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await Recorded(Hanging(), Journal(log), PROFILE, "ann").send(HELLO)

    assert tally(path).possibly_billed == 1


async def test_a_reply_that_cannot_be_recorded_is_a_failed_attempt(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    reply = Completion("yes", first=(TokenLogprob("yes", math.nan),))

    with pytest.raises(AttemptError) as caught:
        await send_once(path, reply)

    assert (caught.value.reason, caught.value.billed) == ("unusable reply", True)
    assert (tally(path).calls, tally(path).possibly_billed) == (0, 1)


async def test_a_further_attempt_after_unknown_outcomes_cannot_pass_the_cap(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    with FramedLog.open(path) as log:
        wire = OneReply(AttemptError("timeout", billed=True), path)
        recorded = Recorded(wire, Journal(log), PROFILE, "ann", Caps(calls=2))

        for _ in range(2):
            with pytest.raises(AttemptError):
                await recorded.send(HELLO)
        with pytest.raises(BudgetError, match="at least 3"):
            await recorded.send(HELLO)

    assert wire.seen.count("intent") == 1 + 2
    assert tally(path).possibly_billed == 2


PROGRAM = """
import asyncio, sys
from pathlib import Path
from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.recording import Recorded
from fedbbpt.prompts import Message
from fedbbpt.storage.crash import arm
from fedbbpt.storage.framed_log import FramedLog

class Counting:
    async def send(self, request):
        with Path(sys.argv[2]).open("a") as bill:
            bill.write("1")
        return Completion("yes", usage=Usage(5, 1))

arm(int(sys.argv[3]))
with FramedLog.open(Path(sys.argv[1])) as log:
    request = Request((Message("user", "hello"),))
    profile = Profile("model", "nowhere", "model", "m", 0, 1, local=True)
    asyncio.run(Recorded(Counting(), Journal(log), profile, "ann").send(request))
"""


def test_killed_at_every_crash_point_the_bill_stays_in_the_bounds(tmp_path: Path) -> None:
    outcomes = []

    for at in range(1, 5):
        path, bill = tmp_path / f"{at}.log", tmp_path / f"{at}.bill"
        bill.touch()
        command = [sys.executable, "-c", PROGRAM, str(path), str(bill), str(at)]
        run = subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
        ledger = tally(path)
        billed = len(bill.read_text())
        assert ledger.calls <= billed <= ledger.calls + ledger.possibly_billed
        outcomes.append((run.returncode, billed, ledger.calls, ledger.possibly_billed))

    # intent written | sent | completion written | flushed at the end
    assert outcomes == [(-9, 0, 0, 0), (-9, 0, 0, 1), (-9, 1, 0, 1), (-9, 1, 1, 0)]
