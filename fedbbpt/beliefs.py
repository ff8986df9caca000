"""A distribution as named arrays and back: how owners report what a local search believes.

A table of choices is ``logits_0``, ``logits_1`` and so on, one a slot, each of shape (choices,). A
Gaussian is ``mean`` of shape (d,), ``sigma`` of shape () and, unless it is the identity, ``cov`` of
shape (d,) or (d, d). The parts of a product have ``part_0.``, ``part_1.`` before these names.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, assert_never

import numpy as np

from fedbbpt.distributions import (
    Categorical,
    Distribution,
    Floats,
    Gaussian,
    Grouped,
    Point,
    Product,
    width,
)

SCALE = 1e9
"""Most that a reported standard deviation may differ from the broadcast one, as a factor."""

Leaf = Categorical | Gaussian


class Part(NamedTuple):
    """One table or Gaussian of a distribution.

    ``prefix`` stands before the names of its arrays; ``first`` is its first coordinate of a point.
    """

    prefix: str
    leaf: Leaf
    first: int


def parts_of(distribution: Distribution) -> tuple[Part, ...]:
    """Return the tables and Gaussians of a distribution, in the order of a point's coordinates.

    Raises:
        ValueError: it holds something that no local search moves.
    """
    return tuple(_parts(distribution, "", 0))


def _parts(distribution: Distribution, prefix: str, first: int) -> Iterator[Part]:
    match distribution:
        case Categorical() | Gaussian():
            yield Part(prefix, distribution, first)
        case Product(parts):
            for index, part in enumerate(parts):
                yield from _parts(part, f"{prefix}part_{index}.", first)
                first += width(part)
        case Point() | Grouped():
            raise ValueError(
                f"distribution: a {type(distribution).__name__} is no belief of a local search; "
                "use tables, Gaussians or a product of them"
            )
        case _:
            assert_never(distribution)


def kind(distribution: Distribution) -> str:
    """Return what a distribution is over, in words; equal words mean the same points.

    >>> kind(Gaussian(np.zeros(3), 1.0))
    'a Gaussian over 3 coordinates'
    """
    words = []
    for _, leaf, _ in parts_of(distribution):
        if isinstance(leaf, Gaussian):
            words.append(f"a Gaussian over {leaf.mean.size} coordinates")
        else:
            words.append(f"tables of {[slot.size for slot in leaf.logits]} choices")
    return " beside ".join(words)


def as_statistics(distribution: Distribution) -> dict[str, Floats]:
    """Return the arrays of a distribution by name.

    Law: ``from_statistics(as_statistics(x), x)`` is x to the last bit.

    Raises:
        ValueError: as ``parts_of``.
    """
    arrays: dict[str, Floats] = {}
    for prefix, leaf, _ in parts_of(distribution):
        if isinstance(leaf, Categorical):
            arrays |= {f"{prefix}logits_{i}": slot for i, slot in enumerate(leaf.logits)}
            continue
        arrays |= {f"{prefix}mean": leaf.mean, f"{prefix}sigma": np.array(leaf.sigma)}
        if leaf.cov is not None:
            arrays[f"{prefix}cov"] = leaf.cov
    return arrays


def is_belief(name: str) -> bool:
    """Say whether a statistic describes a distribution, so that it must not be summed."""
    own = name.rpartition(".")[2]
    return own in {"mean", "sigma", "cov"} or own.startswith("logits_")


def is_mean(name: str) -> bool:
    """Say whether a statistic is the mean of a Gaussian."""
    return name.rpartition(".")[2] == "mean"


def from_statistics(
    statistics: Mapping[str, Floats], like: Distribution, prefix: str = ""
) -> Distribution:
    """Return the distribution that ``as_statistics`` described.

    Args:
        statistics: arrays by name; others may stand beside them.
        like: the broadcast distribution: kinds and sizes must be its own, and a Gaussian's scale
            must be within a factor of ``SCALE`` of its scale. The form of a covariance is free.
        prefix: before the names.

    Raises:
        ValueError: an array is absent, of another shape, not finite, or no sigma or covariance; the
            text names it.
    """
    match like:
        case Categorical(logits):
            return Categorical(
                tuple(
                    _shaped(statistics, f"{prefix}logits_{i}", slot.shape)
                    for i, slot in enumerate(logits)
                )
            )
        case Gaussian():
            return _gaussian(statistics, like, prefix)
        case Product(parts):
            return Product(
                tuple(
                    from_statistics(statistics, part, f"{prefix}part_{i}.")
                    for i, part in enumerate(parts)
                )
            )
        case Point() | Grouped():
            raise ValueError(f"statistics: no search reports a {type(like).__name__}")
        case _:
            assert_never(like)


def spread(gaussian: Gaussian) -> float:
    """Return the largest standard deviation of a coordinate."""
    if gaussian.cov is None:
        return gaussian.sigma
    variances = gaussian.cov if gaussian.cov.ndim == 1 else np.diagonal(gaussian.cov)
    return gaussian.sigma * float(np.sqrt(variances.max()))


def _gaussian(statistics: Mapping[str, Floats], like: Gaussian, prefix: str) -> Gaussian:
    mean = _shaped(statistics, f"{prefix}mean", like.mean.shape)
    sigma = float(_shaped(statistics, f"{prefix}sigma", ()))
    cov = statistics.get(f"{prefix}cov")
    try:
        found = Gaussian(mean, sigma, cov)
    except ValueError as error:
        raise ValueError(f"statistics.{prefix}{error}") from error
    if cov is not None and cov.ndim == 2:
        _check_definite(cov, prefix)
    grown = spread(found) / spread(like)
    if not 1 / SCALE <= grown <= SCALE:
        raise ValueError(
            f"statistics.{prefix}sigma: the standard deviation is {grown:.3g} times the broadcast "
            "one; the search collapsed or blew up. Lower its step size or its generations"
        )
    return found


def _check_definite(cov: Floats, prefix: str) -> None:
    try:
        np.linalg.cholesky(cov)
    except np.linalg.LinAlgError as error:
        least = float(np.linalg.eigvalsh(cov).min())
        raise ValueError(
            f"statistics.{prefix}cov: not positive definite, its least eigenvalue is {least:.3g}; "
            "report a diagonal, or add a small multiple of the identity"
        ) from error


def _shaped(statistics: Mapping[str, Floats], name: str, shape: tuple[int, ...]) -> Floats:
    if name not in statistics:
        raise ValueError(f"statistics.{name}: absent; use one version and one run file")
    found = statistics[name]
    if found.shape != shape:
        raise ValueError(f"statistics.{name}: shape {found.shape}, expected {shape}")
    if not np.isfinite(found).all():
        raise ValueError(f"statistics.{name}: all values must be finite")
    return found
