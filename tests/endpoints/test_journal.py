import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.canonical import canonical_json
from fedbbpt.completions import Completion, Request, TokenLogprob, Usage
from fedbbpt.endpoints.records.completion_json import completion_from, completion_payload
from fedbbpt.endpoints.records.journal import Journal, request_key
from fedbbpt.endpoints.spending.ledger import Ledger, Worst
from fedbbpt.prompts import Message
from fedbbpt.storage.framed_log import FramedLog

HELLO = Request((Message("user", "hello"),))
REPLY = Completion("yes", "stop", (TokenLogprob("yes", -0.25), TokenLogprob("no", -2)), Usage(5, 1))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LOGPROBS = st.builds(TokenLogprob, TEXT, st.floats(allow_nan=False, allow_infinity=False))
COUNTS = st.integers(0, 2**40)
COMPLETIONS = st.builds(
    Completion,
    TEXT,
    TEXT,
    st.lists(LOGPROBS, max_size=3).map(tuple),
    st.builds(Usage, COUNTS, COUNTS, COUNTS),
)


def append_raw(path: Path, *payloads: bytes) -> None:
    with FramedLog.open(path) as log:
        for payload in payloads:
            log.append(payload)


@given(COMPLETIONS)
def test_a_completion_comes_back_as_it_was(completion: Completion) -> None:
    assert completion_from(completion_payload(completion)) == completion


def test_usage_without_cached_tokens_is_written_as_it_always_was() -> None:
    assert completion_payload(REPLY)["usage"] == [5, 1]
    assert completion_payload(Completion("x", usage=Usage(5, 1, 3)))["usage"] == [5, 1, 3]


@pytest.mark.parametrize(
    "completion",
    [
        Completion("x", first=(TokenLogprob("x", math.nan),)),
        Completion("x", first=(TokenLogprob("x", -math.inf),)),
        Completion("\ud800"),
    ],
)
def test_what_json_would_change_is_refused(completion: Completion) -> None:
    with pytest.raises(ValueError, match=r"not finite|cannot carry"):
        completion_payload(completion)


@pytest.mark.parametrize(
    "change",
    [
        {"text": None},
        {"finish_reason": 3},
        {"first": [["yes", None]]},
        {"first": [["yes", True]]},
        {"first": "yes"},
        {"usage": [1]},
        {"usage": [1, -1]},
        {"usage": [True, 1]},
        {"surprise": 1},
    ],
)
def test_another_shape_is_no_completion(change: dict[str, object]) -> None:
    payload = completion_payload(REPLY) | change

    with pytest.raises(ValueError, match=r"completion|first"):
        completion_from(payload)


def test_the_key_depends_on_identity_and_on_everything_asked() -> None:
    others = [
        Request((Message("system", "hello"),)),
        Request((Message("user", "hello!"),)),
        Request(HELLO.messages, max_tokens=2),
        Request(HELLO.messages, temperature=0.5),
        Request(HELLO.messages, top_logprobs=1),
        Request(HELLO.messages, sample=1),
    ]

    keys = {request_key("model", HELLO), request_key("other", HELLO)}
    keys |= {request_key("model", request) for request in others}

    assert len(keys) == 8
    assert request_key("model", Request((Message("user", "hello"),))) in keys


def test_a_completion_is_in_the_log_before_it_is_returned(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    with FramedLog.open(path) as log:
        journal = Journal(log)
        journal.intend("k", "ann", worst=Worst(30))

        returned = journal.complete("k", REPLY)

        assert b'"text":"yes"' in path.read_bytes()
    assert returned == REPLY


def test_a_reopened_journal_answers_and_tallies_alike(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    with FramedLog.open(path) as log:
        journal = Journal(log)
        journal.intend("done", "ann", worst=Worst(30))
        journal.complete("done", REPLY)
        journal.intend("refused", "ann", worst=Worst(20))
        journal.fail("refused", "status 503", billed=False)
        journal.intend("lost", "ben", worst=Worst(11))
        journal.fail("lost", "timeout", billed=True)
        journal.intend("in flight", "ben", worst=Worst(7))
        tally = journal.tally()

    with FramedLog.open(path) as log:
        again = Journal(log)
        answers = [again.lookup(key) for key in ("done", "refused", "lost", "never")]

    assert answers == [REPLY, None, None, None]
    assert again.tally() == tally == Ledger(1, 2, 5, 1, 2, 18)
    assert again.skipped == 0


def test_what_a_key_answers_never_changes(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    with FramedLog.open(path) as log:
        journal = Journal(log)
        for owner in ("ann", "ben"):
            journal.intend("k", owner)
        journal.complete("k", REPLY)

        second = journal.complete("k", Completion("no"))

        assert second == journal.lookup("k") == REPLY
        assert journal.tally().calls == 2
    with FramedLog.open(path) as log:
        assert Journal(log).lookup("k") == REPLY


def test_attempts_at_one_key_are_numbered_over_openings(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    for _ in range(2):
        with FramedLog.open(path) as log:
            Journal(log).intend("k", "ann")

    with FramedLog.open(path) as log:
        records = log.records()

    assert b'"attempt":1' in records[0]
    assert b'"attempt":2' in records[1]
    assert b'"client":"ann"' in records[1]


@pytest.mark.parametrize(
    "payload",
    [
        b"not json",
        b"[]",
        b'{"t":"poem","key":"k"}',
        b'{"t":"done","key":7}',
        b'{"t":"intent","key":"k"}',
        canonical_json({"t": "done", "key": "k", "completion": {"text": "half"}}),
    ],
)
def test_a_record_without_meaning_is_counted_and_never_served(
    tmp_path: Path, payload: bytes
) -> None:
    path = tmp_path / "calls.log"
    append_raw(path, b'{"attempt":1,"client":"a","key":"k","t":"intent","worst":9}', payload)

    with FramedLog.open(path) as log:
        journal = Journal(log)
        answer = journal.lookup("k")

    assert answer is None
    assert journal.skipped == 1
    assert journal.tally().calls == 0
    assert 1 <= journal.tally().possibly_billed <= 2


def test_a_completion_that_json_cannot_carry_is_not_recorded(tmp_path: Path) -> None:
    with FramedLog.open(tmp_path / "calls.log") as log:
        journal = Journal(log)
        journal.intend("k", "ann")

        with pytest.raises(ValueError, match="JSON cannot carry"):
            journal.complete("k", Completion("\ud800"))

        assert journal.lookup("k") is None
        assert journal.tally().possibly_billed == 1


@given(st.lists(st.sampled_from(["done", "refused", "lost", "killed"]), max_size=8), st.data())
def test_the_true_bill_lies_in_the_bounds_even_with_a_damaged_record(
    tmp_path_factory: pytest.TempPathFactory, endings: list[str], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("bill") / "calls.log"
    bill = 0
    with FramedLog.open(path) as log:
        journal = Journal(log)
        for number, ending in enumerate(endings):
            key = f"key {number % 3}"
            journal.intend(key, "ann", worst=Worst(10))
            bill += ending != "refused"
            if ending == "done":
                journal.complete(key, REPLY)
            elif ending != "killed":
                journal.fail(key, ending, billed=ending == "lost")
    raw = bytearray(path.read_bytes())
    if len(raw) > 16 and data.draw(st.booleans()):
        raw[data.draw(st.integers(16, len(raw) - 1))] ^= 1
        path.write_bytes(raw)

    with FramedLog.open(path) as log:
        tally = Journal(log).tally()

    assert tally.calls <= bill <= tally.calls + tally.possibly_billed
