"""Rows of numbers as the file that ``torch.save`` writes, made without torch.

The archive is a zip of stored entries: ``data.pkl`` rebuilds a tensor over the numbers in
``data/0``. Only the opcodes that are needed are written, and nothing is ever unpickled here.
"""

import io
import struct
import zipfile
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

_FOLDER = "archive"
_FORMAT = b"3\n"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The same rows are the same bytes whenever they are written."""


class _Kind(NamedTuple):
    storage: str
    numbers: str


_KINDS = {
    "f32": _Kind("FloatStorage", "<f4"),
    "f16": _Kind("HalfStorage", "<f2"),
    "bf16": _Kind("BFloat16Storage", "<u2"),
}


def tensor_bytes(rows: npt.NDArray[np.floating[Any]], kind: str = "f32") -> bytes:
    """Return ``rows`` as ``torch.save`` would write a contiguous tensor of them.

    Args:
        rows: shape (tokens, width), both at least 1, finite.
        kind: ``"f32"``, ``"f16"`` or ``"bf16"``; halves are rounded to the nearest, ties to even.

    Raises:
        ValueError: not such an array, an unknown kind, or a number that the kind cannot hold.

    >>> tensor_bytes(np.zeros((1, 8)))[:2]
    b'PK'
    """
    if kind not in _KINDS:
        raise ValueError(f"kind: {kind!r} is unknown; write one of {', '.join(_KINDS)}")
    if rows.ndim != 2 or 0 in rows.shape:
        raise ValueError(
            f"rows: shape {rows.shape} is not (tokens, width); give at least 1 of each"
        )
    entries = {
        "data.pkl": _description(rows.shape[0], rows.shape[1], _KINDS[kind].storage),
        "byteorder": b"little",
        "data/0": _numbers(rows, kind),
        "version": _FORMAT,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(f"{_FOLDER}/{name}", _EARLIEST), content)
    return file.getvalue()


def _numbers(rows: npt.NDArray[np.floating[Any]], kind: str) -> bytes:
    # What does not fit becomes infinite and is refused below.
    with np.errstate(over="ignore"):
        single = rows.astype(np.float32)
        kept = rows.astype(np.float16) if kind == "f16" else single
    if kind == "bf16":
        kept = _rounded_to_bfloat16(single)
    if not np.isfinite(kept).all():
        raise ValueError(f"rows: a number is not finite in {kind}; scale them down")
    if kind == "bf16":
        return (kept.view(np.uint32) >> 16).astype(_KINDS[kind].numbers).tobytes()
    return kept.astype(_KINDS[kind].numbers).tobytes()


def _rounded_to_bfloat16(single: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the nearest numbers whose lower 16 bits are 0; ties go to an even upper half."""
    bits = np.ascontiguousarray(single).view(np.uint32)
    rounded = (bits.astype(np.uint64) + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    return rounded.astype(np.uint32).view(np.float32)


def _description(tokens: int, width: int, storage: str) -> bytes:
    """Return the pickle, protocol 2, of ``_rebuild_tensor_v2`` over storage 0."""
    reference = b"".join(
        [
            b"(",
            _text("storage"),
            f"ctorch\n{storage}\n".encode(),
            _text("0"),
            _text("cpu"),
            _whole(tokens * width),
            b"tQ",
        ]
    )
    return b"".join(
        [
            b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(",
            reference,
            _whole(0),
            _whole(tokens) + _whole(width) + b"\x86",
            _whole(width) + _whole(1) + b"\x86",
            b"\x89ccollections\nOrderedDict\n)RtR.",
        ]
    )


def _text(value: str) -> bytes:
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def _whole(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)
