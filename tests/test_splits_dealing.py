"""A deal to owners is exact, reproducible and blind to the order of the file."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.data import Example
from fedbbpt.randomness import rng
from fedbbpt.splits import by_key, dirichlet, iid, owner_names

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


Deal = Callable[[Sequence[Example]], dict[str, tuple[Example, ...]]]
DEALS: dict[str, Deal] = {
    "iid": lambda examples: iid(examples, 4, rng(3, "split")),
    "dirichlet": lambda examples: dirichlet(examples, 4, 0.5, 1, rng(3, "split")),
}


@pytest.mark.parametrize("deal", DEALS.values(), ids=DEALS.keys())
@given(examples=labelled(least=24), data=st.data())
def test_a_deal_is_an_exact_partition_whatever_the_order(
    deal: Deal, examples: list[Example], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(examples))

    hands = deal(examples)

    assert held(hands) == sorted(ids(examples))
    assert tuple(hands) == owner_names(4)
    assert deal(shuffled) == hands
    assert all(ids(hand) == sorted(ids(hand)) for hand in hands.values())


@given(labelled(least=3), st.integers(1, 3))
def test_iid_sizes_differ_by_one_at_most(examples: list[Example], owners: int) -> None:
    sizes = [len(hand) for hand in iid(examples, owners, rng(0, "split")).values()]

    assert max(sizes) - min(sizes) <= 1


@given(
    labelled(least=20),
    st.integers(1, 4),
    st.floats(0.05, 100),
    st.integers(1, 3),
    st.integers(0, 9),
)
def test_dirichlet_gives_every_owner_the_minimum(
    examples: list[Example], owners: int, alpha: float, min_size: int, seed: int
) -> None:
    hands = dirichlet(examples, owners, alpha, min_size, rng(seed, "split"))

    assert min(len(hand) for hand in hands.values()) >= min_size
    assert held(hands) == sorted(ids(examples))


def spread(hands: Hands) -> float:
    shares = [np.mean([e.targets[0] == "a" for e in hand]) for hand in hands.values()]
    return float(np.std(shares))


def test_a_small_alpha_skews_the_labels_more_than_a_large_one() -> None:
    examples = make("ab" * 200)

    skewed = [spread(dirichlet(examples, 4, 0.1, 5, rng(s, "split"))) for s in range(20)]
    even = [spread(dirichlet(examples, 4, 100, 5, rng(s, "split"))) for s in range(20)]

    assert np.mean(skewed) > 0.25
    assert np.mean(even) < 0.08


def test_an_alpha_too_small_for_the_minimum_is_named() -> None:
    with pytest.raises(ValueError, match=r"alpha 1e-05 with min_size 9 cannot be met: 1000 deals"):
        dirichlet(make("a" * 20), 2, 1e-5, 9, rng(0, "split"))


@pytest.mark.parametrize(
    ("owners", "alpha", "min_size", "words"),
    [
        (0, 1.0, 1, "owners: 0 is too few"),
        (2, 1.0, 0, "min_size: 0 is too few"),
        (3, 1.0, 4, "10 examples cannot give 3 owners a min_size of 4"),
        (2, 0.0, 1, r"alpha: 0\.0 is out of range"),
        (2, float("nan"), 1, "alpha: nan is out of range"),
        (2, 1e308, 1, "alpha: .* is out of range"),
    ],
)
def test_a_deal_that_cannot_be_meant_is_refused(
    owners: int, alpha: float, min_size: int, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        dirichlet(make("ab" * 5), owners, alpha, min_size, rng(0, "split"))


def test_iid_refuses_more_owners_than_examples() -> None:
    with pytest.raises(ValueError, match="3 examples cannot give 4 owners"):
        iid(make("aaa"), 4, rng(0, "split"))


def test_by_key_makes_every_domain_an_owner_in_the_order_of_names() -> None:
    examples = make("a" * 6, domains=("it", "billing"))

    owners = by_key(examples[::-1])

    assert {name: ids(hand) for name, hand in owners.items()} == {
        "billing": ["e1", "e3", "e5"],
        "it": ["e0", "e2", "e4"],
    }
    assert list(owners) == ["billing", "it"]


def test_by_key_names_the_example_without_a_domain() -> None:
    with pytest.raises(ValueError, match="'e1' has no domain"):
        by_key(make("aa", domains=("it", "")))


def test_owner_names_sort_by_number() -> None:
    names = owner_names(120)

    assert names[0] == "client-001"
    assert sorted(names) == list(names)
    assert owner_names(4) == ("client-01", "client-02", "client-03", "client-04")
