"""A journal on disk, its true bill at most, and ways to damage it."""

from pathlib import Path
from typing import NamedTuple

from hypothesis import assume
from hypothesis import strategies as st
from ledger_world import PRICE

from fedbbpt.completions import Completion, Usage
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Caps, Ledger, Worst
from fedbbpt.errors import BudgetError
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.frames import HEADER, frame, header
from fedbbpt.storage.reading import read_log

DAY = 86_400
FIRST_DAY, LAST_DAY = 20_000, 20_002
OWNERS = ("ann", "ben")
ENDINGS = ("done", "done", "refused", "lost", "killed")


class Step(NamedTuple):
    """An attempt: at which key, whose, what it uses at worst, how it ends, on which day."""

    key: str
    owner: str
    tokens: int
    ending: str
    day: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from("abc"),
        st.sampled_from(OWNERS),
        st.integers(5, 500),
        st.sampled_from(ENDINGS),
        st.integers(FIRST_DAY, LAST_DAY),
    ),
    max_size=10,
)
NUMBERS = st.none() | st.integers(0, 30)
AMOUNTS = st.none() | st.integers(0, 4_000)
MONEY = st.none() | st.integers(0, 2_000_000)
CAPS = st.builds(Caps, NUMBERS, AMOUNTS, MONEY, NUMBERS, MONEY)


def worst_of(step: Step) -> Worst:
    return Worst(step.tokens, PRICE.worst(step.tokens - 2, 2))


def live(path: Path, steps: list[Step]) -> None:
    """Live one process that makes attempts."""
    with FramedLog.open(path) as log:
        now = [0]
        journal = Journal(log, clock=lambda: now[0])
        for step in sorted(steps, key=lambda one: one.day):
            now[0] = step.day * DAY
            journal.intend(step.key, step.owner, worst_of(step))
            if step.ending == "done":
                used = Usage(step.tokens - 3, 1)
                journal.complete(step.key, Completion("a", usage=used), PRICE.cost(used))
            elif step.ending != "killed":
                journal.fail(step.key, step.ending, billed=step.ending == "lost")


def bill(steps: list[Step], owner: str = "", day: int = 0) -> tuple[int, int, int]:
    """Return the highest bill that a server may have written: calls, tokens, money."""
    mine = [
        step
        for step in steps
        if step.ending != "refused" and owner in {"", step.owner} and day in {0, step.day}
    ]
    used = [
        (step.tokens - 2, PRICE.cost(Usage(step.tokens - 3, 1)))
        if step.ending == "done"
        else worst_of(step)
        for step in mine
    ]
    return len(mine), sum(one[0] for one in used), sum(one[1] or 0 for one in used)


def flip(path: Path, draw: st.DataObject, *, count: int = 1) -> None:
    """Flip bits anywhere behind the header.

    Two damaged records at the very end of a log may look like a write that broke off, which nobody
    can tell from damage; no promise is made for those.
    """
    raw = bytearray(path.read_bytes())
    for _ in range(count if len(raw) > HEADER else 0):
        raw[draw.draw(st.integers(HEADER, len(raw) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    path.write_bytes(raw)
    assume(read_log(path).end == len(raw))


def allowed(path: Path, caps: Caps, owner: str, need: Worst) -> bool:
    """Tell whether one more attempt is let through today."""
    with FramedLog.open(path) as log:
        journal = Journal(log, clock=lambda: LAST_DAY * DAY)
        try:
            journal.reserve(caps, {"next": need}, owner)
        except BudgetError:
            return False
        return True


def within(caps: Caps, steps: list[Step], owner: str, need: Worst) -> bool:
    """Tell whether the true bill stays under the caps with one more attempt."""
    calls, tokens, money = bill(steps, owner)
    today_calls, _, today_money = bill(steps, owner, LAST_DAY)
    cost = need.nanodollars or 0
    pairs = [
        (caps.calls, calls + 1),
        (caps.tokens, tokens + need.tokens),
        (caps.nanodollars, money + cost),
        (caps.calls_a_day, today_calls + 1),
        (caps.nanodollars_a_day, today_money + cost),
    ]
    return all(cap is None or amount <= cap for cap, amount in pairs)


def tally(path: Path) -> Ledger:
    with FramedLog.open(path) as log:
        return Journal(log).tally()


def spoil(path: Path, *texts: bytes, last: bool = False) -> None:
    """Flip a bit of the first or the last record that holds each text."""
    raw = bytearray(path.read_bytes())
    for text in texts:
        raw[raw.rindex(text) if last else raw.index(text)] ^= 1
    path.write_bytes(raw)


def book(counts: list[int], usage: list[int], money: int) -> dict[str, object]:
    """Return the totals of an owner as the first version wrote them."""
    calls, doubtful, failed = counts
    doubts = [doubtful, 0, 0]
    return {
        "calls": calls,
        "failed": failed,
        "usage": usage,
        "nanodollars": money,
        "unpriced": 0,
        "doubtful": doubts,
        "days": {},
    }


def write_frames(path: Path, records: list[bytes]) -> None:
    data = header()
    for record in records:
        data += frame(record, len(data))
    path.write_bytes(data)
