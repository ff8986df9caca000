"""Time and memory to open long journals: ``make bench ARGS=tests/benchmarks/test_journal_size.py``.

Half of the records are intents, half completions with five alternatives, of some 330 bytes.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from open_journal import STATUS

from fedbbpt.completions import Completion, TokenLogprob, Usage
from fedbbpt.endpoints.records.call_records import Intent, done_record, intent_record
from fedbbpt.endpoints.spending.ledger import Worst
from fedbbpt.storage.atomic import write_parts
from fedbbpt.storage.frames import frame, header

RECORDS = (100_000, 300_000, 1_000_000)
CONSTANT = 16_000_000
"""Bytes beyond half the file: windows, and Python's own arenas."""

REPLY = Completion(
    "positive",
    "length",
    tuple(TokenLogprob(f"token {rank}", -0.123456789 - rank) for rank in range(5)),
    Usage(211, 1),
)


def records(count: int) -> Iterator[bytes]:
    """Yield the bytes of a journal in pieces of some size."""
    part = bytearray(header())
    written = 0
    for number in range(count // 2):
        key = f"{number:064x}"
        intent = Intent(key, 1, "ann", Worst(238, 71_400), 1_700_000_000 + number)
        for payload in (intent_record(intent), done_record(key, REPLY, 32_250)):
            part += frame(payload, written + len(part))
        if len(part) > 1 << 20:
            yield bytes(part)
            written += len(part)
            part.clear()
    yield bytes(part)


@pytest.mark.benchmark
@pytest.mark.skipif(not STATUS.exists(), reason="memory is read from /proc")
def test_a_journal_opens_in_linear_time_and_in_less_than_half_its_size(tmp_path: Path) -> None:
    worker = Path(__file__).with_name("open_journal.py")
    seconds: dict[int, float] = {}

    for count in RECORDS:
        path = tmp_path / f"{count}.log"
        write_parts(path, records(count))
        size = path.stat().st_size
        command = [sys.executable, str(worker), str(path), "50000"]
        runs = [orjson.loads(subprocess.check_output(command)) for _ in range(2)]
        best = min(runs, key=lambda run: float(run["seconds"]))
        seconds[count], memory = best["seconds"], best["most"] - best["before"]
        sys.stdout.write(
            f"\n{count:9,} records {size / 1e6:6.1f} MB: open {seconds[count]:5.2f} s CPU, "
            f"{memory / 1e6:5.1f} MB more memory ({memory / size:.0%} of the file), "
            f"look-up {best['lookup']:.1f} us"
        )
        assert (best["calls"], best["found"]) == (count // 2, 10_000)
        assert memory < size / 2 + CONSTANT
        path.unlink()

    # Ten times the records; a third more is left for tables that double, and for a busy machine.
    assert seconds[RECORDS[-1]] < 10 * 1.34 * seconds[RECORDS[0]]
