import base64
from pathlib import Path

import pytest

from fedbbpt.completions import Completion, TokenLogprob, Usage
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Ledger, Worst
from fedbbpt.randomness import rng
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.frames import HEADER

ANSWERS = {
    f"key {number}": Completion(
        f"answer {number} ✓", "stop", (TokenLogprob("a", -0.5 - number),), Usage(5 + number, 1)
    )
    for number in range(4)
}

# What version 1 wrote, kept as text. Every later version must read it.
VERSION_1 = """
ZmVkYmJwdP8BAAAABqBtq/7/+/59AAAATCr8wHsiYXR0ZW1wdCI6MSwiY2xpZW50IjoiYW5uIiwia2V5IjoiYWFhYWFh
YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYSIsInQiOiJpbnRl
bnQiLCJ3b3JzdCI6MzB9/v/7/roAAADIwU9OeyJjb21wbGV0aW9uIjp7ImZpbmlzaF9yZWFzb24iOiJzdG9wIiwiZmly
c3QiOltbInllcyIsLTAuMjVdLFsibm8iLC0yLjBdXSwidGV4dCI6InllcyIsInVzYWdlIjpbNSwxXX0sImtleSI6ImFh
YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWEiLCJ0Ijoi
ZG9uZSJ9/v/7/n0AAACNbUzqeyJhdHRlbXB0IjoxLCJjbGllbnQiOiJiZW4iLCJrZXkiOiJiYmJiYmJiYmJiYmJiYmJi
YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiIiwidCI6ImludGVudCIsIndvcnN0
IjoyMH3+//v+egAAABwzXtF7ImJpbGxlZCI6ZmFsc2UsImtleSI6ImJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJi
YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmIiLCJyZWFzb24iOiJzdGF0dXMgNTAzIiwidCI6ImZhaWwi
ff7/+/59AAAA+BNa+nsiYXR0ZW1wdCI6MiwiY2xpZW50IjoiYmVuIiwia2V5IjoiYmJiYmJiYmJiYmJiYmJiYmJiYmJi
YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYiIsInQiOiJpbnRlbnQiLCJ3b3JzdCI6MjB9
/v/7/nYAAADscyw2eyJiaWxsZWQiOnRydWUsImtleSI6ImJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJi
YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmIiLCJyZWFzb24iOiJ0aW1lb3V0IiwidCI6ImZhaWwiff7/+/58AAAA
yfAgVHsiYXR0ZW1wdCI6MSwiY2xpZW50IjoiYmVuIiwia2V5IjoiY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2Nj
Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjYyIsInQiOiJpbnRlbnQiLCJ3b3JzdCI6N33+//v+fQAAABe8
38R7ImF0dGVtcHQiOjEsImNsaWVudCI6ImFubiIsImtleSI6ImRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRk
ZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGQiLCJ0IjoiaW50ZW50Iiwid29yc3QiOjQwff7/+/6uAAAAfHPu
t3siY29tcGxldGlvbiI6eyJmaW5pc2hfcmVhc29uIjoibGVuZ3RoIiwiZmlyc3QiOltdLCJ0ZXh0IjoiZ3LDtsOfZXIg
4pyTIiwidXNhZ2UiOls5LDQsM119LCJrZXkiOiJkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRk
ZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkIiwidCI6ImRvbmUifQ==
"""


def write_journal(path: Path) -> None:
    with FramedLog.open(path) as log:
        journal = Journal(log)
        for number, (key, completion) in enumerate(ANSWERS.items()):
            if number % 3 == 1:
                journal.intend(key, "ann", Worst(30))
                journal.fail(key, "status 503", billed=False)
            journal.intend(key, "ann", Worst(30))
            journal.complete(key, completion)


def read_journal(path: Path) -> tuple[dict[str, Completion], Ledger]:
    with FramedLog.open(path) as log:
        journal = Journal(log)
        found = {key: journal.lookup(key) for key in ANSWERS}
        return {key: value for key, value in found.items() if value is not None}, journal.tally()


def test_cut_at_every_byte_a_journal_serves_what_was_whole_and_takes_the_rest(
    tmp_path: Path,
) -> None:
    path = tmp_path / "calls.log"
    write_journal(path)
    data = path.read_bytes()
    served = 0

    for cut in range(len(data) + 1):
        path.write_bytes(data[:cut])
        found, ledger = read_journal(path)
        assert found == dict(list(ANSWERS.items())[: len(found)])
        assert served <= len(found) <= served + 1
        assert ledger.calls == len(found)
        assert ledger.possibly_billed <= 1
        served = len(found)

    assert served == len(ANSWERS)


def spoil_and_read(tmp_path: Path, times: int) -> None:
    path = tmp_path / "calls.log"
    write_journal(path)
    data = path.read_bytes()
    draw = rng(5, "damage")
    for _ in range(times):
        raw = bytearray(data)
        for _ in range(draw.integers(1, 4)):
            place = int(draw.integers(HEADER, len(raw)))
            raw[place : place + int(draw.integers(1, 9))] = draw.bytes(int(draw.integers(0, 9)))
        path.write_bytes(raw)
        found, ledger = read_journal(path)
        assert found.items() <= ANSWERS.items()
        assert ledger.calls <= len(ANSWERS)


def test_hundreds_of_damages_never_serve_a_wrong_answer(tmp_path: Path) -> None:
    spoil_and_read(tmp_path, 500)


@pytest.mark.torture
def test_a_hundred_thousand_damages_never_serve_a_wrong_answer(tmp_path: Path) -> None:
    spoil_and_read(tmp_path, 100_000)


def test_a_journal_of_version_1_is_read_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    path.write_bytes(base64.b64decode("".join(VERSION_1.split())))

    with FramedLog.open(path) as log:
        journal = Journal(log)
        found = [journal.lookup(letter * 64) for letter in "abcd"]
        before = journal.tally()
        journal.intend("b" * 64, "ben", Worst(20))
        journal.complete("b" * 64, Completion("at last"))
    with FramedLog.open(path) as log:
        later = Journal(log).lookup("b" * 64)

    alternatives = (TokenLogprob("yes", -0.25), TokenLogprob("no", -2.0))
    assert found == [
        Completion("yes", "stop", alternatives, Usage(5, 1)),
        None,
        None,
        Completion("größer ✓", "length", (), Usage(9, 4, 3)),
    ]
    assert (before.calls, before.failed, before.possibly_billed) == (2, 2, 2)
    assert (before.prompt_tokens, before.completion_tokens) == (14, 5)
    assert before.possibly_billed_tokens == 27
    assert later == Completion("at last")
