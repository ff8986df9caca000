"""What a comparison found, as it stands in ``compare.json``: same answers, same bytes."""

from dataclasses import asdict, dataclass
from typing import Self

from fedbbpt.canonical import canonical_json
from fedbbpt.experiment.compare.cells import Step

SCHEMA = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """One row against another on the same sealed items, calibrated, means over seeds.

    Attributes:
        first: the row compared with.
        second: the row that should be better.
        gain: difference of the scores, in [-1, 1].
        low: lower end of its 95 % interval over examples and seeds.
        high: upper end.
        p_value: one-sided, of a paired bootstrap over examples alone: another rule than the
            interval's.
    """

    first: str
    second: str
    gain: float
    low: float
    high: float
    p_value: float

    @property
    def word(self) -> str:
        """What the interval says of "second is better": confirmed, refuted or undecided."""
        if self.low > 0:
            return "confirmed"
        return "refuted" if self.high < 0 else "undecided"


@dataclass(frozen=True, slots=True)
class OneSeed:
    """One seed of a row against the start.

    Attributes:
        seed: of the search.
        score: on the sealed items.
        gain: over the start.
        p_value: McNemar's exact test for scores of 0 or 1, else Student's, one-sided.
        wins: items that only this row got right (0/1 scores), else 0.
        losses: items that only the start got right (0/1 scores), else 0.
        accepted: what the gate said; None without one.
        prompt: digest of the prompt; empty where a row has one for every owner.
    """

    seed: int
    score: float
    gain: float
    p_value: float
    wins: int
    losses: int
    accepted: bool | None
    prompt: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What a row costs a seed, on average, counted as if nothing had been asked before.

    Attributes:
        requests: distinct requests of the search.
        rounds: of the search.
        calls: of the search.
        gate_calls: of dev and calibration, where the row meets the gate.
        written: requests to the server's proposer for new texts; no part of ``calls``.
        down: bytes to owners, of the search.
        up: bytes from owners, of the search.
    """

    requests: float = 0.0
    rounds: float = 0.0
    calls: float = 0.0
    gate_calls: float = 0.0
    written: float = 0.0
    down: float = 0.0
    up: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of the table.

    Attributes:
        name: of the row.
        title: what it is.
        score: mean over items of the means over seeds, in [0, 1].
        low: lower end of its 95 % interval over examples and seeds.
        high: upper end.
        gain: against the start; None for the start itself.
        holm: the p-value of the gain after Holm's correction over the rows; None for the start.
        gated: what a run would have returned, the start where the gate refused, against the start;
            None where there is no gate.
        seeds: one by one.
        spent: what it cost.
        characters: mean length of its prompts.
    """

    name: str
    title: str
    score: float
    low: float
    high: float
    gain: Difference | None
    holm: float | None
    gated: Difference | None
    seeds: tuple[OneSeed, ...]
    spent: Spent
    characters: float

    @property
    def below(self) -> int:
        """Seeds whose score lies below the start's."""
        return sum(one.gain < 0 for one in self.seeds)

    @property
    def accepted(self) -> int:
        """Seeds that the gate accepted."""
        return sum(one.accepted is True for one in self.seeds)


@dataclass(frozen=True, slots=True)
class Standings:
    """One table: rows on equal terms.

    Attributes:
        rounds: that every search had, where rounds were made equal; 0 where requests are.
        rows: the start first.
        pairs: every row against every other but the start.
    """

    rounds: int
    rows: tuple[Standing, ...]
    pairs: tuple[Difference, ...]

    def row(self, name: str) -> Standing | None:
        """Return a row by name."""
        return next((row for row in self.rows if row.name == name), None)


@dataclass(frozen=True, slots=True)
class OwnerShares:
    """One owner: sizes of its splits; under [simulation] also the share of each label in them.

    Attributes:
        name: of the owner.
        train: examples of the search.
        dev: examples of the gate.
        test: sealed examples.
        shares: (role, label, share) each; empty where owners are real.
    """

    name: str
    train: int
    dev: int
    test: int
    shares: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a search stood after a round.

    Attributes:
        round: from 1.
        calls: so far; ``down`` and ``up``: bytes to and from owners so far.
        score: calibrated training score of the round's best candidate; None where it is not told.
    """

    round: int
    calls: int
    down: int
    up: int
    score: float | None

    @classmethod
    def of(cls, step: Step) -> Self:
        """Return a step without what two clean runs need not share."""
        return cls(step.round, step.cost.calls, step.cost.down, step.cost.up, step.score)


@dataclass(frozen=True, slots=True)
class Curve:
    """Where the search of one cell stood after every round."""

    row: str
    seed: int
    steps: tuple[Stood, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything a comparison found out.

    Attributes:
        task: name of the task.
        metric: what is averaged over items.
        calibration: how answers were calibrated, for all rows alike.
        reading: how answers were read, in plain words.
        simulation: True where all owners lived in one process.
        owners: who took part.
        split: digest of who held which example in which role.
        split_seed: by which examples were dealt, whatever the seed of a search.
        model: where examples went, by owner's endpoint.
        reference: the method of owners alone and of pooled data.
        seeds: of the searches.
        requests: budget of every search.
        items: sealed items with a reply for every prompt.
        prompts: distinct prompts that were shown the sealed test.
        missing: replies missing on the sealed test.
        equal_requests: the table at equal requests.
        equal_rounds: the table at equal rounds; None where nothing differs.
        left_out: pairs of a row that is always in and why it is not.
        notes: what a careful reader should know.
        curves: of all searches with a row at equal requests.
    """

    task: str
    metric: str
    calibration: str
    reading: str
    simulation: bool
    owners: tuple[OwnerShares, ...]
    split: str
    split_seed: int
    model: tuple[str, ...]
    reference: str
    seeds: tuple[int, ...]
    requests: int
    items: int
    prompts: int
    missing: int
    equal_requests: Standings
    equal_rounds: Standings | None
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    curves: tuple[Curve, ...]

    def encode(self) -> bytes:
        """Return the canonical bytes of ``compare.json``."""
        return canonical_json({"schema": SCHEMA, **asdict(self)})
