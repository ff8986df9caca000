"""Synonymous questions (Liu 2023, arXiv:2304.13911; SCoP, Zhou 2024, arXiv:2404.11500).

With the same numbers (SP) all wordings of the question are answered and vote. With other numbers
(DP) questions of the same kind are answered first and shown, solved, before the question.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from fedbbpt.answers import Answer, Missing, Text
from fedbbpt.completions import Completion, Request
from fedbbpt.data import Example
from fedbbpt.library.request_templates import RequestTemplate, load_template
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning import Reasoning
from fedbbpt.reasoning.exchange import (
    Conversation,
    Exchange,
    Noted,
    Replies,
    missing_in,
    side_by_side,
)
from fedbbpt.reasoning.inner import shown_by, told
from fedbbpt.reasoning.question_features import WORDS, QuestionFeatures
from fedbbpt.reasoning.retrieval import Pool
from fedbbpt.reasoning.thinking import with_shots
from fedbbpt.reasoning.voting import Vote, said, voted
from fedbbpt.reasoning.wordings import Wordings, kept_wordings, wording_in
from fedbbpt.reasoning.zero_shot_cot import ZeroShotCot

__all__ = ["SynonymousQuestions"]

SOURCES = ("endpoint", "own")
NUMBERS = ("same", "other")
MOST_OWN = 1000
"""Training questions of an owner that are looked at."""

_Written = Generator[Sequence[Request], Replies, Wordings | Missing]


@dataclass(frozen=True, slots=True)
class SynonymousQuestions:
    """Answers a question by way of others like it; every request for them is charged.

    ``of = { use = "..." }`` names how each question is answered; ``zero_shot_cot`` if left out.

    A wording with other numbers or options than it should have is dropped and counted. Ties go to
    the question in its own words.

    Attributes:
        numbers: ``"same"``: all wordings vote; ``"other"``: they are answered and shown as solved
            questions, with a sentence that says nobody checked them.
        source: ``"endpoint"`` has the model write them; ``"own"`` takes the owner's own training
            questions that are most alike: they go to the owner's own endpoint only.
        count: wordings at most, >= 1.
        least_likeness: of own questions, a cosine in [0, 1]; encoders call more alike than n-grams.
        features: what makes retrieved questions alike: ``"words"`` (hashed n-grams), or the name or
            folder of a sentence encoder (extra ``semantic``).
        temperature: of the writing, in (0, 2].
        max_tokens: longest wording, >= 8.
        inner: how each question is answered; filled by the run from ``of``.
        base: folder of the run file; filled by the run.

    Raises:
        ValueError: a setting is out of its range.
    """

    numbers: str = "same"
    source: str = "endpoint"
    count: int = 3
    least_likeness: float = 0.3
    features: str = WORDS
    temperature: float = 0.7
    max_tokens: int = 160
    inner: Reasoning = field(default_factory=ZeroShotCot)
    base: str = ""
    _alike: QuestionFeatures = field(init=False, repr=False, compare=False)
    _pool: Pool | None = field(init=False, repr=False, compare=False, default=None)
    _template: RequestTemplate = field(init=False, repr=False)
    _disclaimer: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, value, known in (
            ("numbers", self.numbers, NUMBERS),
            ("source", self.source, SOURCES),
        ):
            if value not in known:
                raise ValueError(f"{name}: {value!r} is unknown; use {' or '.join(known)}")
        if self.count < 1 or self.max_tokens < 8:
            raise ValueError("count, max_tokens: give at least 1 wording of at least 8 tokens")
        if not (0 <= self.least_likeness <= 1 and 0 < self.temperature <= 2):
            raise ValueError(
                f"least_likeness, temperature: {self.least_likeness} and {self.temperature} are "
                "outside [0, 1] and (0, 2]; try 0.3 and 0.7"
            )
        if self.source == "endpoint" and self.features != WORDS:
            raise ValueError(
                'features: nothing is retrieved with source = "endpoint"; leave it out'
            )
        object.__setattr__(self, "_alike", QuestionFeatures(self.features, Path(self.base)))
        object.__setattr__(self, "_template", load_template("asking", f"{self.numbers}-numbers"))
        object.__setattr__(self, "_disclaimer", load_template("asking", "disclaimer").user)

    @property
    def most_requests(self) -> int:
        """Those for the wordings and for the answers to all of them."""
        writing = self.count if self.source == "endpoint" else 0
        return writing + (self.count + 1) * self.inner.most_requests

    @property
    def shown(self) -> tuple[str, ...]:
        """The questions that the inner way of reasoning shows."""
        return shown_by(self.inner)

    def at(self, examples: Sequence[Example]) -> Self:
        """Return itself, told an owner's training examples."""
        knowing = replace(self, inner=told(self.inner, examples))
        if self.source == "own":
            own = tuple(example.input for example in examples[:MOST_OWN])
            pool = Pool(own, self._alike)
            pool.embed()  # now, while nothing is under way that would wait for it
            object.__setattr__(knowing, "_pool", pool)
        return knowing

    def start(self, prompt: Prompt, question: str, *, sample: int = 0) -> Conversation:
        """Begin the exchange about one question."""
        by_vote = self.numbers == "same"
        exchange = self._voting if by_vote else self._showing
        return Conversation(exchange(prompt, question, sample))

    def sent(self, prompt: Prompt) -> None:  # noqa: ARG002 - as a Reasoning
        """Return None: several questions are no single request."""
        return

    def _voting(self, prompt: Prompt, question: str, sample: int) -> Exchange:
        written = yield from self._written(question, sample)
        if isinstance(written, Missing):
            return written
        asked = (question, *written.kept)
        ended = yield from side_by_side(
            self.inner.start(prompt, text, sample=self._draw(sample, place))
            for place, text in enumerate(asked)
        )
        answer = voted([Vote(one.answer, place == 0) for place, one in enumerate(ended)])
        return Noted(answer, written.dropped + sum(one.dropped for one in ended))

    def _showing(self, prompt: Prompt, question: str, sample: int) -> Exchange:
        written = yield from self._written(question, sample)
        if isinstance(written, Missing):
            return written
        ended = yield from side_by_side(
            self.inner.start(prompt, text, sample=self._draw(sample, place))
            for place, text in enumerate(written.kept, start=1)
        )
        answers: list[Answer] = [one.answer for one in ended]
        if missing := missing_in(answers):
            return missing
        shots = [
            (text, f"{one.said}\nAnswer: {said(one.answer)}")
            for text, one in zip(written.kept, ended, strict=True)
            if isinstance(one.answer, Text)
        ]
        shown = with_shots(prompt, shots, self._disclaimer) if shots else prompt
        dialogue = self.inner.start(shown, question, sample=self._draw(sample, 0))
        (last,) = yield from side_by_side([dialogue])
        return Noted(last.answer, written.dropped + sum(one.dropped for one in (*ended, last)))

    def _draw(self, sample: int, place: int) -> int:
        return sample * (self.count + 1) + place

    def _written(self, question: str, sample: int) -> _Written:
        same = self.numbers == "same"
        if self.source == "own":
            near = [] if self._pool is None else self._pool.nearest(question)
            alike = [one.place for one in near if one.likeness >= self.least_likeness]
            texts = [self._pool.questions[place] for place in alike] if self._pool else []
            found = kept_wordings(question, texts, same=same)
            return Wordings(found.kept[: self.count], 0)
        messages = self._template.filled({"question": question})
        replies = yield [
            Request(
                messages,
                max_tokens=self.max_tokens,
                temperature=self.temperature,
                sample=sample * self.count + place,
            )
            for place in range(self.count)
        ]
        if missing := missing_in(replies):
            return missing
        said_by = (wording_in(one) for one in replies if isinstance(one, Completion))
        return kept_wordings(question, said_by, same=same)
