"""Values of Python as the values that a JSON file would hold."""

import math
from decimal import Decimal
from numbers import Integral, Real

from fedbbpt.datasets.rows import Number


def plain_value(value: object) -> object:
    """Return texts, truth values and None as they are, numbers by their literal, lists likewise.

    Not-a-number is how tables mark what is missing, so it becomes None. What no file could hold is
    returned as it is, for the reader to refuse where it counts.

    >>> plain_value([1, 0.5, float("nan"), "a"])
    [Number(literal='1'), Number(literal='0.5'), None, 'a']
    """
    match value:
        case bool():
            return value
        case Integral():
            return Number(str(value))
        case Real() | Decimal() if math.isnan(value):
            return None
        case Real() | Decimal() if math.isfinite(value):
            return Number(str(value))
        case list() | tuple():
            return [plain_value(item) for item in value]
        case _:
            return value
