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


class _Piece(NamedTuple):
    """A word, or the space between two."""

    message: int
    text: str

    @property
    def is_word(self) -> bool:
        return not self.text.isspace()


def diff_prompts(start: Messages, tuned: Messages) -> PromptDiff:
    """Mark the words of each prompt that the other lacks; words may move between messages.

    Law: the segments of a message joined are its content. Prompts too long to compare (the product
    of their words above MAX_PAIRS) are marked whole; a different space alone is not marked.
    """
    first, second = _pieces(start), _pieces(tuned)
    first_words, second_words = ([p.text for p in side if p.is_word] for side in (first, second))
    first_marks, second_marks = [True] * len(first_words), [True] * len(second_words)
    if len(first_words) * len(second_words) <= MAX_PAIRS:
        matcher = SequenceMatcher(None, first_words, second_words, autojunk=False)
        for a, b, size in matcher.get_matching_blocks():
            first_marks[a : a + size] = second_marks[b : b + size] = [False] * size
    return PromptDiff(_marked(start, first, first_marks), _marked(tuned, second, second_marks))


def _pieces(messages: Messages) -> list[_Piece]:
    return [
        _Piece(index, text)
        for index, (_, content) in enumerate(messages)
        for text in re.findall(r"\S+|\s+", content)
    ]


def _marked(
    messages: Messages, pieces: Sequence[_Piece], word_marks: Sequence[bool]
) -> tuple[MarkedMessage, ...]:
    marks = _with_spaces(pieces, word_marks)
    segments: list[list[Segment]] = [[] for _ in messages]
    pairs = zip(pieces, marks, strict=True)
    for (index, changed), run in groupby(pairs, key=lambda pair: (pair[0].message, pair[1])):
        segments[index].append(Segment("".join(piece.text for piece, _ in run), changed))
    return tuple(
        MarkedMessage(role, tuple(own)) for (role, _), own in zip(messages, segments, strict=True)
    )


def _with_spaces(pieces: Sequence[_Piece], word_marks: Sequence[bool]) -> list[bool]:
    """Return a mark for every piece; a space is marked between two marked words of a message."""
    remaining = iter(word_marks)
    marks = [next(remaining) if piece.is_word else False for piece in pieces]
    for place in range(1, len(pieces) - 1):
        around = pieces[place - 1].message == pieces[place + 1].message
        if not pieces[place].is_word and around:
            marks[place] = marks[place - 1] and marks[place + 1]
    return marks
