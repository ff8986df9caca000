from dataclasses import replace

import pytest

from fedbbpt.completions import Usage
from fedbbpt.endpoints.spending.account import Account
from fedbbpt.endpoints.spending.caps_check import Need, Standing, check_caps, run_holder
from fedbbpt.endpoints.spending.ledger import Caps, Ledger, Spend, Worst
from fedbbpt.errors import BudgetError
from fedbbpt.money import NANODOLLARS

CENT = NANODOLLARS // 100


def refusal(caps: Caps, standing: Standing, need: Need) -> str:
    with pytest.raises(BudgetError) as caught:
        check_caps(run_holder(), caps, standing, need)
    return str(caught.value)


def test_a_batch_that_fits_exactly_passes() -> None:
    ledger = Ledger(
        calls=5, possibly_billed=2, prompt_tokens=50, completion_tokens=10, nanodollars=9 * CENT
    )
    standing = Standing(ledger, Spend(3, 20, CENT), Spend(7, 0, 9 * CENT))
    caps = Caps(20, 100, 12 * CENT, calls_a_day=20, nanodollars_a_day=12 * CENT)

    check_caps(run_holder(), caps, standing, Need(Spend(10, 20, 2 * CENT)))


def test_a_batch_beyond_the_calls_says_which_cap_and_the_least_that_would_do() -> None:
    standing = Standing(Ledger(calls=88, possibly_billed=2), Spend(4, 0))

    text = refusal(Caps(calls=100), standing, Need(Spend(20, 0)))

    assert text == (
        "[caps] calls: 90 of 100 are used (2 of them only possibly), 4 are promised to requests "
        "under way, and this batch needs 20; raise [caps] calls to at least 114 and resume "
        "(--calls 114)"
    )
    check_caps(run_holder(), Caps(calls=114), standing, Need(Spend(20, 0)))


