"""Token F1 of a free answer against its best target (Rajpurkar 2016, arXiv:1606.05250, SQuAD)."""

import unicodedata
from collections import Counter
from dataclasses import dataclass

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.metrics.said import score_of

__all__ = ["TokenF1"]

ARTICLES = frozenset({"a", "an", "the"})
_SYMBOLS = frozenset("$+<=>^`|~")
"""What ASCII calls punctuation and Unicode a symbol."""


@dataclass(frozen=True, slots=True)
class TokenF1:
    """Score the overlap of words: the harmonic mean of precision and recall, over the best target.

    A text is taken in one case, without punctuation, without English articles, and split at spaces;
    doing so twice changes nothing. A word counts as often as it occurs in both. Where both are
    empty the score is 1, where one of them is it is 0. Scripts that write no spaces give one long
    word: take another metric for these.

    Attributes:
        articles: True to let "a", "an" and "the" count as words.
    """

    articles: bool = False

    def item(self, answer: Answer, example: Example) -> float:
        """Return the F1 with the target that fits best, in [0, 1].

        Raises:
            ValueError: the answer is missing.
        """
        return score_of(answer, example, lambda said: self._best(said, example.targets))

    def words(self, text: str) -> list[str]:
        """Return the words that are compared.

        >>> TokenF1().words("The U.S.  Army, a  Force")
        ['us', 'army', 'force']
        """
        kept = "".join(mark for mark in text.casefold() if not _is_punctuation(mark))
        return [word for word in kept.split() if self.articles or word not in ARTICLES]

    def _best(self, said: str, targets: tuple[str, ...]) -> float:
        words = self.words(said)
        return max(_f1(words, self.words(target)) for target in targets)


def _f1(first: list[str], second: list[str]) -> float:
    if not first and not second:
        return 1.0
    common = sum((Counter(first) & Counter(second)).values())
    return 2 * common / (len(first) + len(second))


def _is_punctuation(mark: str) -> bool:
    return mark in _SYMBOLS or unicodedata.category(mark).startswith("P")
