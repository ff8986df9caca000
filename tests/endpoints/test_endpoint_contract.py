"""What every kind of endpoint promises; a new file in the folder is found by itself."""

import dataclasses
import socket
from pathlib import Path

import pytest
from plugin_folders import offered

from fedbbpt.endpoints import Connector
from fedbbpt.plugins import find

NEEDED: dict[str, dict[str, object]] = {
    "openai": {"url": "http://127.0.0.1:9/v1", "model": "m"},
    "openai_sdk": {"client": "sdk_clients:make_client", "model": "m"},
    "vllm": {"url": "http://127.0.0.1:9/v1", "model": "m"},
}
"""Settings that a kind cannot do without."""


@pytest.fixture(params=sorted(offered("endpoints")))
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[type, dict[str, object]]:
    given = dict(NEEDED.get(request.param, {}))
    plugin = find("endpoints", request.param)
    if "model_path" in {field.name for field in dataclasses.fields(plugin)}:
        model = tmp_path / "model.gguf"
        model.write_bytes(b"GGUF")
        given["model_path"] = str(model)
        pytest.importorskip("xllamacpp", reason="make test installs requirements/model.txt")
    return plugin, given


def test_the_settings_are_frozen_and_the_profile_contacts_nobody(
    settings: tuple[type, dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin, given = settings

    def refuse(*args: object) -> None:
        raise AssertionError("the profile opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)

    connector: Connector = plugin(**given)
    profile = connector.profile()

    assert profile.identity
    assert profile.destination
    assert profile.concurrency >= 1
    assert profile == plugin(**given).profile()
    with pytest.raises(dataclasses.FrozenInstanceError):
        connector.concurrency = 2  # type: ignore[attr-defined]


def test_how_fast_it_may_be_asked_is_no_part_of_its_identity(
    settings: tuple[type, dict[str, object]],
) -> None:
    plugin, given = settings

    slow, fast = (plugin(**given, concurrency=count).profile() for count in (1, 4))

    assert slow.identity == fast.identity
    assert (slow.concurrency, fast.concurrency) == (1, 4)
