"""What is searched: a space turns points into prompts.

To add a space, write one file here with one public class named in ``__all__``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from fedbbpt.data import Example
from fedbbpt.distributions import Distribution, Floats
from fedbbpt.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Axis:
    """One categorical coordinate.

    Attributes:
        name: for reports.
        choices: one short description a choice; choice 0 is the start's.
    """

    name: str
    choices: tuple[str, ...]


class Space(Protocol):
    """A set of prompts.

    Laws: ``decode`` of the origin is the starting prompt; the same point always decodes to the
    same prompt; two spaces with the same fingerprint decode alike.
    """

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The categorical coordinates in order, empty for a continuous space."""
        ...

    def initial(self) -> Distribution:
        """Return the distribution that a search starts from."""
        ...

    def decode(self, point: Floats) -> Prompt:
        """Return the prompt at ``point``, shape (width,).

        Raises:
            ValueError: the point does not lie in the space.
        """
        ...

    @property
    def fingerprint(self) -> str:
        """The digest of everything that ``decode`` depends on."""
        ...


@runtime_checkable
class AtHome(Space, Protocol):
    """A space whose points may be other prompts at every owner, made of its own examples."""

    @property
    def private(self) -> bool:
        """Whether they are."""
        ...

    def at_home(self, pool: Sequence[Example], owner: str) -> Space:
        """Return the space as one owner decodes it: same axes, same fingerprint.

        Args:
            pool: the owner's examples that prompts may show.
            owner: its name.
        """
        ...


def is_private(space: Space) -> bool:
    """Tell whether only an owner can say what a point of the space is at its place."""
    return isinstance(space, AtHome) and space.private
