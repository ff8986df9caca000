"""A prompt put together from slots: instruction, input, wording, hint and exemplars."""

from dataclasses import dataclass
from functools import cached_property

from fedbbpt.canonical import digest
from fedbbpt.closest import expected
from fedbbpt.data import Task
from fedbbpt.distributions import Categorical, Floats
from fedbbpt.library import SlotLibrary
from fedbbpt.prompts import Prompt
from fedbbpt.spaces import Axis
from fedbbpt.spaces.assembly import LEGEND, assemble
from fedbbpt.spaces.choices import Choices, captions, choices_for, cut, payload
from fedbbpt.spaces.picks import picks, uniform
from fedbbpt.spaces.start import Start
from fedbbpt.spaces.wording import Wordings

__all__ = ["Slots"]

_AXES = ("instruction", "input", "wording", "hint", "exemplars")


# without slots=True: the choices are worked out once, and a cached property needs a place
@dataclass(frozen=True)
class Slots:
    """All prompts that take each part from the start or from a library.

    Law: choice 0 on every axis is the start's own part, so that the origin is the start prompt.

    Attributes:
        task: what is asked; names the topic and the labels.
        start: the prompt to start from.
        library: alternatives; those that do not fit the task's labels are left out and said.
        frozen: names of axes that keep the start's part.
        limit: most choices an axis, the start's included; 0 for no limit.
        generate: answers are read from generated text, so label words may begin alike.

    Raises:
        ValueError: an unknown axis, a negative limit, or a start that does not fit the task.
    """

    task: Task
    start: Start
    library: SlotLibrary = SlotLibrary()
    frozen: tuple[str, ...] = ()
    limit: int = 0
    generate: bool = False

    def __post_init__(self) -> None:
        for name in self.frozen:
            if name not in _AXES:
                raise ValueError(f"frozen: {name!r} is no axis; {expected(name, _AXES)}")
        if self.limit < 0:
            raise ValueError(f"limit: {self.limit} is below 0; write 0 for no limit")
        _ = self._choices  # a start that does not fit the task is refused here, not when decoding

    @cached_property
    def _choices(self) -> Choices:
        everything = choices_for(self.task, self.start, self.library, generate=self.generate)
        most = [1 if name in self.frozen else self.limit or None for name in _AXES]
        return cut(everything, most)

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """Instruction, input, wording, hint and exemplars, in this order."""
        lines = zip(_AXES, captions(self._choices), strict=True)
        return tuple(Axis(name, choices) for name, choices in lines)

    @property
    def wordings(self) -> Wordings:
        """The label words, with their mode and the reason for it."""
        return self._choices.wordings

    @property
    def left_out(self) -> tuple[str, ...]:
        """What of the library does not fit the task, one line each, for people."""
        return self._choices.left_out

    def initial(self) -> Categorical:
        """Return the distribution under which all choices of an axis are equally likely."""
        return uniform(self.axes)

    def decode(self, point: Floats) -> Prompt:
        """Return the prompt of the choices at ``point``, shape (5,).

        Raises:
            ValueError: another width, a fraction, or no such choice.
        """
        instruction, template, wording, hint, exemplars = picks(point, self.axes)
        chosen = self._choices
        parts = Start(
            system=chosen.instructions[instruction],
            user=chosen.inputs[template],
            hint=chosen.hints[hint],
            shots=chosen.exemplars[exemplars].shots,
        )
        return assemble(parts, self.task, chosen.wordings.choices[wording])

    @cached_property
    def fingerprint(self) -> str:
        """The digest of topic, labels, assembly and all choices in their order."""
        return digest(
            {
                "space": "slots",
                "assembly": [1, LEGEND],
                "topic": self.task.topic,
                "labels": list(self.task.labels),
                **payload(self._choices),
            }
        )
