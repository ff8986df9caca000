"""The embeddings that the mock endpoint gives: a pure function of the text, and of nothing else."""

import numpy as np
import orjson

from fedbbpt.completions import Usage
from fedbbpt.text_features import text_features

WIDTH = 32
BEGUN_AND_ENDED = 2
"""Tokens that an encoder puts around a text."""


def embedding_of(text: str) -> list[float]:
    """Return hashed words folded to ``WIDTH`` numbers, which texts that read alike have alike."""
    numbers = text_features([text])[0].reshape(-1, WIDTH).sum(axis=0)
    numbers[0] += 0.25  # so that a text without words has one too
    return [float(one) for one in np.round(numbers, 7)]


def embedding_usage(text: str) -> Usage:
    """Return what is billed for a text: a token for every four bytes or part of them."""
    return Usage(-(-len(text.encode()) // 4) + BEGUN_AND_ENDED, 0)


def asked_text(body: bytes) -> str:
    """Return the one text of a body that asks for an embedding.

    Raises:
        ValueError: the body is none of the format, or asks for another encoding.
    """
    try:
        sent = orjson.loads(body)
        (text,) = sent["input"]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"no request for one embedding: {error!r}") from error
    if sent.get("encoding_format") != "float" or not isinstance(text, str) or not text:
        raise ValueError("input: expected one text, and encoding_format float")
    return text


def embedding_reply(text: str, model: str) -> bytes:
    """Return the embedding of a text as the body of a reply in the OpenAI format."""
    tokens = embedding_usage(text).prompt_tokens
    return orjson.dumps(
        {
            "object": "list",
            "data": [{"object": "embedding", "index": 0, "embedding": embedding_of(text)}],
            "model": model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }
    )
