import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.wire.http_line import HttpLine, Opening, Target, open_line

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSING = OK.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n")
KEY = "sk-canary-4711"

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Place:
    """A server that answers the requests it gets in turn, and what it got on which connection."""

    def __init__(self, answers: Sequence[bytes | Answer]) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.connections: list[int] = []
        self.opened = 0
        self.ended = 0
        self.target = Target("", "", Opening("", {}), None, 1.0, 2.0, 1000)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = self.opened
        self.opened += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].split()[0])
                self.requests.append(head + await reader.readexactly(length))
                self.connections.append(number)
                answer = self.answers.pop(0) if self.answers else OK
                if isinstance(answer, bytes):
                    writer.write(answer)
                else:
                    await answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.ended += 1
        finally:
            writer.close()


@asynccontextmanager
async def serving(*answers: bytes | Answer) -> AsyncIterator[Place]:
    place = Place(answers)
    server = await asyncio.start_server(place.serve, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/chat?a=b"
        opening = Opening(url, {"Authorization": f"Bearer {KEY}"})
        place.target = replace(place.target, url=url, address=url, opening=opening)
        yield place


async def failure(line: HttpLine) -> tuple[str, bool]:
    with pytest.raises(AttemptError) as caught:
        await line.post(b"{}", "1")
    return caught.value.reason, caught.value.billed


async def hang(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.write(OK[:-1])
    writer.close()


async def test_a_request_says_where_it_goes_who_asks_and_how_long_it_is() -> None:
    async with serving() as place, open_line(place.target) as line:
        reply = await line.post(b'{"a":1}', "name-1")

    host = place.target.url.split("/")[2].encode()
    assert (reply.status, reply.body) == (200, b"ok")
    assert place.requests == [
        b"POST /v1/chat?a=b HTTP/1.1\r\nHost: " + host + b"\r\nAccept: */*\r\n"
        b"Authorization: Bearer sk-canary-4711\r\nX-Request-Id: name-1\r\n"
        b'Content-Length: 7\r\n\r\n{"a":1}'
    ]


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_every_event_loop_carries_it(loop: str) -> None:
    new_loop = pytest.importorskip(loop).new_event_loop

    async def ask() -> tuple[list[bytes], list[int]]:
        async with serving(OK, CLOSING) as place, open_line(place.target) as line:
            bodies = [(await line.post(b"{}", "1")).body for _ in range(3)]
        return bodies, place.connections

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(ask()) == ([b"ok"] * 3, [0, 0, 1])


async def test_requests_after_each_other_share_a_connection_and_at_once_they_do_not() -> None:
    async with serving() as place, open_line(place.target) as line:
        for _ in range(3):
            await line.post(b"{}", "1")
        one_by_one = list(place.connections)
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(line.post(b"{}", "1"))

    assert one_by_one == [0, 0, 0]
    assert len(set(place.connections)) == 3


@pytest.mark.parametrize("answer", [CLOSING, OK + b"more", OK + OK])
async def test_a_connection_that_is_over_or_out_of_step_is_not_used_again(answer: bytes) -> None:
    async with serving(answer) as place, open_line(place.target) as line:
        bodies = [(await line.post(b"{}", "1")).body for _ in range(2)]

    assert bodies == [b"ok", b"ok"]
    assert place.connections == [0, 1]


async def test_bytes_that_nobody_asked_for_end_a_connection() -> None:
    async def answer_twice(writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        await asyncio.sleep(0.02)
        writer.write(OK.replace(b"\r\n\r\nok", b"\r\n\r\nno"))

    async with serving(answer_twice) as place, open_line(place.target) as line:
        await line.post(b"{}", "1")
        await asyncio.sleep(0.1)
        second = await line.post(b"{}", "1")

    assert second.body == b"ok"
    assert place.connections == [0, 1]


async def test_a_connection_that_rested_for_too_long_is_not_used_again() -> None:
    async with serving() as place, open_line(replace(place.target, idle_seconds=0.05)) as line:
        await line.post(b"{}", "1")
        await asyncio.sleep(0.1)
        await line.post(b"{}", "1")

    assert place.connections == [0, 1]


async def test_a_connection_that_the_server_dropped_is_not_used_again() -> None:
    async def drop(writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        writer.close()

    async with serving(drop) as place, open_line(place.target) as line:
        await line.post(b"{}", "1")
        await asyncio.sleep(0.05)
        await line.post(b"{}", "1")

    assert place.connections == [0, 1]


async def test_after_a_timeout_the_late_answer_is_nobodys() -> None:
    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(OK.replace(b"\r\n\r\nok", b"\r\n\r\nno"))

    async with serving(late) as place, open_line(replace(place.target, total_seconds=0.1)) as line:
        first = await failure(line)
        second = await line.post(b"{}", "1")

    assert first == ("timeout", True)
    assert second.body == b"ok"
    assert place.connections == [0, 1]


async def test_a_cancelled_request_ends_its_connection() -> None:
    async with serving(hang) as place, open_line(place.target) as line:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await line.post(b"{}", "1")
        reply = await line.post(b"{}", "1")

    assert reply.body == b"ok"
    assert place.connections == [0, 1]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (hang_up, "unreadable body"),
        (b"SSH-2.0-x\r\n", "connection lost"),
        (OK.replace(b"2", b"two", 1).replace(b": 2", b": two"), "connection lost"),
        (OK.replace(b": 2", b": two"), "unreadable body"),
    ],
)
async def test_what_is_no_whole_reply_may_have_been_billed(
    answer: bytes | Answer, reason: str
) -> None:
    async with serving(answer) as place, open_line(place.target) as line:
        failed = await failure(line)
        reply = await line.post(b"{}", "1")

    assert failed == (reason, True)
    assert reply.body == b"ok"


async def test_a_place_that_takes_no_connection_certainly_did_not_bill() -> None:
    async with serving() as place:
        pass

    async with open_line(place.target) as line:
        failed = await failure(line)

    assert failed == ("connection failed", False)


async def test_a_line_that_is_closed_asks_nothing_and_leaves_no_connection() -> None:
    async with serving(OK, hang) as place:
        async with open_line(place.target) as line:
            await line.post(b"{}", "1")
        await asyncio.sleep(0.05)

        with pytest.raises(RuntimeError, match="closed"):
            await line.post(b"{}", "1")

    assert place.ended == 1
    assert len(place.requests) == 1


def test_no_text_of_a_line_shows_its_key() -> None:
    opening = Opening("http://127.0.0.1/v1", {"Authorization": f"Bearer {KEY}"})
    target = Target("http://127.0.0.1/v1", "", opening, None, 1.0, 1.0, 1)

    assert KEY.encode() in opening.request("1", b"")
    assert KEY not in f"{opening!r} {target!r} {HttpLine(target)!r}"
