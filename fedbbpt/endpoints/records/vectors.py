"""Embeddings as texts of completions: one journal holds both, and a resume has the same bits."""

import base64
import binascii

import numpy as np

from fedbbpt.distributions import Floats

MARK = "f32:"
"""Begins every such text; what follows is base64 of little-endian numbers in single precision."""

LEAST_COSINE = 0.99
"""Between two embeddings of one text by one model; a live server's last digits differ."""


def vector_text(numbers: Floats) -> str:
    """Return an embedding as text, rounded to single precision.

    Args:
        numbers: shape (width,), at least 1.

    Raises:
        ValueError: no numbers, or one that is not finite in single precision.

    >>> vector_text(np.array([1.0, -2.0]))
    'f32:AACAPwAAAMA='
    """
    # What does not fit becomes infinite and is refused below.
    with np.errstate(over="ignore"):
        single = numbers.astype("<f4")
    if not single.size or not np.isfinite(single).all():
        raise ValueError("no embedding: it is empty, or holds a number that is not finite")
    return MARK + base64.b64encode(single.tobytes()).decode()


def vector_of(text: str) -> Floats:
    """Return the embedding that a text holds, shape (width,).

    Raises:
        ValueError: it holds none.

    >>> vector_of("f32:AACAPwAAAMA=")
    array([ 1., -2.])
    """
    try:
        held = base64.b64decode(text.removeprefix(MARK), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("no embedding: not the form that one is kept in") from error
    if not text.startswith(MARK) or not held or len(held) % 4:
        raise ValueError("no embedding: not the form that one is kept in")
    numbers: Floats = np.frombuffer(held, dtype="<f4").astype(np.float64)
    return numbers


def same_answer(said: str, expected: str) -> bool:
    """Tell whether two answers to one question are of one model: equal, or embeddings alike.

    >>> same_answer("amber", "amber"), same_answer("amber", "birch")
    (True, False)
    """
    if said == expected:
        return True
    try:
        first, second = vector_of(said), vector_of(expected)
    except ValueError:
        return False
    if first.shape != second.shape:
        return False
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return lengths > 0 and float(first @ second) >= LEAST_COSINE * lengths
