"""What an answer says, as every metric of single answers takes it."""

from collections.abc import Callable
from typing import assert_never

from fedbbpt.answers import Answer, LabelScores, Missing, Scored, Text, Unreadable
from fedbbpt.data import Example


def said_by(answer: Text | LabelScores) -> str:
    """Return the text of an answer, or its best label."""
    return answer.best if isinstance(answer, LabelScores) else answer.text


def score_of(answer: Answer, example: Example, score_text: Callable[[str], float]) -> float:
    """Return the score of an answer, in [0, 1]: its mark, 0 for an unreadable one, else its text's.

    Args:
        answer: to be scored.
        example: that it answers.
        score_text: the score of what the answer says.

    Raises:
        ValueError: the answer is missing.
    """
    match answer:
        case Text() | LabelScores():
            return score_text(said_by(answer))
        case Scored(score=score):
            return score
        case Unreadable():
            return 0.0
        case Missing(reason):
            raise ValueError(f"example {example.id!r}: no answer to score ({reason})")
        case _:
            assert_never(answer)


def marked_score(answer: Answer, example: Example) -> float:
    """Return the score of an answer that must have been marked.

    Raises:
        ValueError: the answer is missing, or nobody marked it.
    """

    def refuse(_said: str) -> float:
        raise ValueError(f"example {example.id!r}: the answer was never marked; see marking.py")

    return score_of(answer, example, refuse)
