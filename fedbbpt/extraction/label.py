"""Answers that are one of a task's labels, said in the words of a prompt."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedbbpt.answers import Text
from fedbbpt.extraction import Abstain
from fedbbpt.extraction.denial import denial_end, is_denied
from fedbbpt.extraction.final import final_answer
from fedbbpt.reading import normalised, read_label_text

_SENTENCE = re.compile(r"\n|(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Label:
    """Reads labels; the canonical form is the label as the task writes it.

    An announced label counts; else the one that the last sentence with any names. It is no plugin:
    which words stand for the labels is a part of each prompt.

    Attributes:
        labels: the label set in the task's order.
        words: the word that stands for each; empty where the labels speak for themselves.

    Raises:
        ValueError: fewer than two labels, or not one word a label.
    """

    labels: tuple[str, ...]
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.labels) < 2:
            raise ValueError("labels: no choice; give at least two")
        if self.words and len(self.words) != len(self.labels):
            raise ValueError(f"words: {len(self.words)} words for {len(self.labels)} labels")

    def about(self, question: str) -> "Label":  # noqa: ARG002 - the labels are those of the task
        """Return itself: the labels are those of the task."""
        return self

    def spoken(self, words: Sequence[str]) -> "Label":
        """Return the kind with the words of a prompt, if it has any."""
        return replace(self, words=tuple(words))

    def extract(self, text: str, *, finished: bool = True) -> str | Abstain:
        """Return the label that a reply ends with."""
        return final_answer(text, self._read, self._last, finished=finished)

    def canonical(self, text: str) -> str | Abstain:
        """Return the label that a text is, or names."""
        known = {normalised(label): label for label in self.labels}
        return known.get(normalised(text)) or self._named(text)

    def _read(self, text: str) -> str | Abstain:
        return self._named(_SENTENCE.split(text)[0])

    def _last(self, text: str) -> str | Abstain:
        for sentence in reversed(_SENTENCE.split(text)):
            if self._read_in(sentence) is not None:
                return self._named(sentence)
        return Abstain("no answer")

    def _named(self, text: str) -> str | Abstain:
        """Return the label that a short text names and does not deny."""
        label = self._read_in(text)
        if label is None:
            return Abstain("no answer")
        word = (self.words or self.labels)[self.labels.index(label)]
        place = text.casefold().rfind(word.casefold())
        # A label may itself begin with the denial, as "not entailed" does.
        denied = place >= denial_end(text) > 0 or is_denied(text, max(place, 0))
        return Abstain("no answer") if denied else label

    def _read_in(self, text: str) -> str | None:
        answer = read_label_text(self.labels, self.words or self.labels, text)
        return answer.text if isinstance(answer, Text) else None
