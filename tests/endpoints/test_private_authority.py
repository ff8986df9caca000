import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest
from aiohttp import web
from chat_server import GOOD

from fedbbpt.completions import Request
from fedbbpt.config.runfile import resolve
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.errors import ConfigError, EndpointError
from fedbbpt.prompts import Message

TLS = Path(__file__).parent / "tls"
AUTHORITY = str(TLS / "authority.pem")
HI = Request((Message("user", "Hi"),))


@asynccontextmanager
async def serving_privately() -> AsyncIterator[str]:
    """Yield the address of a server whose certificate no machine trusts by itself."""

    async def reply(request: web.Request) -> web.Response:
        return web.Response(body=orjson.dumps(GOOD))

    app = web.Application()
    app.router.add_post("/v1/chat/completions", reply)
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(TLS / "server.pem")
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=shown).start()
    host, port = runner.addresses[0][:2]
    yield f"https://{host}:{port}/v1"
    await runner.cleanup()


async def test_a_server_is_believed_by_the_authority_that_is_named() -> None:
    async with serving_privately() as url, OpenAI(url, "m", ca=AUTHORITY).connect() as wire:
        completion = await wire.send(HI)

    assert completion.text == "yes"


@pytest.mark.parametrize("ca", ["", str(TLS / "another.pem")])
async def test_without_its_authority_it_is_never_believed(ca: str) -> None:
    async with serving_privately() as url, OpenAI(url, "m", ca=ca).connect() as wire:
        with pytest.raises(EndpointError, match=r"certificate is not trusted.*with ca, a PEM file"):
            await wire.send(HI)


def test_an_authority_that_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    url = "https://host/v1"

    with pytest.raises(ConfigError, match=r"^ca: .*none.pem is no file"):
        OpenAI(url, "m", ca=str(tmp_path / "none.pem")).profile()
    with pytest.raises(ConfigError, match=r"^ca: .*holds no certificate"):
        OpenAI(url, "m", ca=str(text)).profile()
    with pytest.raises(ConfigError, match=r"^ca: http://host/v1 is plain http"):
        OpenAI("http://host/v1", "m", ca=AUTHORITY).profile()


def test_its_file_lies_beside_the_file_that_names_it(tmp_path: Path) -> None:
    client = tmp_path / "ward" / "client.toml"
    client.parent.mkdir()
    client.write_text(
        'data = "x.jsonl"\n[endpoint]\nuse = "openai"\nurl = "https://h/v1"\n'
        'model = "m"\nca = "own.pem"\n'
    )
    shared = {"use": "openai", "url": "https://h/v1", "model": "m", "ca": "all.pem"}
    owners = [{"name": "a", "data": "a.jsonl"}, {"name": "b", "file": "ward/client.toml"}]

    run = resolve({"task": {"name": "t"}, "endpoint": shared, "owner": owners}, tmp_path)

    assert run.endpoint["ca"] == str(tmp_path / "all.pem")
    assert run.owners[1].endpoint["ca"] == str(client.parent / "own.pem")


def test_how_the_same_place_is_reached_is_no_part_of_a_run(tmp_path: Path) -> None:
    shared = {"use": "openai", "url": "https://h/v1", "model": "m"}
    tables: dict[str, object] = {"task": {"name": "t"}, "owner": [{"name": "a", "data": "a.jsonl"}]}
    way = {"ca": "all.pem", "proxy": "http://proxy:1", "key_header": "api-key"}

    plain, by_way, other = (
        resolve({**tables, "endpoint": {**shared, **more}}, tmp_path).identity
        for more in ({}, way, {"temperature": False})
    )

    assert plain == by_way != other
