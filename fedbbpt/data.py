"""Examples and the tasks they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Example:
    """One input with its accepted targets.

    Attributes:
        id: unique within the data set.
        input: the text put in the place of ``{input}``.
        targets: accepted answers, at least one; the first is the reference.
        domain: natural group of the example, empty if unknown.

    Raises:
        ValueError: no id, or no target.
    """

    id: str
    input: str
    targets: tuple[str, ...]
    domain: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("an example needs an id")
        if not self.targets:
            raise ValueError(f"example {self.id!r} has no target")


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be solved.

    Attributes:
        name: short name for reports.
        topic: what is asked about the input, as a noun phrase ("sentiment of the text").
        labels: the closed label set in a fixed order, empty for free answers.
    """

    name: str
    topic: str
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.labels) == 1:
            raise ValueError("labels: one label is no choice; give at least two, or none")
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("labels: a label is listed twice")


@dataclass(frozen=True, slots=True)
class OwnerData:
    """One owner's private examples in their three roles.

    Attributes:
        owner: name of the client.
        train: search and calibration.
        dev: choice between start and tuned prompt.
        test: sealed; opened once, at the end.
        pool: what prompts may show at this owner; in no split, so never asked.
    """

    owner: str
    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    test: tuple[Example, ...] = field(default=())
    pool: tuple[Example, ...] = field(default=())

    def splits(self) -> dict[str, Sequence[Example]]:
        """Return the three roles by name."""
        return {"train": self.train, "dev": self.dev, "test": self.test}
