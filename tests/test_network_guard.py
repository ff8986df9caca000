"""The guards of conftest.py hold for synchronous and asynchronous code alike."""

import asyncio
import os
import socket

import pytest


async def test_asyncio_reaches_a_server_on_loopback() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(2))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async with server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hi")
        reply = await reader.read()
        writer.close()
        await writer.wait_closed()

    assert reply == b"hi"


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "model.example"])
async def test_asyncio_cannot_leave_this_machine(host: str) -> None:
    with pytest.raises(RuntimeError, match="tests talk to 127"):
        await asyncio.open_connection(host, 80)


def test_a_plain_socket_cannot_leave_this_machine() -> None:
    with socket.socket() as outgoing, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        outgoing.connect(("192.0.2.1", 80))


def test_no_key_address_or_proxy_of_the_surroundings_is_seen() -> None:
    seen = [name.upper() for name in os.environ]

    assert not [name for name in seen if name.startswith("OPENAI_") or name.endswith("_PROXY")]
