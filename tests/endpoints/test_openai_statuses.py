import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from chat_server import GOOD, KEY, answering, saying, serving

from fedbbpt.endpoints.wire.failures import transport_error
from fedbbpt.errors import EndpointError


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_refused_request_is_final_and_repeats_the_servers_words(status: int) -> None:
    words = f"too\r\nlong \x1b]52;c;x\x07 \u202e{KEY} " + "x" * 900

    async with serving(answering(saying(words), status)) as served:
        refusal = await served.refusal()

    assert f"{status} (too long ]52;c;x [redacted] xxx" in refusal
    assert refusal.isprintable()
    assert len(refusal) < 600


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"<html>no</html>", "(<html>no</html>)"),
        (b"", "(no message)"),
        (b"[1]", "(no message)"),
        (b"\xff\xfe", "("),
        ({"error": "plain"}, "(plain)"),
        ({"detail": [{"loc": "x"}]}, "loc"),
        ({"message": "flat"}, "(flat)"),
    ],
)
async def test_the_servers_words_are_found_in_any_usual_form(body: object, shown: str) -> None:
    async with serving(answering(body, 400)) as served:
        refusal = await served.refusal()

    assert shown in refusal


@pytest.mark.parametrize("status", [401, 403])
async def test_a_rejected_key_points_at_its_variable(status: int) -> None:
    async with serving(answering(saying("Incorrect API key"), status)) as served:
        with_key = await served.refusal()
        without = await served.refusal(key=None)

    assert "check the variable that holds the key" in with_key
    assert "none is set" in without


async def test_an_unknown_model_or_path_says_what_to_check() -> None:
    async with serving(answering(saying("no such model"), 404)) as served:
        refusal = await served.refusal(model="gpt-x")

    assert "check url and model 'gpt-x'" in refusal
    assert served.url in refusal


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (402, {"message": "pay"}),
        (429, {"message": "pay", "code": "insufficient_quota"}),
        (429, {"message": "pay", "type": "insufficient_quota", "code": None}),
    ],
)
async def test_an_empty_account_is_final(status: int, error: dict[str, object]) -> None:
    async with serving(answering({"error": error}, status)) as served:
        refusal = await served.refusal()

    assert "no quota left" in refusal
    assert "resume" in refusal


@pytest.mark.parametrize("status", [429, 503, 529])
async def test_a_busy_server_certainly_did_not_bill(status: int) -> None:
    async with serving(answering(saying("busy"), status)) as served:
        failure = await served.attempt_error()

    assert failure == (f"status {status}", False, None)


@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 504])
async def test_a_broken_server_may_have_billed(status: int) -> None:
    async with serving(answering(b"oops", status)) as served:
        failure = await served.attempt_error()

    assert failure == (f"status {status}", True, None)


async def test_success_without_a_completion_may_have_billed() -> None:
    async with serving(answering(b"", 202)) as served:
        failure = await served.attempt_error()

    assert failure == ("status 202", True, None)


@pytest.mark.parametrize(
    ("header", "wait"), [({"Retry-After": "7"}, 7.0), ({"Retry-After-Ms": "1500"}, 1.5)]
)
async def test_the_wish_to_wait_is_passed_on(header: dict[str, str], wait: float) -> None:
    async with serving(answering(saying("slow down"), 429, header)) as served:
        failure = await served.attempt_error()

    assert failure == ("status 429", False, wait)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_but_named(status: int) -> None:
    async with serving(answering(GOOD)) as other:
        target = other.url.replace("http://", "http://user:word@")
        redirect = answering(b"", status, {"Location": f"{target}/chat/completions?secret=1"})
        async with serving(redirect) as served:
            refusal = await served.refusal()

    assert "redirects" in refusal
    assert "to 127.0.0.1;" in refusal
    assert "secret" not in refusal
    assert "word" not in refusal
    assert not other.requests


@pytest.mark.parametrize("location", ["", "/login", "http://[", "//"])
async def test_a_redirect_without_a_host_stays_readable(location: str) -> None:
    async with serving(answering(b"", 302, {"Location": location})) as served:
        refusal = await served.refusal()

    assert "to the same host;" in refusal


async def test_a_huge_refusal_is_cut_and_still_final() -> None:
    async with serving(answering(b"x" * 300_000, 400)) as served:
        refusal = await served.refusal()

    assert len(refusal) < 600


def test_an_untrusted_certificate_is_final() -> None:
    place = ConnectionKey("host", 443, True, True, None, None, None)
    untrusted = aiohttp.ClientConnectorCertificateError(place, ValueError("self-signed"))

    error = transport_error(untrusted, "https://host/v1")

    assert isinstance(error, EndpointError)
    assert "trust store" in str(error)
