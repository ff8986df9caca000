"""Reports as few bytes, for uploads: a score report of 20 candidates fits into 128.

Who sends, and the fingerprint, are known to who receives: 16 bytes of the fingerprint's digest
travel to check it. An array travels in single precision exactly where that loses nothing, so what
is decoded is what was encoded to the last bit.

Bytes: mark; digest; round, asked, missing, unreadable and calls, four bytes each; weight, in single
or double precision as the mark says; number of arrays; then each array as name, form, lengths, and
values. A name is a place in ``NAMES``, or 0, a length and the text. Form: dimensions, 8 for single
precision, 16 for additive, 32 for lengths of four bytes and not two. All is little-endian.
"""

import hashlib
import math
import struct
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from fedbbpt.codec.fields import MAX_DEPTH, text
from fedbbpt.distributions import Floats
from fedbbpt.errors import MessageError
from fedbbpt.messages import Report

SINGLE, DOUBLE = b"\xfb\x01", b"\xfb\x02"
"""First bytes: what this is, and version 1 with a weight in single or double precision."""

DIGEST = 16
NAMES = (
    "loss_sum",
    "mean",
    "sigma",
    "cov",
    "step_sizes",
    "candidates",
    "compared_loss_sum",
    "compared_items",
    "score_sum",
    "score_square_sum",
    "score_items",
)
"""Frequent names, sent as their place from 1; the order is part of the version."""

_SINGLE, _ADDITIVE, _LONG = 8, 16, 32
_HEADERS = {SINGLE: struct.Struct("<2s16s5IfB"), DOUBLE: struct.Struct("<2s16s5IdB")}


@dataclass(frozen=True, slots=True)
class Expected:
    """What who receives the reports of a round knows without being told.

    Attributes:
        fingerprint: of the assignment.
        version: of the bank, as the assignment has it.
        digest: what a report must bring of the fingerprint.
    """

    fingerprint: str
    version: str = ""
    digest: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", _digest(self.fingerprint))


def encode_compact(report: Report, names: Collection[str] | None = None) -> bytes:
    """Return the bytes of a report.

    Law: ``decode_compact`` returns it to the last bit, where all its statistics are sent.

    Args:
        report: without proposals.
        names: statistics to send; None sends all, those for people too.

    Raises:
        MessageError: the report holds texts, or a count that four bytes do not hold.
    """
    if report.proposals:
        raise MessageError(f"{report.client}: a compact report carries no texts; send it whole")
    arrays = {n: a for n, a in report.statistics.items() if names is None or n in names}
    weight = float(np.float32(report.weight))
    mark = SINGLE if weight == report.weight else DOUBLE
    counts = (report.round, report.asked, report.missing, report.unreadable, report.calls)
    try:
        header = _HEADERS[mark].pack(
            mark, _digest(report.fingerprint), *counts, report.weight, len(arrays)
        )
    except struct.error as error:
        raise MessageError(f"{report.client}: compact report: {error}; send it whole") from error
    parts = [header]
    for name, array in arrays.items():
        parts += _array(name, array, additive=name in report.additive)
    return b"".join(parts)


def decode_compact(data: bytes, client: str, expected: Expected) -> Report:
    """Return the report in ``data``.

    Args:
        data: as ``encode_compact`` made it.
        client: who sent it.
        expected: what the assignment said.

    Raises:
        MessageError: not a well-formed report of this version, or of another fingerprint.
    """
    try:
        header = _HEADERS.get(data[:2])
        if header is None:
            raise ValueError("other bytes than this version's; use one version")
        _, digest, *counts, weight, arrays = header.unpack_from(data)
        if digest != expected.digest:
            raise ValueError(
                "of another space, task or scoring; give server and owners the same run file"
            )
        if not 0 <= weight < math.inf:
            raise ValueError(f"weight: {weight} is no number from 0")
        statistics, additive = _read_arrays(data, header.size, arrays)
        round, asked, missing, unreadable, calls = counts
        return Report(
            client=client,
            round=round,
            fingerprint=expected.fingerprint,
            statistics=statistics,
            additive=additive,
            weight=weight,
            asked=asked,
            missing=missing,
            unreadable=unreadable,
            calls=calls,
            version=expected.version,
        )
    except (ValueError, IndexError, struct.error) as error:
        raise MessageError(f"{client}: compact report: {error}") from error


def _digest(fingerprint: str) -> bytes:
    return hashlib.sha256(fingerprint.encode()).digest()[:DIGEST]


def _array(name: str, array: Floats, *, additive: bool) -> list[bytes]:
    with np.errstate(over="ignore"):
        single = array.astype("<f4")
    exact = bool((single == array).all())
    long = max(array.shape, default=0) >= 1 << 16
    form = array.ndim | _SINGLE * exact | _ADDITIVE * additive | _LONG * long
    named = bytes([0, len(name.encode())]) + name.encode()
    if name in NAMES:
        named = bytes([NAMES.index(name) + 1])
    lengths = struct.pack(f"<{array.ndim}{'I' if long else 'H'}", *array.shape)
    values = single if exact else array.astype("<f8")
    return [named, bytes([form]), lengths, values.tobytes()]


def _read_arrays(data: bytes, place: int, arrays: int) -> tuple[dict[str, Floats], frozenset[str]]:
    statistics: dict[str, Floats] = {}
    additive = []
    for _ in range(arrays):
        name, place = _read_name(data, place)
        if name in statistics:
            raise ValueError(f"statistics.{name}: sent twice")
        form = data[place]
        if form & 7 > MAX_DEPTH or form >= 2 * _LONG:
            raise ValueError(f"statistics.{name}: form {form} is unknown")
        shaped = f"<{form & 7}{'I' if form & _LONG else 'H'}"
        shape = struct.unpack_from(shaped, data, place + 1)
        place += 1 + (4 if form & _LONG else 2) * len(shape)
        size, kind = (4, "<f4") if form & _SINGLE else (8, "<f8")
        count = math.prod(shape)
        if count * size > len(data) - place:
            raise ValueError(f"statistics.{name}: cut off")
        raw = np.frombuffer(data, kind, count, place)
        array: Floats = raw.reshape(shape).astype(np.float64)
        array.setflags(write=False)  # so that the report need not copy it
        statistics[name] = array
        place += count * size
        if form & _ADDITIVE:
            additive.append(name)
    if place != len(data):
        raise ValueError(f"{len(data) - place} bytes too many")
    return statistics, frozenset(additive)


def _read_name(data: bytes, place: int) -> tuple[str, int]:
    known = data[place]
    if 0 < known <= len(NAMES):
        return NAMES[known - 1], place + 1
    if known:
        raise ValueError(f"name {known} is unknown; use one version")
    end = place + 2 + data[place + 1]
    return text(data[place + 2 : end].decode(), "statistics"), end
