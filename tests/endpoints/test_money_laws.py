from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_world import DAY, OWNERS, Batch, World, played
from memory_log import MemoryLog

from fedbbpt.completions import Completion, Usage
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.account import Account
from fedbbpt.endpoints.spending.ledger import Caps, Ledger, Worst
from fedbbpt.errors import BudgetError

SOME_USAGE = st.builds(Usage, st.integers(1, 50), st.integers(0, 9), st.integers(0, 50))
KILLS = ("killed before the send", "killed after the send")
ENDINGS = st.sampled_from(["done", "done", "refused", "lost", "no usage", *KILLS])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(OWNERS), st.lists(st.tuples(SOME_USAGE, ENDINGS), max_size=5)),
        st.integers(-DAY, 2 * DAY),
    ),
    max_size=12,
)
SOME_CAPS = st.builds(
    Caps,
    st.none() | st.integers(0, 20),
    st.none() | st.integers(0, 600),
    st.none() | st.integers(0, 100_000),
    st.none() | st.integers(0, 12),
    st.none() | st.integers(0, 60_000),
)


def granted(run: Caps, own: Caps) -> Caps:
    return replace(run, grant=own)


def fields_of(caps: Caps) -> tuple[int | None, ...]:
    return (
        caps.calls,
        caps.tokens,
        caps.nanodollars,
        caps.calls_a_day,
        caps.nanodollars_a_day,
    )


def under(caps: Caps, spent: tuple[int, int, int], days: list[tuple[int, int, int]]) -> bool:
    pairs = list(zip(fields_of(caps)[:3], spent, strict=True))
    for calls, _, money in days:
        pairs += [(caps.calls_a_day, calls), (caps.nanodollars_a_day, money)]
    return all(cap is None or amount <= cap for cap, amount in pairs)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, SOME_CAPS, SOME_CAPS, SOME_CAPS)
def test_no_cap_is_ever_passed_whatever_is_killed(
    steps: list[object], run: Caps, ann: Caps, ben: Caps
) -> None:
    world = played(steps, {"ann": granted(run, ann), "ben": granted(run, ben)})

    bill = world.server
    assert under(run, bill.total(), [bill.total(day=day) for day in world.days])
    for owner, caps in (("ann", ann), ("ben", ben)):
        days = [bill.total(owner, day) for day in world.days]
        assert under(caps, bill.total(owner), days)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_the_bill_lies_between_what_is_settled_and_what_is_possible(steps: list[object]) -> None:
    world = played(steps, dict.fromkeys(OWNERS, Caps()))

    ledgers: dict[str | None, Ledger] = {None: world.journal.tally()}
    ledgers.update(world.journal.account.ledgers)
    for owner, ledger in ledgers.items():
        calls, tokens, money = world.server.total(owner)
        assert ledger.calls <= calls <= ledger.worst.calls
        assert ledger.prompt_tokens + ledger.completion_tokens <= tokens <= ledger.worst.tokens
        assert ledger.nanodollars <= money <= ledger.worst.nanodollars
        assert ledger.unpriced == 0


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(OWNERS),
            st.lists(st.tuples(SOME_USAGE, st.sampled_from(["done", "refused"])), max_size=5),
        ),
        max_size=8,
    )
)
def test_where_nothing_is_lost_the_books_equal_the_bill_to_the_nanodollar(
    steps: list[object],
) -> None:
    world = played(steps, dict.fromkeys(OWNERS, Caps()))

    for owner in (None, *OWNERS):
        empty = Ledger()
        ledger = world.journal.account.ledgers.get(owner, empty) if owner else world.journal.tally()
        calls, tokens, money = world.server.total(owner)
        assert (ledger.calls, ledger.nanodollars) == (calls, money)
        assert ledger.prompt_tokens + ledger.completion_tokens == tokens
        assert ledger.worst == (calls, tokens, money)


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_a_reopened_journal_has_the_same_books_and_they_add_up(steps: list[object]) -> None:
    world = played(steps, dict.fromkeys(OWNERS, Caps()))
    account = world.journal.account

    again = world.open().account

    assert again.ledger == account.ledger
    assert again.ledgers == account.ledgers
    sums = [sum(column) for column in zip(*map(amounts, account.ledgers.values()), strict=True)]
    assert tuple(sums) == (amounts(account.ledger) if sums else ())


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(OWNERS),
            st.lists(st.tuples(SOME_USAGE, st.sampled_from(["done", "refused"])), max_size=5),
        ),
        max_size=8,
    ),
    SOME_CAPS,
)
def test_carried_totals_hold_the_same_caps_as_the_calls_they_stand_for(
    steps: list[object], caps: Caps
) -> None:
    world = played(steps, dict.fromkeys(OWNERS, Caps()))
    account, carried = world.journal.account, Account()

    carried.carry(account.carried())

    assert carried.ledger == account.ledger
    assert carried.ledgers == account.ledgers
    for owner in OWNERS:
        holds = granted(caps, caps)
        assert fits(carried, holds, owner, world) == fits(account, holds, owner, world)


def fits(account: Account, caps: Caps, owner: str, world: World) -> bool:
    try:
        account.reserve(caps, {"next": Worst(5, 500)}, owner, world.now // DAY)
    except BudgetError:
        return False
    account.release(("next",))
    return True


def amounts(ledger: Ledger) -> tuple[int, ...]:
    return (
        ledger.calls,
        ledger.possibly_billed,
        ledger.failed,
        ledger.prompt_tokens,
        ledger.cached_tokens,
        ledger.completion_tokens,
        ledger.possibly_billed_tokens,
        ledger.nanodollars,
        ledger.possibly_billed_nanodollars,
        ledger.unpriced,
    )


def test_a_price_change_alters_nothing_that_is_settled() -> None:
    log = MemoryLog()
    journal = Journal(log.as_log)
    journal.intend("k", "ann", Worst(10, 100))
    journal.complete("k", Completion("a", usage=Usage(5, 1)), 42)

    assert Journal(log.as_log).tally().nanodollars == 42


def test_calls_of_a_journal_from_before_money_was_kept_have_an_unknown_price() -> None:
    log = MemoryLog()
    log.append(b'{"attempt":1,"client":"ann","key":"k","t":"intent","worst":30}')
    log.append(
        b'{"completion":{"finish_reason":"stop","first":[],"text":"a","usage":[5,1]},'
        b'"key":"k","t":"done"}'
    )

    ledger = Journal(log.as_log).tally()

    assert (ledger.calls, ledger.unpriced, ledger.nanodollars) == (1, 1, 0)


def test_a_clock_that_goes_back_frees_no_room_within_a_process() -> None:
    world = World({"ann": Caps(calls_a_day=1), "ben": Caps()})
    world.run(Batch(0, "ann", ((Usage(1, 1), "done"),)))

    world.now -= DAY
    world.run(Batch(1, "ann", ((Usage(1, 1), "done"),)))

    assert world.server.total()[0] == 1
