"""Named random streams: the same name gives the same draws, in any order, in any process."""

import zlib

import numpy as np


def rng(seed: int, purpose: str, *, round: int = 0, client: str = "") -> np.random.Generator:
    """Return the stream for one use, independent of every other use.

    Nothing random is ever saved: on resume the same name gives the same draws.

    Args:
        seed: the run's seed, >= 0.
        purpose: what the draws are for, for example ``"optimizer"`` or ``"split"``.
        round: round number, from 0.
        client: name of the owner, empty on the server.

    >>> float(rng(7, "a").random()) == float(rng(7, "a").random()) != float(rng(7, "b").random())
    True
    """
    entropy = (seed, zlib.crc32(purpose.encode()), round, zlib.crc32(client.encode()))
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(entropy)))
