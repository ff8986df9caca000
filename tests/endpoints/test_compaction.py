import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.completions import Completion, TokenLogprob, Usage
from fedbbpt.endpoints.records.compaction import Compacted, compact
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Ledger, Worst
from fedbbpt.errors import StorageError
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.reading import read_log

KEYS = ("a", "b", "c")
OWNERS = ("ann", "ben")
ENDINGS = ("done", "free", "refused", "lost", "killed", "riddle")
STEPS = st.lists(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(OWNERS), st.sampled_from(ENDINGS)),
    max_size=25,
)

Found = tuple[Ledger, dict[str, Ledger], dict[str, Completion | None]]


def reply(number: int, usage: Usage) -> Completion:
    return Completion(f"reply {number}", "stop", (TokenLogprob("reply", -0.5),), usage)


def write_journal(path: Path, steps: list[tuple[str, str, str]]) -> None:
    with FramedLog.open(path) as log:
        journal = Journal(log, clock=lambda: 86_400.0 * len(steps))
        for number, (key, owner, ending) in enumerate(steps):
            if ending == "riddle":
                log.append(b'{"t":"of a later version"}')
                continue
            journal.intend(key, owner, Worst(30 + number, 70 + number))
            if ending == "done":
                journal.complete(key, reply(number, Usage(10, 2, 4)), cost=5 + number)
            elif ending == "free":
                journal.complete(key, reply(number, Usage()), cost=0)
            elif ending in {"refused", "lost"}:
                journal.fail(key, ending, billed=ending == "lost")


def found_in(path: Path) -> Found:
    with FramedLog.open(path) as log:
        journal = Journal(log)
        answers = {key: journal.lookup(key) for key in KEYS}
        return journal.tally(), journal.account.ledgers, answers


@given(STEPS)
def test_every_answer_and_the_ledger_of_every_owner_stay(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("compact") / "calls.log"
    write_journal(path, steps)
    before = found_in(path)

    compact(path)
    once = path.read_bytes()
    compact(path)

    assert found_in(path) == before
    assert path.read_bytes() == once


@given(STEPS, STEPS)
def test_a_compacted_journal_goes_on_as_the_whole_one_would(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[tuple[str, str, str]],
    second: list[tuple[str, str, str]],
) -> None:
    folder = tmp_path_factory.mktemp("compact")
    whole, compacted = folder / "whole.log", folder / "compacted.log"
    for path in (whole, compacted):
        write_journal(path, first)
    compact(compacted)

    for path in (whole, compacted):
        write_journal(path, second)

    assert found_in(compacted) == found_in(whole)


def test_what_is_settled_goes_and_the_sizes_are_told(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    steps = [("a", "ann", "refused")] * 50 + [("a", "ann", "done"), ("b", "ben", "killed")]
    write_journal(path, steps)
    before = path.stat().st_size

    done = compact(path)
    records = read_log(path).records

    assert done == Compacted(before, path.stat().st_size, 1)
    assert done.after < before / 10
    kinds = [orjson.loads(record)["t"] for record in records]
    assert kinds == ["carried", "kept", "intent", "carried"]
    assert records[0] == records[-1]


def test_a_damaged_record_is_dropped_and_stays_possibly_billed(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    write_journal(path, [("a", "ann", "done"), ("b", "ben", "done")])
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"reply 1")] ^= 1
    path.write_bytes(raw)
    before = found_in(path)

    compact(path)

    assert found_in(path) == before
    assert read_log(path).damaged == ()


def test_a_journal_in_use_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    write_journal(path, [("a", "ann", "done")])
    before = path.read_bytes()

    with FramedLog.open(path), pytest.raises(StorageError, match="open for writing elsewhere"):
        compact(path)

    assert path.read_bytes() == before


def test_the_rights_of_the_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    write_journal(path, [("a", "ann", "done")])
    path.chmod(0o640)

    compact(path)

    assert path.stat().st_mode & 0o777 == 0o640


def test_an_empty_journal_stays_empty(tmp_path: Path) -> None:
    (tmp_path / "calls.log").touch()

    assert compact(tmp_path / "calls.log") == Compacted(0, 0, 0)


KILLED = """
import sys
from pathlib import Path
from fedbbpt.endpoints.records.compaction import compact
from fedbbpt.storage.crash import arm
arm(int(sys.argv[2]))
compact(Path(sys.argv[1]))
"""


def test_killed_at_every_crash_point_the_journal_is_the_old_one_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    write_journal(path, [("a", "ann", "refused"), ("a", "ann", "done"), ("b", "ben", "lost")])
    before, old = found_in(path), path.read_bytes()
    compact(path)
    new = path.read_bytes()
    seen = []

    for at in range(1, 6):
        path.write_bytes(old)
        command = [sys.executable, "-c", KILLED, str(path), str(at)]
        run = subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
        seen.append((run.returncode, path.read_bytes() == new))
        assert path.read_bytes() in {old, new}
        assert found_in(path) == before

    # before the write | the fsync | the rename | the fsync of the folder | after all
    assert seen == [(-9, False), (-9, False), (-9, False), (-9, True), (0, True)]
