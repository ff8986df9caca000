"""Where a run's figures may be followed from outside: off unless a run file says ``[track]``.

A tracker is told figures, prompts and the report page, never an example and never a key. It works
in a process of its own, so that whatever goes wrong there can neither stop nor change a run. To add
one, write one file here with one public frozen dataclass named in ``__all__``; its library is
imported in ``open``, which only that process calls.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Started:
    """A run that begins, or goes on.

    Attributes:
        token: the same for every process of one run folder, and for no other.
        name: of the run.
        folder: of the run, for trackers that keep files.
        settings: short facts: recipe, seed, digests; no example and no key.
    """

    token: str
    name: str
    folder: str
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One search round.

    Attributes:
        stage: of the run, such as ``"search"``.
        round: from 0 within its stage.
        order: from 0 over all stages; a resumed run goes on counting.
        figures: by name.
    """

    stage: str
    round: int
    order: int
    figures: Mapping[str, float]


class Tracking(Protocol):
    """A run under way at a tracker; it is told every round at most once."""

    def round(self, step: Step) -> None:
        """Note a round."""
        ...

    def finished(self, figures: Mapping[str, float], files: Mapping[str, str]) -> None:
        """Note how the run ended.

        Args:
            figures: by name.
            files: texts by file name: the report page and the tuned prompt.
        """
        ...


class Tracker(Protocol):
    """A tracker's settings, as ``[track]`` holds them."""

    @property
    def patience_seconds(self) -> float:
        """How long the end of a run waits for it, > 0."""
        ...

    def needs(self) -> "Needs":
        """Describe it without contacting anyone.

        Raises:
            ConfigError: its library is not installed.
        """
        ...

    def open(self, run: Started) -> AbstractContextManager[Tracking]:
        """Begin a run there, or go on with the one of the same token, for a ``with`` block.

        Whatever goes wrong may propagate: it ends the tracker's process and nothing else.
        """
        ...


@dataclass(frozen=True, slots=True)
class Needs:
    """What a tracker is, before it is opened.

    Attributes:
        destination: where figures and prompts go, for people.
        variables: names of the environment that its process is given.
        environment: what is set there besides.
    """

    destination: str
    variables: tuple[str, ...] = ()
    environment: Mapping[str, str] | None = None
