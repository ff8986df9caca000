"""The byte form of a framed log, as pure functions: its header, its frames, what a frame claims.

A log is a header and then frames, each ``marker, length, checksum, payload``. The checksum covers
the frame's own offset and its payload, so that a payload which itself holds frames (of another log,
or by malice) is never mistaken for records. 0xFE and 0xFF never occur in UTF-8, so a text payload
cannot even hold a marker.
"""

import struct
import zlib
from typing import NamedTuple

FORMAT_VERSION = 1
MAX_PAYLOAD = 1 << 28
"""Bytes; a longer record is a mistake of the caller."""

MARKER = b"\xfe\xff\xfb\xfe"
HEAD = 12
"""Bytes of a frame before its payload."""

_MAGIC = b"fedbbpt\xff"
_HEAD = struct.Struct("<4sII")
_VERSION = struct.Struct("<I")
_OFFSET = struct.Struct("<Q")


class Claim(NamedTuple):
    """What the first bytes of a frame say: bytes of its payload, and their checksum."""

    length: int
    checksum: int


def header(version: int = FORMAT_VERSION) -> bytes:
    """Return the first bytes of a log: magic, format version, checksum of both.

    Every later format keeps this layout, so that an old reader can name the version it meets.
    """
    named = _MAGIC + _VERSION.pack(version)
    return named + _VERSION.pack(zlib.crc32(named))


HEADER = len(header())
"""Bytes of the header."""


def frame(payload: bytes, offset: int) -> bytes:
    """Return ``payload`` as the frame that starts at ``offset`` of its log.

    Raises:
        ValueError: the payload is longer than ``MAX_PAYLOAD``.
    """
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"payload: {len(payload)} bytes are more than {MAX_PAYLOAD}; split it")
    return _HEAD.pack(MARKER, len(payload), checksum(payload, offset)) + payload


def checksum(payload: bytes, offset: int) -> int:
    """Return the checksum of ``payload`` in the frame that starts at ``offset``."""
    return zlib.crc32(payload, place_checksum(offset))


def place_checksum(offset: int) -> int:
    """Return the checksum that the payload of the frame at ``offset`` goes on with."""
    return zlib.crc32(_OFFSET.pack(offset))


def claim(head: bytes) -> Claim | None:
    """Return what the first ``HEAD`` bytes of a frame say; None where no frame begins so."""
    if len(head) < HEAD:
        return None
    marker, length, stated = _HEAD.unpack_from(head)
    return Claim(length, stated) if marker == MARKER else None


def stated(head: bytes) -> Claim:
    """Return what the first ``HEAD`` bytes of a frame say, whether or not its marker is whole."""
    _, length, said = _HEAD.unpack_from(head.ljust(HEAD, b"\0"))
    return Claim(length, said)


def is_torn_header(data: bytes) -> bool:
    """Tell whether ``data`` is all of a log that was just begun: less than a header, or nothing."""
    return len(data) < HEADER and header().startswith(data)


def is_damaged_header(start: bytes) -> bool:
    """Tell whether ``start``, of at most ``HEADER`` bytes, is the header of no version at all."""
    (version,) = _VERSION.unpack_from(start.ljust(HEADER, b"\0"), len(_MAGIC))
    return start != header(version)


def check_header(start: bytes) -> None:
    """Pass if a log begins with ``start``, of at most ``HEADER`` bytes.

    Raises:
        ValueError: it is of another kind of file, damaged, or of another format version.
    """
    if not start.startswith(_MAGIC):
        raise ValueError("not a log of fedbbpt; name another file or move this one away")
    (version,) = _VERSION.unpack_from(start.ljust(HEADER, b"\0"), len(_MAGIC))
    if start != header(version):
        raise ValueError("the header is damaged; restore the file from a copy or move it away")
    if version > FORMAT_VERSION:
        raise ValueError(
            f"format version {version} is newer than {FORMAT_VERSION}, the newest that this "
            "fedbbpt reads; upgrade fedbbpt"
        )
    if version < FORMAT_VERSION:
        raise ValueError(f"format version {version} was never released; move the file away")
