"""A server that gives the same completion to every request, for some 20 microseconds a reply.

Run as a process of its own, so that its time is not counted as the client's; it prints its port.
"""

import asyncio
import sys

import orjson

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"

LATENCY_SECONDS = 0.01
"""Of every reply: without any, nothing would be gained by asking more at once."""


def reply_body(alternatives: int) -> bytes:
    """Return a completion of some 280 bytes, and of 60 more for each alternative."""
    choice: dict[str, object] = {
        "index": 0,
        "message": {"role": "assistant", "content": "positive"},
        "finish_reason": "stop",
        "logprobs": None,
    }
    if alternatives:
        likely = [_alternative(rank) for rank in range(alternatives)]
        choice["logprobs"] = {"content": [{**likely[0], "top_logprobs": likely}]}
    usage = {"prompt_tokens": 211, "completion_tokens": 1, "total_tokens": 212}
    named = {"id": "chatcmpl-0123456789", "object": "chat.completion", "created": 1_700_000_000}
    return orjson.dumps({**named, "model": "m", "choices": [choice], "usage": usage})


def _alternative(rank: int) -> dict[str, object]:
    token = "positive" if rank == 0 else f"word{rank}"
    return {"token": token, "logprob": -0.01 - 0.753 * rank, "bytes": list(token.encode())}


class _Replying(asyncio.Protocol):
    """One connection; a request ends where its Content-Length says."""

    def __init__(self, reply: bytes) -> None:
        self._reply = reply
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(_HEAD_END)) != -1:
            head = self._received[:end].lower()
            length = int(head.partition(_LENGTH)[2].partition(b"\r\n")[0])
            whole = end + len(_HEAD_END) + length
            if len(self._received) < whole:
                return
            self._received = self._received[whole:]
            asyncio.get_running_loop().call_later(LATENCY_SECONDS, self._send)

    def _send(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(self._reply)


async def serve(alternatives: int) -> None:
    """Serve on a free loopback port until the standard input ends."""
    body = reply_body(alternatives)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    reply = head.encode() + _HEAD_END + body
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Replying(reply), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
