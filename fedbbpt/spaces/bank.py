"""A bank of complete prompts, of which a search takes one."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.canonical import digest
from fedbbpt.data import Task
from fedbbpt.distributions import Categorical, Floats
from fedbbpt.library import BankEntry
from fedbbpt.prompts import Prompt
from fedbbpt.spaces import Axis
from fedbbpt.spaces.assembly import assemble
from fedbbpt.spaces.picks import picks, uniform
from fedbbpt.spaces.start import Start
from fedbbpt.spaces.wording import Wording

__all__ = ["Bank"]


@dataclass(frozen=True, slots=True)
class Bank:
    """A numbered list of prompts.

    Law: prompt 0 is the start, so that the origin is the start prompt.

    Attributes:
        prompts: at least one, all with as many label words as the first.
        names: one a prompt, for reports; no name twice.

    Raises:
        ValueError: no prompt, or prompts and names that do not fit together.
    """

    prompts: tuple[Prompt, ...]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.prompts:
            raise ValueError("prompts: none is given; the first one is the start")
        if len(self.names) != len(self.prompts):
            raise ValueError(
                f"names: {len(self.names)} for {len(self.prompts)} prompts; give one each"
            )
        if len(set(self.names)) != len(self.names):
            raise ValueError("names: a name is given twice; reports could not tell them apart")
        words = len(self.prompts[0].words)
        for name, prompt in zip(self.names, self.prompts, strict=True):
            if len(prompt.words) != words:
                raise ValueError(
                    f"prompts: {name!r} has {len(prompt.words)} label words where the start has "
                    f"{words}; give one word a label in each"
                )

    @classmethod
    def from_entries(
        cls, start: Prompt, entries: Sequence[BankEntry], *, task: Task, wording: Wording
    ) -> "Bank":
        """Return the bank of the start prompt and a library's prompts for ``task``.

        Raises:
            ValueError: two entries of one name, or ``wording`` does not fit the start's words.
        """
        made = (assemble(Start(e.system, e.user), task, wording) for e in entries)
        return cls((start, *made), ("start", *(entry.name for entry in entries)))

    @property
    def axes(self) -> tuple[Axis, ...]:
        """One axis, ``"prompt"``, whose choices are the names."""
        return (Axis("prompt", self.names),)

    def initial(self) -> Categorical:
        """Return the distribution under which all prompts are equally likely."""
        return uniform(self.axes)

    def decode(self, point: Floats) -> Prompt:
        """Return the prompt numbered by ``point``, shape (1,).

        Raises:
            ValueError: another width, a fraction, or no such prompt.
        """
        (number,) = picks(point, self.axes)
        return self.prompts[number]

    @property
    def fingerprint(self) -> str:
        """The digest of all prompts in their order."""
        return digest({"space": "bank", "prompts": [prompt.payload() for prompt in self.prompts]})
