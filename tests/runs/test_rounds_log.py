"""The rounds of a run: what was recorded is what every later process reads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.canonical import canonical_json
from fedbbpt.codec.messages import encode_report
from fedbbpt.errors import StorageError
from fedbbpt.messages import Report
from fedbbpt.runs.rounds import Rounds
from fedbbpt.storage.framed_log import FramedLog

MINE = "mine"
sums = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5)


def report(client: str, round: int = 0, fingerprint: str = MINE) -> Report:
    losses = {"loss_sum": np.array([1 / 3, float(len(client))])}
    return Report(client, round, fingerprint, losses, frozenset(losses), 8.0, 16, 1, 2, 15)


@contextmanager
def opened(folder: Path, fingerprint: str = MINE) -> Iterator[Rounds]:
    with (
        FramedLog.open(folder / "rounds.log") as log,
        FramedLog.open(folder / "calls.log") as calls,
    ):
        yield Rounds(log, calls, fingerprint)


def encoded(reports: tuple[Report, ...] | None) -> list[bytes] | None:
    return None if reports is None else list(map(encode_report, reports))


def test_a_later_process_reads_what_was_recorded(tmp_path: Path) -> None:
    with opened(tmp_path) as rounds:
        rounds.record("search", 0, [report("anna"), report("bert")])
        rounds.record("search", 1, [report("anna", 1)])
        rounds.record("dev", 0, [report("cleo")])
        before = [encoded(rounds.recorded(*key)) for key in (("search", 0), ("dev", 0))]

    with opened(tmp_path) as rounds:
        after = [encoded(rounds.recorded(*key)) for key in (("search", 0), ("dev", 0))]
        second = encoded(rounds.recorded("search", 1))

    assert before == after == [[*map(encode_report, map(report, ("anna", "bert")))], [CLEO]]
    assert second == [encode_report(report("anna", 1))]


CLEO = encode_report(report("cleo"))


@given(losses=sums)
def test_reopening_keeps_every_bit_of_the_figures(
    tmp_path_factory: pytest.TempPathFactory, losses: list[float]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    sent = Report("anna", 0, MINE, {"s": np.array(losses)}, frozenset(), 1 / 3, 1, 0, 0, 1)

    with opened(folder) as rounds:
        rounds.record("search", 0, [sent])
    with opened(folder) as rounds:
        kept = rounds.recorded("search", 0)

    assert kept is not None
    assert kept[0].statistics["s"].tobytes() == np.array(losses).tobytes()
    assert kept[0].weight == 1 / 3


def test_reports_are_kept_in_the_order_of_names_in_either_process(tmp_path: Path) -> None:
    with opened(tmp_path) as rounds:
        rounds.record("search", 0, [report(name) for name in ("cleo", "anna", "bert")])
        now = rounds.recorded("search", 0)
    with opened(tmp_path) as rounds:
        later = rounds.recorded("search", 0)

    assert now is not None
    assert [one.client for one in now] == ["anna", "bert", "cleo"]
    assert encoded(later) == encoded(now)


def test_what_was_not_recorded_is_absent(tmp_path: Path) -> None:
    with opened(tmp_path) as rounds:
        rounds.record("search", 0, [report("anna")])

        assert rounds.recorded("search", 1) is None
        assert rounds.recorded("dev", 0) is None


def test_a_round_of_another_fingerprint_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as rounds:
        rounds.record("search", 0, [report("anna")])
        rounds.record("search", 1, [report("anna", 1), report("bert", 1, "theirs")])

    with (
        pytest.raises(StorageError, match=r"rounds\.log: record 1 is of another space"),
        opened(tmp_path),
    ):
        pass


@pytest.mark.parametrize(
    "record",
    [
        b"not json",
        b"[]",
        canonical_json({"stage": "search", "round": 0}),
        canonical_json({"stage": "search", "round": "x", "reports": []}),
        canonical_json({"stage": "search", "round": 0, "reports": [{"kind": "state"}]}),
        canonical_json({"stage": "search", "round": 0, "reports": 3}),
    ],
)
def test_a_record_that_is_no_round_is_refused_with_its_number(
    tmp_path: Path, record: bytes
) -> None:
    with opened(tmp_path) as rounds:
        rounds.record("search", 0, [report("anna")])
    with FramedLog.open(tmp_path / "rounds.log") as log:
        log.append(record)

    with (
        pytest.raises(StorageError, match=r"rounds\.log: record 1 cannot be read"),
        opened(tmp_path),
    ):
        pass


def flushing(name: str, order: list[str], *, fails: bool = False) -> Callable[[int], None]:
    def flush(_descriptor: int) -> None:
        order.append(name)
        if fails:
            raise OSError(28, "No space left on device")

    return flush


def test_the_calls_reach_the_disk_before_the_reports_that_rest_on_them(tmp_path: Path) -> None:
    order: list[str] = []
    with (
        FramedLog.open(tmp_path / "rounds.log", flush=flushing("rounds", order)) as log,
        FramedLog.open(tmp_path / "calls.log", flush=flushing("calls", order)) as calls,
    ):
        calls.append(b"a call")
        rounds = Rounds(log, calls, MINE)

        rounds.record("search", 0, [report("anna")])

        assert order == ["calls", "rounds"]


def test_reports_are_not_recorded_where_their_calls_cannot_be_kept(tmp_path: Path) -> None:
    with (
        FramedLog.open(tmp_path / "rounds.log") as log,
        FramedLog.open(tmp_path / "calls.log", flush=flushing("calls", [], fails=True)) as calls,
    ):
        calls.append(b"a call")
        rounds = Rounds(log, calls, MINE)

        with pytest.raises(StorageError, match="No space left"):
            rounds.record("search", 0, [report("anna")])

        assert rounds.recorded("search", 0) is None
    with opened(tmp_path) as later:
        assert later.recorded("search", 0) is None
