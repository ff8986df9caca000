"""Prompts that show a question which is asked, solved: an answer by them would say nothing."""

from collections.abc import Sequence

from fedbbpt.errors import DataError
from fedbbpt.experiment.answering.mixes import Mixes
from fedbbpt.experiment.answering.questions import Asked
from fedbbpt.prompts import Prompt
from fedbbpt.reading import normalised
from fedbbpt.reasoning.retrieval import shows

TELLING = 20
"""Characters of a question whose standing in a prompt is no chance."""

NOTHING = "-"
"""Put in the place of the question, so that what is left of a prompt is its own."""


def leak_of(mixes: Mixes, shown: Sequence[str], question: str) -> str | None:
    """Return who shows a question, in words; None where nobody does.

    Case and spacing make no other question of it.

    Args:
        mixes: the prompts.
        shown: questions that the way of reasoning shows by itself.
        question: that is asked.
    """
    if shows(shown, question):
        return "the way of reasoning"
    prompts = {one.prompt.digest: one for own in mixes.own.values() for one in own.mix.ingredients}
    named = (one.name for one in prompts.values() if _shown_by(one.prompt, question))
    return next((f"the prompt {name!r}" for name in named), None)


def check_no_leak(mixes: Mixes, shown: Sequence[str], questions: Sequence[Asked]) -> None:
    """Refuse prompts that show a question which is asked, solved.

    Raises:
        DataError: an exemplar is one of the questions.
    """
    for question in questions:
        if who := leak_of(mixes, shown, question.text):
            raise DataError(
                f"a question is an exemplar of {who}, which would show its answer ({question.id}); "
                "leave it out there, or ask with another prompt"
            )


def _shown_by(prompt: Prompt, question: str) -> bool:
    *before, last = prompt.render(question)
    without = prompt.render(NOTHING)
    return last in before or any(_holds(message.content, question) for message in without)


def _holds(content: str, question: str) -> bool:
    """Say whether a turn holds the question; few words may stand anywhere by chance."""
    content, question = normalised(content), normalised(question)
    return content == question or (len(question) >= TELLING and question in content)
