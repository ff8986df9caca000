"""The starting prompt under another instruction: a numbered list of texts that may grow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from fedbbpt.canonical import digest
from fedbbpt.codec.fields import MOST_TEXTS
from fedbbpt.data import Task
from fedbbpt.distributions import Categorical, Floats
from fedbbpt.library import SlotLibrary
from fedbbpt.library.templates import fill
from fedbbpt.prompts import Prompt
from fedbbpt.spaces import Axis
from fedbbpt.spaces.assembly import LEGEND, assemble
from fedbbpt.spaces.choices import Choices, choices_for, cut, payload
from fedbbpt.spaces.growth import check_labels, fault
from fedbbpt.spaces.picks import caption, picks, uniform
from fedbbpt.spaces.start import Start
from fedbbpt.spaces.wording import Wordings

__all__ = ["Instructions"]


# without slots=True: the choices are worked out once, and a cached property needs a place
@dataclass(frozen=True)
class Instructions:
    """Prompts that differ from the start in the instruction alone.

    Laws: choice 0 is the start's own instruction; a choice keeps its number when the list grows.

    Attributes:
        task: what is asked; names the topic and the labels.
        start: the prompt to start from.
        library: instructions to begin with; those that do not fit the task are left out.
        limit: most choices to begin with, the start's included; 0 for no limit.
        generate: answers are read from generated text, so label words may begin alike.
        added: instructions that the list grew by.

    Raises:
        ValueError: a negative limit, a start that does not fit the task, or an added text that
            cannot be an instruction.
    """

    task: Task
    start: Start
    library: SlotLibrary = SlotLibrary()
    limit: int = 0
    generate: bool = False
    added: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.limit < 0:
            raise ValueError(f"limit: {self.limit} is below 0; write 0 for no limit")
        if len(self.added) > MOST_TEXTS:
            raise ValueError(f"texts: {len(self.added)} are more than {MOST_TEXTS} that may join")
        for number, text in enumerate(self.added):
            if why := fault(text):
                raise ValueError(f"texts: number {number} cannot join the bank: {why}")
        check_labels(self.added, self.task.labels)
        _ = self._choices  # a start that does not fit the task is refused here, not when decoding

    @cached_property
    def _choices(self) -> Choices:
        everything = choices_for(self.task, self.start, self.library, generate=self.generate)
        return cut(everything, [self.limit or None, 1, 1, 1, 1])

    @cached_property
    def _templates(self) -> tuple[str, ...]:
        return (*self._choices.instructions, *self.added)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The instruction of every choice, topic and labels filled in."""
        labels = self.wordings.choices[0].spoken
        return tuple(fill(t, topic=self.task.topic, labels=labels) for t in self._templates)

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """One axis, ``"instruction"``."""
        first, *others = self._templates
        lines = (f"{place}: {caption(text)}" for place, text in enumerate(others, start=1))
        return (Axis("instruction", (caption(first), *lines)),)

    @property
    def wordings(self) -> Wordings:
        """The label words, with their mode and the reason for it."""
        return self._choices.wordings

    def initial(self) -> Categorical:
        """Return the distribution under which all instructions are equally likely."""
        return uniform(self.axes)

    def decode(self, point: Floats) -> Prompt:
        """Return the start under the instruction numbered by ``point``, shape (1,).

        Raises:
            ValueError: another width, a fraction, or no such instruction.
        """
        chosen = self._choices
        parts = Start(
            system=self._templates[self.number(point)],
            user=chosen.inputs[0],
            hint=chosen.hints[0],
            shots=chosen.exemplars[0].shots,
        )
        return assemble(parts, self.task, chosen.wordings.choices[0])

    def number(self, point: Floats) -> int:
        """Return the choice that a point stands for, shape (1,).

        Raises:
            ValueError: another width, a fraction, or no such instruction.
        """
        (number,) = picks(point, self.axes)
        return number

    def point(self, number: int) -> Floats:
        """Return the point of a choice, shape (1,)."""
        return np.array([float(number)])

    def grown(self, texts: Sequence[str]) -> "Instructions":
        """Return the space with more instructions at its end.

        Raises:
            ValueError: too many, or one that cannot be an instruction.
        """
        return replace(self, added=(*self.added, *texts)) if texts else self

    @cached_property
    def fingerprint(self) -> str:
        """The digest of topic, labels, assembly and all instructions in their order."""
        return digest(
            {
                "space": "instructions",
                "assembly": [1, LEGEND],
                "topic": self.task.topic,
                "labels": list(self.task.labels),
                "added": list(self.added),
                **payload(self._choices),
            }
        )
