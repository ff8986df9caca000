import numpy as np
import pytest

from fedbbpt.distributions import Categorical, Floats, mode
from fedbbpt.errors import ConfigError
from fedbbpt.optimizers import NeedsFreshBlocks, Optimizer, ReadsPrompts
from fedbbpt.optimizers.bandit import Bandit
from fedbbpt.optimizers.duels import Duels
from fedbbpt.optimizers.surrogate import Surrogate

GOOD = "Decide whether the customer is pleased with what arrived"
BAD = "Translate the following recipe into a list of numbers"
BANK = [f"{GOOD if i % 2 else BAD}, variant {i}." for i in range(40)]
"""Prompts of two kinds; which kind it is decides the loss."""

READERS = [Surrogate(40, first=6), Surrogate(40, first=6, kernel="linear"), Bandit(40, first=6)]
READERS += [Surrogate(40, first=6, way="improvement"), Duels(40, first=6)]


def loss_of(point: Floats) -> float:
    return 0.2 if BANK[int(point[0])].startswith(GOOD) else 0.8


def tried(optimizer: Optimizer, rounds: int, seed: int = 0) -> list[int]:
    """Return the prompts asked in each round, in one list, and the mode at the end."""
    rng = np.random.default_rng(seed)
    search = optimizer.start(Categorical((np.zeros(len(BANK)),)), rng)
    asked: list[int] = []
    for _ in range(rounds):
        points = search.ask(8)
        noise = 0.05 * rng.standard_normal(len(points))
        search.tell(points, np.array([loss_of(point) for point in points]) + noise)
        asked += points[:, 0].astype(int).tolist()
    return [*asked, int(mode(search.distribution)[0])]


@pytest.mark.parametrize("optimizer", READERS, ids=repr)
def test_what_a_prompt_says_tells_which_others_are_worth_asking(optimizer: ReadsPrompts) -> None:
    reading = optimizer.reading(lambda point: BANK[int(point[0])])

    shares = [np.mean([i % 2 for i in tried(reading, 8, seed)[6:-1]]) for seed in range(4)]
    blind = [np.mean([i % 2 for i in tried(optimizer, 8, seed)[6:-1]]) for seed in range(4)]

    assert np.mean(shares) > 0.8
    assert np.mean(shares) > np.mean(blind) - 0.05


@pytest.mark.parametrize("optimizer", READERS, ids=repr)
def test_the_prompt_found_is_one_that_was_asked_and_a_good_one(optimizer: ReadsPrompts) -> None:
    *asked, found = tried(optimizer.reading(lambda point: BANK[int(point[0])]), 8)

    assert found in asked
    assert loss_of(np.array([found])) == 0.2


@pytest.mark.parametrize("optimizer", READERS, ids=repr)
def test_reading_changes_what_is_asked_and_not_how_much(optimizer: ReadsPrompts) -> None:
    reading = optimizer.reading(lambda point: BANK[int(point[0])])

    assert len(tried(reading, 5)) == len(tried(optimizer, 5))
    assert isinstance(reading, NeedsFreshBlocks)


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        (Surrogate, {"kernel": "cubic"}, "kernel: 'cubic'; expected one of linear, smooth"),
        (Surrogate, {"way": "luck"}, "way: 'luck'; expected one of thompson, improvement"),
        (Surrogate, {"first": 1}, "first: 1 is too few"),
        (Surrogate, {"features": ""}, "features: none is named"),
        (Bandit, {"width": -0.1}, "width: -0.1 is below 0; the paper takes 0.3"),
        (Bandit, {"each": 1}, "each: 1 is too few"),
        (Duels, {"ridge": 0.0}, "ridge: 0.0 is not above 0; the paper takes 1"),
        (Duels, {"width": -1.0}, "width: -1.0 is below 0"),
        (Duels, {"each": 1}, "each: 1 is too few; a duel needs 2"),
        (Duels, {"candidates": 1}, "candidates: 1 is too few; a duel needs 2"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(
    kind: type[Optimizer], settings: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        kind(**settings)


def test_an_encoder_that_cannot_be_loaded_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(ConfigError, match=r"not installed|no such folder"):
        Surrogate(features="./no-such-model")
