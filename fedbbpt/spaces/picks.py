"""A point of a categorical space, read as one choice an axis."""

from collections.abc import Sequence

import numpy as np

from fedbbpt.distributions import Categorical, Floats
from fedbbpt.spaces import Axis


def picks(point: Floats, axes: Sequence[Axis]) -> tuple[int, ...]:
    """Return the index of the choice on each axis.

    Args:
        point: shape (axes,); whole numbers from 0.
        axes: the coordinates, in order.

    Raises:
        ValueError: another width, a fraction, or no such choice.
    """
    values = np.asarray(point, dtype=np.float64)
    if values.shape != (len(axes),):
        raise ValueError(f"point: shape {values.shape}; this space needs ({len(axes)},)")
    return tuple(_pick(float(value), axis) for value, axis in zip(values, axes, strict=True))


def uniform(axes: Sequence[Axis]) -> Categorical:
    """Return the distribution under which all choices of an axis are equally likely."""
    return Categorical(tuple(np.zeros(len(axis.choices)) for axis in axes))


def caption(text: str, width: int = 60) -> str:
    """Return a text as one short line that names a choice.

    >>> caption("Read  the text."), caption("")
    ('Read the text.', '(none)')
    """
    line = " ".join(text.split())
    if not line:
        return "(none)"
    return line if len(line) <= width else f"{line[: width - 3].rstrip()}..."


def _pick(value: float, axis: Axis) -> int:
    if not value.is_integer() or not 0 <= value < len(axis.choices):
        raise ValueError(
            f"point: {value} is no choice of axis {axis.name!r}; "
            f"expected a whole number from 0 to {len(axis.choices) - 1}"
        )
    return int(value)
