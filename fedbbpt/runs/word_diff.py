"""Two prompts word by word: which words only one of them has."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

Messages = Sequence[tuple[str, str]]
MAX_PAIRS = 4_000_000


class Segment(NamedTuple):
    """A piece of a message; ``changed`` says that the other prompt lacks it."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class MarkedMessage:
    """A message in pieces that together are its content."""

    role: str
    segments: tuple[Segment, ...]


class PromptDiff(NamedTuple):
    """Both prompts, each with its own words marked."""

    start: tuple[MarkedMessage, ...]
    tuned: tuple[MarkedMessage, ...]


class _Word(NamedTuple):
    message: int
    text: str


def diff_prompts(start: Messages, tuned: Messages) -> PromptDiff:
    """Mark the words of each prompt that the other lacks; words may move between messages.

    Law: the segments of a message joined are its content. Prompts too long to compare (the product
    of their words above MAX_PAIRS) are marked whole.
    """
    first, second = _words(start), _words(tuned)
    first_marks, second_marks = [True] * len(first), [True] * len(second)
    if len(first) * len(second) <= MAX_PAIRS:
        keys = [[word.text.strip() for word in words] for words in (first, second)]
        matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
        for a, b, size in matcher.get_matching_blocks():
            first_marks[a : a + size] = second_marks[b : b + size] = [False] * size
    return PromptDiff(_marked(start, first, first_marks), _marked(tuned, second, second_marks))


def _words(messages: Messages) -> list[_Word]:
    return [
        _Word(index, text)
        for index, (_, content) in enumerate(messages)
        for text in re.findall(r"\S+\s*|\s+", content)
    ]


def _marked(
    messages: Messages, words: Sequence[_Word], marks: Sequence[bool]
) -> tuple[MarkedMessage, ...]:
    pairs = list(zip(words, marks, strict=True))
    return tuple(
        MarkedMessage(
            role,
            tuple(
                Segment("".join(word.text for word, _ in run), changed)
                for changed, run in groupby(
                    (pair for pair in pairs if pair[0].message == index), key=lambda pair: pair[1]
                )
            ),
        )
        for index, (role, _) in enumerate(messages)
    )
