from dataclasses import replace

from fedbbpt.canonical import digest
from fedbbpt.completions import Request
from fedbbpt.prompts import Message

ASKED = Request((Message("user", "Hi"),), max_tokens=3)


def key_made_anew(identity: str, request: Request) -> str:
    return digest({"identity": identity, "request": request.payload()})


def test_a_key_is_the_digest_of_all_that_the_reply_depends_on() -> None:
    for identity in ("a", "b", "a", ""):
        assert ASKED.key(identity) == key_made_anew(identity, ASKED)


def test_a_changed_copy_has_a_key_of_its_own() -> None:
    ASKED.key("a")

    other = replace(ASKED, sample=1)

    assert other.key("a") == key_made_anew("a", other) != ASKED.key("a")


def test_a_request_whose_key_was_asked_for_is_still_the_same_request() -> None:
    keyed, fresh = replace(ASKED), replace(ASKED)

    keyed.key("a")

    assert keyed == fresh
    assert hash(keyed) == hash(fresh)
    assert repr(keyed) == repr(fresh)
