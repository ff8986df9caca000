"""All that an owner's examples say, as sets of runs and words: built once, in linear time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from fedbbpt.data import Example
from fedbbpt.privacy.plain import words_of
from fedbbpt.privacy.public_words import is_among
from fedbbpt.privacy.windows import Coder, Hashes, Owned, distinct, owned, windows

RUN, TRIPLE, LETTERS, PIECE = 5, 3, 18, 5
"""Words of a copied run, of a shared triple; letters of a copied run, of a piece of a word."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OwnerIndex:
    """What is looked up of one owner; it holds no text as it was, and it shows none.

    Attributes:
        coder: numbers of words and letters.
        runs: runs of ``RUN`` words, and short examples as a whole.
        triples: runs of three words, with their examples.
        letters: runs of ``LETTERS`` letters, whatever stands between them.
        words: every word.
        unusual: words that are not public.
        pieces: runs of ``PIECE`` letters of unusual words, which stand in no public word.
    """

    coder: Coder
    runs: Hashes
    triples: Owned
    letters: Hashes
    words: frozenset[str]
    unusual: frozenset[str]
    pieces: frozenset[str]


def index_of(
    examples: Sequence[Example], labels: Collection[str], public: frozenset[str]
) -> OwnerIndex:
    """Return the index of examples: of their inputs, and of their targets but for labels.

    Args:
        examples: of all splits.
        labels: of the task; everyone knows them.
        public: words that say nothing of anyone.
    """
    coder = Coder()
    spoken = [words_of(text) for text in _texts(examples, labels)]
    coded = [coder.codes(words) for words in spoken]
    words = frozenset(word for said in spoken for word in said)
    unusual = frozenset(word for word in words if not is_among(word, public))
    return OwnerIndex(
        coder,
        distinct(windows(one, min(RUN, len(one))) for one in coded if len(one) >= TRIPLE),
        owned([windows(one, TRIPLE) for one in coded]),
        distinct(windows(coder.codes("".join(said)), LETTERS) for said in spoken),
        words,
        unusual,
        pieces_of(unusual) - pieces_of(public),
    )


def pieces_of(words: Iterable[str]) -> frozenset[str]:
    """Return the runs of ``PIECE`` letters of some words."""
    return frozenset(
        word[place : place + PIECE] for word in words for place in range(len(word) - PIECE + 1)
    )


def _texts(examples: Sequence[Example], labels: Collection[str]) -> Iterable[str]:
    for example in examples:
        yield example.input
        yield from (target for target in example.targets if target not in labels)
