import gzip
import zlib
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.endpoints.wire.http_reply import LONGEST_HEAD, HttpReply, NoReplyError, ReplyReader

MOST = 1000
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nhel\r\nA;note=1\r\nlo, again!\r\n0\r\nTrailer: x\r\n\r\n"
)
ANNOUNCED = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + PLAIN
REFUSAL = b"HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\ncontent-length:0\r\n\r\n"


def read(*pieces: bytes, ends: bool = False) -> list[HttpReply]:
    reader = ReplyReader(MOST)
    replies = [reply for piece in pieces if (reply := reader.feed(piece)) is not None]
    return [*replies, reader.end()] if ends else replies


def in_pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    places = [0, *sorted(cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


@given(
    st.sampled_from([PLAIN, CHUNKED, ANNOUNCED, REFUSAL]),
    st.lists(st.integers(0, len(CHUNKED)), max_size=8),
)
def test_in_whatever_pieces_the_bytes_come_the_reply_is_the_same(
    data: bytes, cuts: list[int]
) -> None:
    (whole,) = read(data)

    assert read(*in_pieces(data, [min(cut, len(data)) for cut in cuts])) == [whole]
    assert read(*[data[i : i + 1] for i in range(len(data))]) == [whole]
    assert whole.lasting


@pytest.mark.parametrize(
    ("data", "status", "body"),
    [
        (PLAIN, 200, b"hello"),
        (CHUNKED, 200, b"hello, again!"),
        (ANNOUNCED, 200, b"hello"),
        (REFUSAL, 429, b""),
        (b"HTTP/1.1 204 No\r\n\r\n", 204, b""),
        (b"http/1.1 200\r\nCONTENT-LENGTH: 2\r\nContent-Length: 2\r\n\r\nok", 200, b"ok"),
    ],
)
def test_status_and_body_are_read(data: bytes, status: int, body: bytes) -> None:
    (reply,) = read(data)

    assert (reply.status, reply.body) == (status, body)


def test_a_connection_carries_one_reply_after_the_other() -> None:
    reader = ReplyReader(MOST)

    replies = [reader.feed(data) for data in (PLAIN, CHUNKED, REFUSAL)]

    assert [reply and reply.status for reply in replies] == [200, 200, 429]
    assert reader.idle


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
        PLAIN + b"H",
        PLAIN + PLAIN,
        CHUNKED.replace(b"Transfer", b"Content-Length: 3\r\nTransfer"),
    ],
)
def test_a_connection_that_is_over_or_out_of_step_does_not_last(data: bytes) -> None:
    (reply,) = read(data)

    assert not reply.lasting


def test_an_old_server_may_keep_its_connection() -> None:
    (reply,) = read(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n")

    assert reply.lasting


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    head = b"HTTP/1.1 200 OK\r\nServer: old\r\n\r\n"

    (reply,) = read(head, b"he", b"llo", ends=True)

    assert (reply.body, reply.lasting) == (b"hello", False)


@pytest.mark.parametrize("size", [MOST + 1, 10 * MOST])
@pytest.mark.parametrize(
    "framing", [b"Content-Length: %d\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n%x\r\n"]
)
def test_a_body_is_cut_at_the_limit_before_the_rest_has_come(size: int, framing: bytes) -> None:
    data = b"HTTP/1.1 200 OK\r\n" + framing % size + b"x" * (MOST + 2)

    (reply,) = read(*in_pieces(data, range(0, len(data), 64)))

    assert reply.body == b"x" * MOST
    assert not reply.lasting


@pytest.mark.parametrize("bits", [zlib.MAX_WBITS, -zlib.MAX_WBITS])
def test_deflate_is_read_with_and_without_the_header_of_zlib(bits: int) -> None:
    packing = zlib.compressobj(wbits=bits)
    packed = packing.compress(b'{"answer": 1}' * 3) + packing.flush()
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: %d\r\n\r\n"

    (reply,) = read(head % len(packed) + packed)

    assert reply.body == b'{"answer": 1}' * 3


def test_what_is_no_gzip_is_not_taken_for_bare_deflate() -> None:
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packing.compress(b"hello") + packing.flush()
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"

    with pytest.raises(NoReplyError, match="an unknown coding"):
        read(head % len(packed) + packed)


@pytest.mark.parametrize("packed", [gzip.compress(b"a" * 50, mtime=0), zlib.compress(b"a" * 50)])
def test_a_compressed_body_is_unpacked_up_to_the_limit(packed: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    bomb = gzip.compress(b"a" * 50 * MOST)

    (reply,) = read(head % len(packed) + packed)
    (cut,) = read(head % len(bomb) + bomb)

    assert reply.body == b"a" * 50
    assert cut.body == b"a" * MOST


@pytest.mark.parametrize(
    ("data", "begun"),
    [
        (b"SSH-2.0-x\r\n\r\n", False),
        (b"\n", False),
        (b"HTTP/2 200\r\n\r\n", False),
        (b"HTTP/1.1 abc\r\n\r\n", False),
        (b"HTTP/1.1 101 Switching\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * LONGEST_HEAD, False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 2000, True),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx", True),
    ],
)
def test_what_is_no_reply_is_refused_at_once(data: bytes, begun: bool) -> None:
    with pytest.raises(NoReplyError) as caught:
        read(data)

    assert caught.value.begun is begun


@pytest.mark.parametrize("data", [PLAIN, CHUNKED])
def test_a_connection_that_ends_too_early_leaves_no_reply(data: bytes) -> None:
    head = data.index(b"\r\n\r\n") + 4

    for cut in range(len(data)):
        with pytest.raises(NoReplyError) as caught:
            read(data[:cut], ends=True)
        assert caught.value.begun == (cut >= head)


@given(st.binary(max_size=200))
def test_whatever_comes_is_a_reply_no_reply_or_not_yet_one(data: bytes) -> None:
    reader = ReplyReader(MOST)

    try:
        reply = reader.feed(b"HTTP/1.1 200 OK\r\n" + data) or reader.end()
    except NoReplyError:
        return

    assert len(reply.body) <= MOST


def test_headers_have_names_in_any_case_and_the_first_of_equal_ones() -> None:
    (reply,) = read(REFUSAL.replace(b"content", b"RETRY-AFTER: 9\r\nno colon\r\ncontent"))

    assert dict(reply.headers) == {"retry-after": "7", "content-length": "0"}
    assert reply.headers.get("Retry-After") == "7"
    assert len(reply.headers) == 2
    assert reply.says(b"x", b"retry-after")
    assert not reply.says(b"ratelimit")
