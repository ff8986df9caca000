"""Prompts and examples in, answers and losses out: where scoring meets the endpoint."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from fedbbpt.answers import Answer, LabelScores, Missing, Unreadable
from fedbbpt.calibration import Calibrator, cross_fitted
from fedbbpt.completions import Completion, Request
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.endpoints import Endpoint
from fedbbpt.errors import EndpointError
from fedbbpt.losses import loss_of
from fedbbpt.metrics import Item, Marker, Metric
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning import Dialogue, Reasoning
from fedbbpt.reasoning.direct import Direct
from fedbbpt.reasoning.exchange import dropped_by


class Row(NamedTuple):
    """One prompt to measure, and the number of the draw."""

    prompt: Prompt
    sample: int = 0


class Counts(NamedTuple):
    """What happened to the items of one measurement."""

    asked: int
    missing: int
    unreadable: int

    def plus(self, other: "Counts") -> "Counts":
        """Return both together."""
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))


NO_COUNTS = Counts(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Objective:
    """How one owner measures prompts.

    Attributes:
        reasoning: how a question is asked.
        endpoint: where it is asked.
        metric: how good an answer is.
        calibrator: how label scores are corrected from labelled training answers.
        bound: largest loss of one item, in nats.
        marker: what marks answers before the metric sees them, or None.
        dropped: running count of ``"wordings"`` of questions that were paid for and thrown away.
    """

    reasoning: Reasoning
    endpoint: Endpoint
    metric: Metric
    calibrator: Calibrator
    bound: float = 4.0
    marker: Marker | None = None
    dropped: Counter[str] = field(default_factory=Counter, compare=False, repr=False)

    @property
    def calls(self) -> int:
        """Requests that reached a model so far, those of the marking included."""
        return self.endpoint.calls + (self.marker.calls if self.marker is not None else 0)

    async def answers(self, rows: Sequence[Row], examples: Sequence[Example]) -> list[list[Answer]]:
        """Ask every row about every example, one batch a step; one list of answers a row.

        Where there is a marker the answers come marked; a row's number of the draw reaches it.

        Raises:
            EndpointError: the endpoint refuses for good.
            BudgetError: a cap would be passed.
            OutageError: the endpoint gives no answers just now.
        """
        pairs = [(row, example) for row in rows for example in examples]
        flat = await self._converse(
            [
                self.reasoning.start(row.prompt, example.input, sample=row.sample)
                for row, example in pairs
            ]
        )
        self._check_named(flat)
        if self.marker is not None and flat:
            items = [
                Item(row.prompt, answer, example, row.sample)
                for (row, example), answer in zip(pairs, flat, strict=True)
            ]
            flat = await self.marker.mark(items)
        size = len(examples)
        return [flat[start * size : (start + 1) * size] for start in range(len(rows))]

    def _check_named(self, answers: Sequence[Answer]) -> None:
        """Refuse tokens asked for by number that are no label words: every figure would be false.

        Raises:
            EndpointError: some label is named by none of them.
        """
        profile, way = self.endpoint.profile, self.reasoning
        if not (profile.form.label_ids and isinstance(way, Direct) and way.top_logprobs):
            return
        scores = [answer for answer in answers if isinstance(answer, LabelScores)]
        unnamed = {
            label
            for answer in scores
            for label, floored in zip(answer.labels, answer.floored, strict=True)
            if floored
        }
        read = [answer for answer in answers if not isinstance(answer, Missing)]
        nothing = len(read) > 1 and all(isinstance(answer, Unreadable) for answer in read)
        if unnamed or nothing:
            named = " or ".join(sorted(unnamed)) if unnamed else "any label"
            raise EndpointError(
                f"{profile.destination}: label_ids: no reply names a token that reads as the word "
                f"of {named}; ask the server's /tokenize for the first token of every label word, "
                "as it stands at the beginning of an answer"
            )

    async def _converse(self, dialogues: Sequence[Dialogue]) -> list[Answer]:
        answers: dict[int, Answer] = {}
        replies: dict[int, list[Completion | Missing]] = {i: [] for i in range(len(dialogues))}
        while replies:
            requests: list[Request] = []
            spans: dict[int, slice] = {}
            for index, received in replies.items():
                step = dialogues[index].step(received)
                if isinstance(step, Sequence):
                    spans[index] = slice(len(requests), len(requests) + len(step))
                    requests.extend(step)
                else:
                    answers[index] = step
            completions = await self.endpoint.complete(requests) if requests else []
            replies = {index: completions[span] for index, span in spans.items()}
        self.dropped["wordings"] += dropped_by(*dialogues)
        return [answers[index] for index in range(len(dialogues))]

    def losses(self, answers: Sequence[Answer], examples: Sequence[Example]) -> Floats:
        """Return the loss of each answer, shape (n,), in [0, bound]; none may be missing."""
        values = [
            loss_of(answer, example, self.metric, self.bound)
            for answer, example in zip(answers, examples, strict=True)
        ]
        return np.array(values, dtype=np.float64)

    def training_answers(
        self, answers: Sequence[Answer], examples: Sequence[Example]
    ) -> list[Answer]:
        """Return calibrated answers to training examples.

        Each item is calibrated by a fit on the other folds, so that figures are honest although
        search and calibration share the training split.
        """
        return cross_fitted(self.calibrator, answers, examples)

    def scores(self, answers: Sequence[Answer], examples: Sequence[Example]) -> Floats:
        """Return the metric of each answer, shape (n,), in [0, 1]; none may be missing."""
        values = [
            self.metric.item(answer, example)
            for answer, example in zip(answers, examples, strict=True)
        ]
        return np.array(values, dtype=np.float64)


def count_outcomes(answers: Sequence[Sequence[Answer]]) -> Counts:
    """Return how many items were asked, missing and unreadable."""
    flat = [answer for row in answers for answer in row]
    return Counts(
        asked=len(flat),
        missing=sum(isinstance(answer, Missing) for answer in flat),
        unreadable=sum(isinstance(answer, Unreadable) for answer in flat),
    )


def common_items(answers: Sequence[Sequence[Answer]]) -> list[int]:
    """Return the positions at which no row is missing: only there are rows comparable."""
    return [
        position
        for position, column in enumerate(zip(*answers, strict=True))
        if not any(isinstance(answer, Missing) for answer in column)
    ]


def floored_items(answers: Sequence[Answer]) -> int:
    """Return how many answers lack the score of at least one label."""
    return sum(isinstance(answer, LabelScores) and any(answer.floored) for answer in answers)
