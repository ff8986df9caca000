"""The calls of the batch protocol: files up and down, batches made, found and looked at.

OpenAI's ``/files`` and ``/batches``, as others that follow its format have them too.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp
import orjson

from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.batches.http import AbsentError, BatchHttp, Call
from fedbbpt.endpoints.batches.lines import ASKED_AT
from fedbbpt.endpoints.batches.status import BatchStatus, id_of, listed, status_of
from fedbbpt.endpoints.wire.chat_wire import ChatServer
from fedbbpt.endpoints.wire.replies import MAX_BODY
from fedbbpt.storage.crash import crash_point

NAME = "fedbbpt"
"""Under this the metadata of a batch hold our name of it."""

PAGE = 100
PAGES = 1000


@dataclass(frozen=True, slots=True)
class BatchApi:
    """Batches at one server; every method is one attempt.

    All raise AttemptError where another attempt may not fail (``billed`` says that this one may
    have acted), AbsentError where there is no such thing, EndpointError where it is refused for
    good.
    """

    http: BatchHttp

    @property
    def server(self) -> ChatServer:
        """Where the batches are."""
        return self.http.server

    async def upload(self, name: str, lines: Sequence[bytes]) -> str:
        """Send a file and return its id."""
        form = aiohttp.FormData({"purpose": "batch"})
        form.add_field("file", b"".join(lines), filename=_file_name(name))
        body = form()
        headers = {"Content-Type": str(body.headers["Content-Type"])}
        crash_point("batch: upload")
        return id_of(
            await self.http.json(Call("POST", "/files", data=body, headers=headers, transfer=True))
        )

    async def create(self, name: str, file_id: str, window: str) -> str:
        """Have a batch made of a file and return its id."""
        body = {
            "input_file_id": file_id,
            "endpoint": ASKED_AT,
            "completion_window": window,
            "metadata": {NAME: name},
        }
        # A server that honours the key makes one batch of any number of attempts.
        headers = {"Idempotency-Key": name}
        crash_point("batch: create")
        return id_of(
            await self.http.json(Call("POST", "/batches", data=orjson.dumps(body), headers=headers))
        )

    async def status(self, batch_id: str) -> BatchStatus:
        """Return how far a batch is."""
        reply = await self.http.json(Call("GET", f"/batches/{quote(batch_id, safe='')}"))
        return status_of(reply, self.server.key)

    async def find(self, name: str) -> str | None:
        """Return the id of the batch that was made under a name; None where there is none.

        It is told by its metadata, or by its file's name where a server drops metadata.
        """
        files = await self.files(name)
        async for item in self._listed("/batches"):
            metadata = item.get("metadata")
            named = isinstance(metadata, dict) and metadata.get(NAME) == name
            if named or item.get("input_file_id") in files:
                return id_of(item)
        return None

    async def files(self, name: str) -> list[str]:
        """Return the ids of the files that were sent under a name."""
        wanted = _file_name(name)
        found = self._listed("/files", {"purpose": "batch"})
        return [id_of(item) async for item in found if item.get("filename") == wanted]

    async def delete(self, file_id: str) -> None:
        """Remove a file; that it is gone already is fine."""
        crash_point("batch: delete")
        try:
            await self.http.json(Call("DELETE", _file(file_id)))
        except AbsentError:
            return

    async def lines(self, file_id: str) -> AsyncIterator[bytes]:
        """Yield the lines of a file."""
        rest = b""
        async for chunk in self.http.chunks(
            Call("GET", f"{_file(file_id)}/content", transfer=True)
        ):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line
            if len(rest) > MAX_BODY:
                raise AttemptError("oversized body", billed=True)
        if rest:
            yield rest

    async def _listed(
        self, path: str, query: Mapping[str, str] | None = None
    ) -> AsyncIterator[Mapping[str, object]]:
        """Yield the objects of a list, whatever number of pages it has."""
        after, seen = "", set[str]()
        for _ in range(PAGES):
            page = {**(query or {}), "limit": str(PAGE), **({"after": after} if after else {})}
            items, has_more = listed(await self.http.json(Call("GET", path, query=page)))
            for item in items:
                yield item
            after = id_of(items[-1]) if items else ""
            # A server that takes no notice of ``after`` would give its first page for ever.
            if not has_more or not after or after in seen:
                return
            seen.add(after)


def _file_name(name: str) -> str:
    return f"{name}.jsonl"


def _file(file_id: str) -> str:
    return f"/files/{quote(file_id, safe='')}"