def test_a_batch_beyond_the_money_names_an_amount_that_is_enough() -> None:
    ledger = Ledger(nanodollars=249 * CENT, possibly_billed_nanodollars=CENT // 2)
    standing = Standing(ledger, Spend(1, 0, 3))
    need = Need(Spend(4, 0, 12_345_678))

    text = refusal(Caps(nanodollars=250 * CENT), standing, need)

    assert text == (
        "[caps] dollars: $2.495 of $2.50 is used ($0.005 of it only possibly), less than $0.0001 "
        "is promised to requests under way, and this batch needs up to $0.0123; raise [caps] "
        "dollars to at least 2.5074 and resume (--dollars 2.5074)"
    )
    check_caps(run_holder(), Caps(nanodollars=2_507_400_000), standing, need)


@pytest.mark.parametrize(
    ("caps", "need", "name"),
    [
        (Caps(calls_a_day=10), Spend(4, 0), "calls_per_day: 7 of 10 are used today"),
        (Caps(nanodollars_a_day=CENT), Spend(1, 0, CENT), r"dollars_per_day: \$0.005 of \$0.01"),
    ],
)
def test_a_cap_of_the_day_is_held_by_what_began_today(caps: Caps, need: Spend, name: str) -> None:
    ledger = Ledger(calls=500, nanodollars=NANODOLLARS)
    standing = Standing(ledger, Spend(0, 0), Spend(7, 0, CENT // 2))

    with pytest.raises(BudgetError, match=rf"\[caps\] {name}.* after midnight UTC, or raise"):
        check_caps(run_holder(), caps, standing, Need(need))
    check_caps(run_holder(), caps, standing._replace(today=Spend(0, 0)), Need(need))


def test_an_owner_reads_whose_grant_it_is_and_that_only_it_can_raise_it() -> None:
    account = Account()
    caps = Caps(calls=100, grant=Caps(calls=1))
    account.reserve(caps, {"a": Worst(1)}, "north")

    with pytest.raises(BudgetError) as caught:
        account.reserve(caps, {"b": Worst(1)}, "north")
    account.reserve(caps, {"b": Worst(1)}, "south")

    assert "[owner north] grant.calls: 0 of 1 are used" in str(caught.value)
    assert "raise it to at least 2 where north is named" in str(caught.value)


def test_money_is_never_bounded_by_a_price_that_nobody_knows() -> None:
    caps, clean = Caps(nanodollars=NANODOLLARS), Standing(Ledger())

    with pytest.raises(BudgetError, match=r"price of 2 requests is not known.*write prices"):
        check_caps(run_holder(), caps, clean, Need(Spend(3, 30, 5), unpriced=2))
    earlier = Standing(Ledger(calls=9, unpriced=4))
    with pytest.raises(BudgetError, match=r"4 calls of this run .* nobody knew their price"):
        check_caps(run_holder(), caps, earlier, Need(Spend(3, 30, 5)))

    check_caps(run_holder(), caps, earlier, Need(Spend(3, 30, 0)))
    check_caps(run_holder(), replace(caps, nanodollars=None), clean, Need(Spend(3, 30, 5), 2))


def test_a_batch_of_hits_passes_even_when_the_cap_is_spent() -> None:
    check_caps(run_holder(), Caps(calls=3), Standing(Ledger(calls=9)), Need(Spend(0, 0)))


def test_a_promise_becomes_an_attempt_and_then_real_usage() -> None:
    account = Account()
    caps = Caps(calls=2, tokens=60, nanodollars=20)
    account.reserve(caps, {"a": Worst(30, 10), "b": Worst(30, 10)}, "ann")
    assert account.promised == Spend(2, 60, 20)

    account.intend("a", Worst(30, 10), "ann")
    assert account.promised == Spend(1, 30, 10)
    assert account.ledger.worst == Spend(1, 30, 10)

    account.complete("a", Usage(4, 1, 2), 3)
    assert account.ledger == Ledger(1, 0, 4, 1, 0, 0, 2, 3)

    account.release(("a", "b", "never promised"))
    assert account.promised == Spend(0, 0, 0)


def test_a_refused_reservation_promises_nothing_to_anybody() -> None:
    account = Account()

    with pytest.raises(BudgetError):
        account.reserve(Caps(calls=1), {"a": Worst(1), "b": Worst(1)}, "ann")
    with pytest.raises(BudgetError):
        account.reserve(Caps(grant=Caps(tokens=1)), {"a": Worst(1), "b": Worst(1)}, "ann")

    assert account.promised == Spend(0, 0)
    assert account.ledgers == {}


def test_promises_of_one_batch_are_room_that_another_does_not_have() -> None:
    account = Account()
    caps = Caps(calls=3)
    account.reserve(caps, {"a": Worst(1), "b": Worst(1)})

    with pytest.raises(BudgetError, match="2 are promised"):
        account.reserve(caps, {"c": Worst(1), "d": Worst(1)})

    account.reserve(caps, {"a": Worst(1), "c": Worst(1)})
    assert account.promised == Spend(3, 3)


def test_a_reply_without_usage_keeps_its_worst_case_in_the_books() -> None:
    account = Account()
    account.intend("a", Worst(30, 7))

    account.complete("a", Usage(), 0)

    assert account.ledger == Ledger(
        calls=1, possibly_billed_tokens=30, possibly_billed_nanodollars=7
    )


def test_a_second_attempt_after_an_unknown_outcome_counts_twice_at_worst() -> None:
    account = Account()
    account.intend("a", Worst(30, 9), "ann")
    account.fail("a", billed=True)
    account.intend("a", Worst(30, 9), "ann")

    account.complete("a", Usage(5, 5), 4)

    assert account.ledger == Ledger(1, 1, 5, 5, 1, 30, 0, 4, 9)
    assert account.ledgers == {"ann": account.ledger}


def test_what_was_paid_for_at_an_unknown_price_is_counted_as_such() -> None:
    account = Account()
    for key in "abc":
        account.intend(key, Worst(10, None), "ann")

    account.complete("a", Usage(5, 1), None)
    account.fail("b", billed=False)

    assert account.ledger.unpriced == 2
    assert account.ledger.worst == Spend(2, 16, 0)
