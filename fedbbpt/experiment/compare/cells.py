"""One cell of a comparison, one method under one seed: what it is, what it found, what it cost."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from fedbbpt.config.strict import as_table, read_section
from fedbbpt.errors import ConfigError
from fedbbpt.prompts import Prompt

SCHEMA = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One search to be done.

    Attributes:
        row: name of the row that it belongs to.
        contender: name of the method, as among the plan's contenders.
        seed: of the search; the split has a seed of its own.
        hand: who searches: ``"all"`` owners together, ``"pooled"`` data, or the name of one owner
            alone after ``"alone: "``.
        rounds: the search ends after so many; 0 for as many as its requests pay for.
    """

    row: str
    contender: str
    seed: int
    hand: str = "all"
    rounds: int = 0

    @property
    def owner(self) -> str:
        """The one owner that searches alone, or an empty text."""
        return self.hand.removeprefix(ALONE) if self.hand.startswith(ALONE) else ""

    @property
    def name(self) -> str:
        """What to call the cell, also as the beginning of a file's name."""
        who = self.hand.replace(": ", "-") if self.hand != TOGETHER else ""
        end = f"rounds-{self.rounds}" if self.rounds else ""
        parts = (self.contender, who, f"seed-{self.seed}", end)
        return "_".join(part.replace(" ", "-") for part in parts if part)


TOGETHER, POOLED, ALONE = "all", "pooled", "alone: "


@dataclass(frozen=True, slots=True)
class Cost:
    """What was asked and sent, counted as if the cell had been alone: no answer was there before.

    Attributes:
        calls: distinct requests that were answered, owner by owner.
        prompt_tokens: read by the model for them.
        completion_tokens: written by it.
        down: bytes of the assignments that went to owners.
        up: bytes of their reports.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    down: int = 0
    up: int = 0

    def minus(self, earlier: "Cost") -> "Cost":
        """Return what came since."""
        mine, theirs = asdict(self), asdict(earlier)
        return Cost(**{name: mine[name] - theirs[name] for name in mine})


@dataclass(frozen=True, slots=True)
class Step:
    """Where a search stood after a round.

    Attributes:
        round: from 1.
        cost: of the search so far.
        score: calibrated training score of the round's best candidate, in [0, 1]; None where the
            reports do not tell it.
    """

    round: int
    cost: Cost
    score: float | None


@dataclass(frozen=True, slots=True)
class Gated:
    """What the gate on dev said of a found prompt.

    Attributes:
        accepted: True where a run would have returned it.
        reason: in plain words.
        cost: of the evaluation on dev and its calibration.
    """

    accepted: bool
    reason: str
    cost: Cost


@dataclass(frozen=True, slots=True)
class CellResult:
    """What a cell found.

    Attributes:
        cell: which one.
        prompt: that the search ended with, whatever the gate says; of a private space, as it may be
            shown to anyone.
        point: that it was decoded from, shape (dimensions,).
        requests: distinct requests of the search, as its budget counts them.
        rounds: of the search.
        ended: why it ended.
        missing: items of the search without a usable reply.
        cost: of the search.
        written: requests to the server's proposer for new texts, booked apart from ``cost``.
        steps: one a round.
        gate: None where the row has no gate.
    """

    cell: Cell
    prompt: Prompt
    point: tuple[float, ...]
    requests: int
    rounds: int
    ended: str
    missing: int
    cost: Cost
    written: int
    steps: tuple[Step, ...]
    gate: Gated | None

    def payload(self) -> dict[str, object]:
        """Return the result as JSON values; ``from_payload`` is its inverse."""
        return {"schema": SCHEMA, **asdict(self), "prompt": self.prompt.payload()}

    @classmethod
    def from_payload(cls, body: Mapping[str, object]) -> Self:
        """Return the result that ``payload`` gave.

        Raises:
            ValueError: of another version or shape.
        """
        try:
            if body["schema"] != SCHEMA:
                raise ValueError(f"schema {body['schema']!r}; this version reads {SCHEMA}")
            gate, steps, point = body["gate"], body["steps"], body["point"]
            if not isinstance(steps, list) or not isinstance(point, list):
                raise ValueError("steps, point: expected lists")
            return cls(
                cell=read_section(Cell, as_table(body["cell"], "cell"), "cell"),
                prompt=Prompt.from_payload(as_table(body["prompt"], "prompt")),
                point=tuple(float(value) for value in point),
                requests=_whole(body["requests"]),
                rounds=_whole(body["rounds"]),
                ended=str(body["ended"]),
                missing=_whole(body["missing"]),
                cost=_cost(body["cost"]),
                written=_whole(body["written"]),
                steps=tuple(_step(as_table(step, "step")) for step in steps),
                gate=None if gate is None else _gated(as_table(gate, "gate")),
            )
        except (KeyError, TypeError, ValueError, ConfigError) as error:
            raise ValueError(f"not as this version writes it: {error}") from error


def _step(body: Mapping[str, object]) -> Step:
    score = body["score"]
    if score is not None and not isinstance(score, float | int):
        raise ValueError("score: not a number")
    known = None if score is None else float(score)
    return Step(_whole(body["round"]), _cost(body["cost"]), known)


def _gated(body: Mapping[str, object]) -> Gated:
    return Gated(bool(body["accepted"]), str(body["reason"]), _cost(body["cost"]))


def _cost(body: object) -> Cost:
    return read_section(Cost, as_table(body, "cost"), "cost")


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(f"{value!r} is no whole number")
    return value
