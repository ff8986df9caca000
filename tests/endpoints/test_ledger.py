import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.completions import Request, Usage
from fedbbpt.endpoints.account import Account
from fedbbpt.endpoints.ledger import Caps, Ledger, Spend, check_caps, worst_tokens
from fedbbpt.errors import BudgetError
from fedbbpt.prompts import Message


def test_a_negative_cap_is_refused() -> None:
    with pytest.raises(ValueError, match="calls: -1 is negative"):
        Caps(calls=-1)
    with pytest.raises(ValueError, match="tokens: -5 is negative"):
        Caps(tokens=-5)


def test_the_worst_case_of_a_request_counts_characters_and_a_full_reply() -> None:
    request = Request((Message("system", "abc"), Message("user", "defgh")), max_tokens=10)

    assert worst_tokens(request) == 4 + 10 + 16


def test_a_batch_that_fits_exactly_passes() -> None:
    ledger = Ledger(calls=5, possibly_billed=2, prompt_tokens=50, completion_tokens=10)

    check_caps(Caps(calls=20, tokens=100), ledger, Spend(3, 20), Spend(10, 20))


def test_a_batch_beyond_the_calls_says_which_cap_and_the_least_that_would_do() -> None:
    ledger = Ledger(calls=88, possibly_billed=2)

    with pytest.raises(BudgetError) as caught:
        check_caps(Caps(calls=100), ledger, Spend(4, 0), Spend(20, 0))

    assert str(caught.value) == (
        "[caps] calls: 90 of 100 are used (2 of them only possibly), 4 are promised to requests "
        "under way, and this batch needs 20; raise [caps] calls to at least 114 and resume "
        "(--calls 114)"
    )
    check_caps(Caps(calls=114), ledger, Spend(4, 0), Spend(20, 0))


def test_a_batch_beyond_the_tokens_is_refused() -> None:
    ledger = Ledger(calls=1, prompt_tokens=40, completion_tokens=5, possibly_billed_tokens=5)

    with pytest.raises(BudgetError, match=r"\[caps\] tokens: 50 of 60 .*\(5 .* at least 61"):
        check_caps(Caps(tokens=60), ledger, Spend(0, 0), Spend(1, 11))


def test_a_batch_of_hits_passes_even_when_the_cap_is_spent() -> None:
    check_caps(Caps(calls=3), Ledger(calls=9), Spend(0, 0), Spend(0, 0))


def test_a_promise_becomes_an_attempt_and_then_real_usage() -> None:
    account = Account()
    caps = Caps(calls=2, tokens=60)
    account.reserve(caps, {"a": 30, "b": 30})
    assert account.promised == Spend(2, 60)

    account.intend("a", 30)
    assert account.promised == Spend(1, 30)
    assert account.ledger.worst == Spend(1, 30)

    account.complete("a", Usage(4, 1))
    assert account.ledger == Ledger(1, 0, 4, 1, 0, 0)

    account.release(("a", "b", "never promised"))
    assert account.promised == Spend(0, 0)


def test_a_refused_reservation_promises_nothing() -> None:
    account = Account()

    with pytest.raises(BudgetError):
        account.reserve(Caps(calls=1), {"a": 1, "b": 1})

    assert account.promised == Spend(0, 0)


def test_promises_of_one_batch_are_room_that_another_does_not_have() -> None:
    account = Account()
    caps = Caps(calls=3)
    account.reserve(caps, {"a": 1, "b": 1})

    with pytest.raises(BudgetError, match="2 are promised"):
        account.reserve(caps, {"c": 1, "d": 1})

    account.reserve(caps, {"a": 1, "c": 1})
    assert account.promised == Spend(3, 3)


def test_a_reply_without_usage_keeps_its_worst_case_in_the_books() -> None:
    account = Account()
    account.intend("a", 30)

    account.complete("a", Usage())

    assert account.ledger == Ledger(calls=1, possibly_billed_tokens=30)


def test_a_second_attempt_after_an_unknown_outcome_counts_twice_at_worst() -> None:
    account = Account()
    account.intend("a", 30)
    account.fail("a", billed=True)
    account.intend("a", 30)

    account.complete("a", Usage(5, 5))

    assert account.ledger == Ledger(1, 1, 5, 5, 1, 30)


@given(
    st.integers(0, 20),
    st.lists(st.lists(st.sampled_from(["done", "refused", "lost"]), max_size=6), max_size=6),
)
def test_attempts_made_under_a_reservation_never_pass_the_cap(
    cap: int, batches: list[list[str]]
) -> None:
    account = Account()
    caps = Caps(calls=cap)

    for number, endings in enumerate(batches):
        keys = {f"{number} {index}": 1 for index in range(len(endings))}
        try:
            account.reserve(caps, keys)
        except BudgetError:
            continue
        for key, ending in zip(keys, endings, strict=True):
            account.intend(key, 1)
            if ending == "done":
                account.complete(key, Usage(1, 0))
            else:
                account.fail(key, billed=ending == "lost")

    assert account.ledger.worst.calls <= cap
