import errno
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from fedbbpt.storage.group_commit import GROUP, GroupCommit

LONG = 30.0
"""Seconds after which something that should have happened is a failure of the test."""


@contextmanager
def committing(force: Callable[[], None]) -> Iterator[GroupCommit]:
    commit = GroupCommit(force)
    yield commit
    commit.close()


def eventually(claim: Callable[[], bool]) -> bool:
    end = time.monotonic() + LONG
    while not claim() and time.monotonic() < end:
        time.sleep(0.001)
    return claim()


def test_a_single_record_is_forced_within_moments() -> None:
    forced: list[float] = []

    with committing(lambda: forced.append(time.monotonic())) as commit:
        written = time.monotonic()
        commit.wrote()
        assert eventually(lambda: bool(forced))

    # 10 ms are promised; a loaded machine may hand out a thread's turn much later.
    assert forced[0] - written < 2.0


def test_a_full_group_does_not_wait_for_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fedbbpt.storage.group_commit.DELAY", LONG)
    forced: list[int] = []

    with committing(lambda: forced.append(1)) as commit:
        for _ in range(GROUP - 1):
            commit.wrote()
        time.sleep(0.05)
        before = len(forced)
        commit.wrote()
        assert eventually(lambda: len(forced) == 1)

    assert before == 0


def test_a_writer_goes_on_while_a_group_is_forced_and_waits_for_a_slow_disk() -> None:
    forcing, free = threading.Event(), threading.Event()
    written = 0

    def slow() -> None:
        forcing.set()
        free.wait(timeout=LONG)

    def write() -> None:
        nonlocal written
        for _ in range(4 * GROUP):
            commit.wrote()
            written += 1

    with committing(slow) as commit:
        commit.wrote()
        forcing.wait(timeout=LONG)
        writer = threading.Thread(target=write)
        writer.start()
        time.sleep(0.1)
        while_forcing = written
        free.set()
        writer.join(timeout=LONG)
        commit.force()

    assert GROUP <= while_forcing <= 2 * GROUP
    assert written == 4 * GROUP


def test_after_a_demand_everything_before_it_is_forced_and_never_twice_at_once() -> None:
    under_way, most, covered = 0, 0, 0

    def force() -> None:
        nonlocal under_way, most, covered
        under_way += 1
        most = max(most, under_way)
        covered = written
        time.sleep(0.0005)
        under_way -= 1

    with committing(force) as commit:
        for written in range(1, 200):
            commit.wrote()
            if written % 7 == 0:
                commit.force()
                assert covered == written

    assert most == 1


def test_nothing_written_forces_nothing() -> None:
    forced: list[int] = []

    with committing(lambda: forced.append(1)) as commit:
        commit.force()

    assert forced == []


def test_a_refusal_is_kept_and_nothing_is_forced_after_it() -> None:
    tries: list[int] = []

    def failing() -> None:
        tries.append(1)
        raise OSError(errno.EIO, "input/output error")

    with committing(failing) as commit:
        commit.wrote()
        assert eventually(lambda: commit.failure is not None)
        for _ in range(3 * GROUP):
            commit.wrote()
        with pytest.raises(OSError, match="input/output error"):
            commit.force()

    assert len(tries) == 1


def test_the_thread_ends_with_the_log() -> None:
    before = threading.active_count()

    with committing(lambda: None) as commit:
        commit.wrote()
        during = threading.active_count()

    assert (during, threading.active_count()) == (before + 1, before)
