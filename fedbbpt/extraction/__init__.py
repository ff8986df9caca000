"""What a reply finally answers: one canonical form for each kind of answer, or an abstention.

To add a kind of answer, write one file here with one public frozen dataclass named in ``__all__``:
an ``AnswerKind``. All of it is pure and total: any text gives an answer or an ``Abstain``.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

Reason = Literal["no answer", "several answers", "truncated", "refused"]


@dataclass(frozen=True, slots=True)
class Abstain:
    """A reply that gives no usable answer: it cost a call, is counted and never wins a vote.

    Attributes:
        reason: ``"no answer"`` in the asked form; ``"several answers"`` and none chosen;
            ``"truncated"`` before one was announced; ``"refused"`` by the model or the endpoint.
    """

    reason: Reason


class Reader(Protocol):
    """Reads the answers to one question.

    Laws: ``canonical(canonical(x)) == canonical(x)``, and what ``extract`` gives is canonical.
    """

    def extract(self, text: str, *, finished: bool = True) -> str | Abstain:
        """Return the canonical form of the answer that a reply ends with.

        Args:
            text: a whole reply, with all its reasoning.
            finished: False where it broke off at its largest length: then only an answer counts
                that is announced as one and complete.
        """
        ...

    def canonical(self, text: str) -> str | Abstain:
        """Return the canonical form of a text that is an answer and nothing else."""
        ...


class AnswerKind(Protocol):
    """A kind of answer."""

    def about(self, question: str) -> Reader:
        """Return the reader of answers to a question, which may list options or ask for percent.

        Args:
            question: as the model saw it; empty where nobody knows it.
        """
        ...


def same(reader: Reader, first: str, second: str) -> bool:
    """Tell whether two texts are the same answer.

    Law: an equivalence among the texts that are answers; an abstention is the same as nothing.
    """
    one = reader.canonical(first)
    return isinstance(one, str) and one == reader.canonical(second)
