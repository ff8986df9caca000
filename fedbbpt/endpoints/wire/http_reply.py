"""The bytes of HTTP/1.1 replies as they come in over one connection: strict, bounded, no I/O."""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LONGEST_HEAD = 64 * 1024

_END = b"\r\n\r\n"
_STATUS = re.compile(rb"http/1\.([01]) ([1-5]\d\d)(?: [^\r\n]*)?\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)")
_ENCODINGS = re.compile(rb"\r\ntransfer-encoding:[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)")
_CODING = re.compile(rb"\r\ncontent-encoding:[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)")
_CONNECTION = re.compile(rb"\r\nconnection:[ \t]*([^\r\n]*)")
_CHUNK = re.compile(rb"([0-9a-f]{1,7})[ \t]*(?:;[^\r\n]*)?\r\n", re.IGNORECASE)
_LONGEST_CHUNK_LINE = 1024
_BODILESS = (204, 304)
_CODINGS = (b"gzip", b"x-gzip", b"deflate")
_ANY_COMPRESSION = 47
"""Window bits by which zlib takes gzip and deflate with their headers."""


class NoReplyError(ValueError):
    """The bytes are no reply, or one that ends too early.

    Attributes:
        begun: whether a head with a status had come.
    """

    def __init__(self, text: str, *, begun: bool) -> None:
        super().__init__(text)
        self.begun = begun


