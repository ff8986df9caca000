"""What a failed attempt means: worth another, or refused for good; billed, or certainly not."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import orjson

from fedbbpt.chat_form import PLAIN, ChatForm
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.pacing.rate_limits import rate_limits
from fedbbpt.endpoints.pacing.retry_after import retry_after
from fedbbpt.endpoints.wire.address import host_of
from fedbbpt.endpoints.wire.remedies import access_remedy, not_found_remedy, remedy
from fedbbpt.errors import EndpointError
from fedbbpt.secret import Secret

MAX_MESSAGE = 300

_TRANSIENT = frozenset({408, 409, 425, 429, 498})
_UNSEEN = frozenset({429, 498, 503, 529})
"""Statuses by which a server says that it did not take the request up; 498 is Groq's own."""
_THROTTLED = frozenset({429, 498})
_NO_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_FILTERS = frozenset({"content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation"})
LOADING_SECONDS = 15.0
"""A pause long enough that the attempts at one request outlast the loading of a large model."""
UNTRUSTED = (
    "its TLS certificate is not trusted; check the host name, or name the certificate's authority "
    "with ca, a PEM file, or in this machine's trust store"
)
PROXY_WANTS_PASSWORD = (
    "the proxy wants a user and password, and a run file holds none; run a proxy on this machine "
    "that knows them, and name that one"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reply other than 200.

    Attributes:
        status: HTTP status.
        headers: names in any case, if the mapping ignores case.
        body: at least the beginning of it.
        begun: whether the model had begun, as where an error follows a status 200.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    begun: bool = False


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
    refusal: Refusal, *, address: str, model: str, key: Secret | None, form: ChatForm = PLAIN
) -> AttemptError | EndpointError:
    """Return the error that a status other than 200 stands for.

    Args:
        refusal: what came back.
        address: of the endpoint.
        model: the model's name as sent.
        key: never shown, whatever the server repeats.
        form: how the request was put, so that the text can name the setting that would help.
    """
    message, code = _said(refusal.body)
    if _may_pass(refusal.status) and code not in _NO_QUOTA:
        return _passing(refusal, message)
    said = f"{refusal.status} ({one_line(message, key) or 'no message'})"
    match refusal.status:
        case status if status == 402 or code in _NO_QUOTA:
            text = f"no quota left, {said}; raise its limit, then resume"
        case status if 300 <= status < 400:
            text = _redirect(refusal, key)
        case 401 | 403 if not remedy(message, form):
            held = "the variable that holds the key"
            if key is None:
                held = "whether it wants a key (none is set)"
            text = _with(f"access refused, {said}; check {held}", access_remedy(message))
        case 404:
            advice = not_found_remedy(message, address, model)
            text = _with(f"not found, {said}; check url and model {model!r}", advice)
        case 407:
            text = PROXY_WANTS_PASSWORD
        case _:
            usual = "check the prompt's length, the model and the settings"
            text = f"request refused, {said}; {remedy(message, form) or usual}"
    return EndpointError(f"{address}: {text}", billed=refusal.begun)


def _passing(refusal: Refusal, message: str) -> AttemptError:
    wait = retry_after(refusal.headers, datetime.now(UTC))
    status = refusal.status
    if status == 503 and "loading" in message.casefold():
        return AttemptError("loading", billed=False, retry_after=wait or LOADING_SECONDS)
    return AttemptError(
        f"status {status}",
        billed=refusal.begun or status not in _UNSEEN,
        retry_after=wait,
        throttled=status in _THROTTLED,
        limits=rate_limits(refusal.headers),
    )


def _with(text: str, advice: str) -> str:
    return f"{text}; {advice}" if advice else text


def is_filtered(refusal: Refusal) -> bool:
    """Tell whether a refusal is a filter's word on this one input: the next may pass.

    >>> is_filtered(Refusal(400, {}, b'{"error": {"code": "content_filter"}}'))
    True
    """
    if refusal.status not in {400, 403}:
        return False
    error = _error(refusal.body)
    inner = error.get("innererror")
    codes = [error.get("code"), inner.get("code") if isinstance(inner, dict) else None]
    metadata = error.get("metadata")
    flagged = isinstance(metadata, dict) and "flagged_input" in metadata
    return flagged or not _FILTERS.isdisjoint(c for c in codes if isinstance(c, str))


def inner_refusal(reply: object, headers: Mapping[str, str]) -> Refusal | None:
    """Return the refusal that a reply with status 200 holds in an ``error`` object, if it does."""
    if not isinstance(reply, dict):
        return None
    choices = reply.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    error = reply.get("error") or (first.get("error") if isinstance(first, dict) else None)
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, int | str) or not str(code).isdecimal() or not 400 <= int(code) < 600:
        return None
    return Refusal(int(code), headers, orjson.dumps({"error": error}), begun=True)


def _may_pass(status: int) -> bool:
    return status in _TRANSIENT or status < 300 or status >= 500


def transport_error(
    error: aiohttp.ClientError | TimeoutError, address: str
) -> AttemptError | EndpointError:
    """Return the error that stands for a failure below HTTP."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return EndpointError(f"{address}: {UNTRUSTED}")
        case aiohttp.ClientHttpProxyError(status=407):
            return EndpointError(f"{address}: {PROXY_WANTS_PASSWORD}")
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            reason, billed = "connection failed", False
        case aiohttp.ClientHttpProxyError(status=status):
            # The tunnel was not built, so nothing of the request went through it.
            reason, billed = f"proxy status {status}", False
        case TimeoutError():
            reason, billed = "timeout", True
        case aiohttp.ClientPayloadError():
            reason, billed = "unreadable body", True
        case _:
            reason, billed = "connection lost", True
    return AttemptError(reason, billed=billed)


def _redirect(refusal: Refusal, key: Secret | None) -> str:
    target = one_line(host_of(refusal.headers.get("Location", "")), key) or "the same host"
    return (
        f"redirects ({refusal.status}) to {target}; examples go only where the url says: if that "
        "is meant, write the final address"
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


def _error(body: bytes) -> Mapping[str, object]:
    """Return the error object of a body, empty where there is none."""
    try:
        reply: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    error = reply.get("error", reply) if isinstance(reply, dict) else {}
    return error if isinstance(error, dict) else {}
