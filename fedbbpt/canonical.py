"""One canonical JSON form and its digest: the identity of whatever is compared or keyed."""

import hashlib

import orjson


def canonical_json(value: object) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no spaces, UTF-8; NaN becomes null.

    Raises:
        TypeError: the value holds something JSON cannot carry.

    >>> canonical_json({"b": 1, "a": [1.5, "ü"]}) == '{"a":[1.5,"ü"],"b":1}'.encode()
    True
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: object) -> str:
    """Return the sha256 of the canonical form, as 64 hexadecimal characters."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
