"""What only a simulation may show: what went wrong, and what owners keep for themselves."""

from dataclasses import asdict, dataclass

from fedbbpt.canonical import canonical_json
from fedbbpt.runs.results import SCHEMA


@dataclass(frozen=True, slots=True)
class WorstExample:
    """An example of the dev split that the found prompt got wrong.

    Attributes:
        owner: whose it is.
        input: the text, its middle cut out where it is long.
        targets: accepted answers.
        start: what the start said, calibrated.
        found: what the found prompt said, calibrated.
        loss: of the found prompt's answer; higher is worse.
    """

    owner: str
    input: str
    targets: tuple[str, ...]
    start: str
    found: str
    loss: float


@dataclass(frozen=True, slots=True)
class OwnerCalibration:
    """What an owner adds to the label scores of the tuned prompt.

    Attributes:
        owner: whose it is.
        labels: the label set; empty where nothing was fitted.
        biases: nats, one a label, summing to 0.
    """

    owner: str
    labels: tuple[str, ...]
    biases: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SimulationView:
    """The content of ``simulation.json``; a run with real owners writes no such file.

    Attributes:
        worst: per owner, the worst first.
        calibrations: one an owner.
    """

    worst: tuple[WorstExample, ...] = ()
    calibrations: tuple[OwnerCalibration, ...] = ()

    def encode(self) -> bytes:
        """Return the canonical bytes of ``simulation.json``."""
        return canonical_json({"schema": SCHEMA, **asdict(self)})
