"""Examples whose words were replaced: a prompt that answers alike for noise learned a prior.

FedBPT: Sun et al. 2023, arXiv:2310.01467, equation 7: the loss of an example over the loss of the
same example with random words.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fedbbpt.canonical import digest
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.randomness import rng

Over = Literal["example", "mean"]
OVERS: tuple[Over, ...] = ("example", "mean")

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Replacement:
    """Which words of an example are replaced, and what the two losses come to.

    Attributes:
        words: a public list; the same for every owner.
        rate: chance of each word to be replaced, in (0, 1).
        least: nats that the loss under noise counts at least, > 0; a loss near 0 would rule all.
        most: largest ratio, > 0.
        over: ``"example"``: every loss over its own under noise, as published; ``"mean"``: all over
            the mean loss under noise, as the published code does, in effect a ratio of means.

    Raises:
        ValueError: no words, or a value out of its range.
    """

    words: tuple[str, ...]
    rate: float = 0.5
    least: float = 0.05
    most: float = 10.0
    over: Over = "example"

    def __post_init__(self) -> None:
        if not self.words:
            raise ValueError("words: the list is empty; name a list with words")
        if not 0 < self.rate < 1:
            raise ValueError(f"rate: {self.rate} is not in (0, 1); 0.5 is usual")
        for name, value in {"least": self.least, "most": self.most}.items():
            if not 0 < value < np.inf:
                raise ValueError(f"{name}: {value} is not above 0")
        if self.over not in OVERS:
            raise ValueError(f"over: {self.over!r} is unknown; use one of {', '.join(OVERS)}")
        object.__setattr__(self, "words", tuple(sorted(self.words, key=_size)))

    @property
    def payload(self) -> dict[str, object]:
        """What owners must agree on."""
        agreed = [self.rate, self.least, self.most, digest(list(self.words))]
        return {"replace": agreed if self.over == "example" else [*agreed, self.over]}

    def replaced(self, example: Example, kept: Collection[str], chance: np.random.Generator) -> str:
        """Return an example's input with some of its words replaced.

        Laws: what is no word stays; there are as many words, none longer in bytes than before, so
        that a promised cost holds; words of ``kept``, in any case, neither go nor come.
        """
        protected = {word.casefold() for one in kept for word in _WORD.findall(one)}
        usable = [word for word in self.words if word.casefold() not in protected]
        sizes = [_size(word) for word in usable]

        def other(found: re.Match[str]) -> str:
            word = found.group()
            fitting = bisect_right(sizes, _size(word))
            drawn, place = chance.random(), chance.random()
            if word.casefold() in protected or drawn >= self.rate or not fitting:
                return word
            # Of the longest half that fits: about as long, and not always the same few.
            first = fitting // 2
            return usable[first + int(place * (fitting - first))]

        return _WORD.sub(other, example.input)

    def examples(
        self, examples: Sequence[Example], kept: Collection[str], stream: "Stream"
    ) -> list[Example]:
        """Return copies of examples with words replaced; the same all through a round."""
        return [replace(e, input=self.replaced(e, kept, stream.of(e))) for e in examples]

    def ratios(self, losses: Floats, noise: Floats) -> Floats:
        """Return losses over the losses under noise, shape (n,), in [0, most].

        Law: it grows with a loss, and falls with its loss under noise.
        """
        under = noise
        if self.over == "mean" and len(noise):
            under = np.full(len(noise), noise.mean())
        found: Floats = np.minimum(losses / np.maximum(under, self.least), self.most)
        return found


@dataclass(frozen=True, slots=True)
class Stream:
    """Names the draws of one owner in one round.

    Attributes:
        seed: the run's.
        round: from 0.
        client: the owner's name.
    """

    seed: int
    round: int
    client: str

    def of(self, example: Example) -> np.random.Generator:
        """Return the stream of one example."""
        return rng(self.seed, f"replace {example.id}", round=self.round, client=self.client)


def _size(word: str) -> int:
    return len(word.encode())
