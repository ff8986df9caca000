"""What an endpoint says of a batch, and of lists of them; pure."""

from collections.abc import Mapping
from typing import NamedTuple

from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.wire.failures import one_line
from fedbbpt.secret import Secret

DONE = frozenset({"completed", "expired", "cancelled", "failed"})
_FULL = frozenset({"token_limit_exceeded", "batch_limit_exceeded", "rate_limit_exceeded"})


class BatchStatus(NamedTuple):
    """How far a batch is.

    Attributes:
        state: as the endpoint says it, for example ``"in_progress"``.
        answered: requests done so far, failed ones included, as far as it says.
        total: requests in the batch, as far as it says.
        files: ids of the files that hold what came of it, output first.
        input_file: id of the file that was sent, or empty.
        complaint: why it failed, or empty.
        full: whether it failed for a queue that was full and will not be later.
    """

    state: str
    answered: int
    total: int
    files: tuple[str, ...]
    input_file: str
    complaint: str
    full: bool

    @property
    def is_over(self) -> bool:
        """Whether it will not change any more."""
        return self.state in DONE


def status_of(reply: Mapping[str, object], key: Secret | None) -> BatchStatus:
    """Read a batch.

    Args:
        reply: as the endpoint gave it.
        key: never shown, whatever the server repeats.

    Raises:
        AttemptError: it is none.
    """
    state = reply.get("status")
    if not isinstance(state, str):
        raise AttemptError("unreadable body", billed=False)
    counts = _table(reply.get("request_counts"))
    files = (reply.get("output_file_id"), reply.get("error_file_id"))
    errors = _table(reply.get("errors")).get("data")
    complaints = [_table(error) for error in errors] if isinstance(errors, list) else []
    first = complaints[0] if complaints else {}
    return BatchStatus(
        state,
        answered=_count(counts, "completed") + _count(counts, "failed"),
        total=_count(counts, "total"),
        files=tuple(file for file in files if isinstance(file, str) and file),
        input_file=_text(reply.get("input_file_id")),
        complaint=one_line(_text(first.get("message")) or _text(first.get("code")), key),
        full=any(_text(one.get("code")) in _FULL for one in complaints),
    )


def id_of(item: Mapping[str, object]) -> str:
    """Return the id of a file or a batch.

    Raises:
        AttemptError: it has none.
    """
    found = _text(item.get("id"))
    if not found:
        raise AttemptError("unreadable body", billed=True)
    return found


def listed(reply: Mapping[str, object]) -> tuple[list[Mapping[str, object]], bool]:
    """Return one page of a list, and whether there are more.

    Raises:
        AttemptError: it is no list.
    """
    items = reply.get("data")
    if not isinstance(items, list):
        raise AttemptError("unreadable body", billed=False)
    return [_table(item) for item in items], reply.get("has_more") is True


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(counts: Mapping[str, object], name: str) -> int:
    value = counts.get(name)
    return value if isinstance(value, int) else 0
