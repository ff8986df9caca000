"""Roles are exact, in proportion, reproducible and blind to the order of the file."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.data import Example, OwnerData
from fedbbpt.randomness import rng
from fedbbpt.splits import (
    Roles,
    Shares,
    k_shot,
    roles,
    split_digest,
)
from fedbbpt.splits.shares import rounded

Hands = Mapping[str, Sequence[Example]]


def make(labels: Iterable[str], *, domains: Sequence[str] = ("",)) -> list[Example]:
    return [
        Example(f"e{i}", f"text {i}", (label,), domain=domains[i % len(domains)])
        for i, label in enumerate(labels)
    ]


def ids(examples: Iterable[Example]) -> list[str]:
    return [example.id for example in examples]


def held(hands: Hands) -> list[str]:
    return sorted(e.id for hand in hands.values() for e in hand)


@st.composite
def labelled(draw: st.DrawFn, least: int = 1) -> list[Example]:
    return make(draw(st.lists(st.sampled_from("abc"), min_size=least, max_size=60)))


@given(labelled(), st.integers(0, 9), st.data())
def test_roles_partition_exactly_in_the_asked_sizes_whatever_the_order(
    examples: list[Example], seed: int, data: st.DataObject
) -> None:
    test = data.draw(st.integers(0, len(examples)))
    dev = data.draw(st.integers(0, len(examples) - test))
    train = len(examples) - test - dev
    shuffled = data.draw(st.permutations(examples))

    drawn = roles(examples, Shares(train, dev, test), rng(seed, "split"))
    again = roles(shuffled, Shares(train, dev, test), rng(seed, "split"))

    assert [len(role) for role in drawn] == [train, dev, test]
    assert held(drawn._asdict()) == sorted(ids(examples))
    assert drawn == again
    assert all(ids(role) == sorted(ids(role)) for role in drawn)


@given(labelled(least=10), st.integers(0, 9))
def test_roles_keep_the_labels_in_proportion(examples: list[Example], seed: int) -> None:
    drawn = roles(examples, Shares(0.5, 0.2, 0.3), rng(seed, "split"))

    whole = Counter(e.targets[0] for e in examples)
    test = Counter(e.targets[0] for e in drawn.test)
    rest = whole - test
    dev = Counter(e.targets[0] for e in drawn.dev)
    for label, count in whole.items():
        assert abs(test[label] - count * len(drawn.test) / whole.total()) < 1
        assert abs(dev[label] - rest[label] * len(drawn.dev) / rest.total()) < 1


def test_rare_labels_do_not_all_land_in_test() -> None:
    examples = make([chr(ord("a") + i) for i in range(20)])

    drawn = roles(examples, Shares(10, 0, 10), rng(1, "split"))

    early = sum(e.targets[0] < "k" for e in drawn.test)
    assert 2 <= early <= 8


def test_different_seeds_draw_different_roles() -> None:
    examples = make("ab" * 20)

    drawn = {roles(examples, Shares(20, 10, 10), rng(seed, "split")) for seed in range(5)}

    assert len(drawn) == 5


def test_roles_may_leave_examples_over() -> None:
    drawn = roles(make("ab" * 20), Shares(0.25, 0.25, 0.25), rng(0, "split"))

    assert [len(role) for role in drawn] == [10, 10, 10]
    assert len(set(held(drawn._asdict()))) == 30


@pytest.mark.parametrize(
    ("fractions", "total", "sizes"),
    [
        ((0.6, 0.2, 0.2), 10, (6, 2, 2)),
        ((0.29, 0.5, 0.0), 100, (29, 50, 0)),
        ((0.6, 0.2, 0.2), 7, (4, 2, 1)),
        ((1 / 3, 1 / 3, 1 / 3), 9, (3, 3, 3)),
        ((1.0, 0, 0), 5, (5, 0, 0)),
    ],
)
def test_fractions_become_whole_sizes_that_sum_up(
    fractions: tuple[float, float, float], total: int, sizes: tuple[int, int, int]
) -> None:
    assert Shares(*fractions).sizes(total) == sizes


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ((0.6, 0.3, 0.2), "sum to 1.1"),
        ((-1, 2, 3), "train is -1"),
        ((0.5, float("nan"), 0.1), "dev is nan"),
        ((0.5, 10, 0), "dev is 10"),
        ((40.0, 20.0, 20.0), "three whole numbers"),
        ((0, 0, 0), "all three are 0"),
    ],
)
def test_shares_that_cannot_be_meant_are_refused(
    shares: tuple[float, float, float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Shares(*shares)


def test_more_examples_than_there_are_is_an_error() -> None:
    with pytest.raises(ValueError, match="12 examples are asked for, 10 are there"):
        roles(make("a" * 10), Shares(6, 3, 3), rng(0, "split"))


def test_a_fraction_that_leaves_a_role_empty_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"test 0\.1 of 4 is no example"):
        Shares(0.8, 0.1, 0.1).sizes(4)


@given(st.lists(st.floats(0, 50), min_size=1, max_size=6))
def test_rounding_reaches_the_sum_and_moves_nothing_by_one_or_more(wanted: list[float]) -> None:
    total = int(np.floor(sum(wanted)))

    whole = rounded(wanted, total, ties=range(len(wanted)))

    assert sum(whole) == total
    assert all(abs(a - b) < 1 + 1e-9 for a, b in zip(whole, wanted, strict=True))


@given(labelled(), st.integers(0, 9), st.data())
def test_k_shot_draws_k_of_every_label_whatever_the_order(
    examples: list[Example], seed: int, data: st.DataObject
) -> None:
    k = min(Counter(e.targets[0] for e in examples).values())
    shuffled = data.draw(st.permutations(examples))

    drawn = k_shot(examples, k, rng(seed, "shots"))

    assert set(Counter(e.targets[0] for e in drawn).values()) == {k}
    assert len(set(drawn)) == len(drawn)
    assert k_shot(shuffled, k, rng(seed, "shots")) == drawn


def test_k_shot_names_the_label_with_too_few() -> None:
    with pytest.raises(ValueError, match="label 'b' has 2"):
        k_shot(make("aaaabb"), 3, rng(0, "shots"))


def test_k_shot_refuses_no_shot() -> None:
    with pytest.raises(ValueError, match="k: 0 is too few"):
        k_shot(make("ab"), 0, rng(0, "shots"))


def owner(drawn: Roles, name: str = "one") -> dict[str, OwnerData]:
    return {name: OwnerData(name, *drawn)}


def test_the_digest_tells_splits_apart_and_nothing_else() -> None:
    one, two, three = make("abc")
    base = split_digest(owner(Roles((one, two), (three,), ())))

    assert len(base) == 64
    assert split_digest(owner(Roles((two, one), (three,), ()))) == base
    assert split_digest(owner(Roles((one,), (three, two), ()))) != base
    assert split_digest(owner(Roles((one, two), (), (three,)))) != base
    assert split_digest(owner(Roles((one, two), (three,), ()), "other")) != base
