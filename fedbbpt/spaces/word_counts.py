"""A vocabulary from owners' counts, by the mutual information of neighbouring words.

An owner counts only words of a public list, and adjacent pairs of these; what stands in fewer of
its examples than a floor is not reported. Text is cut where the pointwise mutual information of
neighbours (Church and Hanks 1990) is below a threshold, and the pieces that are frequent enough are
the entries: Diao 2023, arXiv:2201.08531. Ranking by that information, and not by how often an entry
occurs, is ours.
"""

import itertools
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_WORD = re.compile(r"\w+")
JOINED = 1.0
"""Least mutual information, in nats, of a pair that is one entry: as in the code of the paper."""


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


def chosen_words(counts: WordCounts, size: int, floor: int = 2) -> tuple[str, ...]:
    """Return at most ``size`` entries, the most informative first.

    A pair that belongs together ranks by its mutual information. A word counts where it stands
    outside of such pairs, and ranks by its mean information with its other neighbours, 0 where
    none is known. Of equals the more frequent comes first, then the first by alphabet.

    Args:
        counts: the sum over owners.
        size: most entries.
        floor: what is left of a word outside of joined pairs is no entry below this, >= 1.
    """
    joined: dict[str, _Entry] = {}
    loose: dict[str, list[_Entry]] = {}
    inside: Counter[str] = Counter()
    for pair, times in counts.pairs.items():
        first, second = pair.split(" ")
        entry = _Entry(_information(counts, times, (first, second)), times)
        if entry.information >= JOINED:
            joined[pair] = entry
            inside.update(dict.fromkeys({first, second}, times))
        else:
            for word in (first, second):
                loose.setdefault(word, []).append(entry)
    entries = dict(joined)
    for word, times in counts.words.items():
        if times - inside[word] >= floor:
            entries[word] = _Entry(_mean(loose.get(word, ())), times - inside[word])
    ranked = sorted(entries, key=lambda e: (-entries[e].information, -entries[e].times, e))
    return tuple(ranked[:size])


class _Entry(NamedTuple):
    information: float
    times: int


def _mean(neighbours: Sequence[_Entry]) -> float:
    """Return the mean information over the times that neighbours stand together."""
    times = sum(entry.times for entry in neighbours)
    told = math.fsum(entry.information * entry.times for entry in neighbours)
    return told / times if times else 0.0


def _information(counts: WordCounts, together: int, pair: tuple[str, str]) -> float:
    # An owner may report a pair and, with another owner's floor, not its words: then it is kept.
    alone = [max(counts.words.get(word, 0), together) for word in pair]
    return math.log(together * counts.examples / (alone[0] * alone[1]))


def _above(counts: Counter[str], floor: int) -> dict[str, int]:
    return {word: times for word, times in sorted(counts.items()) if times >= floor}
