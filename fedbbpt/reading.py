"""How replies are read: first-token alternatives and generated text become answers."""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fedbbpt.answers import LabelScores, Text, Unreadable
from fedbbpt.completions import TokenLogprob
from fedbbpt.data import Example

OPENING = "\"'`*_([{\u201c\u2018\u00ab"
CLOSING = "\"'`*_)]}\u201d\u2019\u00bb.,;:!?\u2026\u3002"
SPACE_MARKERS = "▁ĠĊ"
"""How byte-level and sentence-piece vocabularies write a leading space or line break."""

JOINING = r"[^\W_\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""A character beside which a word goes on: any letter or digit but of scripts that write words
without spaces or with particles attached (Thai, Lao, Burmese, Khmer, Japanese, Chinese, Korean)."""

LEAST = -100.0
"""Log-probabilities below this are read as this: some endpoints write -9999 for "never"."""


def normalised(text: str) -> str:
    r"""Return the text in one case with single spaces.

    >>> normalised("  Very\n GOOD ")
    'very good'
    """
    return " ".join(text.split()).casefold()


def bare(text: str) -> str:
    """Return the text without quotes, brackets and emphasis around it or marks at its end.

    Signs that change a value stay: ``-3`` and ``.5`` are kept whole.

    >>> bare('**"Positive."**'), bare("-3."), bare("!?")
    ('Positive', '-3', '!?')
    """
    return text.lstrip(OPENING + " ").rstrip(CLOSING + " ") or text


def accepted(labels: Sequence[str], examples: Sequence[Example]) -> NDArray[np.bool_]:
    """Return which labels each example accepts, shape (examples, labels)."""
    names = [normalised(label) for label in labels]
    targets = [{normalised(target) for target in example.targets} for example in examples]
    rows = [[name in wanted for name in names] for wanted in targets]
    return np.array(rows, dtype=np.bool_).reshape(len(examples), len(labels))


def spoken_words(labels: Sequence[str], words: Sequence[str]) -> tuple[str, ...]:
    """Return the words that stand for the labels, normalised.

    Raises:
        ValueError: not one distinct, non-empty word a label.
    """
    spoken = tuple(normalised(word) for word in words)
    if len(spoken) != len(labels):
        raise ValueError(f"words: {len(spoken)} words for {len(labels)} labels; give one a label")
    if not all(spoken) or len(set(spoken)) != len(spoken):
        raise ValueError("words: one is empty or stands for two labels; make them distinct")
    return spoken


def read_label_scores(
    labels: Sequence[str], words: Sequence[str], first: Sequence[TokenLogprob]
) -> LabelScores | Unreadable:
    """Return the log-probabilities of the labels, read off the alternatives of the first token.

    An alternative counts for the one word that it begins, or that begins it and ends there
    (``"positive."``). One that fits several words counts for none. A word that no alternative
    names gets the floor: the smallest reported log-probability minus 1.

    When no word is named at all, the answer is unreadable: equal floors would make the first
    label win without evidence, and would reward a prompt under which the model says something
    else with a loss no worse than a guess.

    Raises:
        ValueError: not one distinct word a label.
    """
    spoken = spoken_words(labels, words)
    usable = [
        (item.token, max(item.logprob, LEAST)) for item in first if math.isfinite(item.logprob)
    ]
    masses: dict[int, float] = {}
    for token, logprob in usable:
        index = _named_word(token, spoken)
        if index is not None:
            masses[index] = _log_add(masses[index], logprob) if index in masses else logprob
    if not masses:
        return Unreadable(first[0].token if first else "")
    floor = min(logprob for _, logprob in usable) - 1.0
    return LabelScores(
        labels=tuple(labels),
        log_probs=tuple(masses.get(index, floor) for index in range(len(spoken))),
        floored=tuple(index not in masses for index in range(len(spoken))),
    )


def read_label_text(labels: Sequence[str], words: Sequence[str], text: str) -> Text | Unreadable:
    """Return the label that a generated text names.

    A text that is one of the words, up to case, spaces and punctuation around it, names it. Else
    the text must hold exactly one of the words as a whole word; of overlapping words the longest
    counts. Inside a longer text a one-letter word counts in its own case only, or the article
    "a" would answer ``A``.

    Raises:
        ValueError: not one distinct word a label.
    """
    spoken = spoken_words(labels, words)
    for said in (normalised(text), bare(normalised(text))):
        if said in spoken:
            return Text(labels[spoken.index(said)])
    found = _whole_words(words, text)
    return Text(labels[found.pop()]) if len(found) == 1 else Unreadable(text)


def read_free_text(text: str) -> Text | Unreadable:
    """Return the text without the space around it; nothing but space is unreadable."""
    return Text(text.strip()) if text.strip() else Unreadable(text)


def _log_add(first: float, second: float) -> float:
    high, low = max(first, second), min(first, second)
    return high + math.log1p(math.exp(low - high))


def _named_word(token: str, spoken: Sequence[str]) -> int | None:
    """Return the place of the one word that the token fits, or None for none and for several.

    The token is tried as it is before its leading marks are cut, so that ``-1`` keeps its sign.
    """
    for form in (normalised(token), _without_leading_marks(token)):
        fitting = [index for index, word in enumerate(spoken) if _fits(form, word)]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _fits(form: str, word: str) -> bool:
    if not form:
        return False
    if word.startswith(form):
        return True
    # "positive." is the word "positive", but "Answer" is not the word "A".
    return form.startswith(word) and re.match(JOINING, form[len(word)]) is None


def _without_leading_marks(token: str) -> str:
    places = (
        index
        for index, character in enumerate(token)
        if character.isalnum() and character not in SPACE_MARKERS
    )
    return normalised(token[next(places, len(token)) :])


def _whole_words(words: Sequence[str], text: str) -> set[int]:
    order = sorted(range(len(words)), key=lambda index: -len(words[index]))
    choices = "|".join(f"({_pattern(words[index])})" for index in order)
    matches = re.finditer(rf"(?<!{JOINING})(?:{choices})(?!{JOINING})", " ".join(text.split()))
    return {order[match.lastindex - 1] for match in matches if match.lastindex is not None}


def _pattern(word: str) -> str:
    escaped = re.escape(" ".join(word.split()))
    return escaped if len(word.strip()) == 1 else f"(?i:{escaped})"
