"""How vLLM's chat endpoint takes soft tokens in a message, and how it refuses them; pure."""

import base64
import re
from collections.abc import Mapping, Sequence

from fedbbpt.errors import EndpointError
from fedbbpt.soft_tokens import PlacedTokens, SoftTokens
from fedbbpt.tensor_bytes import tensor_bytes

PART = "prompt_embeds"
WIDEST = 65536
EMBEDDING_TYPES = {"float32": "f32", "float16": "f16", "bfloat16": "bf16"}
"""How the numbers of soft tokens may travel, and what the file of them calls it."""

_WIDTH = re.compile(r"model'?s?\W+hidden[_ ]size\D{0,8}(\d{1,6})", re.IGNORECASE)
_SWITCH = re.compile(r"enable[-_]prompt[-_]embeds", re.IGNORECASE)


def with_soft(
    messages: Sequence[Mapping[str, str]],
    placed: PlacedTokens | None,
    embedding_type: str = "float32",
) -> Sequence[Mapping[str, object]]:
    """Return chat messages with the last one in parts, where soft tokens stand in it.

    Raises:
        EndpointError: as ``encoded``.
    """
    if placed is None:
        return messages
    *before, last = messages
    return [*before, {**last, "content": content_parts(last["content"], placed, embedding_type)}]


def content_parts(
    text: str, placed: PlacedTokens, embedding_type: str = "float32"
) -> list[dict[str, str]]:
    """Return the parts of a message: text and soft tokens; a part without text is left out.

    The server joins parts by line breaks, unless it was started with
    ``--chat-template-content-format openai`` and a template that does not.
    """
    left, right = text[: placed.at], text[placed.at :]
    parts = [
        {"type": "text", "text": left},
        {"type": PART, "data": encoded(placed.tokens, embedding_type)},
        {"type": "text", "text": right},
    ]
    return [part for part in parts if part.get("text") != ""]


def encoded(tokens: SoftTokens, embedding_type: str = "float32") -> str:
    """Return soft tokens as the base64 of what ``torch.save`` would write of them.

    Raises:
        EndpointError: a number is too large for the type.
    """
    try:
        written = tensor_bytes(tokens.rows, EMBEDDING_TYPES[embedding_type])
    except ValueError as error:
        raise EndpointError(
            f"embedding_type: soft tokens do not fit {embedding_type} ({error}); write "
            '"float32" or "bfloat16", or lower [space] sigma'
        ) from error
    return base64.b64encode(written).decode()


def told_width(refusal: str) -> int | None:
    """Return the hidden size that a refusal of another one names, or None.

    >>> told_width("`prompt_embeds` hidden_size 1 does not match the model's hidden_size 576")
    576
    """
    found = _WIDTH.search(refusal)
    return int(found[1]) if found and 0 < int(found[1]) <= WIDEST else None


def switched_off(refusal: str) -> bool:
    """Tell whether a refusal says that the server was started without soft tokens.

    >>> switched_off("You must set `--enable-prompt-embeds` to input `prompt_embeds`.")
    True
    """
    return bool(_SWITCH.search(refusal))
