"""Fields of prompts with known scores, and every selector playing them as a run would."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fedbbpt.distributions import Categorical, Floats, mode
from fedbbpt.drivers import plan_common
from fedbbpt.optimizers import Optimizer, ReadsPrompts
from fedbbpt.optimizers.bandit import Bandit
from fedbbpt.optimizers.duels import Duels
from fedbbpt.optimizers.halving import Halving
from fedbbpt.optimizers.rejects import Rejects
from fedbbpt.optimizers.surrogate import Surrogate
from fedbbpt.optimizers.top_two import TopTwo
from fedbbpt.optimizers.triple_sh import TripleSh
from fedbbpt.schedule import Coverage, Schedule

OWNER = "all"
ENDLESS = 10**9


class Group(NamedTuple):
    """Prompts of one data set and model; ``scores`` has shape (prompts,), in [0, 1]."""

    name: str
    prompts: tuple[str, ...]
    scores: Floats


class Setup(NamedTuple):
    """A selector's settings for a field and a budget; None for the optimizer chooses blindly."""

    optimizer: Optimizer | None
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class World:
    """One repetition.

    Attributes:
        prompts: the field.
        scores: shape (field,); their real scores.
        right: shape (field, evaluations); the draws, each prompt's own.
    """

    prompts: tuple[str, ...]
    scores: Floats
    right: np.ndarray[tuple[int, int], np.dtype[np.bool_]]


def read_groups(path: Path) -> list[Group]:
    """Return the groups by name; the scores of a prompt that stands twice are averaged."""
    found: dict[str, dict[str, list[float]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        prompts = found.setdefault(f"{row['dataset']} {row['llm']}", {})
        prompts.setdefault(row["prompt"], []).append(float(row["test_score"]))
    return [
        Group(name, tuple(scores), np.array([np.mean(values) for values in scores.values()]))
        for name, scores in sorted(found.items())
    ]


def world_of(group: Group, field: int, budget: int, seed: int) -> World:
    """Draw a field and all that could be asked of it; the same for every selector."""
    rng = np.random.default_rng((seed, budget, field, len(group.prompts)))
    size = min(field, len(group.prompts))
    chosen = rng.permutation(len(group.prompts))[:size]
    scores = group.scores[chosen]
    right = rng.random((size, budget)) < scores[:, None]
    return World(tuple(group.prompts[i] for i in chosen), scores, right)


def cost_of(optimizer: Optimizer, schedule: Schedule, field: int) -> int:
    """Return what a whole race costs with this schedule."""
    start = Categorical((np.zeros(field),))
    return plan_common(optimizer, schedule, start, {OWNER: ENDLESS}, 0).requests


def race(make: Callable[[int], Optimizer], *, nested: bool) -> Callable[[int, int], Setup]:
    """Return the settings of an elimination: the largest field that the budget carries."""

    def setup(field: int, budget: int) -> Setup:
        size = field
        while True:
            optimizer = make(size)
            one = Schedule(
                rounds=ENDLESS, requests=ENDLESS, candidates=size, block=1, nested=nested
            )
            cost = cost_of(optimizer, one, field)
            if cost <= budget or size == 2:
                break
            size = max(2, min(size - 1, size * budget // cost + 1))
        block = max(1, budget // cost)
        return Setup(optimizer, Schedule(ENDLESS, budget, size, block, nested=nested))

    return setup


def uniform(field: int, budget: int) -> Setup:
    """Ask all prompts equally often, or as many as there is budget for."""
    size = min(field, budget)
    schedule = Schedule(1, budget, size, budget // size)
    return Setup(Halving(candidates=max(2, size)), schedule)


def chosen_by(make: Callable[[int], Optimizer], asks: int) -> Callable[[int, int], Setup]:
    """Return the settings of a search with about ``asks`` losses, whatever the budget."""

    def setup(field: int, budget: int) -> Setup:
        block = max(2, budget // asks)
        optimizer = make(min(field, max(2, budget // (2 * block))))
        return Setup(optimizer, Schedule(ENDLESS, budget, field, block, nested=False))

    return setup


def field_of(kind: Callable[..., Optimizer], **settings: object) -> Callable[[int], Optimizer]:
    """Return a maker of an optimizer with a field of a given size."""
    return lambda size: kind(candidates=size, **settings)


SELECTORS: Mapping[str, Callable[[int, int], Setup]] = {
    "random": lambda field, budget: Setup(None, Schedule(1, budget, field)),
    "uniform": uniform,
    "halving": race(lambda size: Halving(candidates=size), nested=True),
    "rejects": race(lambda size: Rejects(candidates=size), nested=True),
    "triple_sh": race(lambda size: TripleSh(candidates=size), nested=False),
    "top_two": chosen_by(field_of(TopTwo), 150),
    "surrogate": chosen_by(lambda size: Surrogate(size, first=size), 150),
    "surrogate, linear": chosen_by(lambda size: Surrogate(size, first=size, kernel="linear"), 150),
    "surrogate, improvement": chosen_by(
        lambda size: Surrogate(size, first=size, way="improvement"), 150
    ),
    "bandit": chosen_by(lambda size: Bandit(size, first=min(16, size)), 150),
    "duels": chosen_by(lambda size: Duels(size, first=min(16, size)), 150),
}


def play(setup: Setup, world: World, budget: int, rng: np.random.Generator) -> tuple[int, int]:
    """Return the prompt chosen and the evaluations spent, as a run's server counts them."""
    field = len(world.prompts)
    if setup.optimizer is None:
        return int(rng.integers(field)), 0
    optimizer = setup.optimizer
    if isinstance(optimizer, ReadsPrompts):
        optimizer = optimizer.reading(lambda point: world.prompts[int(point[0])])
    search = optimizer.start(Categorical((np.zeros(field),)), rng)
    coverage = Coverage({OWNER: budget})
    first = 0
    for round in range(setup.schedule.rounds):
        points = search.ask(setup.schedule.candidates)
        first = first or len(points)
        if not len(points):
            break
        block = setup.schedule.block_of(round, len(points), first)
        if block.start + block.size > budget:
            break
        if coverage.requests + coverage.cost(points, block, [OWNER]) > budget:
            break
        coverage.add(points, block, [OWNER])
        rows = points[:, 0].astype(np.intp)
        seen = world.right[rows, block.start : block.start + block.size]
        search.tell(points, 1.0 - seen.mean(axis=1))
    return int(mode(search.distribution)[0]), coverage.requests


def cell(
    group: Group, selector: str, field: int, budget: int, repetitions: int
) -> list[list[float]]:
    """Return regret in points and evaluations spent, one pair a repetition."""
    rows = []
    size = min(field, len(group.prompts))
    setup = SELECTORS[selector](size, budget)
    for seed in range(repetitions):
        world = world_of(group, field, budget, seed)
        chosen, spent = play(setup, world, budget, np.random.default_rng((seed, 1)))
        regret = 100.0 * float(world.scores.max() - world.scores[chosen])
        rows.append([round(regret, 4), float(spent)])
    return rows
