"""Small edits of a parent's phrases: GrIPS, Prasad et al. 2023, arXiv:2203.07281."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.library.templates import as_text
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

    A phrase that is added comes from another parent. The parents take turns, the best first. Topic
    and labels, as they stand in the parents, stay whole or go whole.

    Attributes:
        at: ``"server"`` or ``"owner"``.
        paraphrase: also put single phrases into other words, which asks a model.
        edits: edits of one text, one after the other, >= 1.
        temperature: of paraphrases, in (0, 2].
        max_tokens: longest paraphrase, >= 8.
        topic: of the task; filled by the run.
        spoken: the labels as prompts say them; filled by the run.

    Raises:
        ValueError: an unknown place, or a number out of its range.
    """

    at: str = SERVER
    paraphrase: bool = False
    edits: int = 1
    temperature: float = 0.9
    max_tokens: int = 48
    topic: str = ""
    spoken: str = ""

    def __post_init__(self) -> None:
        check_writer(self.at, self.temperature, self.max_tokens)
        if self.edits < 1:
            raise ValueError(f"edits: {self.edits} changes nothing; give at least 1")

    @property
    def _whole(self) -> tuple[str, ...]:
        """What no edit cuts apart, as it stands in a text with single spaces."""
        filled = (" ".join(as_text(value).split()) for value in (self.topic, self.spoken))
        return tuple(value for value in filled if value)

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
        whole = self._whole
        sources = [phrases_of(parent.text, whole) for parent in parents]
        filled = [place for place, phrases in enumerate(sources) if phrases]
        made = []
        for turn in range(TRIES * count if filled else 0):
            place = filled[turn % len(filled)]
            others = [p for i in filled if i != place for p in sources[i]]
            phrases = sources[place]
            for _ in range(self.edits):
                phrases = _edited(phrases, others, rng)
            made.append(joined(phrases, whole))
        kept = admitted(made, [parent.text for parent in parents], most=count)
        return _Editing(Proposed(kept.texts), self._asked(kept.texts, rng), tuple(parents), whole)

    def _asked(self, texts: Sequence[str], rng: np.random.Generator) -> "tuple[_Place, ...]":
        """Return which phrases are put into other words: of about every fourth text."""
        if not self.paraphrase:
            return ()
        writer = Writer(PARAPHRASE, "", (), self.temperature, self.max_tokens)
        chosen = []
        for place, text in enumerate(texts):
            phrases = phrases_of(text, self._whole)
            free = [at for at, phrase in enumerate(phrases) if not self._holds_value(phrase)]
            if free and rng.random() < 1 / len((DELETE, SWAP, ADD, PARAPHRASE)):
                at = free[int(rng.integers(len(free)))]
                (request,) = writer.requests([{"parent": phrases[at]}], rng)
                chosen.append(_Place(place, at, request))
        return tuple(chosen)

    def _holds_value(self, phrase: str) -> bool:
        # in other words a value of several words would come back as a part of itself
        return any(" " in value and value in phrase for value in self._whole)


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
    whole: tuple[str, ...]

    def step(self, replies: Sequence[Completion | Missing]) -> ProposingStep:
        """Return the requests about phrases, then the texts; a lost phrase stays as it is."""
        if not self.asked:
            return self.made
        if not replies:
            return tuple(place.request for place in self.asked)
        texts = list(self.made.texts)
        for place, reply in zip(self.asked, replies, strict=True):
            phrases = list(phrases_of(texts[place.text], self.whole))
            said = instructions_in(reply)
            if said:
                phrases[place.phrase] = said[-1]
                texts[place.text] = joined(phrases, self.whole)
        kept = admitted(texts, [parent.text for parent in self.parents], most=len(texts))
        return Proposed(kept.texts, kept.dropped)
