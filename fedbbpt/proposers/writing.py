"""Instructions that a model writes: requests in one list, their replies read into texts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.labels import spoken_list
from fedbbpt.library.request_templates import load_template
from fedbbpt.proposers import PLACES, Parent, Proposed, ProposingStep
from fedbbpt.proposers.replies import instructions_in
from fedbbpt.spaces.growth import NO_REPLY, NO_TEXT, admitted

NOTHING = "(no instruction)"
"""How a parent without an instruction is shown."""

_DRAWS = 1 << 31


def check_writer(at: str, temperature: float, max_tokens: int) -> None:
    """Refuse settings under which no model writes.

    Raises:
        ValueError: an unknown place, or a number out of its range.
    """
    if at not in PLACES:
        raise ValueError(f'at: {at!r} is no place; write "server" or "owner"')
    if not 0 < temperature <= 2:
        raise ValueError(f"temperature: {temperature} is outside (0, 2]; try 0.9")
    if max_tokens < 8:
        raise ValueError(f"max_tokens: {max_tokens} leave no instruction; try 160")


@dataclass(frozen=True, slots=True)
class Writer:
    """How a proposer asks: its template, and what all requests of it share.

    Attributes:
        template: name of the packaged one.
        topic: of the task, for ``{task}``.
        labels: of the task.
        temperature: of every reply.
        max_tokens: longest reply.
    """

    template: str
    topic: str
    labels: tuple[str, ...]
    temperature: float
    max_tokens: int

    @property
    def task(self) -> str:
        """The task in one sentence."""
        if not self.labels:
            return f"answer a question about the {self.topic}."
        return f"read a text and say its {self.topic}: {spoken_list(self.labels)}."

    def requests(
        self, families: Sequence[Mapping[str, str]], rng: np.random.Generator
    ) -> tuple[Request, ...]:
        """Return one request for each family, the values of the template's places.

        The number of each draw is drawn, so that asking again about the same parents in another
        round is another question, and yet the same one when that round is replayed.
        """
        template = load_template("proposing", self.template)
        return tuple(
            Request(
                messages=template.filled({"task": self.task, **family}),
                max_tokens=self.max_tokens,
                temperature=self.temperature,
                sample=int(rng.integers(_DRAWS)),
            )
            for family in families
        )


@dataclass(frozen=True, slots=True)
class Written:
    """One list of requests, and the instructions of their replies.

    Attributes:
        requests: what is asked.
        parents: whose texts are known already.
        count: texts at most.
    """

    requests: tuple[Request, ...]
    parents: tuple[Parent, ...]
    count: int

    def step(self, replies: Sequence[Completion | Missing]) -> ProposingStep:
        """Return the requests when there are no replies yet, else the texts."""
        if not replies:
            return self.requests or Proposed(())
        found: list[str] = []
        lost: Counter[str] = Counter()
        for reply in replies:
            # One text a reply: a model that lists ten would otherwise choose for all others.
            texts = instructions_in(reply)[-1:]
            found.extend(texts)
            if not texts:
                lost[NO_REPLY if isinstance(reply, Missing) else NO_TEXT] += 1
        known = (parent.text for parent in self.parents)
        kept = admitted(found, known, most=self.count)
        return Proposed(kept.texts, dict(sorted((lost + Counter(kept.dropped)).items())))


def shown(parent: Parent) -> str:
    """Return a parent's text as a model is shown it."""
    return parent.text or NOTHING


def drawn_apart(
    parents: Sequence[Parent], size: int, rng: np.random.Generator
) -> tuple[Parent, ...]:
    """Return ``size`` parents, different ones as far as there are enough, in random order."""
    order = [int(place) for place in rng.permutation(len(parents))]
    return tuple(parents[order[place % len(order)]] for place in range(size))
