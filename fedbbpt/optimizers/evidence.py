"""What losses on common blocks say of candidates: a normal model with an effect for each block.

A loss told in a round is ``mean + candidate + block + noise``. Candidates of one round share the
block, so that what a block does to all of them says nothing about their order: the pairing of
common examples, without throwing away what earlier rounds said. Candidates may be alike (by their
features): then a loss of one says something of others that were never asked. How much of the
spread is signal, block and likeness is chosen by restricted maximum likelihood (Patterson and
Thompson 1971, Biometrika 58) on a coarse grid, and moves only for a clear gain.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fedbbpt.distributions import Floats

Indices = NDArray[np.intp]

SIGNAL = (0.0625, 0.25, 1.0, 4.0, 16.0)
"""Variance between candidates, in variances of the noise."""

BLOCK = (0.0, 0.25, 1.0, 4.0, 16.0, 64.0)
"""Variance between blocks, in variances of the noise."""

OWN = (1.0, 0.7, 0.4, 0.1)
"""Share of a candidate's variance that its likeness to others does not explain."""

GAIN = 0.5
"""Least gain in log-likelihood, in nats, for which a setting is changed."""

GROWTH = 1.25
"""Losses grow by this factor before the settings are looked at again."""

LEAST = 1e-12
"""Least variance of the noise, so that equal losses have a posterior too."""


class Posterior(NamedTuple):
    """What is believed of the candidates' losses.

    Attributes:
        mean: shape (candidates,).
        cov: shape (candidates, candidates).
        noise: variance of one loss told.
        times: shape (candidates,); how often each was told.
    """

    mean: Floats
    cov: Floats
    noise: float
    times: Indices

    @property
    def leader(self) -> int:
        """The candidate with the least mean among those that were told; 0 before any."""
        return int(np.argmin(np.where(self.times > 0, self.mean, np.inf)))


class _Setting(NamedTuple):
    """Places in SIGNAL, BLOCK and OWN."""

    signal: int = 2
    block: int = 1
    own: int = 0


class Evidence:
    """All losses told so far, and the settings that explain them best."""

    def __init__(self, count: int, similarity: Floats | None, *, linear: bool = False) -> None:
        """Begin without any loss.

        Args:
            count: candidates, n.
            similarity: shape (n, n), positive semidefinite with a mean diagonal of about 1; None
                where no candidate is like another.
            linear: likeness explains everything, so that the model is one of features alone.
        """
        self._alike = similarity
        self._own: tuple[float, ...] = OWN
        if similarity is None:
            self._own = (1.0,)
        elif linear:
            self._own = (1e-6,)
        self._setting = _Setting(own=len(self._own) // 2)
        self._count = count
        self._rows: Indices = np.empty(0, dtype=np.intp)
        self._blocks: Indices = np.empty(0, dtype=np.intp)
        self._losses: Floats = np.empty(0)
        self._rounds = 0
        self._tuned_at = 0

    def add(self, rows: Indices, losses: Floats) -> None:
        """Take the losses of one round; ``rows`` names the candidates, both of shape (n,)."""
        self._rows = np.concatenate([self._rows, rows])
        self._losses = np.concatenate([self._losses, losses])
        self._blocks = np.concatenate([self._blocks, np.full(len(rows), self._rounds)])
        self._rounds += 1
        if len(self._rows) >= max(4, GROWTH * self._tuned_at):
            self._tune()
            self._tuned_at = len(self._rows)

    def posterior(self) -> Posterior:
        """Return what is believed now; the prior, of variance 1, before any loss."""
        prior = self._prior(self._setting)
        times = np.bincount(self._rows, minlength=self._count)
        if not len(self._rows):
            return Posterior(np.zeros(self._count), prior, 1.0, times)
        signal = SIGNAL[self._setting.signal]
        covariance = self._covariance(self._setting)
        across = signal * prior[self._rows]
        solved = np.linalg.solve(
            covariance, np.column_stack([self._losses, np.ones(len(self._rows)), across])
        )
        centre = float(solved[:, 0].sum() / solved[:, 1].sum())
        fitted = solved[:, 0] - centre * solved[:, 1]
        noise = max(LEAST, self._noise(fitted, centre))
        mean: Floats = centre + across.T @ fitted
        cov: Floats = noise * (signal * prior - across.T @ solved[:, 2:])
        return Posterior(mean, (cov + cov.T) / 2, noise, times)

    def _noise(self, fitted: Floats, centre: float) -> float:
        # One pseudo-loss of the spread of all keeps a first round of equal losses from certainty.
        spread = float(self._losses.var())
        return float((fitted @ (self._losses - centre) + spread) / len(self._losses))

    def _prior(self, setting: _Setting) -> Floats:
        own = self._own[setting.own]
        identity = np.eye(self._count)
        if self._alike is None:
            return identity
        mixed: Floats = (1 - own) * self._alike + own * identity
        return mixed

    def _covariance(self, setting: _Setting) -> Floats:
        prior = self._prior(setting)[np.ix_(self._rows, self._rows)]
        together = self._blocks[:, None] == self._blocks[None, :]
        signal, block = SIGNAL[setting.signal], BLOCK[setting.block]
        covariance: Floats = signal * prior + block * together + np.eye(len(self._rows))
        return covariance

    def _tune(self) -> None:
        best = self._likelihood(self._setting)
        for _ in range(2):
            before = self._setting
            for setting in self._neighbours(before):
                found = self._likelihood(setting)
                if found > best + GAIN:
                    self._setting, best = setting, found
            if self._setting == before:
                return

    def _neighbours(self, at: _Setting) -> list[_Setting]:
        near = [
            *(at._replace(signal=at.signal + step) for step in (-1, 1)),
            *(at._replace(block=at.block + step) for step in (-1, 1)),
            *(at._replace(own=at.own + step) for step in (-1, 1)),
        ]
        sizes = (len(SIGNAL), len(BLOCK), len(self._own))
        return [one for one in near if all(0 <= i < n for i, n in zip(one, sizes, strict=True))]

    def _likelihood(self, setting: _Setting) -> float:
        """Return the restricted log-likelihood, the noise's variance profiled out."""
        factor = np.linalg.cholesky(self._covariance(setting))
        ones = np.ones(len(self._rows))
        whitened = np.linalg.solve(factor, np.column_stack([self._losses, ones]))
        precision = float(whitened[:, 1] @ whitened[:, 1])
        left = whitened[:, 0] - whitened[:, 1] * (whitened[:, 0] @ whitened[:, 1]) / precision
        degrees = len(self._rows) - 1
        noise = max(LEAST, float(left @ left) / degrees)
        shape = np.log(np.diag(factor)).sum() + 0.5 * np.log(precision)
        return float(-0.5 * degrees * np.log(noise) - shape)
