"""Which solved examples stand before the question, and in which order: an owner's own, or public.

A point names places of a pool, not examples. Where the pool is private, the same point is another
prompt at every owner, made of that owner's examples by one rule for all; only the owner can decode
it, and everyone else sees what kind of example stands where.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from fedbbpt.canonical import digest
from fedbbpt.data import Example, Task
from fedbbpt.distributions import Categorical, Floats
from fedbbpt.library import Exemplar
from fedbbpt.prompts import Prompt
from fedbbpt.randomness import rng
from fedbbpt.spaces import Axis, Space
from fedbbpt.spaces.assembly import assemble
from fedbbpt.spaces.picks import caption, picks, uniform
from fedbbpt.spaces.start import Start
from fedbbpt.spaces.wording import Wording, wordings_for
from fedbbpt.text_features import text_features

__all__ = ["Exemplars"]

POOL = 8
"""Examples of a pool, unless the run file says otherwise."""

ORDERS = ("label", "length", "spread", "drawn")
_NONE = "(none)"


# without slots=True: the wording is worked out once, and a cached property needs a place
@dataclass(frozen=True)
class Exemplars:
    """The start with up to ``positions`` solved examples before its question.

    Laws: the origin shows none and is the start; an example stands in a prompt at most once; a
    space at home decodes the points of the space that it was made from.

    Attributes:
        task: what is asked.
        start: the prompt to start from.
        public: the pool, where it is everyone's; empty: every owner has its own.
        generate: answers are read from generated text, so label words may begin alike.
        positions: examples shown at most, >= 1.
        pool: examples to choose from, >= 1; of a private pool, taken out of the owner's training
            examples.
        order: rule that numbers a pool: ``"label"`` takes the labels in turn, ``"length"`` the
            shortest first, ``"spread"`` always the one least like those before, ``"drawn"`` as they
            come; what a rule leaves open is drawn.
        home: the owner's own pool in its order; None everywhere else.

    Raises:
        ValueError: a number out of its range, or an unknown rule.
    """

    task: Task
    start: Start
    public: tuple[Example, ...] = ()
    generate: bool = False
    positions: int = 3
    pool: int = POOL
    order: str = "label"
    home: tuple[Example, ...] | None = None

    def __post_init__(self) -> None:
        if self.positions < 1 or self.pool < 1:
            raise ValueError("positions, pool: each at least 1; or choose another space")
        if self.order not in ORDERS:
            raise ValueError(f"order: {self.order!r} is no rule; use {', '.join(ORDERS)}")
        _ = self._wording  # a start that does not fit the task is refused here

    @cached_property
    def _wording(self) -> Wording:
        candidates = [self.start.words]
        return wordings_for(self.task.labels, candidates, generate=self.generate).choices[0]

    @cached_property
    def _known(self) -> tuple[Example, ...] | None:
        if self.public:
            return self._ordered(self.public, "")
        return self.home

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One axis a position; choice 0 shows nothing there."""
        known = self._ordered(self.public, "")
        names = [caption(one.input) for one in known] if known else self._kinds
        numbered = (f"{place}: {name}" for place, name in enumerate(names, start=1))
        choices = (_NONE, *numbered)
        return tuple(Axis(f"exemplar {n}", choices) for n in range(1, self.positions + 1))

    @property
    def _kinds(self) -> tuple[str, ...]:
        """What is public of a private example: the place that the rule gave it."""
        labels = self.task.labels
        if self.order != "label" or not labels:
            return tuple(f"the owner's own, by {self.order}" for _ in range(self.pool))
        return tuple(f"the owner's own, {labels[n % len(labels)]}" for n in range(self.pool))

    def initial(self) -> Categorical:
        """Return the distribution under which all choices are equally likely."""
        return uniform(self.axes)

    def decode(self, point: Floats) -> Prompt:
        """Return the start with the examples that ``point`` names, shape (positions,).

        A place that the pool does not reach, or that was named before, shows nothing.

        Raises:
            ValueError: another width, a fraction, or no such choice.
        """
        chosen = dict.fromkeys(number - 1 for number in picks(point, self.axes) if number)
        shots = tuple(shot for place in chosen if (shot := self._shot(place)) is not None)
        parts = replace(self.start, shots=(*self.start.shots, *shots))
        return assemble(parts, self.task, self._wording)

    def _shot(self, place: int) -> Exemplar | None:
        labels, known = self.task.labels, self._known
        if known is None:
            label = labels[place % len(labels)] if labels else "(its answer)"
            return Exemplar(f"({place + 1}: {self._kinds[place]})", label)
        if place >= len(known):
            return None
        return Exemplar(known[place].input, known[place].targets[0])

    @property
    def private(self) -> bool:
        """Whether every owner has a pool of its own."""
        return not self.public

    def at_home(self, pool: Sequence[Example], owner: str) -> Space:
        """Return the space as one owner decodes it; a public pool is the same for all."""
        return self if self.public else replace(self, home=self._ordered(pool, owner))

    def _ordered(self, pool: Sequence[Example], owner: str) -> tuple[Example, ...]:
        drawn = rng(0, "exemplars", client=owner).permutation(len(pool))
        mixed = [pool[int(place)] for place in drawn]
        match self.order:
            case "label" if self.task.labels:
                ordered = _in_turn(mixed, self.task.labels)
            case "length":
                ordered = sorted(mixed, key=lambda one: len(one.input))
            case "spread":
                ordered = _spread(mixed)
            case _:
                ordered = mixed
        return tuple(ordered[: self.pool])

    @property
    def fingerprint(self) -> str:
        """The digest of task, start, rule and public pool; a private pool is in no digest."""
        return digest(
            {
                "space": "exemplars",
                "start": assemble(self.start, self.task, self._wording).payload(),
                "labels": list(self.task.labels),
                "rule": [self.positions, self.pool, self.order],
                "public": [[one.input, list(one.targets)] for one in self.public],
            }
        )


def _in_turn(examples: Sequence[Example], labels: Sequence[str]) -> list[Example]:
    """Return examples with the labels in turn; where one is used up, whichever is left."""
    left = list(examples)
    ordered = []
    for place in range(len(left)):
        wanted = labels[place % len(labels)]
        fitting = [one for one in left if one.targets[0] == wanted]
        ordered.append((fitting or left)[0])
        left.remove(ordered[-1])
    return ordered


def _spread(examples: Sequence[Example]) -> list[Example]:
    """Return examples so that each is the one least like all before it."""
    if not examples:
        return []
    rows = text_features([one.input for one in examples])
    order = [0]
    nearest: Floats = rows @ rows[0]
    while len(order) < len(examples):
        nearest[order] = np.inf
        order.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, rows @ rows[order[-1]])
    return [examples[place] for place in order]
