"""A journal that is used, killed, damaged at its end, reopened and compacted in any order."""

import itertools
import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fedbbpt.completions import Completion, Usage
from fedbbpt.endpoints.records.compaction import compact
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.other_runs import opened
from fedbbpt.endpoints.spending.ledger import Ledger, Worst
from fedbbpt.errors import StorageError
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.frames import frame

KEYS = ("a", "b", "c", "d")
WORST = Worst(50, 90)
USAGE = Usage(7, 2, 1)
COST = 11


class JournalMachine(RuleBasedStateMachine):
    """Compares a journal with a dictionary of first answers and lists of attempts not settled."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.numbers = itertools.count()
        self.path = self.folder / "calls.log"
        self.answers: dict[str, Completion] = {}
        self.open: list[str] = []
        self.lost: list[str] = []
        self.calls = 0
        self.failed = 0
        self.start()

    def start(self) -> None:
        self.stack = ExitStack()
        self.log = self.stack.enter_context(FramedLog.open(self.path))
        self.journal = Journal(self.log)

    @rule(key=st.sampled_from(KEYS))
    def submit(self, key: str) -> None:
        self.journal.intend(key, "ann", WORST)
        self.open.append(key)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(set(self.open))))
        completion = Completion(f"{key} {next(self.numbers)}", usage=USAGE)

        kept = self.journal.complete(key, completion, COST)

        self.open.remove(key)
        self.calls += 1
        assert kept == self.answers.setdefault(key, completion)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), billed=st.booleans())
    def fail(self, data: st.DataObject, billed: bool) -> None:
        key = data.draw(st.sampled_from(sorted(set(self.open))))
        self.journal.fail(key, "status 503", billed)
        self.failed += 1
        self.open.remove(key)
        if billed:
            self.lost.append(key)

    @rule(cut=st.integers(0, 59))
    def kill(self, cut: int) -> None:
        """Leave what a killed process leaves: all whole records, and a piece of the next."""
        killed = self.folder / f"killed {next(self.numbers)}"
        # An append cuts the torn tail of an earlier kill before it writes.
        data = self.path.read_bytes()[: self.log.size] if self.path.exists() else b""
        killed.write_bytes(data + frame(b"x" * 48, len(data))[:cut] * bool(data))
        self.stack.close()
        killed.replace(self.path)
        self.start()

    @rule()
    def reopen(self) -> None:
        self.stack.close()
        self.start()

    @rule()
    def compact(self) -> None:
        self.stack.close()
        compact(self.path)
        self.start()

    @rule()
    def open_twice(self) -> None:
        refused = True
        with suppress(StorageError), FramedLog.open(self.path):
            refused = False
        assert refused

    @rule()
    def read_from_another_run(self) -> None:
        with opened((self.path,)) as (run,):
            assert {key: run.completion(key) for key in self.answers} == self.answers
            assert len(run) == len(self.answers)

    @invariant()
    def the_journal_is_what_it_should_be(self) -> None:
        found = {key: self.journal.lookup(key) for key in KEYS}
        doubtful = len(self.open) + len(self.lost)
        assert {key: value for key, value in found.items() if value} == self.answers
        assert self.journal.tally() == Ledger(
            calls=self.calls,
            possibly_billed=doubtful,
            prompt_tokens=7 * self.calls,
            completion_tokens=2 * self.calls,
            failed=self.failed,
            possibly_billed_tokens=WORST.tokens * doubtful,
            cached_tokens=self.calls,
            nanodollars=COST * self.calls,
            possibly_billed_nanodollars=90 * doubtful,
        )

    def teardown(self) -> None:
        self.stack.close()
        shutil.rmtree(self.folder)


def test_a_journal_in_any_order_of_events_equals_a_dictionary() -> None:
    run_state_machine_as_test(
        JournalMachine,
        settings=settings(max_examples=40, stateful_step_count=25, deadline=None),
    )
