"""What stands for the outside in the documentation's examples: a model, an app's client."""

import json
import types
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from app_side import asked_of, reply_body
from made_files import CUES
from tiny_run import LEXICON

from fedbbpt.endpoints import Profile, Wire
from fedbbpt.endpoints.embedded import Embedded
from fedbbpt.endpoints.scripted import Scripted

WORDS = {**LEXICON, **{label: {cue.split()[-1]: 1.0} for label, cue in CUES.items()}}
MODEL = Scripted(lexicon=WORDS)


@dataclass(frozen=True, slots=True)
class SmallModel(Embedded):
    """The embedded model's settings in front of a scripted model."""

    def profile(self) -> Profile:
        """Describe the scripted model."""
        return MODEL.profile()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Open the scripted model."""
        async with MODEL.connect() as wire:
            yield wire


class Reply:
    """Stands for the openai package's reply: fields and ``model_dump``."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body
        self.choices = _fields(body["choices"])

    def model_dump(self) -> dict[str, Any]:
        return self._body


class Client:
    """Stands for the openai package's client."""

    def __init__(self, base_url: str = "", api_key: str = "") -> None:
        self.chat = types.SimpleNamespace(completions=types.SimpleNamespace(create=self._create))

    def _create(self, **body: object) -> Reply:
        return Reply(reply_body(MODEL.reply(asked_of(json.loads(orjson.dumps(body))))))


def openai_package() -> types.ModuleType:
    """Return what an app imports as ``openai``."""
    library = types.ModuleType("openai")
    vars(library).update(OpenAI=Client, AsyncOpenAI=Client)
    return library


def _fields(value: object) -> Any:  # noqa: ANN401 - as free as the library's own
    if isinstance(value, Mapping):
        return types.SimpleNamespace(**{name: _fields(inner) for name, inner in value.items()})
    return [_fields(inner) for inner in value] if isinstance(value, list) else value
