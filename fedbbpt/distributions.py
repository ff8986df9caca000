"""Distributions over the points of a space: what the server sends and the owners send back.

A point is one row of float64. A categorical coordinate holds the index of its choice. The origin
(all zeros) is the starting prompt in every space.
"""

import math
from dataclasses import dataclass
from typing import TypeGuard, assert_never

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Points = NDArray[np.float64]
"""Shape (n, width): one point a row."""


CENTRED = 1e-12
"""A table whose mean is below this share of its largest logit counts as centred."""


def frozen_array(values: object, *, name: str) -> Floats:
    """Return a read-only float64 copy; an array that nobody can write to is not copied.

    Raises:
        ValueError: a value is not a finite number.
    """
    array: Floats = values if _is_frozen(values) else np.array(values, dtype=np.float64)
    # A finite sum of squares has finite terms, and takes a fifth of the time.
    if not math.isfinite(np.vdot(array, array)) and not np.isfinite(array).all():
        raise ValueError(f"{name}: all values must be finite")
    array.setflags(write=False)
    return array


def _is_frozen(values: object) -> TypeGuard[Floats]:
    # A read-only view is not enough: whoever holds its base could still write.
    return (
        isinstance(values, np.ndarray)
        and values.dtype == np.float64
        and values.base is None
        and not values.flags.writeable
    )


@dataclass(frozen=True, slots=True, eq=False)
class Categorical:
    """Independent choices, one a slot; slots may have different numbers of choices.

    Attributes:
        logits: one array of shape (choices,) a slot, finite, centred to mean 0.
    """

    logits: tuple[Floats, ...]

    def __post_init__(self) -> None:
        if not self.logits or any(np.ndim(slot) != 1 or np.size(slot) < 1 for slot in self.logits):
            raise ValueError("logits: every slot needs at least one choice")
        slots = (frozen_array(slot, name="logits") for slot in self.logits)
        object.__setattr__(self, "logits", tuple(_centred(slot) for slot in slots))

    @property
    def probabilities(self) -> tuple[Floats, ...]:
        """One array of shape (choices,) a slot, each summing to 1."""
        return tuple(softmax(slot) for slot in self.logits)


@dataclass(frozen=True, slots=True, eq=False)
class Gaussian:
    """A normal distribution N(mean, sigma^2 C).

    Attributes:
        mean: shape (d,).
        sigma: overall standard deviation, > 0.
        cov: C: None for the identity, (d,) for a diagonal, (d, d) for a full symmetric matrix.
    """

    mean: Floats
    sigma: float
    cov: Floats | None = None

    def __post_init__(self) -> None:
        mean = frozen_array(self.mean, name="mean")
        if mean.ndim != 1 or not mean.size:
            raise ValueError("mean: expected shape (d,)")
        if not np.isfinite(self.sigma) or self.sigma <= 0:
            raise ValueError(f"sigma: {self.sigma} is not above 0")
        object.__setattr__(self, "mean", mean)
        if self.cov is not None:
            object.__setattr__(self, "cov", _checked_covariance(self.cov, mean.size))


def _centred(slot: Floats) -> Floats:
    # What is centred already stays as it is, so that a decoded table has the bits of the encoded.
    # A large common part leaves a mean of its rounding behind, which the next pass takes away.
    with np.errstate(over="ignore"):  # frozen_array refuses what overflows
        mean = float(slot.mean())
        if abs(mean) <= CENTRED * float(np.abs(slot).max()):
            return slot
        return _centred(frozen_array(slot - mean, name="logits"))


def _checked_covariance(values: Floats, size: int) -> Floats:
    cov = frozen_array(values, name="cov")
    if cov.shape not in {(size,), (size, size)}:
        raise ValueError(f"cov: shape {cov.shape} fits no mean of length {size}")
    if cov.ndim == 2 and not np.allclose(cov, cov.T):
        raise ValueError("cov: not symmetric")
    if cov.ndim == 1 and (cov <= 0).any():
        raise ValueError("cov: a diagonal must be above 0")
    return cov


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """All mass on one point.

    Attributes:
        x: shape (width,).
    """

    x: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", frozen_array(self.x, name="x"))


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """Independent parts side by side; a point is their points joined.

    Attributes:
        parts: at least one.
    """

    parts: "tuple[Distribution, ...]"

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("parts: a product needs at least one")


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """One distribution a domain, over the same space.

    Attributes:
        groups: sorted pairs of domain and distribution.
    """

    groups: "tuple[tuple[str, Distribution], ...]"

    def __post_init__(self) -> None:
        if not self.groups:
            raise ValueError("groups: at least one domain is needed")


Distribution = Categorical | Gaussian | Point | Product | Grouped


def softmax(logits: Floats) -> Floats:
    """Return probabilities of shape (choices,) that sum to 1."""
    shifted: Floats = np.exp(logits - logits.max())
    total: Floats = shifted / shifted.sum()
    return total


def width(distribution: Distribution) -> int:
    """Return the number of coordinates of a point."""
    match distribution:
        case Categorical(logits):
            return len(logits)
        case Gaussian(mean):
            return int(mean.size)
        case Point(x):
            return int(x.size)
        case Product(parts):
            return sum(width(part) for part in parts)
        case Grouped(groups):
            return width(groups[0][1])
        case _:
            assert_never(distribution)


def sample(distribution: Distribution, count: int, rng: np.random.Generator) -> Points:
    """Draw points of shape (count, width).

    Raises:
        ValueError: a grouped distribution; choose the domain first.
    """
    match distribution:
        case Categorical():
            slots = [rng.choice(p.size, size=count, p=p) for p in distribution.probabilities]
            return np.stack(slots, axis=1).astype(np.float64)
        case Gaussian(mean, sigma, cov):
            draws = rng.standard_normal((count, mean.size))
            if cov is None:
                return np.asarray(mean + sigma * draws)
            if cov.ndim == 1:
                return np.asarray(mean + sigma * draws * np.sqrt(cov))
            return np.asarray(mean + sigma * draws @ np.linalg.cholesky(cov).T)
        case Point(x):
            return np.tile(x, (count, 1))
        case Product(parts):
            return np.concatenate([sample(part, count, rng) for part in parts], axis=1)
        case Grouped():
            raise ValueError("a grouped distribution is sampled one domain at a time")
        case _:
            assert_never(distribution)


def mode(distribution: Distribution) -> Floats:
    """Return the most likely point, shape (width,); the earliest of equal choices.

    Raises:
        ValueError: a grouped distribution; choose the domain first.
    """
    match distribution:
        case Categorical(logits):
            return np.array([float(np.argmax(slot)) for slot in logits])
        case Gaussian(mean):
            return mean
        case Point(x):
            return x
        case Product(parts):
            return np.concatenate([mode(part) for part in parts])
        case Grouped():
            raise ValueError("a grouped distribution has one mode a domain")
        case _:
            assert_never(distribution)
