"""The tables of a run file; defaults live here and nowhere else."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from fedbbpt.codec.fields import LONGEST_TEXT, MOST_TEXTS
from fedbbpt.money import nanodollars

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TaskSection:
    """``[task]``: what is asked.

    Attributes:
        name: short, for the run directory and the report.
        topic: what is asked about the input, a noun phrase.
        labels: closed label set; leave out for free answers.
        answer: kind of a free answer, by name (``"number"``, ``"choice"``, ``"yes_no"``,
            ``"date"``, ``"text"``), as a table with its settings, or a function of your own as
            ``"package.module:name"``; whole replies if left out.
    """

    name: str
    topic: str = "text"
    labels: tuple[str, ...] = ()
    answer: Table = field(default_factory=dict)

    def __post_init__(self) -> None:
        for label in self.labels:
            if not label.isprintable():
                raise ValueError(f"labels: {label!r} holds a character that cannot be shown")
        if self.labels and self.answer:
            raise ValueError("answer: the task has labels, which are its answers; drop one of them")


@dataclass(frozen=True, slots=True)
class PromptSection:
    """``[prompt]``: the starting prompt, in parts or as messages, and what must not change.

    Attributes:
        system: system message; empty sends none.
        user: the last user message, with ``{input}`` once.
        hint: a sentence added to the system message.
        words: the word for each label; the labels themselves if left out.
        messages: your own conversation instead of system and user, as {role, content} tables.
        frozen: axes that keep the start's part: instruction, input, wording, hint, exemplars.
    """

    system: str = ""
    user: str = ""
    hint: str = ""
    words: tuple[str, ...] = ()
    messages: tuple[dict[str, object], ...] = ()
    frozen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpaceSection:
    """``[space]``: which prompts are searched.

    Attributes:
        use: ``"slots"``, ``"bank"``, ``"instructions"``, ``"embedding"``, ``"exemplars"``,
            ``"soft"``, ``"tokens"`` or your own.
        library: seed files by name, or paths beside the run file; of ``tokens``, word lists.
        limit: most choices a slot; 0 takes all.
        settings: of the space's own, written beside these.
    """

    use: str = "slots"
    library: tuple[str, ...] = ("classification",)
    limit: int = 0
    settings: Table = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.limit < 0:
            raise ValueError(f"limit: {self.limit} is below 0; write 0 for no limit")


@dataclass(frozen=True, slots=True)
class ProposerSection:
    """``[proposer]``: ``use`` and the settings of a proposer, with these beside them.

    Attributes:
        endpoint: who writes; the run's ``[endpoint]`` if left out.
        longest: characters of a new instruction at most.
        most: new instructions that may join the bank, over a whole search.
        every: scored rounds between two times that texts are written; this and the next two for a
            space of embeddings only, as an evolution has its own.
        parents: candidates nearest to the mean that are rewritten.
        children: texts wanted each time.
    """

    endpoint: Table = field(default_factory=dict)
    longest: int = 600
    most: int = 128
    every: int = 2
    parents: int = 3
    children: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.longest <= LONGEST_TEXT:
            raise ValueError(f"longest: {self.longest} is outside 1 to {LONGEST_TEXT}; try 600")
        if not 1 <= self.most <= MOST_TEXTS:
            raise ValueError(f"most: {self.most} is outside 1 to {MOST_TEXTS}; try 128")


@dataclass(frozen=True, slots=True)
class EncoderSection:
    """``[encoder]``: what embeds where ``[space] encoder = "endpoint"``.

    Attributes:
        endpoint: a server with ``/embeddings``; plugin table, ``use = "openai"`` or ``"vllm"``.
    """

    endpoint: Table = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GrantsSection:
    """``[owner.grants]``: what else than figures an owner lets leave; nothing unless it says so.

    Attributes:
        texts: instructions that were proposed at its place, once its leak guard let them pass.
        words: that stand in its examples and may leave in such a text, beside common English.
    """

    texts: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnerSection:
    """``[[owner]]``: one participant. A client file holds the same keys at its top level.

    Attributes:
        name: letters, digits, ``-``, ``_`` and ``.``.
        data: file of examples, beside the file that names it, or ``hf:`` with a data set.
        file: a client file to read these keys from.
        endpoint: its own endpoint; the run's ``[endpoint]`` if left out.
        judge: the endpoint of its own judge; the run's ``[judge]`` if left out.
        columns: how the file calls id, input, target, targets, domain.
        min_block: smallest block it answers for.
        allow_one_class: accept a single label in its own data.
        grant: the most that it lets the run spend on its behalf, with the keys of ``[caps]``.
        grants: what else than figures it lets leave, for example ``{ texts = true }``.
    """

    name: str = ""
    data: str = ""
    file: str = ""
    endpoint: Table = field(default_factory=dict)
    judge: Table = field(default_factory=dict)
    columns: Table = field(default_factory=dict)
    min_block: int = 8
    allow_one_class: bool = False
    grant: Table = field(default_factory=dict)
    grants: Table = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DataSection:
    """``[data]``: one data set dealt to simulated owners.

    Attributes:
        path: file of examples, beside the run file, or ``hf:`` with a data set.
        split: ``"key"`` (by domain), ``"iid"``, ``"dirichlet"`` or ``"one"``.
        owners: how many, for iid and dirichlet.
        alpha: concentration of the Dirichlet label skew.
        min_size: fewest examples of an owner.
        k_shot: keep this many examples a label before dealing; 0 keeps all.
        columns: how the file calls id, input, target, targets, domain.
    """

    path: str
    split: str = "key"
    owners: int = 4
    alpha: float = 0.3
    min_size: int = 24
    k_shot: int = 0
    columns: Table = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RolesSection:
    """``[roles]``: shares (at most 1 together) or counts of every owner's examples.

    Attributes:
        train: the search and the calibration see them.
        dev: the gate decides on them.
        test: sealed until the end.
        seed: of the split alone, so that runs with other seeds share it; the run's if left out.
    """

    train: float = 0.4
    dev: float = 0.25
    test: float = 0.35
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.seed is not None and self.seed < 0:
            raise ValueError(f"seed: {self.seed} is below 0; give 0 or more, or leave it out")


@dataclass(frozen=True, slots=True)
class ScoringSection:
    """``[scoring]``: how an answer becomes figures.

    Attributes:
        metric: a metric plugin and its fields, its name alone, or a function of your own as
            ``"package.module:name"``.
        read: ``"auto"``, ``"logprobs"`` or ``"generate"``.
        max_tokens: longest generated answer, where answers are generated.
        loss_bound: largest loss of one item, in nats.
        calibrate: ``"fitted"``, ``"mean"`` (label-free) or ``"none"``.
        shrinkage: pull of fitted biases towards 0.
        calibration_examples: training examples used to calibrate a compared prompt.
    """

    metric: Table = field(default_factory=lambda: {"use": "accuracy"})
    read: str = "auto"
    max_tokens: int = 12
    loss_bound: float = 4.0
    calibrate: str = "fitted"
    shrinkage: float = 0.1
    calibration_examples: int = 64

    def __post_init__(self) -> None:
        if not 0 < self.loss_bound < math.inf:
            raise ValueError(f"loss_bound: {self.loss_bound} bounds nothing; try 4.0")
        if self.calibration_examples < 1:
            raise ValueError(f"calibration_examples: {self.calibration_examples} is too few")


@dataclass(frozen=True, slots=True)
class SearchSection:
    """``[search]``: rounds and requests; see ``schedule.Schedule``.

    Attributes:
        work: ``"score"`` (all owners score the server's candidates) or ``"local"`` (every owner
            searches, the server merges distributions).
        rounds: at most so many.
        requests: distinct requests the search may ask.
        candidates: most a round or a generation; the optimizer may ask for fewer.
        block: training examples an owner uses in the first round.
        nested: blocks grow as candidates drop.
        clients_per_round: 0 asks all.
        quorum: owners that must report.
        generations: of a local search.
        compare: local searches end with scoring the broadcast prompt and their own, for merges
            that rank or weigh owners by it.
        replace: chance of an example's word to be replaced, in [0, 1): local searches divide a
            loss by the loss on the example so changed, at twice the requests; 0 leaves it out.
        replace_words: a packaged word list, or your own file.
        replace_over: a loss is divided by that of the same example so changed (``"example"``), or
            by the mean of those of all the block's (``"mean"``), which no certain answer rules.
    """

    work: str = "score"
    rounds: int = 20
    requests: int = 2000
    candidates: int = 64
    block: int = 8
    nested: bool = True
    clients_per_round: int = 0
    quorum: int = 1
    generations: int = 1
    compare: bool = False
    replace: float = 0.0
    replace_words: str = "common"
    replace_over: str = "example"

    def __post_init__(self) -> None:
        if not 0 <= self.replace < 1:
            raise ValueError(f"replace: {self.replace} is not in [0, 1); 0 leaves it out")
        if self.replace_over not in {"example", "mean"}:
            raise ValueError(f"replace_over: {self.replace_over!r} is unknown; use example or mean")


@dataclass(frozen=True, slots=True)
class GateSection:
    """``[gate]``: whether the found prompt replaces the start.

    Attributes:
        alpha: level of the paired test on dev, in (0, 1).
    """

    alpha: float = 0.05

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha: {self.alpha} is outside (0, 1); try 0.05")


@dataclass(frozen=True, slots=True)
class CapsSection:
    """``[caps]``: hard limits on what this run directory may pay for; 0 sets none.

    Attributes:
        calls: requests that reach the model.
        tokens: read and written by it, together.
        dollars: of all calls, for example 2.50.
        calls_per_day: as calls, of a day; days begin at midnight UTC.
        dollars_per_day: as dollars, of a day.
    """

    calls: int = 0
    tokens: int = 0
    dollars: float = 0.0
    calls_per_day: int = 0
    dollars_per_day: float = 0.0

    def __post_init__(self) -> None:
        counts = {"calls": self.calls, "tokens": self.tokens, "calls_per_day": self.calls_per_day}
        for name, cap in counts.items():
            if cap < 0:
                raise ValueError(f"{name}: {cap} is below 0; write 0 for no cap")
        nanodollars("dollars", self.dollars)
        nanodollars("dollars_per_day", self.dollars_per_day)


@dataclass(frozen=True, slots=True)
class PricesSection:
    """``[endpoint.prices]`` and ``[prices."model"]``: dollars for a million tokens.

    Attributes:
        prompt: tokens read.
        completion: tokens written.
        cached: tokens read that the endpoint had computed before; as prompt if left out.
        batch_percent: what a batch pays of these, in percent.
    """

    prompt: float
    completion: float
    cached: float = 0.0
    batch_percent: int = 50


@dataclass(frozen=True, slots=True)
class CacheSection:
    """``[cache]``: other runs whose answers are taken over instead of asking again.

    Attributes:
        runs: their folders, beside the run file; only read, also while they go on.
    """

    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluatorSection:
    """``[evaluator]``: a function of your own that asks and scores in the place of endpoints.

    Attributes:
        use: the function, as ``"package.module:name"``.
        concurrency: evaluations under way at once.
    """

    use: str
    concurrency: int = 8


@dataclass(frozen=True, slots=True)
class SimulationSection:
    """``[simulation]``: its presence says that all owners live in this process.

    Attributes:
        baselines: also search for every owner alone and for pooled data.
        texts: all owners let instructions leave that were proposed at their place.
    """

    baselines: bool = False
    texts: bool = False


@dataclass(frozen=True, slots=True)
class RunSection:
    """A whole run file.

    Attributes:
        task: what is asked.
        prompt: the start.
        endpoint: the endpoint of owners that name none.
        judge: the endpoint that grades answers where the metric is a judge; the owner's own
            endpoint if left out.
        evaluator: your own function in the place of endpoints, as a table or by name.
        recipe: a published method whose tables are the defaults of this file.
        seed: of all randomness.
        dir: run directory; ``runs/<task name>`` if left out.
        data: one data set dealt to simulated owners; this or ``owner``.
        owner: the owners; this or ``data``.
        proposer: where new instructions come from; nobody proposes any unless named.
        encoder: the endpoint that embeds instructions, for a space of embeddings that says so.
        reasoning: how questions are asked, by name or as a table; directly if left out.
        prices: your own prices by model, each a table as ``[endpoint.prices]``.
        track: a tracker that is told figures and prompts; off unless named.
    """

    task: Table
    prompt: Table = field(default_factory=dict)
    endpoint: Table = field(default_factory=dict)
    judge: Table = field(default_factory=dict)
    evaluator: Table = field(default_factory=dict)
    recipe: str = "genetic"
    seed: int = 0
    dir: str = ""
    data: Table = field(default_factory=dict)
    owner: tuple[dict[str, object], ...] = ()
    roles: Table = field(default_factory=dict)
    space: Table = field(default_factory=dict)
    optimizer: Table = field(default_factory=dict)
    aggregator: Table = field(default_factory=dict)
    proposer: Table = field(default_factory=dict)
    encoder: Table = field(default_factory=dict)
    search: Table = field(default_factory=dict)
    scoring: Table = field(default_factory=dict)
    gate: Table = field(default_factory=dict)
    caps: Table = field(default_factory=dict)
    prices: Table = field(default_factory=dict)
    cache: Table = field(default_factory=dict)
    track: Table = field(default_factory=dict)
    reasoning: Table = field(default_factory=dict)
    simulation: Table | None = None
