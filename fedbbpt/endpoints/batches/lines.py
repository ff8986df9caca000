"""The lines of batch files: requests as they go out, replies as they come back; pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import orjson

from fedbbpt.chat_form import ChatForm
from fedbbpt.chat_format import chat_body
from fedbbpt.completions import Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.batches.recording import Reply
from fedbbpt.endpoints.batches.terms import BatchTerms
from fedbbpt.endpoints.wire.failures import Refusal
from fedbbpt.endpoints.wire.replies import Correspondent
from fedbbpt.errors import EndpointError

ASKED_AT = "/v1/chat/completions"
_UNSENT = frozenset({"batch_expired", "batch_cancelled"})
"""Codes by which an endpoint says that it never took a request of a batch up."""


class Line(NamedTuple):
    """One request of a batch file."""

    key: str
    data: bytes


def request_line(key: str, request: Request, model: str, form: ChatForm) -> Line:
    """Return a request as a line, with the same body that it has online."""
    body = chat_body(request, model, form)
    line = {"custom_id": key, "method": "POST", "url": ASKED_AT, "body": body}
    return Line(key, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def files_of(lines: Iterable[Line], terms: BatchTerms) -> Iterator[list[Line]]:
    """Yield lines in files that keep to the terms, in order.

    Raises:
        EndpointError: one line alone is more than a file may hold.
    """
    file: list[Line] = []
    size = 0
    for line in lines:
        if len(line.data) > terms.file_bytes:
            raise EndpointError(
                f"file_bytes: a request of {len(line.data)} bytes fits no file of "
                f"{terms.file_bytes}; raise file_bytes or shorten the prompt"
            )
        if len(file) == terms.file_requests or size + len(line.data) > terms.file_bytes:
            yield file
            file, size = [], 0
        file.append(line)
        size += len(line.data)
    if file:
        yield file


def line_key(line: bytes) -> tuple[str, Mapping[str, object]] | None:
    """Return the key of a line that came back, and the line; None for one that says nothing."""
    try:
        item: object = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(item, dict):
        return None
    key = item.get("custom_id")
    return (key, item) if isinstance(key, str) else None


def reply_in(item: Mapping[str, object], request: Request, correspondent: Correspondent) -> Reply:
    """Return what a line says of its request, read as the same reply would be online.

    Args:
        item: the line.
        request: that it answers.
        correspondent: what reads replies of this endpoint.
    """
    response = item.get("response")
    status = response.get("status_code") if isinstance(response, dict) else None
    if not isinstance(response, dict) or not isinstance(status, int):
        return _unanswered(item.get("error"))
    body = orjson.dumps(response.get("body"))
    try:
        if status != 200:
            return correspondent.refused(Refusal(status, {}, body))
        return correspondent.answered(body, {}, request)
    except (AttemptError, EndpointError) as error:
        return error


def _unanswered(error: object) -> AttemptError:
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, str) or not code.isidentifier():
        return AttemptError("no reply in the batch", billed=True)
    return AttemptError(code.replace("_", " ")[:40], billed=code not in _UNSENT)
