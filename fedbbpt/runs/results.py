"""The results of a run, as they stand in ``results.json``: same completions, same bytes."""

from dataclasses import asdict, dataclass

from fedbbpt.canonical import canonical_json
from fedbbpt.embedding_scale import EmbeddingScale
from fedbbpt.server import RoundSummary

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class OwnerSummary:
    """One owner: sizes of its splits, where its examples go, and what was odd about its data.

    Attributes:
        name: of the owner.
        train: examples that the search saw.
        dev: examples that decided.
        test: sealed examples.
        destination: where the examples went.
        warnings: what was odd.
        judge: where answers, inputs and targets went to be graded; empty where no judge graded.
    """

    name: str
    train: int
    dev: int
    test: int
    destination: str
    warnings: tuple[str, ...] = ()
    judge: str = ""


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
        score: the metric in [0, 1]: a mean over items, or one figure of the whole table.
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
        gain: difference of the scores.
        low: lower end of its 95 % interval.
        high: upper end of its 95 % interval.
        p_value: one-sided, exact for means of 0/1 scores: how likely so large a gain is without
            any.
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
class JudgeNoise:
    """How far a judge agrees with itself: the same answers graded twice, on dev.

    Attributes:
        items: answers that came twice with the same words, and were graded each time.
        changed: of these, graded differently, by a point of 100 or more.
        gap: mean size of the difference of the two scores, over all of them.
        ungraded: answers whose grade could not be read; they score 0 and count as unreadable.
    """

    items: int
    changed: int
    gap: float
    ungraded: int


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
        judge: how far the judge agrees with itself; None where no judge grades.
    """

    accepted: bool
    reason: str
    comparison: Comparison
    noise_floor: float
    flip_rate: float
    alpha: float
    judge: JudgeNoise | None = None


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
class Beside:
    """The mean of item scores, where the metric is a figure of the whole table instead.

    Attributes:
        cells: start and tuned, raw and calibrated, pooled over owners.
        comparison: tuned-calibrated against start-calibrated, pooled.
    """

    cells: tuple[Cell, ...]
    comparison: Comparison


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
        accuracy: beside a metric of the whole table; None beside any other.
    """

    n: int
    cells: tuple[Cell, ...]
    comparison: Comparison
    owners: tuple[OwnerTest, ...]
    confusion: tuple[Confusion, ...]
    baselines: tuple[Baseline, ...] = ()
    accuracy: Beside | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What happened to the items of the run; ``floored`` is counted on held-out items."""

    asked: int
    missing: int
    unreadable: int
    floored: int
    scored_held_out: int


@dataclass(frozen=True, slots=True)
class OwnerCoverage:
    """The same for one owner, over the search, dev and test."""

    owner: str
    rounds: int
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
class BankText:
    """One instruction that a search scored.

    Attributes:
        number: in the bank.
        text: topic and labels filled in.
        new: whether it was proposed in this run.
        characters: of the text.
        loss: calibrated, in nats, on the smallest block, which all instructions share.
        tokens: of the whole prompt with an input, as endpoints counted them, a mean over requests;
            None where one tells none, for all but the best 128, and in older results.
    """

    number: int
    text: str
    new: bool
    characters: int
    loss: float
    tokens: float | None = None


@dataclass(frozen=True, slots=True)
class Bank:
    """How the bank of a search grew.

    Attributes:
        proposer: who wrote.
        at: ``"server"`` or ``"owner"``.
        written: requests for texts; they are part of the search's requests.
        dropped: texts that could not join, and replies without one.
        joined: texts that joined.
        texts: all that were scored, the best first.
        front: numbers of those that no other beats in loss and length at once, shortest first;
            length as in ``Results.front``, in older results characters.
        guarded: texts that wanted to leave an owner.
        refused: of these, kept there by its leak guard, by rule; part of ``dropped``.
        near_verbatim: of these, kept as copies of an example or of a planted mark.
    """

    proposer: str
    at: str
    written: int
    dropped: int
    joined: int
    texts: tuple[BankText, ...]
    front: tuple[int, ...]
    guarded: int = 0
    refused: tuple[tuple[str, int], ...] = ()
    near_verbatim: int = 0


@dataclass(frozen=True, slots=True)
class FrontPrompt:
    """A candidate of a search that no other beats in loss and length at once.

    Attributes:
        prompt: in full.
        changes: where it differs from the start; none for the start itself.
        loss: calibrated, in nats, over the training examples that it was scored on.
        length: in the front's unit.
        returned: whether it is the prompt that the run returns.
    """

    prompt: PromptText
    changes: tuple[Change, ...]
    loss: float
    length: float
    returned: bool


@dataclass(frozen=True, slots=True)
class Front:
    """Loss against length of a search's candidates.

    Attributes:
        unit: of lengths: ``"prompt tokens"`` of a request with its input, as endpoints counted
            them, a mean over requests; ``"characters"`` of the prompt where one tells no tokens.
        compared: candidates that were compared, the best by loss.
        scored: candidates that the search scored.
        prompts: the front, the shortest first.
    """

    unit: str
    compared: int
    scored: int
    prompts: tuple[FrontPrompt, ...]


@dataclass(frozen=True, slots=True)
class OwnPrompt:
    """What the search would give one owner instead of the prompt that the run returns.

    Attributes:
        owner: its name.
        name: of the prompt, in the bank.
        text: of the prompt.
        belief: its probability in the owner's own belief, in (0, 1].
        kept: whether it beat the returned prompt on the owner's own dev split, at the gate's level;
            only then the owner's file holds it.
        dev: own against returned prompt, on the owner's dev split.
        test: the same on its test split.
        score: calibrated, on its test split.
    """

    owner: str
    name: str
    text: str
    belief: float
    kept: bool
    dev: Comparison
    test: Comparison
    score: Cell


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
        owner_coverage: the same for every owner; empty in results of older versions.
        bank: how it grew; None for a run without a proposer.
        own_prompts: of owners whose own belief names another prompt than the run returns; empty
            where the method has none.
        embedding_scale: of soft tokens, as the run found it; None where it looked for none.
        front: loss against length; None where the server knows no candidates that can differ in
            length (owners that search on their own, soft tokens), and in older results.
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
    owner_coverage: tuple[OwnerCoverage, ...] = ()
    bank: Bank | None = None
    own_prompts: tuple[OwnPrompt, ...] = ()
    embedding_scale: EmbeddingScale | None = None
    front: Front | None = None

    def encode(self) -> bytes:
        """Return the canonical bytes of ``results.json``."""
        body = asdict(self)
        rounds = [summary._asdict() for summary in body["rounds"]]
        return canonical_json({"schema": SCHEMA, **body, "rounds": rounds})


@dataclass(frozen=True, slots=True)
class OwnerCost:
    """What one owner's part of a run cost; money is in nano-dollars.

    Attributes:
        owner: its name; ``shared`` for what was asked on behalf of several.
        requests: asked on its behalf by the last process.
        hits: of these, answered from the journal.
        calls: completions received, all processes.
        possibly_billed: attempts whose outcome is unknown.
        failed: attempts that failed.
        prompt_tokens: read by the model.
        cached_tokens: of these, computed before.
        completion_tokens: written by the model.
        nanodollars: settled, at the prices of their time.
        possibly_billed_nanodollars: more than that at most.
        unpriced: calls whose price nobody knew; their money is in neither figure.
    """

    owner: str
    requests: int
    hits: int
    calls: int
    possibly_billed: int
    failed: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    nanodollars: int
    possibly_billed_nanodollars: int
    unpriced: int


@dataclass(frozen=True, slots=True)
class DamagedLog:
    """What was damaged in a file of a run when its last process opened it.

    Attributes:
        log: the file's name.
        records: how many were damaged, and skipped.
        numbers: of the first of them, from 0.
        header: True where the first bytes of the file were damaged.
        meaningless: sound records that mean nothing to this version.
    """

    log: str
    records: int
    numbers: tuple[int, ...] = ()
    header: bool = False
    meaningless: int = 0


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
        shared: completions taken over from other runs, all processes.
        cached_tokens: of the tokens read, those that the endpoints had computed before.
        nanodollars: settled, at the prices of their time.
        possibly_billed_nanodollars: more than that at most.
        unpriced: calls whose price nobody knew; their money is in neither figure.
        owners: the same for everybody on whose behalf was asked; empty in older versions.
        dropped_wordings: other wordings of questions that this process threw away, since their
            numbers or options were others; their calls are paid.
        damaged: the run's logs in which something was damaged.
        totals_lost: True where the record of what was spent before a compaction is damaged; all
            figures of cost are too low.
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
    shared: int = 0
    cached_tokens: int = 0
    nanodollars: int = 0
    possibly_billed_nanodollars: int = 0
    unpriced: int = 0
    owners: tuple[OwnerCost, ...] = ()
    dropped_wordings: int = 0
    damaged: tuple[DamagedLog, ...] = ()
    totals_lost: bool = False

    def encode(self) -> bytes:
        """Return the canonical bytes of ``stats.json``."""
        return canonical_json({"schema": SCHEMA, **asdict(self)})
