"""How a judge's reply is read: a grade in words, or the value expected over its alternatives."""

import math
import re
from collections.abc import Sequence

from fedbbpt.answers import LabelScores, Text
from fedbbpt.reading import JOINING, read_label_text

LEAST_MASS = 0.1
"""Share of the judge's first token that the grades must have together.

A judge that begins with other words ("The answer ...") has said no grade yet; what little the
grades' tokens have then tells nothing.
"""


def expected_value(grades: LabelScores, values: Sequence[float]) -> float | None:
    """Return the mean value over the grades that the reply's first token names.

    None where they have less than ``LEAST_MASS`` together.

    Args:
        grades: log-probabilities of the grades; a floored one was not named and does not count.
        values: of the grades.
    """
    named = [
        (math.exp(log_prob), value)
        for log_prob, value, floored in zip(grades.log_probs, values, grades.floored, strict=True)
        if not floored
    ]
    mass = math.fsum(share for share, _ in named)
    if mass < LEAST_MASS:
        return None
    mean = math.fsum(share * value for share, value in named) / mass
    return min(max(mean, 0.0), 1.0)


def named_grade(grades: Sequence[str], text: str) -> int | None:
    """Return the place of the grade that a text names, or None for none and for several.

    The last grade behind the word "grade", "score", "rating" or "verdict" counts, as in "Grade: 4
    out of 5"; without such a word the text must name one grade only.

    >>> named_grade(("1", "2", "3", "4", "5"), "It covers 2 of 3 points. Score: 4/5")
    3
    """
    choices = "|".join(re.escape(grade) for grade in sorted(grades, key=len, reverse=True))
    head = r"\b(?:grade|score|rating|verdict)\b\W{0,6}(?:(?:is|of|as)\b\W{0,4})?"
    announced = re.findall(rf"{head}({choices})(?!{JOINING})", text, re.IGNORECASE)
    for said in (announced[-1] if announced else "", text):
        answer = read_label_text(grades, grades, said)
        if isinstance(answer, Text):
            return list(grades).index(answer.text)
    return None
