"""A change of coordinates in which a Gaussian's shape is the identity.

An invariant search in u, with z = origin + L u and L Lᵀ = C, is the search in z born with the shape
C; so a search library need not be handed a covariance.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from fedbbpt.distributions import Floats, Gaussian, Points


@dataclass(frozen=True, slots=True, eq=False)
class Whitening:
    """z = origin + L u.

    Attributes:
        origin: shape (d,).
        root: L: None for the identity, (d,) for a diagonal, (d, d) for a lower triangle.
    """

    origin: Floats
    root: Floats | None = None

    @classmethod
    def of(cls, start: Gaussian) -> Self:
        """Return the coordinates in which ``start`` is N(0, sigma^2 I).

        Raises:
            ValueError: the covariance has no root: it is not positive definite.
        """
        if start.cov is None:
            return cls(start.mean)
        if start.cov.ndim == 1:
            return cls(start.mean, np.sqrt(start.cov))
        try:
            root = np.asarray(np.linalg.cholesky(start.cov), dtype=np.float64)
        except np.linalg.LinAlgError as error:
            least = float(np.linalg.eigvalsh(start.cov).min())
            raise ValueError(
                f"cov: not positive definite, its least eigenvalue is {least:.3g}; give a "
                "diagonal, or add a small multiple of the identity"
            ) from error
        return cls(start.mean, root)

    def back(self, points: Points) -> Points:
        """Return z of points in u, shape (n, d)."""
        return self.origin + self.turned(points)

    def white(self, points: Points) -> Points:
        """Return u of points in z, shape (n, d)."""
        apart: Points = points - self.origin
        if self.root is None:
            return apart
        if self.root.ndim == 1:
            return apart / self.root
        whitened: Points = np.asarray(np.linalg.solve(self.root, apart.T).T, dtype=np.float64)
        return whitened

    def turned(self, vectors: Points) -> Points:
        """Return L u for every row of ``vectors``, shape (n, d)."""
        if self.root is None:
            return vectors
        if self.root.ndim == 1:
            return vectors * self.root
        return vectors @ self.root.T

    def covariance(self, shape: Floats) -> Floats:
        """Return L S Lᵀ; S of shape (d,) is a diagonal, of shape (d, d) a full matrix.

        The result has shape (d,) where both S and L are diagonal.
        """
        if self.root is None:
            return shape
        if self.root.ndim == 1 and shape.ndim == 1:
            return self.root**2 * shape
        root = np.diag(self.root) if self.root.ndim == 1 else self.root
        inner = root * shape if shape.ndim == 1 else root @ shape
        product: Floats = inner @ root.T
        return (product + product.T) / 2
