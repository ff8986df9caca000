"""Where the contract of optimizers lets them start, and the loss that it plays."""

import importlib
import pkgutil

import numpy as np
import pytest

from fedbbpt import optimizers
from fedbbpt.distributions import Categorical, Distribution, Floats, Gaussian, Points, Product

COSTS = (
    np.array([0.6, 0.1, 0.9, 0.4]),
    np.array([0.5, 0.8, 0.2]),
    np.array([0.5, 0.9, 0.1, 0.7, 0.3]),
)
"""Loss of each choice of each slot; a point's loss is the mean over its slots, on average 0.5."""

TARGET = np.array([0.5, -0.5, 0.5, -0.5])
TABLES = Categorical(tuple(np.zeros(costs.size) for costs in COSTS))
CLOUD = Gaussian(np.zeros(TARGET.size), 0.5)
SHEAR = np.tril(np.full((4, 4), 0.4)) + 0.6 * np.eye(4)
STARTS: dict[str, Distribution] = {
    "tables": TABLES,
    "cloud": CLOUD,
    "stretched": Gaussian(CLOUD.mean, 0.5, np.array([2.0, 1.0, 0.5, 1.0])),
    "sheared": Gaussian(CLOUD.mean, 0.5, SHEAR @ SHEAR.T),
    "product": Product((CLOUD, TABLES)),
}
EXTRAS = {"cma": "cma", "nevergrad": "nevergrad"}
"""Libraries that an optimizer wraps; without its library it cannot be tried."""

SLOW = {
    "nevergrad": ("sheared", "product"),
    "surrogate": ("tables",),
    "bandit": ("tables",),
    "gaussian_process": ("sheared",),
}
"""Some milliseconds a point: fewer starts, seeds and rounds."""


def found_optimizers() -> dict[str, type]:
    """Return the one class that each plugin module of the folder offers, by module name."""
    found = {}
    for module in pkgutil.iter_modules(optimizers.__path__, f"{optimizers.__name__}."):
        offered = vars(importlib.import_module(module.name))
        for name in offered.get("__all__", []):
            found[module.name.rpartition(".")[2]] = offered[name]
    return found


def loss(points: Points) -> Floats:
    """Return a separable loss of points of any start, shape (n,)."""
    match points.shape[1]:
        case 4:
            squared: Floats = ((points - TARGET) ** 2).mean(axis=1)
            return squared
        case 3:
            columns = points.astype(np.intp).T
            drawn = [c[choice] for c, choice in zip(COSTS, columns, strict=True)]
            costs: Floats = np.mean(drawn, axis=0)
            return costs
        case _:
            vector, choices = points[:, : TARGET.size], points[:, TARGET.size :]
            both: Floats = (loss(vector) + loss(choices)) / 2
            return both


def as_bytes(distribution: Distribution) -> bytes:
    match distribution:
        case Categorical(logits):
            return b"".join(slot.tobytes() for slot in logits)
        case Gaussian(mean, sigma, cov):
            shape = b"" if cov is None else cov.tobytes()
            return mean.tobytes() + repr(sigma).encode() + shape
        case Product(parts):
            return b"".join(as_bytes(part) for part in parts)
        case _:
            pytest.fail(f"no byte form for {distribution}")
