"""Is one prompt better than another: paired sums, exact or t tests, and intervals.

Student's tail is DLMF 8.17; Wilson's interval is Wilson 1927.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

ROUNDING = 1e-6
FRACTION_STEPS = 100_000


class Interval(NamedTuple):
    """A range of plausible values, ends included."""

    low: float
    high: float


def wilson(successes: float, n: float, level: float = 0.95) -> Interval:
    """Return Wilson's interval of a success rate; nothing tried gives [0, 1].

    Raises:
        ValueError: successes outside [0, n], or a level outside (0, 1).

    >>> [round(end, 4) for end in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    z = _two_sided(level)
    if not 0 <= successes <= n or not math.isfinite(n):
        raise ValueError(f"successes: {successes} is outside [0, {n}]")
    if n == 0:
        return Interval(0.0, 1.0)
    rate = successes / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def mean_interval(score_sum: float, square_sum: float, n: float, level: float = 0.95) -> Interval:
    """Return the interval of a mean score in [0, 1], by normal approximation.

    Fewer than 2 scores say nothing: [0, 1]. Equal scores give an interval of no width, so use
    ``wilson`` for scores that are only 0 or 1.

    Raises:
        ValueError: a level outside (0, 1).
    """
    z = _two_sided(level)
    if n < 2:
        return Interval(0.0, 1.0)
    mean = score_sum / n
    half = z * math.sqrt(_variance(score_sum, square_sum, n) / n)
    return Interval(min(1.0, max(0.0, mean - half)), max(0.0, min(1.0, mean + half)))


@dataclass(frozen=True, slots=True)
class PairedSums:
    """Sums over items of ``challenger's score - reference's score``, each in [-1, 1].

    Law: the sums of two sets of items together are the sum of their sums.

    Attributes:
        n: items compared.
        difference_sum: above 0 where the challenger is better.
        difference_square_sum: for scores of 0 or 1, how many items differ.

    Raises:
        ValueError: sums that no such differences have.
    """

    n: float = 0.0
    difference_sum: float = 0.0
    difference_square_sum: float = 0.0

    def __post_init__(self) -> None:
        sums = (self.n, self.difference_sum, self.difference_square_sum)
        if not all(math.isfinite(value) for value in sums) or self.n < 0:
            raise ValueError(f"paired sums: {sums} must be finite, with n >= 0")
        slack = ROUNDING * max(1.0, self.n)
        if not -slack <= self.difference_square_sum <= self.n + slack:
            raise ValueError(
                f"difference_square_sum: {self.difference_square_sum} is outside [0, {self.n}]"
            )
        if self.difference_sum**2 > self.n * self.difference_square_sum + slack * slack + slack:
            raise ValueError(
                f"difference_sum: {self.difference_sum} is too large for {self.n} items "
                f"with squares of {self.difference_square_sum}"
            )

    def __add__(self, other: "PairedSums") -> "PairedSums":
        return PairedSums(
            self.n + other.n,
            self.difference_sum + other.difference_sum,
            self.difference_square_sum + other.difference_square_sum,
        )

    @property
    def mean(self) -> float:
        """The mean difference, in [-1, 1]; 0 where nothing was compared."""
        return self.difference_sum / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True)
class PairedTest:
    """What paired sums say.

    Attributes:
        p_value: one-sided, in [0, 1]: how likely so large a mean, or a larger one, would be if
            the challenger were not better.
        mean: mean difference.
        interval: of the mean difference.
    """

    p_value: float
    mean: float
    interval: Interval


def paired_test(sums: PairedSums, binary: bool, level: float = 0.95) -> PairedTest:
    """Test whether the challenger is better than the reference.

    For scores of 0 or 1 the p-value is McNemar's exact one; else it is Student's. The interval is
    the normal approximation with the variance of the paired differences, cut to [-1, 1]; fewer
    than 2 items give [-1, 1].

    Raises:
        ValueError: ``binary``, but the sums are not those of whole wins and losses; or a level
            outside (0, 1).
    """
    p_value = _mcnemar(sums) if binary else _student(sums)
    return PairedTest(p_value, sums.mean, _difference_interval(sums, level))


def _mcnemar(sums: PairedSums) -> float:
    wins = (sums.difference_square_sum + sums.difference_sum) / 2
    losses = (sums.difference_square_sum - sums.difference_sum) / 2
    if max(abs(wins - round(wins)), abs(losses - round(losses))) > ROUNDING:
        raise ValueError(
            f"paired sums: {wins} wins and {losses} losses are not whole; "
            "say binary only of scores that are 0 or 1"
        )
    return binomial_tail(max(0, round(wins)), max(0, round(wins)) + max(0, round(losses)))


def _student(sums: PairedSums) -> float:
    if sums.n < 2:
        return 1.0
    variance = _variance(sums.difference_sum, sums.difference_square_sum, sums.n)
    if variance * sums.n <= ROUNDING**2 * sums.difference_square_sum:
        # Equal differences leave t undefined; their common sign is then all the evidence.
        return 0.5**sums.n if sums.mean > 0 else 1.0
    return student_tail(sums.mean / math.sqrt(variance / sums.n), sums.n - 1)


def _difference_interval(sums: PairedSums, level: float) -> Interval:
    z = _two_sided(level)
    if sums.n < 2:
        return Interval(-1.0, 1.0)
    variance = _variance(sums.difference_sum, sums.difference_square_sum, sums.n)
    half = z * math.sqrt(variance / sums.n)
    return Interval(max(-1.0, sums.mean - half), min(1.0, sums.mean + half))


def _variance(total: float, square_sum: float, n: float) -> float:
    return max(0.0, square_sum - total * total / n) / (n - 1)


def _two_sided(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level: {level} is outside (0, 1)")
    return NormalDist().inv_cdf(0.5 + level / 2)


def binomial_tail(successes: int, trials: int) -> float:
    """Return the chance of at least so many heads from a fair coin.

    >>> round(binomial_tail(9, 10), 6) == round(11 / 1024, 6)
    True
    """
    if successes <= 0:
        return 1.0
    if successes > trials:
        return 0.0
    return _incomplete_beta(0.5, 0.5, successes, trials - successes + 1.0)


def student_tail(t: float, freedom: float) -> float:
    """Return P(T > t) for Student's distribution with ``freedom`` > 0 degrees of freedom."""
    scale = freedom + t * t
    tail = _incomplete_beta(freedom / scale, t * t / scale, freedom / 2, 0.5) / 2
    return tail if t >= 0 else 1.0 - tail


def _incomplete_beta(x: float, rest: float, a: float, b: float) -> float:
    """Return I_x(a, b), with ``rest`` = 1 - x given apart to keep its digits (DLMF 8.17.22)."""
    if x <= 0 or rest <= 0:
        return float(rest <= 0)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _incomplete_beta(rest, x, b, a)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logarithm + a * math.log(x) + b * math.log(rest)) / a
    return min(1.0, front * _beta_fraction(x, a, b))


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Return the continued fraction 1/(1 + d1/(1 + d2/(1 + ...))) by Lentz's forward steps."""
    tiny = 1e-300
    value, c, d = 1.0, 1.0, 0.0
    for step in range(FRACTION_STEPS):
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / (1.0 + term * d or tiny)
        c = 1.0 + term / c or tiny
        factor = c * d
        value *= factor
        if step and abs(factor - 1.0) < 1e-15:
            return value - 1.0
    raise ArithmeticError(f"incomplete beta: no convergence at x={x}, a={a}, b={b}")
