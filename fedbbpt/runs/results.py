"""The results of a run, as they stand in ``results.json``: same completions, same bytes."""

from dataclasses import asdict, dataclass

from fedbbpt.canonical import canonical_json
from fedbbpt.server import RoundSummary

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class OwnerSummary:
    """One owner: sizes of its splits, where its examples go, and what was odd about its data."""

    name: str
    train: int
    dev: int
    test: int
    destination: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One axis on which the tuned prompt differs from the start; texts are shortened choices."""

    axis: str
    start: str
    tuned: str


@dataclass(frozen=True, slots=True)
class PromptText:
    """A prompt for people and machines.

    Attributes:
        messages: pairs of role and content, ``{input}`` in the last one.
        words: the word for each label.
        characters: length of all contents together.
    """

    messages: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    characters: int


@dataclass(frozen=True, slots=True)
class Cell:
    """The score of one prompt in one mode, with a 95 % interval.

    Attributes:
        prompt: ``"start"``, ``"tuned"`` or the name of a baseline.
        mode: ``"raw"`` or ``"calibrated"``.
        score: mean metric in [0, 1].
        low: lower end of the interval.
        high: upper end of the interval.
        loss: mean clipped cross-entropy in nats.
    """

    prompt: str
    mode: str
    score: float
    low: float
    high: float
    loss: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A paired comparison of calibrated scores, second against first.

    Attributes:
        first: name of the prompt compared with.
        second: name of the prompt that should be better.
        gain: mean difference of the scores.
        low: lower end of its 95 % interval.
        high: upper end of its 95 % interval.
        p_value: one-sided, exact for 0/1 scores: how likely so large a gain is without any.
        wins: items that only the second got right (0/1 scores), else 0.
        losses: items that only the first got right (0/1 scores), else 0.
        n: common items.
    """

    first: str
    second: str
    gain: float
    low: float
    high: float
    p_value: float
    wins: int
    losses: int
    n: int


@dataclass(frozen=True, slots=True)
class Gate:
    """The decision on dev whether the tuned prompt replaces the start.

    Attributes:
        accepted: False returns the start: "no improvement found".
        reason: the decision in plain words.
        comparison: tuned against start.
        noise_floor: size of the difference of the start with itself, asked twice.
        flip_rate: share of items whose score changed between the two.
        alpha: level of the test.
    """

    accepted: bool
    reason: str
    comparison: Comparison
    noise_floor: float
    flip_rate: float
    alpha: float


@dataclass(frozen=True, slots=True)
class OwnerTest:
    """One owner's figures on its own test split."""

    owner: str
    n: int
    cells: tuple[Cell, ...]
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Confusion:
    """Targets (rows) by answers (columns; the last is "outside the labels") of one prompt."""

    prompt: str
    mode: str
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A prompt found otherwise, on the same sealed test split.

    Attributes:
        name: for example ``"alone: movie"`` or ``"pooled data"``.
        cells: pooled over all owners, raw and calibrated.
        own: calibrated score on its own owner's test split; None where there is no such owner.
        comparison: the tuned prompt against this one, pooled.
        requests: distinct requests of its search.
    """

    name: str
    cells: tuple[Cell, ...]
    own: Cell | None
    comparison: Comparison
    requests: int


@dataclass(frozen=True, slots=True)
class Test:
    """Figures on the sealed split.

    Attributes:
        n: items with a reply for every prompt.
        cells: start and tuned, raw and calibrated, pooled over owners.
        comparison: tuned-calibrated against start-calibrated, pooled.
        owners: the same for every owner, on its own split.
        confusion: start and tuned, raw and calibrated.
        baselines: empty unless asked for.
    """

    n: int
    cells: tuple[Cell, ...]
    comparison: Comparison
    owners: tuple[OwnerTest, ...]
    confusion: tuple[Confusion, ...]
    baselines: tuple[Baseline, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What happened to the items of the run; ``floored`` is counted on held-out items."""

    asked: int
    missing: int
    unreadable: int
    floored: int
    scored_held_out: int


@dataclass(frozen=True, slots=True)
class Axis:
    """One slot of the space and its choices in short; choice 0 is the start's."""

    name: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """Everything a run found out.

    Attributes:
        name: of the run.
        recipe: the method.
        seed: the run's seed.
        fingerprint: identity of space, task and scoring.
        simulation: True where all owners lived in one process.
        topic: what was asked about the input.
        labels: the label set.
        metric: name of the score.
        reading: how answers were read, in plain words.
        owners: who took part.
        split: digest of who held which example in which role.
        notes: what a careful reader should know (dropped duplicates, warnings).
        axes: the slots that were searched.
        start: the prompt the run began with.
        found: the prompt the search proposed.
        tuned: the prompt the run returns: ``found`` if the gate accepted it, else the start.
        changes: where ``found`` differs from the start.
        rounds: of the search.
        search_requests: distinct requests of the search.
        ended: why the search ended.
        gate: the decision on dev.
        test: figures on the sealed split.
        coverage: counts over the run.
    """

    name: str
    recipe: str
    seed: int
    fingerprint: str
    simulation: bool
    topic: str
    labels: tuple[str, ...]
    metric: str
    reading: str
    owners: tuple[OwnerSummary, ...]
    split: str
    notes: tuple[str, ...]
    axes: tuple[Axis, ...]
    start: PromptText
    found: PromptText
    tuned: PromptText
    changes: tuple[Change, ...]
    rounds: tuple[RoundSummary, ...]
    search_requests: int
    ended: str
    gate: Gate
    test: Test
    coverage: Coverage

    def encode(self) -> bytes:
        """Return the canonical bytes of ``results.json``."""
        rounds = [summary._asdict() for summary in self.rounds]
        return canonical_json({"schema": SCHEMA, **asdict(self), "rounds": rounds})


@dataclass(frozen=True, slots=True)
class Stats:
    """What a run cost, which may differ between two runs with the same results.

    Attributes:
        requests: asked of the endpoint layer by this process.
        hits: answered from the journal.
        calls: completions in the journal that this run's directory paid for, all processes.
        possibly_billed: attempts whose outcome is unknown.
        failed: attempts that failed.
        prompt_tokens: read by the model.
        completion_tokens: written by the model.
        seconds: of this process.
        openings: runs beside this one that have opened this sealed test split by now, itself
            included; above 1 its figures are no longer a first look.
    """

    requests: int
    hits: int
    calls: int
    possibly_billed: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    openings: int

    def encode(self) -> bytes:
        """Return the canonical bytes of ``stats.json``."""
        return canonical_json({"schema": SCHEMA, **asdict(self)})
