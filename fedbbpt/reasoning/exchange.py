"""Exchanges written as one straight course: requests are yielded, replies come back."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from fedbbpt.answers import Answer, Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.reasoning import CountsDropped, Dialogue, Step

Replies = Sequence[Completion | Missing]


class Noted(NamedTuple):
    """An answer, and how many wordings of the question were thrown away on the way to it."""

    answer: Answer
    dropped: int


Exchange = Generator[Sequence[Request], Replies, Answer | Noted]


class Conversation:
    """A ``Dialogue`` that follows an exchange, and counts what that throws away."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._asked: int | None = None
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Other wordings thrown away, known when the exchange has ended."""
        return self._dropped

    def step(self, replies: Replies) -> Step:
        """Return the next requests, or the answer.

        Raises:
            ValueError: not one reply a request.
        """
        if len(replies) != (self._asked or 0):
            raise ValueError(f"replies: {len(replies)} came for {self._asked or 0} requests")
        try:
            begun = self._asked is not None
            requests = self._exchange.send(replies) if begun else next(self._exchange)
        except StopIteration as end:
            ended: Answer | Noted = end.value
            if isinstance(ended, Noted):
                self._dropped = ended.dropped
                return ended.answer
            return ended
        self._asked = len(requests)
        return requests


class Ended(NamedTuple):
    """How a dialogue ended.

    Attributes:
        answer: to its question.
        said: the first reply, which holds the reasoning; empty where there was none.
        dropped: wordings that it threw away.
    """

    answer: Answer
    said: str
    dropped: int = 0


def side_by_side(
    dialogues: Iterable[Dialogue], temperature: float = 0.0
) -> Generator[Sequence[Request], Replies, list[Ended]]:
    """Follow several dialogues at once, one batch a step; one end each, in their order.

    Args:
        dialogues: each at its beginning.
        temperature: of their first requests, which do the reasoning; 0 leaves them as they are.
            Later requests, which extract or check, stay as they are.
    """
    running = dict(enumerate(dialogues))
    answers: dict[int, Answer] = {}
    said: dict[int, str] = {}
    asked: dict[int, Sequence[Request]] = {}
    for place, dialogue in running.items():
        step = dialogue.step(())
        if isinstance(step, Sequence):
            asked[place] = [_warmed(request, temperature) for request in step]
        else:
            answers[place] = step
    while asked:
        replies = yield [request for requests in asked.values() for request in requests]
        following: dict[int, Sequence[Request]] = {}
        start = 0
        for place, requests in asked.items():
            own = replies[start : start + len(requests)]
            start += len(requests)
            said.setdefault(place, next((r.text for r in own if isinstance(r, Completion)), ""))
            step = running[place].step(own)
            if isinstance(step, Sequence):
                following[place] = step
            else:
                answers[place] = step
        asked = following
    return [
        Ended(answers[place], said.get(place, ""), dropped_by(running[place]))
        for place in sorted(answers)
    ]


def dropped_by(*dialogues: Dialogue) -> int:
    """Return how many wordings ended exchanges threw away."""
    return sum(one.dropped for one in dialogues if isinstance(one, CountsDropped))


def _warmed(request: Request, temperature: float) -> Request:
    return replace(request, temperature=temperature) if temperature else request


def missing_in(answers: Iterable[Answer | Completion]) -> Missing | None:
    """Return the first that is missing, None where all are there."""
    return next((answer for answer in answers if isinstance(answer, Missing)), None)
