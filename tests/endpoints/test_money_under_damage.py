"""No cap is passed under a damaged journal: what its books cannot tell is refused, not 0."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from damaged_world import (
    CAPS,
    LAST_DAY,
    OWNERS,
    STEPS,
    Step,
    allowed,
    bill,
    book,
    flip,
    live,
    spoil,
    tally,
    within,
    write_frames,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_world import PRICE

from fedbbpt.endpoints.records.carried import carried_record
from fedbbpt.endpoints.records.compaction import compact
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.account import NOBODY
from fedbbpt.endpoints.spending.ledger import Caps, Worst
from fedbbpt.errors import BudgetError
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.reading import read_log


@pytest.fixture(autouse=True)
def without_warnings_on_the_terminal() -> Iterator[None]:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def damaged_in_any_order(path: Path, data: st.DataObject) -> list[Step]:
    """Live, flip a bit or two and compact in an order that is drawn; return all attempts."""
    first, second = data.draw(STEPS), data.draw(STEPS)
    live(path, first)
    for change in data.draw(st.permutations(["flip", "compact", "go on"])):
        if change == "flip":
            flip(path, data)
        elif change == "compact":
            compact(path)
        else:
            live(path, second)
    flip(path, data, count=data.draw(st.integers(0, 1)))
    return first + second


def no_cap_is_passed(folders: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = folders.mktemp("damage") / "calls.log"
    caps, grant, owner = data.draw(CAPS), data.draw(CAPS), data.draw(st.sampled_from(OWNERS))
    need = Worst(5, PRICE.worst(3, 2))
    steps = damaged_in_any_order(path, data)

    let = allowed(path, replace(caps, grant=grant), owner, need)

    assert not let or within(caps, steps, "", need)
    assert not let or within(grant, steps, owner, need)


@settings(max_examples=60)
@given(st.data())
def test_no_cap_and_no_grant_is_passed_with_a_bit_flipped_before_or_after_a_compaction(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    no_cap_is_passed(tmp_path_factory, data)


@pytest.mark.torture
@settings(max_examples=5_000)
@given(st.data())
def test_no_cap_and_no_grant_is_passed_in_thousands_of_damaged_journals(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    no_cap_is_passed(tmp_path_factory, data)


@settings(max_examples=60)
@given(STEPS, st.data())
def test_the_books_of_a_damaged_journal_hold_the_bill_and_stay_so_when_it_is_compacted(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("damage") / "calls.log"
    live(path, steps)
    flip(path, data, count=data.draw(st.integers(0, 3)))

    before = tally(path)
    compact(path)
    after = tally(path)

    calls, tokens, money = bill(steps)
    assert before == after
    assert before.lost or calls <= before.worst.calls
    assert before.unsized or before.lost or tokens <= before.worst.tokens
    assert before.unsized or before.lost or money <= before.worst.nanodollars
    assert before.unsized <= before.possibly_billed


ONE = [Step("a", "ann", 50, "done", LAST_DAY), Step("b", "ben", 70, "lost", LAST_DAY)]


def test_a_lost_intent_is_told_by_its_completion_and_costs_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    live(path, ONE[:1])
    before = tally(path)

    spoil(path, b'"client":"ann"')

    assert tally(path) == before
    assert not allowed(path, Caps(calls_a_day=1), "ben", Worst(1, 1))
    assert not allowed(path, Caps(grant=Caps(calls=1)), "ben", Worst(1, 1))


def test_a_lost_intent_of_a_lost_reply_is_made_again_from_the_failure(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    live(path, ONE)
    before = tally(path)

    spoil(path, b'"client":"ben"')
    damaged = tally(path)
    compact(path)

    assert before.possibly_billed_tokens == 70
    assert damaged == tally(path) == before
    assert read_log(path).damaged == ()
    assert b'"t":"intent"' in path.read_bytes()


def test_a_record_of_which_nothing_is_known_refuses_caps_by_size_and_counts_as_a_call(
    tmp_path: Path,
) -> None:
    path = tmp_path / "calls.log"
    live(path, [Step("a", "ann", 50, "killed", LAST_DAY)])

    spoil(path, b'"client":"ann"')

    ledger = tally(path)
    assert (ledger.possibly_billed, ledger.unsized, ledger.unpriced) == (1, 1, 1)
    assert allowed(path, Caps(calls=2, calls_a_day=2), "ben", Worst(1, 1))
    assert not allowed(path, Caps(calls=1), "ben", Worst(1, 1))
    for caps in (Caps(tokens=10**9), Caps(nanodollars=10**12), Caps(nanodollars_a_day=10**12)):
        assert not allowed(path, caps, "ben", Worst(1, 1))
        assert not allowed(path, Caps(grant=caps), "ben", Worst(1, 1))
    assert allowed(path, Caps(nanodollars=1), "ben", Worst(1, 0))


def test_the_refusal_says_why_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    live(path, [Step("a", "ann", 50, "killed", LAST_DAY)])
    spoil(path, b'"client":"ann"')

    with FramedLog.open(path) as log, pytest.raises(BudgetError) as caught:
        Journal(log).reserve(Caps(nanodollars=10**12), {"next": Worst(1, 1)}, "ben")

    assert str(caught.value) == (
        "[caps] dollars: damaged records of this journal (1) may each hide an attempt of any size, "
        "so the cap cannot be held; cap calls instead, or begin a new run directory (with [cache] "
        "runs = [this one], nothing is paid twice) with caps, less what was spent here"
    )


def test_one_damaged_copy_of_the_totals_changes_nothing(tmp_path: Path) -> None:
    for last in (False, True):
        path = tmp_path / f"{last}.log"
        live(path, ONE)
        compact(path)
        before = tally(path)

        spoil(path, b'"carried"', last=last)
        damaged = tally(path)
        compact(path)

        assert damaged == tally(path) == before
        assert [b'"carried"' in record for record in read_log(path).records].count(True) == 2


def test_with_both_copies_damaged_no_cap_is_held_any_more(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    live(path, ONE)
    compact(path)
    spoil(path, b'"carried"')
    spoil(path, b'"carried"', last=True)

    for _ in range(2):
        assert tally(path).lost
        for caps in (Caps(calls=99), Caps(calls_a_day=99), Caps(grant=Caps(tokens=10**9))):
            assert not allowed(path, caps, "ann", Worst(1, 1))
        assert allowed(path, Caps(), "ann", Worst(1, 1))
        compact(path)


def test_a_journal_compacted_by_an_earlier_version_is_read_and_its_only_totals_are_missed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "calls.log"
    live(path, ONE)
    compact(path)
    records = [record for record in read_log(path).records if b'"carried"' not in record]
    totals = {
        "ann": book([1, 0, 0], [48, 1, 0], 4321),
        NOBODY: book([0, 2, 0], [0, 0, 0], 0),
    }
    old = carried_record(totals).replace(b'"pair":', b'"other":')
    write_frames(path, [old, *records])

    ledger = tally(path)
    spoil(path, b'"carried"')

    assert (ledger.calls, ledger.nanodollars) == (1, 4321)
    assert (ledger.unsized, ledger.unpriced) == (2, 2)
    assert tally(path).lost
