"""Top-two Thompson sampling: Russo 2016, COLT, arXiv:1602.08448, alg. 4, many pairs at a time."""

import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.optimizers.evidence import Indices, Posterior

TRIES = 200
"""Draws, a round, after which the rest of it goes to the best means not chosen yet."""


def top_two(
    posterior: Posterior, count: int, rng: np.random.Generator, *, leaders: float
) -> Indices:
    """Return ``count`` distinct candidates that may be the best or its rivals.

    Pairs are drawn until the round is full: a draw of all losses names a best, which is taken with
    chance ``leaders``; else draws go on until they name another, and that one is taken.

    Args:
        posterior: what is believed.
        count: how many, >= 1.
        rng: the only source of chance.
        leaders: chance of the first of a pair, in (0, 1]; 1 is Thompson sampling.
    """
    spread = _root(posterior.cov)
    wanted = min(count, posterior.mean.size)
    chosen: list[int] = []
    best: int | None = None
    for _ in range(TRIES):
        if len(chosen) == wanted:
            break
        drawn = posterior.mean + spread @ rng.standard_normal(spread.shape[1])
        named = int(np.argmin(drawn))
        if best is None and rng.random() >= leaders:
            best = named  # a rival of this one is wanted
            continue
        if named == best:
            continue
        best = None
        if named not in chosen:
            chosen.append(named)
    rest = [int(i) for i in np.argsort(posterior.mean, kind="stable") if i not in chosen]
    return np.array(chosen + rest[: wanted - len(chosen)], dtype=np.intp)


def _root(cov: Floats) -> Floats:
    # Candidates that are the same leave the covariance singular; a grain of their own does no harm.
    grain = 1e-9 * float(np.trace(cov)) / len(cov) + 1e-15
    return np.asarray(np.linalg.cholesky(cov + grain * np.eye(len(cov))), dtype=np.float64)
