import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.completions import Completion, Usage
from fedbbpt.endpoints.batches.book import PendingBatch
from fedbbpt.endpoints.records.compaction import compact
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Worst
from fedbbpt.storage.framed_log import FramedLog

PLACE = "identity"
KEYS = ("a", "b", "c")
REPLY = Completion("yes", usage=Usage(5, 1))
STEPS = ("plan", "created", "intend", "done", "billed", "unbilled", "end", "reopen", "compact")


@contextmanager
def journal_at(path: Path) -> Iterator[Journal]:
    with FramedLog.open(path) as log:
        yield Journal(log)


def state(journal: Journal) -> list[tuple[str, str | None, set[str]]]:
    return [(one.name, one.id, set(one.awaited)) for one in journal.batches.at(PLACE)]


def sent(journal: Journal, *keys: str) -> PendingBatch:
    batch = journal.batches.plan("anna", PLACE, keys)
    for key in keys:
        journal.intend(key, "anna", Worst(10, 100))
    return batch


def test_a_reopened_journal_knows_what_is_awaited_and_by_which_id(tmp_path: Path) -> None:
    with journal_at(tmp_path / "calls.log") as journal:
        batch = sent(journal, *KEYS)
        journal.batches.created(batch, "batch-7")
        journal.complete("a", REPLY, 50)
        journal.fail("b", "busy", billed=True)

    with journal_at(tmp_path / "calls.log") as journal:
        assert state(journal) == [(batch.name, "batch-7", {"c"})]
        assert [journal.batches.awaits(key) for key in KEYS] == [False, False, True]
        assert list(journal.batches.at("elsewhere")) == []
        assert journal.tally().possibly_billed == 2


def test_only_what_was_recorded_as_sent_is_awaited(tmp_path: Path) -> None:
    with journal_at(tmp_path / "calls.log") as journal:
        journal.batches.plan("anna", PLACE, KEYS)
        journal.intend("a", "anna")

    with journal_at(tmp_path / "calls.log") as journal:
        ((_, batch_id, awaited),) = state(journal)

    assert (batch_id, awaited) == (None, {"a"})


def test_an_old_attempt_of_unknown_outcome_is_not_settled_by_a_batch_that_was_never_made(
    tmp_path: Path,
) -> None:
    with journal_at(tmp_path / "calls.log") as journal:
        journal.intend("a", "anna", Worst(10, 100))
        journal.fail("a", "timeout", billed=True)
        journal.batches.plan("anna", PLACE, KEYS)

    with journal_at(tmp_path / "calls.log") as journal:
        ((_, _, awaited),) = state(journal)

        assert awaited == set()
        assert journal.tally().possibly_billed == 1


def test_a_batch_that_is_over_is_forgotten_and_dropped_by_a_compaction(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    with journal_at(path) as journal:
        batch = sent(journal, *KEYS)
        for key in KEYS:
            journal.complete(key, REPLY, 50)
        journal.batches.end(batch)
        waiting = sent(journal, "d")

    compact(path)

    with journal_at(path) as journal:
        assert state(journal) == [(waiting.name, None, {"d"})]
        assert b"batch_end" not in path.read_bytes()
        assert path.read_bytes().count(b'"t":"batch"') == 1


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(KEYS)), max_size=25))
def test_no_kill_and_no_compaction_changes_what_is_awaited(steps: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.log"
        live: list[tuple[str, str | None, set[str]]] = []

        for step, key in steps:
            if step == "compact":
                compact(path)
            with journal_at(path) as journal:
                assert state(journal) == live
                _take(journal, step, key)
                live = state(journal)


def _take(journal: Journal, step: str, key: str) -> None:
    pending = list(journal.batches.at(PLACE))
    match step:
        case "plan":
            # A carrier plans no key that it awaits, and ends a batch before it plans another.
            if not pending:
                sent(journal, *KEYS[: KEYS.index(key) + 1])
        case "created" if pending:
            journal.batches.created(pending[0], f"batch-{key}")
        case "intend":
            journal.intend(key, "anna", Worst(10, 100))
        case "done":
            journal.complete(key, REPLY, 50)
        case "billed" | "unbilled":
            journal.fail(key, "busy", billed=step == "billed")
        case "end" if pending and not pending[0].awaited:
            journal.batches.end(pending[0])
        case _:
            pass
