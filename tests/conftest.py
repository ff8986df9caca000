"""What holds for every test: a clean environment, loopback only, repeatable examples."""

import ast
import ipaddress
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("fedbbpt", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("fedbbpt")

ROOT = Path(__file__).parent.parent


class OutsideNetworkError(RuntimeError):
    """A test tried to leave this machine; no OSError, so that no retry or fallback hides it."""


def is_ambient(name: str) -> bool:
    """Say whether an environment variable could change where data goes or what a run does."""
    upper = name.upper()
    return upper.startswith(("OPENAI_", "FEDBBPT_")) or upper.endswith("_PROXY")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the variables of the person or machine that runs the tests."""
    for name in filter(is_ambient, list(os.environ)):
        monkeypatch.delenv(name)


def refuse_outside(host: object) -> None:
    """Return for loopback names and addresses and raise OutsideNetworkError for all others."""
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(name).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise OutsideNetworkError(
            f"{name}: tests talk to 127.0.0.1 and ::1 only; serve a fake on loopback instead"
        )


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection and every look-up of a name that would leave this machine."""
    connect, connect_ex, look_up = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def check(address: object) -> None:
        if isinstance(address, tuple):  # anything else is a local (unix) socket
            refuse_outside(address[0])

    def guarded_connect(self: socket.socket, address: tuple[str, int]) -> None:
        check(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: tuple[str, int]) -> int:
        check(address)
        return connect_ex(self, address)

    def guarded_look_up(host: object, *args: object, **options: object) -> object:
        if host:  # None and "" mean this machine
            refuse_outside(host)
        return look_up(host, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


def python_files(*folders: str) -> Iterator[Path]:
    """Yield the Python files under `folders` as paths relative to the repository."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def trees() -> Mapping[Path, ast.Module]:
    """Return every Python file of the repository, parsed, by its path relative to it."""
    return {
        path: ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))
        for path in python_files("fedbbpt", "examples", "docs", "tests")
    }


@pytest.fixture(scope="session")
def package_trees(trees: Mapping[Path, ast.Module]) -> Mapping[Path, ast.Module]:
    """Return the modules of the package only."""
    return {path: tree for path, tree in trees.items() if path.parts[0] == "fedbbpt"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the whole runs that are killed and resumed: `make test` runs them, `make check` not."""
    for item in items:
        if item.path.parent.name == "durability":
            item.add_marker(pytest.mark.durability)
