"""A passage of a prompt: its words, and the places where a question in it may begin and end."""

import re
from dataclasses import dataclass

from fedbbpt.privacy.plain import words_of
from fedbbpt.reasoning.question_words import spelled

TELLING = 20
"""Characters of a question whose standing in a prompt is no chance."""

_PARTS = re.compile(
    r"\n|:\s*|[.!?;]+\s+|[\"\u201c\u201d()\[\]<>|\u2192]+|(?=\b[^\W\d_]{1,12}\s?[0-9]{0,3}:)"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """The words of a text.

    Attributes:
        words: in order.
        begins: places of words that stand first in a line, behind a label (``Q:``) or a mark.
        ends: places behind words that stand last in a line, or before a label or a mark.
    """

    words: tuple[str, ...]
    begins: frozenset[int]
    ends: frozenset[int]

    def shows(self, question: tuple[str, ...], label: tuple[str, ...]) -> bool:
        """Tell whether a question stands here by no chance.

        A long one may stand anywhere, a short one from a beginning to an end; a single word only
        behind the label, since it may as well be an answer or one of a list.

        Args:
            question: its words.
            label: words before the question in the line in which the prompt puts it.
        """
        telling = len(" ".join(question)) >= TELLING
        places = (
            place
            for place in self._places(question)
            if telling or (place in self.begins and self._may_end(place + len(question)))
        )
        return any(len(question) > 1 or self._labelled(place, label) for place in places)

    def _places(self, words: tuple[str, ...]) -> list[int]:
        size, first = len(words), words[0]
        return [
            place
            for place, word in enumerate(self.words)
            if word == first and self.words[place : place + size] == words
        ]

    def _may_end(self, place: int) -> bool:
        return place in self.ends or self.words[place] == "equals"

    def _labelled(self, place: int, label: tuple[str, ...]) -> bool:
        for words in (label, ("q",), ("question",)):
            head = place - len(words)
            if words and head in self.begins and self.words[head:place] == words:
                return True
        return False


def passage_of(text: str) -> Passage:
    """Return the passage that a text is.

    >>> found = passage_of("Q: Why? A: So.")
    >>> found.words, sorted(found.begins), sorted(found.ends)
    (('q', 'why', 'a', 'so'), [0, 1, 2, 3], [1, 2, 3, 4])
    """
    words: list[str] = []
    begins, ends = set(), set()
    for part in _PARTS.split(spelled(text)):
        if found := words_of(part):
            begins.add(len(words))
            words += found
            ends.add(len(words))
    return Passage(tuple(words), frozenset(begins), frozenset(ends))
