"""An evaluator: the user's function asks, answers and scores; ``(candidate, example) -> score``.

The contract of GEPA's evaluators (Agrawal 2025, arXiv:2507.19457), with mappings of texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from fedbbpt.answers import Answer, Missing, Scored, Text
from fedbbpt.canonical import canonical_json
from fedbbpt.completions import Completion, Request
from fedbbpt.data import Example
from fedbbpt.metrics import Item
from fedbbpt.metrics.said import marked_score
from fedbbpt.prompts import Message, Prompt, message_payload
from fedbbpt.reasoning import Step


@dataclass(frozen=True, slots=True)
class Evaluator:
    """The grading side of an evaluator: what its function is given, and what its score becomes.

    Attributes:
        labels: the task's label set, empty for free answers.
    """

    labels: tuple[str, ...] = ()

    def item(self, answer: Answer, example: Example) -> float:
        """Return the evaluator's score.

        Raises:
            ValueError: the answer is missing, or was never evaluated.
        """
        return marked_score(answer, example)

    def request_for(self, item: Item) -> Request:
        """Return the request that carries candidate and example to the function."""
        candidate = canonical_json(candidate_of(item.prompt, self.labels)).decode()
        example = canonical_json(example_of(item.example)).decode()
        return Request((Message("system", candidate), Message("user", example)), sample=item.sample)

    def grade(self, item: Item, reply: Completion) -> Answer:  # noqa: ARG002 - as a Grader
        """Return the score; the function's info stands as the text and stays with the owner."""
        body = orjson.loads(reply.text)
        return Scored(str(body["info"]), float(body["score"]))


def candidate_of(prompt: Prompt, labels: Sequence[str] = ()) -> dict[str, object]:
    """Return a prompt as an evaluator gets it.

    ``system`` and ``user`` are texts: the system message, empty for none, and the last user
    message with ``{input}`` in the place of the input. ``messages`` is the whole conversation as
    ``{role, content}`` objects, ``words`` the word that stands for each label.
    """
    system = "\n\n".join(m.content for m in prompt.messages if m.role == "system")
    words = dict(zip(labels, prompt.words or labels, strict=True))
    return {
        "system": system,
        "user": prompt.messages[-1].content,
        "messages": message_payload(prompt.messages),
        "words": words,
    }


def example_of(example: Example) -> dict[str, object]:
    """Return an example as an evaluator gets it: ``id``, ``input``, ``targets``, ``domain``."""
    return {
        "id": example.id,
        "input": example.input,
        "targets": list(example.targets),
        "domain": example.domain,
    }


@dataclass(frozen=True, slots=True)
class Unasked:
    """The way of reasoning beside an evaluator: nothing is asked here, the function does it."""

    @property
    def most_requests(self) -> int:
        """One: the function's evaluation."""
        return 1

    def sent(self, prompt: Prompt) -> None:  # noqa: ARG002 - as a Reasoning
        """Return None: only the function knows what is sent."""
        return

    def start(self, prompt: Prompt, question: str, *, sample: int = 0) -> "Unasked":  # noqa: ARG002 - as a Reasoning
        """Return the exchange that is over at once."""
        return self

    def step(self, replies: Sequence[Completion | Missing]) -> Step:  # noqa: ARG002 - as a Dialogue
        """Return an answer for the evaluator to replace."""
        return Text("")
