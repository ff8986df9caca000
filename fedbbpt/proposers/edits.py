"""Small edits of a parent's phrases: GrIPS, Prasad et al. 2023, arXiv:2203.07281."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.proposers import SERVER, Failure, Parent, Proposed, ProposingDialogue, ProposingStep
from fedbbpt.proposers.phrases import joined, phrases_of
from fedbbpt.proposers.replies import instructions_in
from fedbbpt.proposers.writing import Writer, check_writer
from fedbbpt.spaces.growth import admitted

__all__ = ["Edits"]

DELETE, SWAP, ADD, PARAPHRASE = "delete", "swap", "add", "paraphrase"

TRIES = 12
"""Edits tried for each text wanted: on a short parent many of them come out alike."""


@dataclass(frozen=True, slots=True)
class Edits:
    """Deletes, swaps and adds phrases of the parents; needs no model.

    A phrase that is added comes from another parent. The parents take turns, the best first.

    Attributes:
        at: ``"server"`` or ``"owner"``.
        paraphrase: also put single phrases into other words, which asks a model.
        edits: edits of one text, one after the other, >= 1.
        temperature: of paraphrases, in (0, 2].
        max_tokens: longest paraphrase, >= 8.

    Raises:
        ValueError: an unknown place, or a number out of its range.
    """

    at: str = SERVER
    paraphrase: bool = False
    edits: int = 1
    temperature: float = 0.9
    max_tokens: int = 48

    def __post_init__(self) -> None:
        check_writer(self.at, self.temperature, self.max_tokens)
        if self.edits < 1:
            raise ValueError(f"edits: {self.edits} changes nothing; give at least 1")

    def requests(self, count: int) -> int:
        """Return a request a text where phrases are paraphrased, else 0."""
        return count if self.paraphrase else 0

    def start(
        self,
        parents: Sequence[Parent],
        failures: Sequence[Failure],  # noqa: ARG002 - an edit looks at no example
        count: int,
        rng: np.random.Generator,
    ) -> ProposingDialogue:
        """Edit the parents; a phrase to paraphrase is asked about in the dialogue."""
        sources = [phrases_of(parent.text) for parent in parents]
        whole = [place for place, phrases in enumerate(sources) if phrases]
        made = []
        for turn in range(TRIES * count if whole else 0):
            place = whole[turn % len(whole)]
            others = [p for i in whole if i != place for p in sources[i]]
            phrases = sources[place]
            for _ in range(self.edits):
                phrases = _edited(phrases, others, rng)
            made.append(joined(phrases))
        kept = admitted(made, [parent.text for parent in parents], most=count)
        return _Editing(Proposed(kept.texts), self._asked(kept.texts, rng), tuple(parents))

    def _asked(self, texts: Sequence[str], rng: np.random.Generator) -> "tuple[_Place, ...]":
        """Return which phrases are put into other words: of about every fourth text."""
        if not self.paraphrase:
            return ()
        writer = Writer(PARAPHRASE, "", (), self.temperature, self.max_tokens)
        chosen = []
        for place, text in enumerate(texts):
            phrases = phrases_of(text)
            if rng.random() < 1 / len((DELETE, SWAP, ADD, PARAPHRASE)):
                at = int(rng.integers(len(phrases)))
                (request,) = writer.requests([{"parent": phrases[at]}], rng)
                chosen.append(_Place(place, at, request))
        return tuple(chosen)


def _edited(
    phrases: tuple[str, ...], others: Sequence[str], rng: np.random.Generator
) -> tuple[str, ...]:
    """Return the phrases after one edit that they allow."""
    possible = [SWAP, DELETE] if len(phrases) > 1 else []
    possible += [ADD] if others else []
    if not possible:
        return phrases
    edit = possible[int(rng.integers(len(possible)))]
    changed = list(phrases)
    if edit == ADD:
        place = int(rng.integers(len(changed) + 1))
        changed.insert(place, others[int(rng.integers(len(others)))])
    elif edit == DELETE:
        del changed[int(rng.integers(len(changed)))]
    else:
        first, second = (int(i) for i in rng.choice(len(changed), size=2, replace=False))
        changed[first], changed[second] = changed[second], changed[first]
    return tuple(changed)


@dataclass(frozen=True, slots=True)
class _Place:
    """One phrase of one text that is put into other words."""

    text: int
    phrase: int
    request: Request


@dataclass(frozen=True, slots=True)
class _Editing:
    made: Proposed
    asked: tuple[_Place, ...]
    parents: tuple[Parent, ...]

    def step(self, replies: Sequence[Completion | Missing]) -> ProposingStep:
        """Return the requests about phrases, then the texts; a lost phrase stays as it is."""
        if not self.asked:
            return self.made
        if not replies:
            return tuple(place.request for place in self.asked)
        texts = list(self.made.texts)
        for place, reply in zip(self.asked, replies, strict=True):
            phrases = list(phrases_of(texts[place.text]))
            said = instructions_in(reply)
            if said:
                phrases[place.phrase] = said[-1]
                texts[place.text] = joined(phrases)
        kept = admitted(texts, [parent.text for parent in self.parents], most=len(texts))
        return Proposed(kept.texts, kept.dropped)
