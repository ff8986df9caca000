"""Instructions at places of a few dimensions: what a point means, and what growing may change."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.data import Task
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.errors import ConfigError
from fedbbpt.library import load
from fedbbpt.spaces.embedding import Embedding
from fedbbpt.spaces.growth import GrowingSpace
from fedbbpt.spaces.instructions import Instructions
from fedbbpt.spaces.places import places_of
from fedbbpt.spaces.start import Start
from fedbbpt.text_features import text_features

TASK = Task("t", "mood", ("bad", "good"))
BANK = Instructions(TASK, Start("Say it.", "{input}"), load("classification"))
SPACE = Embedding(BANK, text_features, dimensions=4, seed=3)

words = st.text("abcdefgh ", min_size=3, max_size=30).filter(str.strip)
texts = st.lists(words, min_size=1, max_size=4, unique=True)
points = st.lists(st.floats(-4, 4), min_size=4, max_size=4).map(np.array)


def test_a_search_starts_around_the_start() -> None:
    start = SPACE.initial()

    assert isinstance(start, Gaussian)
    assert not start.mean.any()
    assert SPACE.number(start.mean) == 0
    assert SPACE.decode(start.mean).messages[0].content == "Say it."


def test_the_place_of_every_candidate_means_it() -> None:
    numbers = [SPACE.number(SPACE.point(number)) for number in range(len(SPACE.texts))]

    assert numbers == list(range(len(SPACE.texts)))


@settings(max_examples=25, deadline=None)
@given(texts)
def test_no_candidate_moves_when_others_join(new: list[str]) -> None:
    before = [SPACE.point(number) for number in range(len(SPACE.texts))]

    grown = SPACE.grown(new)

    after = [grown.point(number) for number in range(len(SPACE.texts))]
    assert np.array_equal(before, after)
    assert [grown.number(place) for place in after] == list(range(len(after)))


@settings(max_examples=25, deadline=None)
@given(texts, texts, points)
def test_growing_twice_is_growing_by_both(
    first: list[str], second: list[str], point: Floats
) -> None:
    twice, once = SPACE.grown(first).grown(second), SPACE.grown([*first, *second])

    assert twice.fingerprint == once.fingerprint
    assert twice.number(point) == once.number(point)
    assert SPACE.grown([]).fingerprint == SPACE.fingerprint


@settings(max_examples=25, deadline=None)
@given(points, texts)
def test_a_point_changes_its_meaning_only_to_what_joined_nearer(
    point: Floats, new: list[str]
) -> None:
    grown = SPACE.grown(new)
    before, after = SPACE.number(point), grown.number(point)

    if after != before:
        assert after >= len(SPACE.texts)
        apart = [float(np.square(grown.point(n) - point).sum()) for n in (before, after)]
        assert apart[1] <= apart[0]


def test_a_point_means_the_same_whatever_the_scale_of_the_encoder() -> None:
    tripled = dataclasses.replace(SPACE, embed=lambda texts: 3 * text_features(texts))
    drawn = np.random.default_rng(0).standard_normal((40, 4))

    assert [tripled.number(p) for p in drawn] == [SPACE.number(p) for p in drawn]


@pytest.mark.parametrize("dimensions", [3, 10, 64])
def test_draws_mean_many_candidates_and_the_start_is_no_magnet(dimensions: int) -> None:
    space = dataclasses.replace(SPACE, dimensions=dimensions)
    drawn = np.random.default_rng(1).standard_normal((400, dimensions))

    meant = np.bincount([space.number(p) for p in drawn], minlength=len(space.texts)) / 400

    assert meant[0] < 0.3
    assert (meant > 0).sum() > len(space.texts) / 2


def test_the_seed_and_the_encoder_are_part_of_the_fingerprint() -> None:
    changed: list[dict[str, object]] = [
        {"seed": 9},
        {"encoder": "other"},
        {"dimensions": 5},
        {"sigma": 2.0},
    ]

    others = {dataclasses.replace(SPACE, **change).fingerprint for change in changed}  # type: ignore[arg-type]

    assert len(others | {SPACE.fingerprint}) == 5


def test_it_is_a_space_that_grows() -> None:
    assert isinstance(SPACE, GrowingSpace)
    assert SPACE.texts == BANK.texts


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dimensions": 0}, "dimensions: 0 is too few"),
        ({"sigma": 0.0}, "sigma: 0.0 is no scale"),
        ({"sigma": float("inf")}, "sigma: inf is no scale"),
        ({"seed": -1}, "seed: -1 is below 0"),
        ({"encoder": ""}, "encoder: none is named"),
        ({"bank": dataclasses.replace(BANK, limit=1)}, "library: 1 instruction is no bank"),
    ],
)
def test_what_cannot_be_meant_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        dataclasses.replace(SPACE, **change)  # type: ignore[arg-type]

    assert str(caught.value).startswith(said)


def _constant(texts: Sequence[str]) -> Floats:
    return np.ones((len(texts), 8))


def _broken(texts: Sequence[str]) -> Floats:
    return np.full((len(texts), 8), np.nan)


def _short(texts: Sequence[str]) -> Floats:
    return np.ones((len(texts) - 1, 8))


@pytest.mark.parametrize(
    ("embed", "said"),
    [
        (_constant, "all instructions are alike"),
        (_broken, "not finite"),
        (_short, "rows for"),
        (lambda texts: text_features(texts)[:, :3], "4 dimensions are above the 3 numbers"),
    ],
)
def test_an_encoder_that_gives_no_places_is_named(embed: object, said: str) -> None:
    space = dataclasses.replace(SPACE, embed=embed)  # type: ignore[arg-type]

    with pytest.raises(ConfigError, match=r"\[space\] encoder = 'words': ") as caught:
        space.decode(np.ones(4))

    assert said in str(caught.value)


def test_the_start_is_known_without_any_embedding() -> None:
    space = dataclasses.replace(SPACE, embed=_broken)

    assert space.decode(np.zeros(4)) == SPACE.decode(np.zeros(4))


def test_places_are_about_one_away_from_the_first() -> None:
    embedded = np.random.default_rng(2).standard_normal((20, 50))

    places = places_of(embedded, 20, 6, seed=1)

    assert not places[0].any()
    assert np.sqrt(np.square(places[1:]).sum(axis=1).mean()) == pytest.approx(1.0, abs=1e-4)
