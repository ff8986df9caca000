"""Strict readers of JSON values: each names its field when it refuses with a ``ValueError``."""

import base64
from collections.abc import Mapping
from typing import cast

import numpy as np

from fedbbpt.distributions import Floats

MAX_NAME = 64
MAX_DEPTH = 4
MOST_TEXTS = 256
LONGEST_TEXT = 2000
Json = Mapping[str, object]


def shown(value: object) -> str:
    """Return the beginning of a value as an error may repeat it; a peer may have sent megabytes."""
    return repr(value)[:MAX_NAME]


def array_payload(array: Floats) -> dict[str, object]:
    """Return an array as JSON values: its shape and its bytes in base64."""
    little = np.ascontiguousarray(array, dtype="<f8")
    return {"shape": list(array.shape), "f8": base64.b64encode(little.tobytes()).decode()}


def array_payloads(arrays: Mapping[str, Floats]) -> dict[str, object]:
    """Return named arrays as JSON values."""
    return {name: array_payload(array) for name, array in arrays.items()}


def read_array(value: object, name: str) -> Floats:
    """Return the array that ``array_payload`` described; finite, float64."""
    if not isinstance(value, dict) or not isinstance(value.get("f8"), str):
        raise ValueError(f"{name}: expected an array")
    shape = value.get("shape")
    if not isinstance(shape, list) or len(shape) > MAX_DEPTH:
        raise ValueError(f"{name}: expected a shape of at most {MAX_DEPTH} lengths")
    lengths = tuple(count(length, f"{name}.shape") for length in shape)
    try:
        raw = base64.b64decode(value["f8"], validate=True)
    except ValueError as error:  # binascii.Error, or a letter outside ASCII
        raise ValueError(f"{name}: not base64") from error
    expected = 8
    for length in lengths:
        expected *= length
    if len(raw) != expected:
        raise ValueError(f"{name}: {len(raw)} bytes do not fill shape {lengths}")
    try:
        array: Floats = np.frombuffer(raw, dtype="<f8").reshape(lengths).astype(np.float64)
    except ValueError as error:  # a length of 0 beside one that no array can have
        raise ValueError(f"{name}: {lengths} is no shape of an array") from error
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: all values must be finite")
    return array


def read_arrays(value: object, name: str) -> dict[str, Floats]:
    """Return named arrays; names are short and printable."""
    if not isinstance(value, dict):
        raise ValueError(f"{name}: expected named arrays")
    return {text(key, name): read_array(array, f"{name}.{key}") for key, array in value.items()}


def count(value: object, name: str) -> int:
    """Return a whole number from 0."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name}: expected a whole number from 0, got {shown(value)}")
    return value


def flag(value: object, name: str) -> bool:
    """Return a yes or no."""
    if not isinstance(value, bool):
        raise ValueError(f"{name}: expected true or false, got {shown(value)}")
    return value


def number(value: object, name: str) -> float:
    """Return a finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not np.isfinite(value):
        raise ValueError(f"{name}: expected a finite number, got {shown(value)}")
    return float(value)


def text(value: object, name: str, longest: int = MAX_NAME) -> str:
    """Return a short printable text."""
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise ValueError(f"{name}: expected a printable text of at most {longest} characters")
    return value


def instructions(value: object, name: str) -> tuple[str, ...]:
    """Return instructions of prompts: bounded in number and length, printable but for line ends."""
    texts = tuple(_instruction(one, name) for one in listed(value, name))
    if len(texts) > MOST_TEXTS:
        raise ValueError(f"{name}: {len(texts)} texts; a message holds at most {MOST_TEXTS}")
    return texts


def _instruction(value: object, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
        raise ValueError(f"{name}: expected texts of 1 to {LONGEST_TEXT} characters")
    if not value.replace("\n", "").isprintable():
        raise ValueError(f"{name}: a text holds a character that cannot be shown")
    return value


def listed(value: object, name: str) -> list[object]:
    """Return a list."""
    if not isinstance(value, list):
        raise ValueError(f"{name}: expected a list")
    return cast(list[object], value)


def paired(value: object, name: str) -> tuple[object, object]:
    """Return a list of two."""
    both = listed(value, name)
    if len(both) != 2:
        raise ValueError(f"{name}: expected 2 values, got {len(both)}")
    return both[0], both[1]


def mapped(value: object, name: str) -> Json:
    """Return an object."""
    if not isinstance(value, dict):
        raise ValueError(f"{name}: expected an object")
    return cast(Json, value)
