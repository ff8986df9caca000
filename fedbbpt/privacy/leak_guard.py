"""The guard between a text and the way out: nothing of an owner's examples may be seen in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from fedbbpt.data import Example
from fedbbpt.privacy.canaries import Planter, carries, parts_of
from fedbbpt.privacy.owner_index import (
    LETTERS,
    PIECE,
    RUN,
    TRIPLE,
    OwnerIndex,
    index_of,
    pieces_of,
)
from fedbbpt.privacy.plain import words_of
from fedbbpt.privacy.public_words import is_among, packaged_words, words_in
from fedbbpt.privacy.strange import LONGEST_WORD, codes_in, other_alphabet
from fedbbpt.privacy.windows import Hashes, distinct, holds, windows

LONG, ALPHABET, CANARY = "too long", "other alphabet", "planted mark"
COPIED, NEAR, SPELLED = "copied words", "near copy", "copied letters"
WORD, PART, CODE = "word of an example", "part of a word", "number or address"
RULES = (LONG, ALPHABET, CANARY, COPIED, NEAR, SPELLED, WORD, PART, CODE)
"""Why a text may not leave, in the order in which reports count it."""

VERBATIM = frozenset({CANARY, COPIED, NEAR, SPELLED})
"""The rules that refuse what was copied, wholly or nearly."""

SHARED = 5
"""Triples of words that a text may not share with one and the same example."""

_SHORTEST_NAME = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard says about one text; it says nothing of what stands in it.

    Attributes:
        rule: that refused it, one of ``RULES``; empty if it may leave.
    """

    rule: str

    @property
    def passes(self) -> bool:
        """Whether the text may leave."""
        return not self.rule

    @property
    def verbatim(self) -> bool:
        """Whether it was refused as a copy."""
        return self.rule in VERBATIM


# without slots=True: the index is worked out once, and a cached property needs a place
@dataclass(frozen=True, eq=False, repr=False)
class LeakGuard:
    """Knows one owner's examples, and judges texts that want to leave it.

    The index is built at the first question, in time linear in the examples, and stays.

    Attributes:
        examples: of all splits.
        labels: of the task, which everyone knows.
        allowed: words that the owner itself calls public.
    """

    examples: tuple[Example, ...]
    labels: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()

    @cached_property
    def planter(self) -> Planter:
        """Makes the marks of this owner."""
        return Planter.of(self.examples)

    @cached_property
    def _public(self) -> frozenset[str]:
        return packaged_words() | words_in((*self.labels, *self.allowed))

    @cached_property
    def _index(self) -> OwnerIndex:
        return index_of(self.examples, self.labels, self._public)

    def screen(
        self, public: Sequence[str], marks: Sequence[str] = (), longest: int = 2000
    ) -> "Screen":
        """Return what judges texts of one round.

        Args:
            public: texts that everyone has already: prompts, instructions of the bank.
            marks: that were planted.
            longest: characters of a text at most.
        """
        said = [words_of(text) for text in public]
        index, known = self._index, self._public | words_in(public)
        coded = [index.coder.codes(words) for words in said]
        return Screen(
            index,
            _Public(
                known,
                frozenset(one for text in public for one in text),
                tuple(distinct(windows(one, n) for one in coded) for n in range(TRIPLE, RUN + 1)),
                distinct(windows(index.coder.codes("".join(one)), LETTERS) for one in said),
                pieces_of(words_in(public)),
                frozenset(code for text in public for code in codes_in(text)),
            ),
            parts_of(marks),
            longest,
        )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Public:
    words: frozenset[str]
    signs: frozenset[str]
    runs: tuple[Hashes, ...]
    letters: Hashes
    pieces: frozenset[str]
    codes: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Screen:
    """Judges texts against one owner's examples, less what is public in this round."""

    index: OwnerIndex
    public: _Public
    marks: frozenset[str]
    longest: int

    def verdict(self, text: str) -> Verdict:
        """Return whether a text may leave, or the first rule that refuses it."""
        if len(text) > self.longest:
            return Verdict(LONG)
        words = words_of(text)
        letters = "".join(words)
        checks: tuple[tuple[str, Callable[[], bool]], ...] = (
            (CANARY, lambda: carries(text, self.marks)),
            (COPIED, lambda: self._copies(words)),
            (NEAR, lambda: self._resembles(words)),
            (SPELLED, lambda: self._spells(letters) or self._spells(letters[::-1])),
            (ALPHABET, lambda: other_alphabet(text, self.public.signs)),
            (WORD, lambda: self._names(words)),
            (PART, lambda: self._cuts(words)),
            (CODE, lambda: not self.public.codes.issuperset(codes_in(text))),
        )
        return Verdict(next((rule for rule, refuses in checks if refuses()), ""))

    def _copies(self, words: Sequence[str]) -> bool:
        """Tell whether a run of words, or a whole short example, stands in the text."""
        codes = self.index.coder.codes(words)
        return any(
            bool((holds(self.index.runs, runs) & ~holds(known, runs)).any())
            for size, known in zip(range(TRIPLE, RUN + 1), self.public.runs, strict=True)
            if len(runs := windows(codes, size))
        )

    def _resembles(self, words: Sequence[str]) -> bool:
        """Tell whether many short runs are those of one and the same example."""
        triples = np.unique(windows(self.index.coder.codes(words), TRIPLE))
        return self.index.triples.most_in_one(triples[~holds(self.public.runs[0], triples)]) >= (
            SHARED
        )

    def _spells(self, letters: str) -> bool:
        runs = windows(self.index.coder.codes(letters), LETTERS)
        return bool((holds(self.index.letters, runs) & ~holds(self.public.letters, runs)).any())

    def _known(self, word: str) -> bool:
        return len(word) > 1 and is_among(word, self.public.words)

    def _names(self, words: Sequence[str]) -> bool:
        return any(
            len(word) > 1 and word in self.index.words and not self._known(word) for word in words
        )

    def _cuts(self, words: Sequence[str]) -> bool:
        """Tell whether unusual words of the examples stand in pieces, or glued to others."""
        for known, group in groupby(words, self._known):
            run = list(group)
            if known:
                continue
            joined = "".join(run)
            if any(self._pieced(one, glued=len(run) > 1) for one in (joined, joined[::-1])):
                return True
        return False

    def _pieced(self, letters: str, *, glued: bool) -> bool:
        known, unusual = self.public, self.index.unusual
        pieces = (letters[i : i + PIECE] for i in range(len(letters) - PIECE + 1))
        if any(one in self.index.pieces and one not in known.pieces for one in pieces):
            return True
        return glued and any(
            one in unusual and one not in known.words for one in _substrings(letters)
        )


def _substrings(text: str) -> set[str]:
    sizes = range(_SHORTEST_NAME, LONGEST_WORD + 1)
    return {text[i : i + size] for size in sizes for i in range(len(text) - size + 1)}
