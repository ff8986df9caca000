"""The server as an optimizer: the owners' average is a direction, not the next state.

Reddi et al. 2021, arXiv:2003.00295: the pseudo-gradient is the average less the broadcast.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fedbbpt.aggregators.fedavg_gaussian import FedavgGaussian
from fedbbpt.aggregators.log_linear_pool import LogLinearPool
from fedbbpt.aggregators.partwise import Partwise, rebuilt
from fedbbpt.aggregators.weighting import Weights
from fedbbpt.beliefs import parts_of
from fedbbpt.distributions import Categorical, Distribution, Floats, Gaussian, frozen_array
from fedbbpt.messages import Report, State


class Pulled(NamedTuple):
    """What the owners want.

    ``average`` is the state after plain averaging; ``place`` and ``pull`` have shape (parameters,):
    where the server stands, and the average less that. Parameters are means and logits.
    """

    average: State
    place: Floats
    pull: Floats


def pulled(state: State, reports: Sequence[Report], weights: Weights) -> Pulled:
    """Return the pseudo-gradient of a round.

    Raises:
        ValueError: no report has weight, or holds no distribution that fits.
    """
    average = Partwise(FedavgGaussian(weights), LogLinearPool(weights)).merged(state, reports)
    place = parameters(state.distribution)
    return Pulled(average, place, parameters(average.distribution) - place)


def moved(found: Pulled, step: Floats, memory: dict[str, Floats]) -> State:
    """Return the averaged state with its means and logits at ``place`` plus ``step``.

    Spreads are those of the average.

    Args:
        found: the pseudo-gradient.
        step: shape (parameters,).
        memory: arrays to keep beside what the state has.
    """
    average = found.average
    there = placed(average.distribution, found.place + step)
    kept = {name: frozen_array(array, name=name) for name, array in memory.items()}
    return replace(average, distribution=there, memory={**average.memory, **kept})


def parameters(distribution: Distribution) -> Floats:
    """Return means and centred logits one after the other, shape (parameters,)."""
    pieces: list[Floats] = []
    for _, leaf, _ in parts_of(distribution):
        pieces.extend(leaf.logits if isinstance(leaf, Categorical) else [leaf.mean])
    return np.concatenate(pieces)


def placed(distribution: Distribution, values: Floats) -> Distribution:
    """Return ``distribution`` with other means and logits.

    Law: ``parameters(placed(x, v))`` is v, with logits centred.

    Args:
        distribution: gives kinds, sizes and spreads.
        values: shape (parameters,).
    """
    leaves: list[Distribution] = []
    first = 0
    for _, leaf, _ in parts_of(distribution):
        if isinstance(leaf, Gaussian):
            leaves.append(Gaussian(values[first : first + leaf.mean.size], leaf.sigma, leaf.cov))
            first += leaf.mean.size
            continue
        slots = []
        for slot in leaf.logits:
            slots.append(values[first : first + slot.size])
            first += slot.size
        leaves.append(Categorical(tuple(slots)))
    return rebuilt(distribution, leaves)


def check_rate(name: str, value: float) -> None:
    """Refuse a learning rate or scale that is not above 0.

    Raises:
        ValueError: it is not, or not finite.
    """
    if not 0 < value < math.inf:
        raise ValueError(f"{name}: {value} is not above 0 or not finite")


def check_memory(name: str, value: float) -> None:
    """Refuse a share of the past outside [0, 1).

    Raises:
        ValueError: it is outside.
    """
    if not 0 <= value < 1:
        raise ValueError(f"{name}: {value} is not in [0, 1); 0.9 is usual")
