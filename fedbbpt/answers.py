"""What came back for one item: a text, label scores, a mark, something unreadable, or nothing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A readable answer in words (for a closed task, a label of the set)."""

    text: str


@dataclass(frozen=True, slots=True)
class LabelScores:
    """Log-probabilities of the labels, up to one common constant.

    Attributes:
        labels: the label set, in the task's order.
        log_probs: one finite natural logarithm a label.
        floored: True where the endpoint named no token of the label and a floor stands instead.
    """

    labels: tuple[str, ...]
    log_probs: tuple[float, ...]
    floored: tuple[bool, ...]

    @property
    def best(self) -> str:
        """The label with the highest score; the earliest of equals."""
        return self.labels[self.log_probs.index(max(self.log_probs))]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The model answered, but not in the asked form: scored 0 and counted.

    Attributes:
        text: what it said.
        judged: True where the answer was readable and the judge's reply was not.
    """

    text: str
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """No usable reply for an infrastructure reason: counted, never scored.

    Attributes:
        reason: short and stable, for example ``"timeout"`` or ``"status 503"``.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Scored:
    """An answer that something beside the metric has marked: a judge, an encoder, an evaluator.

    Attributes:
        text: what was marked; it stays with the owner.
        score: in [0, 1], higher is better.

    Raises:
        ValueError: the score is outside [0, 1] or not a number.
    """

    text: str
    score: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"score: {self.score} is outside [0, 1]")


Answer = Text | LabelScores | Scored | Unreadable | Missing
