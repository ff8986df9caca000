import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson
import pytest

from fedbbpt.completions import Completion, TokenLogprob, Usage
from fedbbpt.endpoints.records.compaction import compact
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.other_runs import OtherRun, opened
from fedbbpt.endpoints.spending.ledger import Ledger, Worst
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.reading import read_log

YES = Completion("yes", "stop", (TokenLogprob("yes", -0.25),), Usage(5, 1))
NO = Completion("no", "stop", (), Usage(6, 1))


def journal_of(folder: Path, **answers: Completion) -> Path:
    """Write the journal of a run that paid for some answers; return its path."""
    folder.mkdir()
    with FramedLog.open(folder / "calls.log") as log:
        journal = Journal(log)
        for key, completion in answers.items():
            journal.intend(key, "ann", Worst(30, 9))
            journal.complete(key, completion, cost=7)
    return folder / "calls.log"


@contextmanager
def own_journal(path: Path, *others: Path) -> Iterator[Journal]:
    with ExitStack() as stack:
        found = stack.enter_context(opened(others))
        yield Journal(stack.enter_context(FramedLog.open(path)), found)


def test_an_answer_of_another_run_is_recorded_before_it_is_used_and_costs_nothing(
    tmp_path: Path,
) -> None:
    other = journal_of(tmp_path / "first", a=YES)
    path = tmp_path / "calls.log"

    with own_journal(path, other) as journal:
        taken = journal.lookup("a")
        (record,) = map(orjson.loads, read_log(path).records)
        again = journal.lookup("a")
        spent, shared = journal.tally(), journal.shared

    assert taken == again == YES
    assert (record["t"], record["key"], record["run"]) == ("shared", "a", "first")
    assert (spent, shared) == (Ledger(), 1)


def test_once_taken_over_an_answer_needs_the_other_run_no_more(tmp_path: Path) -> None:
    other = journal_of(tmp_path / "first", a=YES, b=NO)
    path = tmp_path / "calls.log"
    with own_journal(path, other) as journal:
        journal.lookup("a")
    shutil.rmtree(other.parent)

    with own_journal(path) as journal:
        found = journal.lookup("a"), journal.lookup("b"), journal.shared
    compact(path)
    with own_journal(path) as journal:
        compacted = journal.lookup("a"), journal.lookup("b"), journal.shared

    assert found == compacted == (YES, None, 1)


def test_ones_own_answer_comes_first_and_then_the_runs_in_their_order(tmp_path: Path) -> None:
    first = journal_of(tmp_path / "first", a=NO, b=YES)
    second = journal_of(tmp_path / "second", a=NO, b=NO, c=NO)
    own = journal_of(tmp_path / "own", a=YES)

    with own_journal(own, first, second) as journal:
        found = [journal.lookup(key) for key in "abcd"]

    assert found == [YES, YES, NO, None]


def test_another_run_is_read_while_it_goes_on_and_is_never_changed(tmp_path: Path) -> None:
    other = journal_of(tmp_path / "first", a=YES)

    with FramedLog.open(other) as log:
        working = Journal(log)
        with own_journal(tmp_path / "calls.log", other) as journal:
            working.intend("b", "ann", Worst(30))
            before = other.read_bytes()
            found = journal.lookup("a"), journal.lookup("b")
            after = other.read_bytes()

    assert found == (YES, None)
    assert before == after


def test_a_compacted_run_and_one_that_took_over_itself_are_read_too(tmp_path: Path) -> None:
    first = journal_of(tmp_path / "first", a=YES)
    second = journal_of(tmp_path / "second", b=NO)
    with own_journal(second, first) as journal:
        journal.lookup("a")
    compact(second)

    with own_journal(tmp_path / "calls.log", second) as journal:
        found = journal.lookup("a"), journal.lookup("b")

    assert found == (YES, NO)


def test_a_question_that_must_be_asked_again_is_not_taken_over(tmp_path: Path) -> None:
    other = journal_of(tmp_path / "first", a=YES)

    with own_journal(tmp_path / "calls.log", other) as journal:
        journal.keep_own("a")
        found = journal.lookup("a")

    assert found is None


def test_a_damaged_answer_of_another_run_is_not_taken_over(tmp_path: Path) -> None:
    other = journal_of(tmp_path / "first", a=YES, b=NO)

    with opened((other,)) as (run,):
        data = other.read_bytes()
        other.write_bytes(data.replace(b"yes", b"yet"))
        spoilt_later = run.completion("a"), run.completion("b")
    with opened((other,)) as (run,):
        spoilt_before = run.completion("a"), run.completion("b"), len(run)

    assert spoilt_later == (None, NO)
    assert spoilt_before == (None, NO, 1)


@pytest.mark.parametrize("count", [0, 2])
def test_a_run_says_how_many_answers_it_holds(tmp_path: Path, count: int) -> None:
    answers = dict(list({"a": YES, "b": NO}.items())[:count])
    other = journal_of(tmp_path / "first", **answers)

    with opened((other,)) as (run,):
        assert isinstance(run, OtherRun)
        assert (run.name, len(run)) == ("first", count)
