"""Which question to ask next when calls are shared by many: always the least settled one.

The budget belongs to the questions together (after Blend-ASC, arXiv:2511.12309, with the leaning of
Adaptive-Consistency as its order).
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from fedbbpt.votes.leaning import Leaning, leaning
from fedbbpt.votes.stopping import leaders


@dataclass(frozen=True, slots=True)
class Plan:
    """How calls are shared out.

    Attributes:
        first: draws that every question gets before any gets more, >= 1.
        cap: most draws on one question, so that a hopeless one does not eat the others' calls.

    Raises:
        ValueError: a value out of range.
    """

    first: int = 2
    cap: int = 20

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.cap:
            raise ValueError(
                f"first: {self.first} draws of at most {self.cap}; give 1 or more, up to the cap"
            )


@dataclass(slots=True)
class Allocation:
    """A running allocation over questions 0, 1, ..., told what each draw gave.

    Law: which question comes next depends on counts only; between equals the one with fewer draws,
    then the earlier one.

    Attributes:
        questions: how many there are.
        plan: how calls are shared out.
        answers: what was told, by question.
    """

    questions: int
    plan: Plan = field(default_factory=Plan)
    answers: list[list[str | None]] = field(init=False)
    _waiting: list[tuple[bool, Leaning, int, int]] = field(init=False)

    def __post_init__(self) -> None:
        if self.questions < 0:
            raise ValueError(f"questions: {self.questions} is below 0")
        self.answers = [[] for _ in range(self.questions)]
        self._waiting = [self._place(question) for question in range(self.questions)]
        heapq.heapify(self._waiting)

    def take(self, count: int = 1) -> tuple[int, ...]:
        """Return up to so many different questions to draw from next; none when all are done.

        A question that was taken is not given again until ``tell`` says what came of it.
        """
        number = min(count, len(self._waiting))
        return tuple(heapq.heappop(self._waiting)[-1] for _ in range(number))

    def tell(self, question: int, answer: str | None) -> None:
        """Say what one draw from a taken question gave; None abstains."""
        self.answers[question].append(answer)
        if len(self.answers[question]) < self.plan.cap:
            heapq.heappush(self._waiting, self._place(question))

    def _place(self, question: int) -> tuple[bool, Leaning, int, int]:
        drawn = self.answers[question]
        first, second, _ = leaders(drawn)
        begun = len(drawn) >= self.plan.first
        # Until each has its first draws, the number of draws alone decides.
        settled = leaning(first, second) if begun else leaning(len(drawn), 0)
        return begun, settled, len(drawn), question


def allocate(
    draw: Callable[[int], str | None], questions: int, budget: int, plan: Plan
) -> tuple[tuple[str | None, ...], ...]:
    """Spend a budget of draws over questions and return each one's answers.

    Args:
        draw: one more answer to a question; None abstains.
        questions: how many there are.
        budget: draws in all, >= 0.
        plan: how they are shared out.

    Raises:
        ValueError: a budget below 0.
    """
    if budget < 0:
        raise ValueError(f"budget: {budget} draws are below 0")
    running = Allocation(questions, plan)
    for _ in range(budget):
        taken = running.take()
        if not taken:
            break
        running.tell(taken[0], draw(taken[0]))
    return tuple(tuple(answers) for answers in running.answers)
