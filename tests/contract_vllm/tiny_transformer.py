"""A transformer of two layers in numpy: real attention over words and soft tokens, no training.

Its vocabulary is made of hashed words. A few cue words carry a direction of feeling, the label
words read it, and every instruction pulls towards one label: so a prompt without soft tokens says
one label to nearly everything, and soft tokens can do better.
"""

import re
import zlib
from dataclasses import dataclass, field

import numpy as np

from fedbbpt.distributions import Floats

WIDTH, LAYERS, VOCABULARY = 32, 2, 512
GOOD = ("good", "great", "fun", "lovely", "superb", "charming")
BAD = ("bad", "dull", "weak", "awful", "boring", "clumsy")
BEGIN = 0
NAMED = {word: 1 + place for place, word in enumerate(("negative", "positive", *GOOD, *BAD))}
LABELS = {word: NAMED[word] for word in ("negative", "positive")}
PULL, FEELING = 5.0, 8.0
"""How strongly the label words read what all prompts share, and what the cue words carry."""


def tokens_of(text: str) -> list[int]:
    """Return one token a word or mark: label words their own, all others by their hash."""
    words = re.findall(r"\w+|[^\w\s]", text.lower())
    return [NAMED.get(word) or _hashed(word) for word in words]


def word_of(token: int) -> str:
    """Return how a token is written."""
    names = {number: word for word, number in NAMED.items()}
    return names.get(token, f"w{token}")


def _hashed(word: str) -> int:
    first = 1 + len(NAMED)
    return first + zlib.crc32(word.encode()) % (VOCABULARY - first)


@dataclass(frozen=True)
class TinyTransformer:
    """The weights, drawn once; attributes as in the usual equations."""

    embeddings: Floats = field(init=False)
    layers: tuple[tuple[Floats, Floats, Floats], ...] = field(init=False)
    head: Floats = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(20)
        table = 0.2 * rng.standard_normal((VOCABULARY, WIDTH))
        feeling, pull = np.linalg.qr(rng.standard_normal((WIDTH, 2)))[0].T
        table -= np.outer(table @ feeling, feeling)
        table += 0.1 * pull
        for words, sign in ((GOOD, 1.0), (BAD, -1.0)):
            table[[NAMED[word] for word in words]] += sign * feeling
        # One layer looks where the random keys say, the other one spreads evenly.
        layers = tuple(
            (
                sharpness * rng.standard_normal((WIDTH, WIDTH)) / WIDTH,
                np.eye(WIDTH) + 0.05 * rng.standard_normal((WIDTH, WIDTH)),
                0.3 * rng.standard_normal((WIDTH, WIDTH)) / np.sqrt(WIDTH),
            )
            for sharpness in (4.0, 0.0)
        )
        head = 0.1 * rng.standard_normal((VOCABULARY, WIDTH))
        for label, sign in (("positive", 1.0), ("negative", -1.0)):
            head[LABELS[label]] = sign * (FEELING * feeling + PULL * pull)
        head[list(LABELS.values())] += 4.0 * pull
        object.__setattr__(self, "embeddings", table)
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "head", head)

    def logprobs(self, rows: Floats) -> Floats:
        """Return the log-probabilities of the next token, shape (vocabulary,).

        Args:
            rows: shape (tokens, width): embeddings of words, or soft tokens.
        """
        states = rows
        length = len(rows)
        later = np.triu(np.full((length, length), -np.inf), 1)
        for keys, values, mixing in self.layers:
            scores = states @ keys @ states.T * np.sqrt(WIDTH) + later
            weights = np.exp(scores - scores.max(axis=1, keepdims=True))
            weights /= weights.sum(axis=1, keepdims=True)
            states = states + weights @ states @ values
            states = states + 0.1 * np.tanh(states @ mixing)
        logits = self.head @ states[-1]
        highest = logits.max()
        found: Floats = logits - highest - np.log(np.exp(logits - highest).sum())
        return found
