"""The words of a task: its name, what is asked, and a prompt to start from."""

import re
from dataclasses import dataclass

from fedbbpt.guessing.answers import Answers
from fedbbpt.guessing.column import name_words
from fedbbpt.guessing.known_names import INPUTS, STRONG_TARGETS

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_NAME = 64
GENERIC_INPUTS = frozenset(["input", "content", "body", "prompt", "text"])
GENERIC_TARGETS = frozenset((*STRONG_TARGETS, "categories", "y", "output", "result", "expected"))
SENTIMENTS = frozenset({"positive", "negative", "neutral"})


@dataclass(frozen=True, slots=True)
class TaskWords:
    """What a run file says about a task.

    Attributes:
        name: for folders and reports.
        topic: what is asked, a noun phrase.
        system: instruction of the starting prompt.
        user: its template, with ``{input}`` once.
        library: seed prompts that suit the task.
    """

    name: str
    topic: str
    system: str
    user: str
    library: tuple[str, ...]


def task_words(stem: str, input_column: str, target_column: str, answers: Answers) -> TaskWords:
    """Return the words for a task.

    Args:
        stem: of the file's name.
        input_column: gives the noun for a text: review, ticket, question.
        target_column: gives what is asked: sentiment, priority.
        answers: of the task.

    >>> from fedbbpt.spaces.wording import wordings_for
    >>> free = Answers("free", {}, "", 12, wordings_for((), ()), ())
    >>> task_words("my tickets", "ticket", "priority", free).topic
    'priority of the ticket'
    """
    noun = _noun(input_column)
    asked = _asked(target_column, "category" if answers.labels else "answer")
    topic = f"answer to the {noun}" if asked == "answer" else f"{asked} of the {noun}"
    sentiment = asked == "sentiment" or {x.casefold() for x in answers.labels} <= SENTIMENTS
    return TaskWords(
        name=_NOT_IN_NAMES.sub("-", stem).strip("-._")[:LONGEST_NAME] or "task",
        topic=topic,
        system="Classify the {topic} as {labels}." if answers.labels else "Give the {topic}.",
        user=f"{noun.capitalize()}: {{input}}\n{asked.capitalize()}:",
        library=("classification", "sentiment")
        if answers.labels and sentiment
        else ("classification",),
    )


def _noun(column: str) -> str:
    words = [word for word in name_words(column) if word in INPUTS - GENERIC_INPUTS]
    return words[-1].removesuffix("s") if words else "text"


def _asked(column: str, otherwise: str) -> str:
    words = name_words(column)
    if not words or not all(word.isalpha() for word in words) or "".join(words) in GENERIC_TARGETS:
        return otherwise
    return " ".join(words)
