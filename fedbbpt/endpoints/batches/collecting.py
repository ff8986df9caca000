"""The answers of a batch that is over, from its files into the journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.batches.book import PendingBatch
from fedbbpt.endpoints.batches.desk import BatchDesk
from fedbbpt.endpoints.batches.lines import line_key, reply_in
from fedbbpt.endpoints.batches.recording import BatchRecorder
from fedbbpt.endpoints.batches.status import BatchStatus
from fedbbpt.endpoints.wire.replies import Correspondent
from fedbbpt.errors import EndpointError

NO_LINE = "no line in the batch's files"


@dataclass(slots=True, eq=False)
class Collected:
    """What a batch brought.

    Attributes:
        outcomes: by key, of the requests that were asked for.
        refused: the first refusal for good, or None.
        seen: keys of all lines, asked for or not.
    """

    outcomes: dict[str, Completion | AttemptError] = field(default_factory=dict)
    refused: EndpointError | None = None
    seen: set[str] = field(default_factory=set)


class _Collecting:
    def __init__(
        self, recorder: BatchRecorder, requests: Mapping[str, Request], reader: Correspondent
    ) -> None:
        self.found = Collected()
        self._recorder = recorder
        self._requests = requests
        self._reader = reader

    def take(self, line: bytes) -> None:
        """Record what a line says, if it answers a request that is awaited."""
        named = line_key(line)
        if named is None:
            return
        key, item = named
        self.found.seen.add(key)
        request = self._requests.get(key)
        if request is not None and self._recorder.awaits(key):
            self.put(key, self._recorder.record(key, reply_in(item, request, self._reader)))

    def put(self, key: str, reply: Completion | AttemptError | EndpointError) -> None:
        if not isinstance(reply, EndpointError):
            self.found.outcomes[key] = reply
        elif self.found.refused is None:
            self.found.refused = reply


async def collect(
    desk: BatchDesk,
    recorder: BatchRecorder,
    batch: PendingBatch,
    status: BatchStatus,
    requests: Mapping[str, Request],
) -> Collected:
    """Journal the answers of a batch as its files are read, and return them.

    The first line of a key counts. What no file answers is a failed attempt.

    Args:
        desk: where the files are.
        recorder: what leaves the trace.
        batch: that is over.
        status: how it ended.
        requests: by key; answers to any others stay awaited.

    Raises:
        EndpointError: a file cannot be had.
        StorageError: the journal cannot be written.
    """
    collecting = _Collecting(recorder, requests, desk.server.correspondent)
    for file_id in status.files:
        await desk.read(file_id, collecting.take)
    # An endpoint that gave as many lines as it says it answered took the rest never up.
    told = status.total > 0 and len(collecting.found.seen) >= status.answered
    billed = status.state == "completed" or not told
    reason = NO_LINE if status.state == "completed" else f"batch {status.state}"
    for key in sorted(batch.awaited & requests.keys()):
        collecting.put(key, recorder.record(key, AttemptError(reason, billed=billed)))
    return collecting.found
