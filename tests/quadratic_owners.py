"""Owners whose losses are quadratics around private targets: for the tests of vector searches."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import cast

import numpy as np
import orjson

from fedbbpt.answers import Answer, Text
from fedbbpt.client import Client
from fedbbpt.data import Example, OwnerData
from fedbbpt.distributions import Distribution, Floats, Gaussian
from fedbbpt.objective import Objective, Row
from fedbbpt.optimizers import Optimizer
from fedbbpt.prompts import Message, Prompt
from fedbbpt.spaces import Axis
from fedbbpt.work.owner import Owner

FINGERPRINT = "f"


@dataclass(frozen=True)
class VectorSpace:
    """Prompts that say their point."""

    start: Distribution
    axes: tuple[Axis, ...] = ()
    fingerprint: str = FINGERPRINT

    def initial(self) -> Distribution:
        """Return the start."""
        return self.start

    def decode(self, point: Floats) -> Prompt:
        """Return the point as a text."""
        said = orjson.dumps(point.tolist()).decode()
        return Prompt((Message("system", said), Message("user", "{input}")))


def target_of(example: Example) -> Floats:
    """Return what an example pulls the point to."""
    return _vector(example.input)


@cache
def _vector(text: str) -> Floats:
    return np.array(orjson.loads(text))


def item_loss(point: Floats, example: Example) -> float:
    """Return a stretched squared distance, mean over the coordinates."""
    scales = np.linspace(0.5, 2.0, point.size)
    return float((scales * (point - target_of(example)) ** 2).mean())


@dataclass
class QuadraticObjective:
    """Stands in for ``Objective``: the answer is the loss.

    Attributes:
        calls: items answered so far.
    """

    calls: int = 0
    asked: list[int] = field(default_factory=list)

    async def answers(self, rows: Sequence[Row], examples: Sequence[Example]) -> list[list[Answer]]:
        """Return one list of answers a row."""
        self.calls += len(rows) * len(examples)
        self.asked.append(len(rows) * len(examples))
        points = [np.array(orjson.loads(row.prompt.messages[0].content)) for row in rows]
        return [[Text(repr(item_loss(point, e))) for e in examples] for point in points]

    def training_answers(self, answers: list[Answer], examples: list[Example]) -> list[Answer]:
        """Return them as they are."""
        return answers

    def losses(self, answers: Sequence[Answer], examples: Sequence[Example]) -> Floats:
        """Return what the answers say."""
        return np.array([float(answer.text) for answer in answers if isinstance(answer, Text)])

    def scores(self, answers: Sequence[Answer], examples: Sequence[Example]) -> Floats:
        """Return something in (0, 1]."""
        return 1 / (1 + self.losses(answers, examples))


def made_data(name: str, centre: Floats, count: int, rng: np.random.Generator) -> OwnerData:
    """Return examples that pull to points around ``centre``."""
    pulls = centre + 0.1 * rng.standard_normal((count, centre.size))
    train = tuple(
        Example(f"{name}-{i}", orjson.dumps(pull.tolist()).decode(), ("-",))
        for i, pull in enumerate(pulls)
    )
    return OwnerData(name, train, ())


def quadratic_client(data: OwnerData, start: Distribution, optimizer: Optimizer) -> Client:
    """Return an owner's client."""
    objective = cast(Objective, QuadraticObjective())
    return Client(Owner(data, (), VectorSpace(start), objective, optimizer), FINGERPRINT)


def quadratic_clients(
    centres: dict[str, Floats], sizes: dict[str, int], optimizer: Optimizer, start: Gaussian
) -> dict[str, Client]:
    """Return clients by name, each pulled to its own centre."""
    rng = np.random.default_rng(0)
    return {
        name: quadratic_client(made_data(name, centre, sizes[name], rng), start, optimizer)
        for name, centre in centres.items()
    }


def optimum(clients: dict[str, Client]) -> Floats:
    """Return the minimum of the pooled loss."""
    pulls = [target_of(e) for client in clients.values() for e in client.owner.data.train]
    return cast(Floats, np.mean(pulls, axis=0))
