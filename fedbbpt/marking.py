"""Answers marked by an endpoint before they are scored: a judge, or an evaluator of the user's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedbbpt.answers import Answer, LabelScores, Missing, Text
from fedbbpt.endpoints import Endpoint
from fedbbpt.metrics import Grader, Item


@dataclass(frozen=True, slots=True)
class Graded:
    """Has every readable answer marked at an endpoint, one batch for all of them.

    The endpoint brings journal, caps and retries, so a mark is paid for once like any reply. Where
    it gives none the answer is missing: counted, never scored.

    Attributes:
        grader: what is asked, and how the reply is read.
        endpoint: where it is asked.
        name: who marks, for the reasons of missing items.
    """

    grader: Grader
    endpoint: Endpoint
    name: str = "judge"

    @property
    def calls(self) -> int:
        """Requests of the endpoint that reached the model so far."""
        return self.endpoint.calls

    async def mark(self, items: Sequence[Item]) -> list[Answer]:
        """Return each answer marked; what is missing or unreadable stays so and is not asked about.

        Raises:
            EndpointError: the endpoint refuses for good.
            BudgetError: a cap would be passed.
            OutageError: the endpoint gives no answers just now.
        """
        answers = [item.answer for item in items]
        places = [i for i, answer in enumerate(answers) if isinstance(answer, Text | LabelScores)]
        requests = [self.grader.request_for(items[i]) for i in places]
        replies = await self.endpoint.complete(requests) if requests else []
        for place, reply in zip(places, replies, strict=True):
            if isinstance(reply, Missing):
                answers[place] = Missing(f"{self.name}: {reply.reason}")
            else:
                answers[place] = self.grader.grade(items[place], reply)
        return answers

    def at(self, endpoint: Endpoint) -> "Graded":
        """Return the same marking at another endpoint."""
        return replace(self, endpoint=endpoint)
