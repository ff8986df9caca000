"""How a prompt asks for the form of the answer, by kind, and how a second call asks for it alone.

The texts of the second call are those of Kojima 2022, arXiv:2205.11916, appendix A.5, but for the
letters that stand for options: here the question lists them.
"""

from fedbbpt.extraction import AnswerKind
from fedbbpt.extraction.choice import Choice
from fedbbpt.extraction.date import Date
from fedbbpt.extraction.label import Label
from fedbbpt.extraction.number import Number
from fedbbpt.extraction.yes_no import YesNo
from fedbbpt.labels import spoken_list

AUTO = "auto"


def closing_of(kind: AnswerKind, written: str = AUTO) -> str:
    """Return the sentence that asks for the form of the answer.

    Args:
        kind: of the answer.
        written: the user's own; ``"auto"`` for the one of the kind, empty for none.

    >>> closing_of(Number())
    'End with one line: Answer: <number>'
    """
    return f"End with one line: Answer: <{_named(kind)}>" if written == AUTO else written


def second_question(kind: AnswerKind) -> str:
    """Return the beginning of an answer that a second call has the model end.

    >>> second_question(YesNo())
    'Therefore, the answer (Yes or No) is'
    """
    match kind:
        case Number():
            return "Therefore, the answer (arabic numerals) is"
        case Choice():
            return "Therefore, among the options, the answer is"
        case YesNo():
            return "Therefore, the answer (Yes or No) is"
        case Label(labels, words):
            return f"Therefore, the answer ({spoken_list(words or labels)}) is"
        case _:
            return "Therefore, the answer is"


def _named(kind: AnswerKind) -> str:
    match kind:
        case Number():
            return "number"
        case Choice():
            return "letter"
        case YesNo():
            return "yes or no"
        case Date():
            return "date as YYYY-MM-DD"
        case Label(labels, words):
            return spoken_list(words or labels)
        case _:
            return "answer"
