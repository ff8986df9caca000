"""A vocabulary from owners' counts: pairs that belong together, and frequent words.

An owner counts only words of a public list, and adjacent pairs of these; what stands in fewer of
its examples than a floor is not reported. Pairs are joined by pointwise mutual information (Church
and Hanks 1990; Diao 2023, arXiv:2201.08531, builds its candidates so), and all entries are ranked
by how often they occur over all owners.
"""

import itertools
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w+")
JOINED = math.log(4.0)
"""Least mutual information, in nats, of a pair that counts as one entry: 4 times as often as by
chance."""


@dataclass(frozen=True, slots=True)
class WordCounts:
    """What an owner reports, or the sum over owners.

    Attributes:
        words: examples that hold a word, by word; only counts of at least the owner's floor.
        pairs: the same for adjacent pairs, as ``"first second"``.
        examples: how many were counted.
    """

    words: Mapping[str, int]
    pairs: Mapping[str, int]
    examples: int


def count_words(texts: Iterable[str], listed: Collection[str], floor: int) -> WordCounts:
    """Count in how many texts words of a public list, and adjacent pairs of them, stand.

    Args:
        texts: an owner's inputs.
        listed: the public list, in lower case.
        floor: what stands in fewer texts is left out, >= 2.

    Raises:
        ValueError: a floor below 2, which would name a single example's words.
    """
    if floor < 2:
        raise ValueError(f"floor: {floor} is below 2; it would name the words of one example")
    known = set(listed)
    words: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    examples = 0
    for text in texts:
        said = _WORD.findall(text.casefold())
        words.update(known.intersection(said))
        adjacent = itertools.pairwise(said)
        pairs.update({f"{a} {b}" for a, b in adjacent if a in known and b in known})
        examples += 1
    return WordCounts(_above(words, floor), _above(pairs, floor), examples)


def pooled(counts: Sequence[WordCounts]) -> WordCounts:
    """Return the sum over owners; their order does not matter."""
    words: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for count in counts:
        words.update(count.words)
        pairs.update(count.pairs)
    return WordCounts(words, pairs, sum(count.examples for count in counts))


def chosen_words(counts: WordCounts, size: int) -> tuple[str, ...]:
    """Return at most ``size`` entries, the most frequent first, of equals the first by alphabet."""
    entries = dict(counts.words)
    for pair, times in counts.pairs.items():
        first, second = pair.split(" ")
        if _information(counts, times, (first, second)) >= JOINED:
            entries[pair] = times
    ranked = sorted(entries, key=lambda entry: (-entries[entry], entry))
    return tuple(ranked[:size])


def _information(counts: WordCounts, together: int, pair: tuple[str, str]) -> float:
    # An owner may report a pair and, with another owner's floor, not its words: then it is kept.
    alone = [max(counts.words.get(word, 0), together) for word in pair]
    return math.log(together * counts.examples / (alone[0] * alone[1]))


def _above(counts: Counter[str], floor: int) -> dict[str, int]:
    return {word: times for word, times in sorted(counts.items()) if times >= floor}
