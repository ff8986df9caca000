"""A frozen random network that sorts made-up texts, moved by a soft prompt: nothing is a model.

logits = W2 tanh(W1 x + B p) + b, where x is the mean of a text's word vectors and p = A z is what
the soft prompt holds. Labels come from the same network under a hidden shift p*, so that some z is
right and z = 0 is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.data import Example
from fedbbpt.distributions import Floats, Ints, Points
from fedbbpt.randomness import rng

DIMENSIONS = 500
WORDS, LENGTH = 256, 12
LABELS = ("a", "b", "c", "d")
INPUTS, HIDDEN, SHIFTS = 32, 64, 48
GAIN = 4.0
"""Size of the logits, so that the network is as sure as a model is."""

HIDDEN_SHIFT = 1.0
"""Standard deviation of the numbers of p*; 1.0 leaves the start right in 5 to 6 of 10 texts."""

TEMPERATURE = 0.3
"""Chance in the labels, as a part of the logits' own: no prompt is right in all texts."""

VOCABULARY = tuple(f"w{number:03d}" for number in range(WORDS))
_NUMBER = {word: number for number, word in enumerate(VOCABULARY)}


@dataclass(frozen=True, slots=True)
class Network:
    """The frozen numbers; capitals are those of the module's equation.

    Attributes:
        vectors: shape (words, inputs), of the vocabulary.
        W1: shape (hidden, inputs).
        B: shape (hidden, shifts).
        W2: shape (labels, hidden).
        A: shape (shifts, dimensions), the random projection of a soft prompt.
        b: shape (labels,), which makes labels about equally frequent.
        hidden_shift: p*, shape (shifts,).
    """

    vectors: Floats
    W1: Floats
    B: Floats
    W2: Floats
    A: Floats
    b: Floats
    hidden_shift: Floats

    def before(self, texts: Sequence[str]) -> Floats:
        """Return W1 x of every text, shape (n, hidden); a text has ``LENGTH`` words."""
        return self.before_words(np.array([[_NUMBER[w] for w in t.split()] for t in texts]))

    def before_words(self, words: Ints) -> Floats:
        """Return W1 x of texts given as numbers of words, shape (n, LENGTH)."""
        inputs = self.vectors[words].mean(axis=1)
        before: Floats = np.sqrt(LENGTH) * inputs @ self.W1.T
        return before

    def logits(self, before: Floats, shifts: Points) -> Floats:
        """Return the logits, shape (prompts, n, labels).

        Args:
            before: shape (n, hidden), as ``before`` gives it.
            shifts: shape (prompts, shifts), p of every prompt.
        """
        activity = np.tanh(before[None] + (shifts @ self.B.T)[:, None])
        logits: Floats = activity @ self.W2.T + self.b
        return logits


def network(seed: int) -> Network:
    """Draw the network that a seed names."""
    chance = rng(seed, "fast bench network")
    vectors = chance.standard_normal((WORDS, INPUTS))
    into = chance.standard_normal((HIDDEN, INPUTS)) / np.sqrt(INPUTS)
    shifting = chance.standard_normal((HIDDEN, SHIFTS)) / np.sqrt(SHIFTS)
    out = GAIN * chance.standard_normal((len(LABELS), HIDDEN)) / np.sqrt(HIDDEN)
    projection = chance.standard_normal((SHIFTS, DIMENSIONS)) / np.sqrt(DIMENSIONS)
    hidden = HIDDEN_SHIFT * chance.standard_normal(SHIFTS)
    none = np.zeros(len(LABELS))
    raw = Network(vectors, into, shifting, out, projection, none, hidden)
    texts = chance.integers(WORDS, size=(2000, LENGTH))
    typical = raw.logits(raw.before_words(texts), hidden[None])[0].mean(axis=0)
    return Network(vectors, into, shifting, out, projection, -typical, hidden)


def examples(
    net: Network, name: str, each: int, chance: np.random.Generator
) -> tuple[Example, ...]:
    """Draw texts until there are ``each`` of every label."""
    found: dict[str, list[str]] = {label: [] for label in LABELS}
    while min(map(len, found.values())) < each:
        words = chance.integers(WORDS, size=(500, LENGTH))
        logits = net.logits(net.before_words(words), net.hidden_shift[None])[0]
        noise = TEMPERATURE * chance.gumbel(size=logits.shape)
        for row, label in zip(words, np.argmax(logits + noise, axis=1), strict=True):
            found[LABELS[label]].append(" ".join(VOCABULARY[word] for word in row))
    return tuple(
        Example(f"{name}-{label}-{number}", text, (label,))
        for label, texts in found.items()
        for number, text in enumerate(texts[:each])
    )
