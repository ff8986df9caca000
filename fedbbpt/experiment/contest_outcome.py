"""What a contest of two prompts found out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from fedbbpt.runs.results import Cell, Comparison


@dataclass(frozen=True, slots=True)
class Side:
    """One prompt's figures.

    Attributes:
        name: of the prompt.
        cell: its score over the common items, as its file reads replies.
        calibrated: True where its file adds an owner's label biases.
        missing: items without a usable reply.
        unreadable: items answered, but not in the asked form; they score 0.
        accuracy: beside a metric of the whole table; None beside any other.
    """

    name: str
    cell: Cell
    calibrated: bool
    missing: int
    unreadable: int
    accuracy: Cell | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a contest found out.

    Attributes:
        destination: where the examples went.
        items: examples asked.
        first: figures of the first prompt.
        second: figures of the second.
        comparison: second against first, over the items with a reply for both.
        metric: what was compared.
        test: name of the test behind the p-value.
        exact: True for McNemar's exact test.
        requests: asked.
        hits: answered from the journal.
        calls: made by this process.
    """

    destination: str
    items: int
    first: Side
    second: Side
    comparison: Comparison
    metric: str
    test: str
    exact: bool
    requests: int
    hits: int
    calls: int

    def payload(self) -> Mapping[str, object]:
        """Return the outcome as JSON values."""
        return asdict(self)
