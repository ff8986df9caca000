"""Prompts that show a question which is asked, solved: an answer by them would say nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from fedbbpt.errors import DataError
from fedbbpt.experiment.answering.mixes import Mixes
from fedbbpt.experiment.answering.passage import Passage, passage_of
from fedbbpt.experiment.answering.questions import Asked
from fedbbpt.prompts import INPUT, Prompt
from fedbbpt.reasoning.question_words import question_words

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _View:
    """What one prompt shows.

    Attributes:
        prompt: with its place for the question.
        turns: words of the user's turns before the last one.
        passages: of all its turns; the last one is two, before and behind its place.
        around: words before the question in its turn, and behind it.
        label: words before it in its line.
    """

    prompt: Prompt
    turns: frozenset[Words]
    passages: tuple[Passage, ...]
    around: tuple[Words, Words]
    label: Words

    @classmethod
    def of(cls, prompt: Prompt) -> Self:
        """Return what a prompt shows."""
        *before, last = prompt.messages
        left, right = last.content.split(INPUT)
        return cls(
            prompt,
            frozenset(passage_of(one.content).words for one in before if one.role == "user"),
            tuple(map(passage_of, [*(one.content for one in before), left, right])),
            (passage_of(left).words, passage_of(right).words),
            passage_of(left.rpartition("\n")[2]).words,
        )

    def shows(self, question: str, words: Words) -> bool:
        """Tell whether the prompt shows a question, solved or not."""
        *before, last = self.prompt.render(question)
        left, right = self.around
        if last in before or (*left, *words, *right) in self.turns:
            return True
        return any(passage.shows(words, self.label) for passage in self.passages)


@dataclass(frozen=True, slots=True)
class Exposed:
    """All that is shown before a question, by prompts and by the way of reasoning.

    Attributes:
        reasoning: words of the questions that the way of reasoning shows.
        views: what prompts show, by their names.
    """

    reasoning: frozenset[Words]
    views: tuple[tuple[str, _View], ...]

    @classmethod
    def of(cls, mixes: Mixes, shown: Sequence[str]) -> Self:
        """Return what is exposed.

        Args:
            mixes: the prompts.
            shown: questions that the way of reasoning shows by itself.
        """
        ingredients = (one for own in mixes.own.values() for one in own.mix.ingredients)
        named = {one.prompt.digest: one for one in ingredients}.values()
        views = tuple((one.name, _View.of(one.prompt)) for one in named)
        return cls(frozenset(map(question_words, shown)), views)

    def leak_of(self, question: str) -> str | None:
        """Return who shows a question, in words; None where nobody does.

        Case, spaces and punctuation make no other question of it.
        """
        words = question_words(question)
        if words in self.reasoning:
            return "the way of reasoning"
        named = (name for name, view in self.views if view.shows(question, words))
        return next((f"the prompt {name!r}" for name in named), None)


def check_no_leak(mixes: Mixes, shown: Sequence[str], questions: Sequence[Asked]) -> None:
    """Refuse prompts that show a question which is asked, solved.

    Raises:
        DataError: an exemplar is one of the questions.
    """
    exposed = Exposed.of(mixes, shown)
    for question in questions:
        if who := exposed.leak_of(question.text):
            raise DataError(
                f"a question is an exemplar of {who}, which would show its answer ({question.id}); "
                "leave it out there, or ask with another prompt"
            )