class Headers(Mapping[str, str]):
    """The headers of a reply; names in any case, of equal ones the first."""

    def __init__(self, head: bytes) -> None:
        """Read the lines after the first of a head without its empty line."""
        self._values: dict[str, str] = {}
        for line in head.decode("latin-1").split("\r\n")[1:]:
            name, colon, value = line.partition(":")
            if colon:
                self._values.setdefault(name.lower(), value.strip())

    def __getitem__(self, name: str) -> str:
        """Return the value of a header."""
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        """Yield the names in lower case."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._values)


@dataclass(frozen=True, slots=True)
class HttpReply:
    """One reply.

    Attributes:
        status: three digits.
        head: the bytes before the empty line.
        body: at most as many bytes as were asked for.
        lasting: whether the connection may carry another one.
    """

    status: int
    head: bytes
    body: bytes
    lasting: bool

    def says(self, *words: bytes) -> bool:
        """Tell, without reading the headers, whether a lower-case word stands in the head."""
        low = self.head.lower()
        return any(word in low for word in words)

    @property
    def headers(self) -> Headers:
        """The headers, read anew each time."""
        return Headers(self.head)


class ReplyReader:
    """Puts replies together from the pieces in which their bytes come.

    Law: in whatever pieces the bytes come, the replies are the same. A body beyond the limit is cut
    there, and the connection is then not lasting; nothing beyond one piece is held on top.
    """

    __slots__ = ("_body", "_coding", "_data", "_head", "_lasting", "_left", "_most", "_status")

    def __init__(self, most: int) -> None:
        """Begin a connection whose bodies may have ``most`` bytes."""
        self._most = most
        self._data = bytearray()
        self._begin()

    @property
    def idle(self) -> bool:
        """Whether no byte has come that no reply was made of."""
        return not self._data and not self._status

    def feed(self, data: bytes) -> HttpReply | None:
        """Take a piece; return the reply that it completes, if it does.

        Raises:
            NoReplyError: this is no reply.
        """
        self._data += data
        if not self._status and not self._take_head():
            return None
        if self._left is None:
            return self._take_chunks()
        wanted = min(self._left, self._most)
        if len(self._data) < wanted:
            return None
        body = bytes(self._data[:wanted])
        del self._data[:wanted]
        return self._whole(body, cut=wanted < self._left)

    def end(self) -> HttpReply:
        """Note the end of the connection; return the reply that ends with it.

        Raises:
            NoReplyError: none does.
        """
        if self._status and self._left == _TO_THE_END:
            return self._whole(bytes(self._data), cut=True)
        raise NoReplyError("the connection ended too early", begun=bool(self._status))

    def _begin(self) -> None:
        self._status = 0
        self._head = b""
        self._lasting = True
        self._left: int | None = 0
        self._body = bytearray()
        self._coding = b""

    def _take_head(self) -> bool:
        """Read the head if it is there; those that only announce another are passed over."""
        while True:
            end = self._data.find(_END, 0, LONGEST_HEAD)
            if end == -1:
                self._check_start()
                return False
            head = bytes(self._data[: end + 2])
            del self._data[: end + len(_END)]
            found = _STATUS.match(low := head.lower())
            if found is None or found[2] == b"101":
                raise NoReplyError("no HTTP", begun=False)
            if not found[2].startswith(b"1"):
                break
        self._head, self._status = head, int(found[2])
        self._read_framing(low, old=found[1] == b"0")
        return True

    def _check_start(self) -> None:
        start = bytes(self._data[:7]).lower()
        if not b"http/1.".startswith(start) or len(self._data) >= LONGEST_HEAD:
            raise NoReplyError("no HTTP", begun=False)

    def _read_framing(self, low: bytes, *, old: bool) -> None:
        """Find out where the body ends and whether the connection goes on."""
        lengths, encodings = set(_LENGTH.findall(low)), _ENCODINGS.findall(low)
        said = b",".join(_CONNECTION.findall(low))
        self._lasting = b"close" not in said and (not old or b"keep-alive" in said)
        codings = [coding for coding in _CODING.findall(low) if coding != b"identity"]
        if codings and (len(codings) > 1 or codings[0] not in _CODINGS):
            raise NoReplyError("an unknown coding", begun=True)
        self._coding = codings[0] if codings else b""
        if self._status in _BODILESS:
            self._left = 0
        elif encodings:
            if encodings != [b"chunked"]:
                raise NoReplyError("an unknown transfer encoding", begun=True)
            self._left = None
            self._lasting = self._lasting and not lengths
        elif lengths:
            (length,) = lengths if len(lengths) == 1 else (b"",)
            if not length.isdigit():
                raise NoReplyError("no length", begun=True)
            self._left = int(length[:18])
        else:
            self._left, self._lasting = _TO_THE_END, False

    def _take_chunks(self) -> HttpReply | None:
        """Read all chunks that are there whole."""
        while len(self._body) < self._most:
            line = _CHUNK.match(self._data)
            if line is None:
                if len(self._data) > _LONGEST_CHUNK_LINE or b"\r\n" in self._data:
                    raise NoReplyError("no chunk", begun=True)
                return None
            size, start = int(line[1], 16), line.end()
            if size == 0:
                return self._take_trailer(start)
            if len(self._data) < start + size + 2:
                # So much of it is enough to know that the limit is passed.
                if len(self._body) + len(self._data) - start >= self._most + 2:
                    self._body += self._data[start:]
                    break
                return None
            if self._data[start + size : start + size + 2] != b"\r\n":
                raise NoReplyError("no end of a chunk", begun=True)
            self._body += self._data[start : start + size]
            del self._data[: start + size + 2]
        return self._whole(bytes(self._body[: self._most]), cut=True)

    def _take_trailer(self, start: int) -> HttpReply | None:
        """Read to the end of the lines that may follow the last chunk."""
        end = self._data.find(_END, start - 2)
        if end == -1:
            if len(self._data) > LONGEST_HEAD:
                raise NoReplyError("no end", begun=True)
            return None
        del self._data[: end + len(_END)]
        return self._whole(bytes(self._body), cut=False)

    def _whole(self, body: bytes, *, cut: bool) -> HttpReply:
        if self._coding:
            body = self._decompressed(body)
        # Bytes that nobody asked for would be taken for the next reply.
        lasting = self._lasting and not cut and not self._data
        reply = HttpReply(self._status, self._head[:-2], body, lasting)
        self._begin()
        return reply

    def _decompressed(self, body: bytes) -> bytes:
        try:
            return zlib.decompressobj(_ANY_COMPRESSION).decompress(body, self._most)
        except zlib.error as error:
            if self._coding != b"deflate":
                raise NoReplyError("an unknown coding", begun=True) from error
        try:  # some servers call deflate what is its data alone, without the header of zlib
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, self._most)
        except zlib.error as error:
            raise NoReplyError("an unknown coding", begun=True) from error


_TO_THE_END = 1 << 62
"""Length of a body that ends with its connection: more than any limit."""
