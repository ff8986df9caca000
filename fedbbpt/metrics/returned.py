"""What a user's own function gave back, checked: a score in [0, 1] and nothing else."""

import inspect
import math
from collections.abc import Callable
from functools import partial
from numbers import Real

from fedbbpt.errors import ConfigError


def name_of(function: Callable[..., object]) -> str:
    """Return where a function is defined, as ``package.module:name``.

    >>> name_of(name_of)
    'fedbbpt.metrics.returned:name_of'
    """
    inner = function.func if isinstance(function, partial) else function
    named = inner if isinstance(inner, type) or inspect.isroutine(inner) else type(inner)
    return f"{named.__module__}:{named.__qualname__}"


def checked_score(value: object, name: str, example: str) -> float:
    """Return a function's value as a score.

    The message names the function and the example's id, never what was scored.

    Args:
        value: as returned; True and False count as 1 and 0.
        name: of the function.
        example: id of the example it was called for.

    Raises:
        ConfigError: it is no number, or outside [0, 1].
    """
    score = float(value) if isinstance(value, Real) else math.nan
    if 0 <= score <= 1:
        return score
    got = f"{score:g}" if isinstance(value, Real) else f"a value of type {type(value).__name__}"
    raise ConfigError(
        f"{name}, example {example!r}: returned {got}; return a number from 0 to 1, higher is "
        "better (divide by the best possible value)"
    )
