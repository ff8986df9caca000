"""Completions of other runs, read without touching their files, even while they go on."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from fedbbpt.completions import Completion
from fedbbpt.endpoints.records.answer_index import AnswerIndex
from fedbbpt.endpoints.records.call_records import ANSWER_ENDS, Answered, Done, read_call
from fedbbpt.storage.damage import warn_of
from fedbbpt.storage.reading import LogReader


class OtherRun:
    """What another run's journal held when this one opened it.

    Laws: only completions that can be read are given; the other file is never written or locked.

    Attributes:
        name: the other run's folder, for the record and for people.
    """

    def __init__(self, name: str, log: LogReader) -> None:
        self.name = name
        self._answers = AnswerIndex(log.payload)
        for record in log.records():
            if record.payload.endswith(ANSWER_ENDS):
                match read_call(record.payload):
                    case Done(key=key) | Answered(key=key):
                        self._answers.add(key, record.offset)
                    case _:
                        pass

    def __len__(self) -> int:
        """Return how many completions it holds."""
        return len(self._answers)

    def completion(self, key: str) -> Completion | None:
        """Return the completion of ``key``, or None where the other run has none.

        Raises:
            StorageError: the other file cannot be read.
        """
        return self._answers.completion(key)


@contextmanager
def opened(journals: Sequence[Path]) -> Iterator[tuple[OtherRun, ...]]:
    """Open other runs' journals for the time of a ``with`` block; warn of damaged ones.

    Args:
        journals: their files.

    Raises:
        StorageError: one cannot be read, is no journal, or has another format version.
    """
    with ExitStack() as stack:
        runs = []
        for path in journals:
            log = stack.enter_context(LogReader.open(path))
            runs.append(OtherRun(path.parent.name, log))
            warn_of(path, log.damage)
        yield tuple(runs)
