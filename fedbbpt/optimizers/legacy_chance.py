"""A place for libraries that draw from numpy's global generator, which then stays as it was."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np


class LegacyChance:
    """A global generator of one's own: in use only within ``used``, and kept in between."""

    def __init__(self, seed: Sequence[int]) -> None:
        """Begin at ``seed``, at least one number in [0, 2^32)."""
        self._stream = np.random.RandomState(list(seed))
        self._state = self._stream.get_state(legacy=False)

    def stream(self) -> np.random.RandomState:
        """Return a generator of the old kind to hand to a library; it is kept here too."""
        return self._stream

    @contextmanager
    def used(self) -> Iterator[None]:
        """Let what happens within draw from this stream; keep its warnings to itself."""
        outside = np.random.get_state(legacy=False)  # noqa: NPY002
        np.random.set_state(self._state)  # noqa: NPY002
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            self._state = np.random.get_state(legacy=False)  # noqa: NPY002
            np.random.set_state(outside)  # noqa: NPY002
