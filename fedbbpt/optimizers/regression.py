"""A Gaussian process over the losses of points: what is believed of a point that was not asked.

A loss is a smooth function of the point (Matern-5/2), plus what its round's block does to all, plus
noise. Length, block and noise are chosen by maximum likelihood on a grid, the scale is profiled
out (Rasmussen and Williams 2006, ch. 5).
"""

import itertools
import math
from typing import NamedTuple

import numpy as np

from fedbbpt.distributions import Floats, Points

LENGTHS = (0.25, 0.7, 2.0)
"""Length over which losses are alike, in typical distances between the points asked."""

NOISES = (0.02, 0.2, 2.0)
"""Variance of the noise, in variances of the smooth function."""

BLOCKS = (0.0, 0.5)
"""Variance of what a block does, in the same."""

LEAST = 1e-12
"""Least scale, so that equal losses have a posterior too."""


class Told(NamedTuple):
    """Losses told so far: ``points`` of shape (n, d), ``losses`` and ``rounds`` of shape (n,)."""

    points: Points
    losses: Floats
    rounds: Floats


class Setting(NamedTuple):
    """One of LENGTHS, NOISES and BLOCKS each."""

    length: float
    noise: float
    block: float


class Regression:
    """The posterior of the smooth function, in its own scale."""

    def __init__(self, told: Told, setting: Setting | None = None) -> None:
        """Fit; ``told`` holds at least one loss. Without a setting, the likeliest one is taken."""
        self._told = told
        distances = _distances(told.points, told.points)
        apart = distances[distances > 0]
        self._unit = float(np.median(apart)) if apart.size else 1.0
        if setting is None:
            several = len(np.unique(told.rounds)) > 1  # one block cannot be told from the level
            grid = map(Setting._make, itertools.product(LENGTHS, NOISES, BLOCKS[: 1 + several]))
            setting = max(grid, key=lambda one: self._likelihood(distances, one))
        self.setting = setting
        self._factor = np.linalg.cholesky(self._covariance(distances, setting))
        solved = self._solved(np.column_stack([told.losses, np.ones(len(told.losses))]))
        self._centre = float(solved[:, 0].sum() / solved[:, 1].sum())
        self._fitted: Floats = solved[:, 0] - self._centre * solved[:, 1]
        explained = float((told.losses - self._centre) @ self._fitted)
        self._scale = max(LEAST, explained / len(told.losses))
        self.noise = setting.noise * self._scale

    def mean(self, points: Points) -> Floats:
        """Return the expected losses on a usual block, shape (m,)."""
        expected: Floats = self._centre + self._across(points) @ self._fitted
        return expected

    def covariance(self, points: Points) -> Floats:
        """Return the covariance of what is not known of them, shape (m, m)."""
        across = self._across(points)
        prior = _matern(_distances(points, points) / self._reach)
        left = prior - across @ self._solved(across.T)
        spread: Floats = self._scale * (left + left.T) / 2
        return spread

    def slope(self, point: Floats) -> Floats:
        """Return the gradient of the expected loss at a point, shape (d,)."""
        apart = point - self._told.points
        r = np.sqrt(5.0) * np.sqrt(np.square(apart).sum(axis=1)) / self._reach
        weights = -(5.0 / 3.0) * (1 + r) * np.exp(-r) / self._reach**2
        gradient: Floats = (weights * self._fitted) @ apart
        return gradient

    @property
    def _reach(self) -> float:
        return self.setting.length * self._unit

    def _across(self, points: Points) -> Floats:
        return _matern(_distances(points, self._told.points) / self._reach)

    def _solved(self, right: Floats) -> Floats:
        half = np.linalg.solve(self._factor, right)
        solved: Floats = np.linalg.solve(self._factor.T, half)
        return solved

    def _covariance(self, distances: Floats, setting: Setting) -> Floats:
        length, noise, block = setting
        rounds = self._told.rounds
        together = (rounds[:, None] == rounds[None, :]).astype(np.float64)
        smooth = _matern(distances / (length * self._unit))
        covariance: Floats = smooth + block * together + noise * np.eye(len(rounds))
        return covariance

    def _likelihood(self, distances: Floats, setting: Setting) -> float:
        factor = np.linalg.cholesky(self._covariance(distances, setting))
        losses = self._told.losses
        told, ones = np.linalg.solve(factor, np.column_stack([losses, np.ones(len(losses))])).T
        left = told - ones * float(ones @ told) / float(ones @ ones)
        count = len(left)
        scale = max(LEAST, float(left @ left) / count)
        return -0.5 * count * math.log(scale) - float(np.log(np.diag(factor)).sum())


def _distances(first: Points, second: Points) -> Floats:
    squares = np.square(first[:, None, :] - second[None, :, :]).sum(axis=2)
    distances: Floats = np.sqrt(squares)
    return distances


def _matern(r: Floats) -> Floats:
    scaled = math.sqrt(5.0) * r
    alike: Floats = (1 + scaled + scaled**2 / 3) * np.exp(-scaled)
    return alike
