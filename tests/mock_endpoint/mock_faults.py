"""The ways in which a request to the mock endpoint can go wrong."""

import asyncio
import gzip
import re
import socket
import struct
from collections.abc import Mapping

import orjson
from aiohttp import web
from mock_received import Fault, Received

UNSEEN = frozenset({429, 498, 503, 529})
"""Statuses by which a server says that it did not take the request up."""
CHUNK = b" " * 2**16
HUGE_CHUNKS = 72
LATE_SECONDS = 0.05
DRIP_SECONDS = 0.02
_NUMBER = re.compile(rb'("logprob":|"prompt_tokens":)-?[\d.]+')
_MODEL = re.compile(rb'"model":"[^"]*"')
_EXPANDING = gzip.compress(b" " * 2**24)


def replying(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Fault:
    """Return a fault: this body, as bytes or as JSON, with this status."""
    data = body if isinstance(body, bytes) else orjson.dumps(body)

    async def act(_received: Received) -> web.StreamResponse:
        return web.Response(body=data, status=status, headers=headers)

    return Fault(act, billed=status == 200 or (status >= 500 and status not in UNSEEN))


def saying(message: str, status: int, code: str | None = None, **headers: str) -> Fault:
    """Return a fault: a refusal in the usual shape; header names are given with underscores."""
    body = {"error": {"message": message, "type": "error", "code": code}}
    return replying(
        body, status, {name.replace("_", "-"): value for name, value in headers.items()}
    )


async def _silence(_received: Received) -> web.StreamResponse:
    await asyncio.sleep(3600)
    raise AssertionError("nobody waits an hour")


async def _broken_off(received: Received) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(received.request)
    await response.write(b'{"choices": [')
    transport = received.request.transport
    if transport is not None:
        transport.close()
    return response


async def _late(received: Received) -> web.StreamResponse:
    await asyncio.sleep(LATE_SECONDS)
    return _json(received.good)


async def _drip(received: Received) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(received.request)
    for byte in received.good:
        await response.write(bytes((byte,)))
        await asyncio.sleep(DRIP_SECONDS)
    return response


async def _reset(received: Received) -> web.StreamResponse:
    _abort(received.request)
    return web.Response()


async def _reset_within(received: Received) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(len(received.good))})
    await response.prepare(received.request)
    await response.write(received.good[: len(received.good) // 2])
    await asyncio.sleep(0)
    _abort(received.request)
    return response


async def _truncated(received: Received) -> web.StreamResponse:
    return _json(received.good[: len(received.good) * 2 // 3])


async def _mislabelled(received: Received) -> web.StreamResponse:
    return web.Response(body=received.good, content_type="text/html")


async def _no_number(received: Received) -> web.StreamResponse:
    return _json(_NUMBER.sub(rb"\1NaN", received.good, count=1))


async def _others(received: Received) -> web.StreamResponse:
    if not received.other:
        return web.json_response({"error": {"message": "no other yet"}}, status=500)
    return _json(received.other, received.other_id)


async def _other_model(received: Received) -> web.StreamResponse:
    # Another model says something else, or nobody would have to care.
    named = _MODEL.sub(b'"model":"large"', received.good)
    return _json(
        re.sub(rb'"logprob":-', b'"logprob":-9', named).replace(b'"content":"', b'"content":"x')
    )


async def _redirected(received: Received) -> web.StreamResponse:
    place = received.request.url.with_path("/elsewhere")
    return web.Response(status=307, headers={"Location": str(place)})


async def _huge(received: Received) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(received.request)
    for _ in range(HUGE_CHUNKS):
        await response.write(CHUNK)
    await response.write(received.good)
    return response


def _json(body: bytes, request_id: str = "") -> web.Response:
    headers = {"X-Request-Id": request_id} if request_id else None
    return web.Response(body=body, content_type="application/json", headers=headers)


def _abort(request: web.Request) -> None:
    """Hang up with a reset: nothing more is sent, not even a proper end."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


silence = Fault(_silence)
broken_off = Fault(_broken_off)
redirect = Fault(_redirected, billed=False)

FAULTS: Mapping[str, Fault] = {
    "429 with headers": saying(
        "slow down", 429, retry_after_ms="20", x_ratelimit_remaining_requests="0"
    ),
    "429 without headers": saying("slow down", 429),
    "500": saying("oops", 500),
    "502": replying(b"<html>bad gateway</html>", 502),
    "503": replying(b"upstream is down", 503),
    "529": saying("overloaded", 529),
    "slow": Fault(_late),
    "slow loris": Fault(_drip),
    "silence": silence,
    "reset before the reply": Fault(_reset, billed=False),
    "reset after taking it up": Fault(_reset),
    "reset within the reply": Fault(_reset_within),
    "hung up within the reply": broken_off,
    "truncated JSON": Fault(_truncated),
    "wrong content type": Fault(_mislabelled),
    "empty choices": replying({"choices": []}),
    "NaN log-probability": Fault(_no_number),
    "another's answer": Fault(_others),
    "wrong model": Fault(_other_model),
    "redirect": redirect,
    "huge body": Fault(_huge),
    "compressed huge body": replying(_EXPANDING, 200, {"Content-Encoding": "gzip"}),
    "garbage text": replying(b"\xff\xfe<html>please log in</html>\x00"),
    "200 with an error": replying({"error": {"message": "overloaded", "code": 503}}),
}
"""By name; all but a redirect, which is refused for good, are faults that may pass."""
