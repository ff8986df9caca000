"""How a server wants a chat request put, where it differs from the usual form."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from fedbbpt.soft_parts import EMBEDDING_TYPES

TOKEN_LIMITS = ("max_tokens", "max_completion_tokens")
_OWN_FIELDS = frozenset(
    {
        *TOKEN_LIMITS,
        "logprob_token_ids",
        "logprobs",
        "messages",
        "model",
        "n",
        "seed",
        "stream",
        "stream_options",
        "temperature",
        "top_logprobs",
    }
)
_HARMFUL = frozenset({"echo", "prompt_embeds", "prompt_logprobs"})
"""What asks about the prompt itself: beside soft tokens it takes vLLM's engine down."""

_USUAL = {
    "token_limit": TOKEN_LIMITS[0],
    "temperature": True,
    "reasoning_tokens": 0,
    "embedding_type": "float32",
}
_SECRETS = frozenset({"api_key", "apikey", "authorization", "key", "password", "secret", "token"})


@dataclass(frozen=True, slots=True)
class ChatForm:
    """What a chat request says besides model and messages; part of an endpoint's identity.

    Attributes:
        token_limit: the field that bounds the reply, ``"max_tokens"`` or
            ``"max_completion_tokens"``.
        temperature: whether a temperature is sent; some reasoning models refuse any.
        reasoning_tokens: room for a model's reasoning, added to the bound of every reply, >= 0.
        extra_body: further fields of the body, as JSON values.
        label_ids: tokens whose log-probabilities are asked for by number, in place of the most
            likely ones; empty asks for those. vLLM from 0.27 understands it.
        embedding_type: how the numbers of soft tokens travel: ``"float32"``, ``"float16"`` or
            ``"bfloat16"``.

    Raises:
        ValueError: a setting is out of its range, or ``extra_body`` sets what a run sets itself.
    """

    token_limit: str = "max_tokens"
    temperature: bool = True
    reasoning_tokens: int = 0
    extra_body: Mapping[str, object] = field(default_factory=dict, hash=False)
    label_ids: tuple[int, ...] = ()
    embedding_type: str = "float32"

    def __post_init__(self) -> None:
        if self.token_limit not in TOKEN_LIMITS:
            raise ValueError(
                f"token_limit: {self.token_limit!r} is unknown; write {TOKEN_LIMITS[0]!r} or "
                f"{TOKEN_LIMITS[1]!r}"
            )
        if self.reasoning_tokens < 0:
            raise ValueError(
                f"reasoning_tokens: {self.reasoning_tokens} is below 0; write 0 for a model that "
                "does not reason"
            )
        if any(token < 0 for token in self.label_ids):
            raise ValueError("label_ids: a token's number is below 0; see the server's /tokenize")
        if self.embedding_type not in EMBEDDING_TYPES:
            raise ValueError(
                f"embedding_type: {self.embedding_type!r} is unknown; write one of "
                f"{', '.join(EMBEDDING_TYPES)}"
            )
        object.__setattr__(self, "extra_body", _checked(self.extra_body))

    def payload(self) -> dict[str, object]:
        """Return what differs from the usual form, as JSON values; ``from_payload`` is the inverse.

        >>> ChatForm(temperature=False).payload()
        {'temperature': False}
        """
        values: dict[str, object] = {
            "token_limit": self.token_limit,
            "temperature": self.temperature,
            "reasoning_tokens": self.reasoning_tokens,
            "extra_body": dict(self.extra_body),
            "label_ids": list(self.label_ids),
            "embedding_type": self.embedding_type,
        }
        usual = {**_USUAL, "label_ids": []}
        return {name: value for name, value in values.items() if value != usual.get(name, {})}

    @classmethod
    def from_payload(cls, payload: Mapping[str, object]) -> "ChatForm":
        """Return the form that ``payload`` describes.

        Raises:
            ValueError: not what ``payload`` gives.
        """
        match {**_USUAL, "extra_body": {}, "label_ids": []} | dict(payload):
            case {
                "token_limit": str(token_limit),
                "temperature": bool(temperature),
                "reasoning_tokens": int(reasoning_tokens),
                "extra_body": dict(extra_body),
                "label_ids": list(ids),
                "embedding_type": str(kind),
                **rest,
            } if not rest and all(type(number) is int for number in (reasoning_tokens, *ids)):
                return cls(token_limit, temperature, reasoning_tokens, extra_body, tuple(ids), kind)
            case _:
                raise ValueError("form: not the fields of a chat form")


def _checked(extra_body: Mapping[str, object]) -> dict[str, object]:
    """Return a copy of the further fields that nobody else holds."""
    for name in extra_body:
        if name in _OWN_FIELDS:
            raise ValueError(
                f"extra_body: {name} is set by the run itself; remove it (token_limit, "
                "temperature, top_logprobs and reasoning_tokens are settings of their own)"
            )
        if name in _HARMFUL:
            raise ValueError(
                f"extra_body: {name} asks about the prompt itself, which no run reads, and beside "
                "soft tokens it takes vLLM's engine down; remove it"
            )
        if name.lower() in _SECRETS:
            raise ValueError(
                f"extra_body: {name} looks like a secret, and a run file holds none; name the "
                "variable that holds the key with key_env"
            )
    if not _is_json(extra_body):
        raise ValueError(
            "extra_body: it holds a value that JSON has no word for; write texts, finite numbers, "
            "true, false, lists and tables"
        )
    copy: dict[str, object] = orjson.loads(orjson.dumps(dict(extra_body)))
    return copy


def _is_json(value: object) -> bool:
    match value:
        case None | bool() | str():
            return True
        case int():
            return -(2**63) <= value < 2**64
        case float():
            return math.isfinite(value)
        case list() | tuple():
            return all(map(_is_json, value))
        case Mapping():
            return all(isinstance(name, str) and _is_json(held) for name, held in value.items())
        case _:
            return False


PLAIN = ChatForm()
"""The usual form."""
