"""What survives in the bytes of a log: its sound records, the damaged ones by number, its end.

Time is linear in the bytes and memory bounded, whatever the bytes are.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fedbbpt.storage.checksums import STEP, Checksums
from fedbbpt.storage.frames import (
    HEAD,
    HEADER,
    MARKER,
    check_header,
    checksum,
    claim,
    is_damaged_header,
    is_torn_header,
    place_checksum,
    stated,
)
from fedbbpt.storage.source import WINDOW, HeldBytes, Source


class Record(NamedTuple):
    """A sound record: where its frame begins, and its payload."""

    offset: int
    payload: bytes


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


def read_frames(data: bytes) -> Frames:
    """Return the records of a whole log; empty bytes and a torn header are an empty log.

    Laws: cut anywhere, a log gives the records before the cut and no damage; with one bit of a
    frame flipped it gives all other records and that frame's number.

    Raises:
        ValueError: it is another kind of file, a header without a sound frame, or of another format
            version.
    """
    scan = Scan(HeldBytes(data))
    records = tuple(record.payload for record in scan.records())
    return Frames(records, tuple(scan.damaged), scan.end)


class Scan:
    """One pass over the bytes of a log.

    A damaged header is passed over where a sound frame follows: frames check themselves, and no
    other kind of file holds one at its own offset.

    Attributes:
        damaged: numbers of the frames skipped so far.
        spans: of each, 0 where its bytes are those of one frame, else how many bytes they are.
        header_damaged: True where the header was passed over.
        end: length of the part to keep, so far.
        whole: True once all bytes were read.

    Raises:
        ValueError: it is another kind of file, a header without a sound frame, or of another format
            version.
    """

    def __init__(self, source: Source) -> None:
        self.damaged = array("Q")
        self.spans = array("Q")
        self.header_damaged = False
        self.end = 0
        self.whole = False
        self._source = source
        self._checksums = Checksums(source)
        self._sound: int | None = 0
        self._wasted = 0
        start = source.read(0, min(HEADER, source.size))
        self._empty = is_torn_header(start)
        if not self._empty:
            if is_damaged_header(start):
                self.header_damaged = self._next_sound(HEADER - 1) is not None
            if not self.header_damaged:
                check_header(start)
            self.end = HEADER

    def records(self) -> Iterator[Record]:
        """Yield the sound records in order; ``damaged`` and ``end`` are whole after the last."""
        size = 0 if self._empty else self._source.size
        number = 0
        while self.end < size:
            offset = self.end
            payload = self._payload_at(offset)
            if payload is not None:
                self.end = offset + HEAD + len(payload)
                yield Record(offset, payload)
            elif self._is_torn(offset):
                break
            else:
                self.damaged.append(number)
                self.end = self._resume(offset)
                self.spans.append(0 if self._is_one(offset) else self.end - offset)
            number += 1
        self.whole = True

    def _payload_at(self, offset: int) -> bytes | None:
        """Return the payload of the frame at ``offset``, or None where no sound frame begins."""
        if self._sound is None or offset < self._sound:
            return None  # a search has passed here
        claimed = claim(self._source.read(offset, offset + HEAD))
        if claimed is None:
            return None
        start, stop = offset + HEAD, offset + HEAD + claimed.length
        if stop > self._source.size:
            return None
        if claimed.length > self._patience() and not self._is_sound(offset):
            return None
        payload = self._source.read(start, stop)
        if checksum(payload, offset) == claimed.checksum:
            return payload
        self._wasted += claimed.length
        return None

    def _patience(self) -> int:
        """Return how long a payload may be to be read before it is known to be one.

        Records of any usual length are, unless so much was read in vain that all claims together
        would cost more than another pass over the log.
        """
        return STEP if self._wasted > self.end + WINDOW else WINDOW

    def _is_sound(self, offset: int) -> bool:
        """Do as ``_payload_at``, without reading a long payload."""
        claimed = claim(self._source.glance(offset, offset + HEAD))
        if claimed is None:
            return False
        start, stop = offset + HEAD, offset + HEAD + claimed.length
        if stop > self._source.size:
            return False
        return self._checksums.of(start, stop, place_checksum(offset)) == claimed.checksum

    def _is_torn(self, offset: int) -> bool:
        """Tell whether a write broke off at ``offset``: the rest is the beginning of one frame."""
        if self._next_sound(offset) is not None:
            return False
        start, size = offset + HEAD, self._source.size
        head = self._source.read(offset, min(start, size))
        claimed = claim(head)
        if claimed is None:
            return len(head) < HEAD and MARKER.startswith(head[: len(MARKER)])
        # A whole last payload under a wrong length is damage to report, not a tail to cut silently.
        rest = self._checksums.of(start, size, place_checksum(offset))
        return start + claimed.length > size and rest != claimed.checksum

    def _resume(self, offset: int) -> int:
        """Return where reading goes on after the damaged frame at ``offset``.

        That is where its length says, if a frame or the end of the log is there, but a sound frame
        on the way comes first: a damaged length may point past one. Without a credible length it is
        the next marker.
        """
        size = self._source.size
        claimed = claim(self._source.read(offset, min(offset + HEAD, size)))
        stop = size + 1 if claimed is None else offset + HEAD + claimed.length
        if stop == size or (stop < size and self._is_marker(stop)):
            sound = self._next_sound(offset)
            return stop if sound is None else min(sound, stop)
        following = self._source.find(MARKER, offset + 1)
        return following if following != -1 else size

    def _is_one(self, offset: int) -> bool:
        """Tell whether the damage from ``offset`` to ``end`` is within one frame.

        It is where its length says so, or, if it is the length that is damaged, its checksum.
        """
        start = offset + HEAD
        if self.end < start:
            return True
        said = stated(self._source.glance(offset, start))
        if said.length == self.end - start:
            return True
        return self._checksums.of(start, self.end, place_checksum(offset)) == said.checksum

    def _is_marker(self, offset: int) -> bool:
        return self._source.glance(offset, offset + len(MARKER)) == MARKER

    def _next_sound(self, offset: int) -> int | None:
        """Return where the first sound frame after ``offset`` begins, None where none does.

        One search serves all damaged frames before the frame that it found.
        """
        if self._sound is not None and self._sound <= offset:
            self._sound = self._source.find(MARKER, offset + 1)
            while self._sound != -1 and not self._is_sound(self._sound):
                self._sound = self._source.find(MARKER, self._sound + 1)
            if self._sound == -1:
                self._sound = None
        return self._sound
