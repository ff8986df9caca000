"""Amounts fit the data: every owner can fill its roles, and much data does not cost much more."""

from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.guessing.amounts import MOST_TEXTS, Amounts, amounts_for
from fedbbpt.guessing.dealing import ENOUGH
from fedbbpt.splits import Shares

SIZES = st.lists(st.integers(ENOUGH, 5000), min_size=1, max_size=20)


def taken(amounts: Amounts, size: int) -> tuple[int, int, int]:
    return Shares(amounts.train, amounts.dev, amounts.test).sizes(size)


@given(SIZES)
def test_every_owner_can_fill_its_roles_and_its_first_block(sizes: list[int]) -> None:
    amounts = amounts_for(sizes)

    for size in sizes:
        train, dev, test = taken(amounts, size)
        assert train >= amounts.block >= 8
        assert dev >= 10
        assert test >= 14


@given(SIZES)
def test_no_more_texts_are_used_than_decide_something(sizes: list[int]) -> None:
    amounts = amounts_for(sizes)

    assert sum(sum(taken(amounts, size)) for size in sizes) <= MOST_TEXTS + len(sizes)
