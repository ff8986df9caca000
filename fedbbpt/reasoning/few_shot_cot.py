"""Chain of thought by solved exemplars (Wei 2022, arXiv:2201.11903), given or retrieved."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from fedbbpt.closest import expected
from fedbbpt.data import Example
from fedbbpt.errors import ConfigError
from fedbbpt.extraction import AnswerKind
from fedbbpt.extraction.text import FreeText
from fedbbpt.library import Exemplar, load
from fedbbpt.library.request_templates import load_template
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning.closing import AUTO
from fedbbpt.reasoning.exchange import Conversation
from fedbbpt.reasoning.question_features import WORDS, QuestionFeatures
from fedbbpt.reasoning.retrieval import Pool, shows
from fedbbpt.reasoning.thinking import Thinking

__all__ = ["FewShotCot"]

CHOICES = ("given", "nearest", "own")
MOST_OWN = 1000
"""Training examples of an owner that are looked at."""


@dataclass(frozen=True, slots=True)
class FewShotCot:
    """Shows solved questions before the question, as turns of user and assistant.

    Attributes:
        library: a packaged library or a file of yours that ends in ``.toml``, with a table
            ``[[exemplars]]`` whose labels are whole answers, reasoning included.
        exemplars: name of the set in it.
        choose: ``"given"`` shows them in their order, ``"nearest"`` those most like the question,
            ``"own"`` the owner's own training examples most like it, with their targets as answers:
            they go to the owner's own endpoint only.
        count: how many, >= 1.
        features: what makes retrieved questions alike: ``"words"`` (hashed n-grams), or the name or
            folder of a sentence encoder (extra ``semantic``).
        unchecked: whether a sentence before them says that nobody checked their answers
            (Fed-DP-CoT, arXiv:2304.13911).
        trigger: words at the end of the question.
        closing: as in ``zero_shot_cot``.
        max_tokens: longest reply, >= 1.
        temperature: in [0, 2].
        kind: of the answer; filled by the run.
        base: folder of the run file; filled by the run.

    Raises:
        ValueError: no such library or set, or a setting out of its range.
    """

    library: str = "reasoning"
    exemplars: str = "arithmetic"
    choose: str = "given"
    count: int = 4
    features: str = WORDS
    unchecked: bool = False
    trigger: str = ""
    closing: str = AUTO
    max_tokens: int = 256
    temperature: float = 0.0
    kind: AnswerKind = field(default_factory=FreeText)
    base: str = ""
    _shots: tuple[tuple[str, str], ...] = field(init=False, repr=False)
    _alike: QuestionFeatures = field(init=False, repr=False, compare=False)
    _pool: Pool | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        if self.choose not in CHOICES:
            raise ValueError(f"choose: {self.choose!r} is unknown; use {', '.join(CHOICES)}")
        if self.count < 1:
            raise ValueError(f"count: {self.count} shows no exemplar; give at least 1")
        if self.choose == "given" and self.features != WORDS:
            raise ValueError('features: nothing is retrieved with choose = "given"; leave it out')
        object.__setattr__(self, "_alike", QuestionFeatures(self.features, Path(self.base)))
        shots = () if self.choose == "own" else tuple(_shot(item) for item in self._items())
        object.__setattr__(self, "_shots", shots)
        if self.choose == "nearest":
            pool = Pool(tuple(question for question, _ in shots), self._alike)
            object.__setattr__(self, "_pool", pool)
        _ = self._thinking(())

    @property
    def most_requests(self) -> int:
        """One."""
        return 1

    @property
    def shown(self) -> tuple[str, ...]:
        """The questions shown whatever is asked; retrieved ones are never the one asked."""
        return tuple(q for q, _ in self._given) if self.choose == "given" else ()

    def at(self, examples: Sequence[Example]) -> Self:
        """Return itself, told an owner's training examples; an encoder works now, not later."""
        if self.choose != "own":
            if self._pool is not None:
                self._pool.embed()
            return self
        told = replace(self)
        own = tuple((e.input, f"Answer: {e.targets[0]}") for e in examples[:MOST_OWN])
        object.__setattr__(told, "_shots", own)
        pool = Pool(tuple(question for question, _ in own), self._alike)
        pool.embed()
        object.__setattr__(told, "_pool", pool)
        return told

    def start(self, prompt: Prompt, question: str, *, sample: int = 0) -> Conversation:
        """Begin the exchange about one question.

        Raises:
            ValueError: the question itself stands among the exemplars that are given.
        """
        if shows(self.shown, question):
            raise ValueError(
                f"exemplars: the set {self.exemplars!r} holds the question asked, with its answer; "
                'remove it there, or set choose = "nearest", which leaves it out'
            )
        return self._thinking(self._for(question)).start(prompt, question, sample)

    def sent(self, prompt: Prompt) -> Prompt | None:
        """Return the prompt with the exemplars; None where they depend on the question."""
        return self._thinking(self._given).baked(prompt) if self.choose == "given" else None

    def _items(self) -> tuple[Exemplar, ...]:
        path = Path(self.base) / self.library
        try:
            sets = load(path if path.suffix == ".toml" else self.library).exemplar_sets
        except ConfigError as error:
            raise ValueError(f"library: {error}") from error
        found = {one.name: one.items for one in sets}
        if self.exemplars not in found:
            raise ValueError(
                f"exemplars: {self.library!r} has no set {self.exemplars!r}; "
                f"{expected(self.exemplars, found)}"
            )
        return found[self.exemplars]

    @property
    def _given(self) -> tuple[tuple[str, str], ...]:
        return self._shots[: self.count]

    def _for(self, question: str) -> tuple[tuple[str, str], ...]:
        if self._pool is None:
            return self._given
        chosen = self._pool.nearest(question)[: self.count]
        return tuple(self._shots[near.place] for near in reversed(chosen))  # the nearest last

    def _thinking(self, shots: tuple[tuple[str, str], ...]) -> Thinking:
        return Thinking(
            kind=self.kind,
            trigger=self.trigger,
            closing=self.closing,
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            shots=shots,
            note=load_template("asking", "disclaimer").user if self.unchecked else "",
        )


def _shot(exemplar: Exemplar) -> tuple[str, str]:
    return exemplar.input, exemplar.label
