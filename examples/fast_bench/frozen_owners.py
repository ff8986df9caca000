"""Owners whose endpoint is the frozen network: real owners' work, with only the asking played."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

import numpy as np
from frozen_network import DIMENSIONS, LABELS, SHIFTS, VOCABULARY, Network, examples, network

from fedbbpt.answers import Answer, LabelScores
from fedbbpt.client import Client
from fedbbpt.data import Example, OwnerData
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.losses import BOUND
from fedbbpt.objective import Objective, Row
from fedbbpt.optimizers import Optimizer
from fedbbpt.prompts import Message, Prompt
from fedbbpt.randomness import rng
from fedbbpt.soft_tokens import SoftTokens
from fedbbpt.spaces import Axis
from fedbbpt.splits.dealing import dirichlet, iid
from fedbbpt.uncalibrated import Uncalibrated
from fedbbpt.work.owner import Owner
from fedbbpt.work.replacement import Replacement

OWNERS, EACH, TESTED = 10, 40, 500
LEAST = 4
"""Fewest examples an owner may get."""

RATE = 0.5
"""Chance of a word to be replaced, as in FedBPT's code."""

PUBLIC = 64
"""Words of the public list that others are replaced by."""

MESSAGES = (Message("user", "{input}"),)
NO_FLOOR = (False,) * len(LABELS)
REMEMBERED = 4096


Noise = Literal["plain", "mean", "example"]
"""Losses as they are; over the mean loss with replaced words; over the example's own such loss."""


@dataclass(frozen=True, slots=True)
class SoftPrompts:
    """The space: one soft token that holds p = A z; the origin is the bare text."""

    net: Network
    sigma: float
    axes: tuple[Axis, ...] = ()
    fingerprint: str = "fast bench"
    _decoded: dict[bytes, Prompt] = field(default_factory=dict)  # owners decode the same points

    def initial(self) -> Gaussian:
        """Return N(0, sigma^2 I), with variances a coordinate."""
        return Gaussian(np.zeros(DIMENSIONS), self.sigma, np.ones(DIMENSIONS))

    def decode(self, point: Floats) -> Prompt:
        """Return the prompt at ``point``, shape (dimensions,)."""
        key = point.tobytes()
        if key not in self._decoded:
            if len(self._decoded) >= REMEMBERED:
                self._decoded.clear()
            soft = SoftTokens.of((self.net.A @ point)[None]) if point.any() else None
            self._decoded[key] = Prompt(MESSAGES, LABELS, soft)
        return self._decoded[key]


@dataclass(slots=True)
class Asked:
    """Stands in for ``Objective``: answers are the network's log-probabilities.

    Attributes:
        net: what is asked.
        calls: items answered so far.
        calibrator: none, as the labels of an owner say nothing of a prompt here.
    """

    net: Network
    calls: int = 0
    calibrator: Uncalibrated = Uncalibrated()
    _before: dict[str, Floats] = field(default_factory=dict)

    async def answers(self, rows: Sequence[Row], asked: Sequence[Example]) -> list[list[Answer]]:
        """Return one list of answers a row."""
        self.calls += len(rows) * len(asked)
        shifts = np.zeros((len(rows), SHIFTS))
        for shift, row in zip(shifts, rows, strict=True):
            if row.prompt.soft is not None:
                shift[:] = row.prompt.soft.rows[0]
        logits = self.net.logits(self._read(asked), shifts)
        logits -= logits.max(axis=2, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=2, keepdims=True))
        return [[LabelScores(LABELS, tuple(item), NO_FLOOR) for item in row] for row in logits]

    def training_answers(self, answers: list[Answer], _asked: Sequence[Example]) -> list[Answer]:
        """Return them as they are."""
        return answers

    def losses(self, answers: Sequence[LabelScores], asked: Sequence[Example]) -> Floats:
        """Return cross-entropies, shape (n,), cut where the package cuts them."""
        told: Floats = np.array([answer.log_probs for answer in answers])
        losses: Floats = np.minimum(-told[np.arange(len(asked)), wanted(asked)], BOUND)
        return losses

    def scores(self, answers: Sequence[LabelScores], asked: Sequence[Example]) -> Floats:
        """Return 1 for every right answer, else 0, shape (n,)."""
        told: Floats = np.array([answer.log_probs for answer in answers])
        scores: Floats = (told.argmax(axis=1) == wanted(asked)).astype(np.float64)
        return scores

    def _read(self, asked: Sequence[Example]) -> Floats:
        new = [one.input for one in asked if one.input not in self._before]
        if len(self._before) + len(new) > REMEMBERED:
            self._before.clear()
            new = [one.input for one in asked]
        if new:
            self._before.update(zip(new, self.net.before(new), strict=True))
        return np.stack([self._before[one.input] for one in asked])


def wanted(asked: Sequence[Example]) -> list[int]:
    """Return the places of the right labels."""
    return [LABELS.index(example.targets[0]) for example in asked]


@dataclass(frozen=True, slots=True)
class World:
    """All that a seed decides before any method begins.

    Attributes:
        net: the network.
        dealt: training examples of every owner, by name.
        test: texts of nobody as the network reads them, shape (n, hidden).
        right: places of their labels, shape (n,).
    """

    net: Network
    dealt: Mapping[str, tuple[Example, ...]]
    test: Floats
    right: list[int]

    def tested(self, mean: Floats) -> tuple[float, float]:
        """Return accuracy, in [0, 1], and mean loss of the prompt at ``mean`` on the test."""
        logits = self.net.logits(self.test, (self.net.A @ mean)[None])[0]
        logits -= logits.max(axis=1, keepdims=True)
        scale = np.log(np.exp(logits).sum(axis=1))
        losses = scale - logits[np.arange(len(self.right)), self.right]
        return float((logits.argmax(axis=1) == self.right).mean()), float(losses.mean())


def world(seed: int, split: str, each: int = EACH) -> World:
    """Make the world of a seed; its network and examples are the same for every split.

    Args:
        seed: >= 0.
        split: ``"iid"``, or the concentration of a Dirichlet deal, such as ``"0.1"``.
        each: training examples of every label.
    """
    net = network(seed)
    train = examples(net, "train", each, rng(seed, "fast bench train"))
    test = examples(net, "test", TESTED, rng(seed, "fast bench test"))
    read, right = net.before([one.input for one in test]), wanted(test)
    chance = rng(seed, f"fast bench split {split}")
    if split == "iid":
        return World(net, iid(train, OWNERS, chance), read, right)
    return World(net, dirichlet(train, OWNERS, float(split), LEAST, chance), read, right)


def clients(made: World, sigma: float, optimizer: Optimizer, noise: Noise) -> dict[str, Client]:
    """Return the owners of a world, by name."""
    space = SoftPrompts(made.net, sigma)
    replacement = None
    if noise != "plain":
        replacement = Replacement(VOCABULARY[:PUBLIC], RATE, over=noise)
    found = {}
    for name, train in made.dealt.items():
        owner = Owner(
            data=OwnerData(name, train, ()),
            labels=LABELS,
            space=space,
            objective=cast(Objective, Asked(made.net)),
            optimizer=optimizer,
            replacement=replacement,
        )
        found[name] = Client(owner, space.fingerprint)
    return found
