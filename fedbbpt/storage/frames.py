"""The byte form of a framed log, as pure functions: header, frames, and what survives damage.

A log is a header and then frames, each ``marker, length, checksum, payload``. The checksum covers
the frame's own offset and its payload, so that a payload which itself holds frames (of another log,
or by malice) is never mistaken for records. 0xFE and 0xFF never occur in UTF-8, so a text payload
cannot even hold a marker.
"""

import struct
import zlib
from dataclasses import dataclass

FORMAT_VERSION = 1
MAX_PAYLOAD = 1 << 28
"""Bytes; a longer record is a mistake of the caller."""

_MAGIC = b"fedbbpt\xff"
_MARKER = b"\xfe\xff\xfb\xfe"
_HEAD = struct.Struct("<4sII")
_VERSION = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Frames:
    """What a log holds.

    Attributes:
        records: the payloads of all sound frames, in order.
        damaged: numbers, from 0, of the frames that were skipped; bytes in which no frame can be
            made out count as one.
        end: length in bytes of the part to keep; what follows it is a torn tail.
    """

    records: tuple[bytes, ...]
    damaged: tuple[int, ...]
    end: int


def header(version: int = FORMAT_VERSION) -> bytes:
    """Return the first bytes of a log: magic, format version, checksum of both.

    Every later format keeps this layout, so that an old reader can name the version it meets.
    """
    named = _MAGIC + _VERSION.pack(version)
    return named + _VERSION.pack(zlib.crc32(named))


def frame(payload: bytes, offset: int) -> bytes:
    """Return ``payload`` as the frame that starts at ``offset`` of its log.

    Raises:
        ValueError: the payload is longer than ``MAX_PAYLOAD``.
    """
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"payload: {len(payload)} bytes are more than {MAX_PAYLOAD}; split it")
    return _HEAD.pack(_MARKER, len(payload), _checksum(payload, offset)) + payload


def read_frames(data: bytes) -> Frames:
    """Return the records of a whole log; empty bytes and a torn header are an empty log.

    Laws: cut anywhere, a log gives the records before the cut and no damage; with one bit of a
    frame flipped it gives all other records and that frame's number.

    Raises:
        ValueError: the header is of another kind of file, damaged, or of another format version.
    """
    if header().startswith(data) and len(data) < len(header()):
        return Frames((), (), 0)
    _check_header(data)
    records: list[bytes] = []
    damaged: list[int] = []
    position, number = len(header()), 0
    while position < len(data):
        payload = _payload_at(data, position)
        if payload is not None:
            records.append(payload)
            position += _HEAD.size + len(payload)
        elif _is_torn(data, position):
            break
        else:
            damaged.append(number)
            position = _resume(data, position)
        number += 1
    return Frames(tuple(records), tuple(damaged), position)


def _check_header(data: bytes) -> None:
    if not data.startswith(_MAGIC):
        raise ValueError("not a log of fedbbpt; name another file or move this one away")
    start = data[: len(header())]
    (version,) = _VERSION.unpack_from(start.ljust(len(header()), b"\0"), len(_MAGIC))
    if start != header(version):
        raise ValueError("the header is damaged; restore the file from a copy or move it away")
    if version > FORMAT_VERSION:
        raise ValueError(
            f"format version {version} is newer than {FORMAT_VERSION}, the newest that this "
            "fedbbpt reads; upgrade fedbbpt"
        )
    if version < FORMAT_VERSION:
        raise ValueError(f"format version {version} was never released; move the file away")


def _checksum(payload: bytes, offset: int) -> int:
    return zlib.crc32(payload, zlib.crc32(offset.to_bytes(8, "little")))


def _claim(data: bytes, position: int) -> tuple[int, int] | None:
    """Return where the frame at ``position`` claims to end, and its checksum; None: no frame."""
    if len(data) - position < _HEAD.size or not data.startswith(_MARKER, position):
        return None
    _, length, checksum = _HEAD.unpack_from(data, position)
    return position + _HEAD.size + length, checksum


def _payload_at(data: bytes, position: int) -> bytes | None:
    claim = _claim(data, position)
    if claim is None or claim[0] > len(data):
        return None
    payload = data[position + _HEAD.size : claim[0]]
    return payload if _checksum(payload, position) == claim[1] else None


def _is_torn(data: bytes, position: int) -> bool:
    """Tell whether a write broke off at ``position``: the rest is the beginning of one frame."""
    if _next_sound(data, position, len(data)) is not None:
        return False
    claim = _claim(data, position)
    if claim is None:
        rest = data[position:]
        return len(rest) < _HEAD.size and _MARKER.startswith(rest[: len(_MARKER)])
    end, checksum = claim
    # A whole last payload under a wrong length is damage to report, not a tail to cut silently.
    return end > len(data) and _checksum(data[position + _HEAD.size :], position) != checksum


def _resume(data: bytes, position: int) -> int:
    """Return where reading goes on after the damaged frame at ``position``.

    That is where its length says, if a frame or the end of the log is there, but a sound frame on
    the way comes first: a damaged length may point past one. Without a credible length it is the
    next marker.
    """
    claim = _claim(data, position)
    if claim is None or not (claim[0] == len(data) or data.startswith(_MARKER, claim[0])):
        following = data.find(_MARKER, position + 1)
        return following if following != -1 else len(data)
    sound = _next_sound(data, position, claim[0])
    return claim[0] if sound is None else sound


def _next_sound(data: bytes, position: int, stop: int) -> int | None:
    """Return where the first sound frame after ``position`` and before ``stop`` begins."""
    following = data.find(_MARKER, position + 1, stop)
    while following != -1:
        if _payload_at(data, following) is not None:
            return following
        following = data.find(_MARKER, following + 1, stop)
    return None
