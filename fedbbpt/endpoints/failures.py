"""What a failed attempt means: worth another, or refused for good; billed, or certainly not."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import orjson

from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.address import host_of
from fedbbpt.endpoints.retry_after import retry_after
from fedbbpt.errors import EndpointError
from fedbbpt.secret import Secret

MAX_MESSAGE = 300

_TRANSIENT = frozenset({408, 409, 425, 429})
_UNSEEN = frozenset({429, 503, 529})
"""Statuses by which a server says that it did not take the request up."""
_NO_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reply other than 200.

    Attributes:
        status: HTTP status.
        headers: names in any case, if the mapping ignores case.
        body: at least the beginning of it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


def one_line(text: str, key: Secret | None) -> str:
    r"""Return foreign text safe to show: one line, no control characters, no key, bounded.

    >>> one_line("a\x1b[31m\nb", None)
    'a[31m b'
    """
    spaced = " ".join(text.split())
    shown = "".join(c for c in spaced if not unicodedata.category(c).startswith("C"))
    # The key goes first: cut in two, its half would no longer be found.
    return (key.redact(shown) if key else shown)[:MAX_MESSAGE]


def refusal_error(
    refusal: Refusal, *, address: str, model: str, key: Secret | None
) -> AttemptError | EndpointError:
    """Return the error that a status other than 200 stands for."""
    status = refusal.status
    message, code = _said(refusal.body)
    if _may_pass(status) and code not in _NO_QUOTA:
        wait = retry_after(refusal.headers, datetime.now(UTC))
        return AttemptError(f"status {status}", billed=status not in _UNSEEN, retry_after=wait)
    said = f"{status} ({one_line(message, key) or 'no message'})"
    if status == 402 or code in _NO_QUOTA:
        return EndpointError(f"{address}: no quota left, {said}; raise its limit, then resume")
    if 300 <= status < 400:
        return _redirect(refusal, address, key)
    if status in {401, 403}:
        held = "the variable that holds the key" if key else "whether it wants a key (none is set)"
        return EndpointError(f"{address}: access refused, {said}; check {held}")
    if status == 404:
        return EndpointError(f"{address}: not found, {said}; check url and model {model!r}")
    return EndpointError(
        f"{address}: request refused, {said}; check the prompt's length, the model and the settings"
    )


def _may_pass(status: int) -> bool:
    return status in _TRANSIENT or status < 300 or status >= 500


def transport_error(
    error: aiohttp.ClientError | TimeoutError, address: str
) -> AttemptError | EndpointError:
    """Return the error that stands for a failure below HTTP."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return EndpointError(
                f"{address}: its TLS certificate is not trusted; check the host name, or add the "
                "certificate's authority to this machine's trust store"
            )
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return AttemptError("connection failed", billed=False)
        case TimeoutError():
            return AttemptError("timeout", billed=True)
        case aiohttp.ClientPayloadError():
            return AttemptError("unreadable body", billed=True)
        case _:
            return AttemptError("connection lost", billed=True)


def _redirect(refusal: Refusal, address: str, key: Secret | None) -> EndpointError:
    target = one_line(host_of(refusal.headers.get("Location", "")), key) or "the same host"
    return EndpointError(
        f"{address}: redirects ({refusal.status}) to {target}; examples go only where the url "
        "says: if that is meant, write the final address"
    )


def _said(body: bytes) -> tuple[str, str]:
    """Return message and code of an error body in any of the usual shapes."""
    try:
        reply: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode(errors="replace"), ""
    if not isinstance(reply, dict):
        return "", ""
    error = reply.get("error", reply)
    if not isinstance(error, dict):
        return str(error), ""
    message = error.get("message") or error.get("detail") or ""
    codes = (error.get("code"), error.get("type"))
    code = next((c for c in codes if isinstance(c, str) and c in _NO_QUOTA), "")
    return str(message), code
