"""A run made ready without contacting anything: owners, space, search, scoring and its cost."""

from collections.abc import Mapping
from dataclasses import dataclass

from fedbbpt.aggregators import Aggregator
from fedbbpt.canonical import digest
from fedbbpt.config.endpoints import connector
from fedbbpt.config.owners import LoadedOwner, load_owners
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.scoring import Scoring, generates, scoring_of
from fedbbpt.config.searched import searched_space
from fedbbpt.data import OwnerData
from fedbbpt.drivers import Plan, check_merge, plan_common
from fedbbpt.endpoints import Connector, Profile
from fedbbpt.errors import ConfigError
from fedbbpt.library.templates import misspelt
from fedbbpt.mean_score import skew_warning
from fedbbpt.optimizers import Optimizer
from fedbbpt.plugins import build
from fedbbpt.schedule import Schedule
from fedbbpt.spaces import Space
from fedbbpt.spaces.slots import Slots

SHARED = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run ready to start.

    Attributes:
        run: the run file.
        owners: with their examples.
        connectors: endpoints by owner name; ``SHARED`` is the run's own.
        profiles: of the same.
        space: what is searched.
        optimizer: how.
        aggregator: how reports are merged.
        schedule: how much.
        scoring: how answers become figures.
        plan: most rounds and distinct requests of the search, worked out in advance.
        notes: what a careful reader should know.
    """

    run: RunFile
    owners: tuple[LoadedOwner, ...]
    connectors: Mapping[str, Connector]
    profiles: Mapping[str, Profile]
    space: Space
    optimizer: Optimizer
    aggregator: Aggregator
    schedule: Schedule
    scoring: Scoring
    plan: Plan
    notes: tuple[str, ...]

    @property
    def data(self) -> dict[str, OwnerData]:
        """Every owner's examples by name."""
        return {owner.data.owner: owner.data for owner in self.owners}

    @property
    def sizes(self) -> dict[str, int]:
        """Training examples by owner."""
        return {name: len(data.train) for name, data in self.data.items()}

    def profile_of(self, owner: str) -> Profile:
        """Return where an owner's examples go."""
        return self.profiles.get(owner) or self.profiles[SHARED]

    @property
    def fingerprint(self) -> str:
        """Identity of space, task and scoring: what all owners must agree on."""
        return digest(
            {
                "space": self.space.fingerprint,
                "topic": self.run.task.topic,
                "labels": list(self.run.task.labels),
                "scoring": self.run.payload()["scoring"],
                "reading": self.scoring.reading,
            }
        )

    @property
    def held_out_requests(self) -> int:
        """Most requests of calibration, dev and test beyond the search."""
        train = sum(min(size, self.scoring.calibration_examples) for size in self.sizes.values())
        dev = sum(len(data.dev) for data in self.data.values())
        test = sum(len(data.test) for data in self.data.values())
        return 2 * train + 3 * dev + 2 * test


def prepare(run: RunFile, environment: Mapping[str, str]) -> Prepared:
    """Read the data and compose everything that needs no endpoint.

    Raises:
        ConfigError: something cannot be meant.
        DataError: examples cannot be used.
    """
    connectors = _connectors(run, environment)
    profiles = {name: _profile(name, made) for name, made in connectors.items()}
    generate = generates(run.scoring, run.task.labels, list(profiles.values()))
    space = searched_space(run, generate=generate)
    if isinstance(space, Slots) and space.wordings.mode == "generate" and not generate:
        generate = _generated(run, space)
        space = searched_space(run, generate=generate)
    owners = load_owners(run)
    sizes = {owner.data.owner: len(owner.data.train) for owner in owners}
    schedule = _schedule(run, owners)
    optimizer: Optimizer = build("optimizers", run.optimizer, "optimizer")
    return Prepared(
        run=run,
        owners=owners,
        connectors=connectors,
        profiles=profiles,
        space=space,
        optimizer=optimizer,
        aggregator=_aggregator(run, space),
        schedule=schedule,
        scoring=scoring_of(
            run.scoring, run.task.labels, list(profiles.values()), generate=generate
        ),
        plan=_plan(run, optimizer, schedule, space, sizes),
        notes=_notes(run, owners, space),
    )


def _generated(run: RunFile, space: Slots) -> bool:
    # First tokens cannot tell these label words apart, and there are too many for letters.
    if run.scoring.read == "logprobs":
        raise ConfigError(f'[scoring] read = "logprobs": {space.wordings.reason}; use "auto"')
    return True


def _connectors(run: RunFile, environment: Mapping[str, str]) -> dict[str, Connector]:
    own = {
        owner.name: connector(owner.endpoint, f"owner {owner.name}.endpoint", environment)
        for owner in run.owners
        if owner.endpoint
    }
    if run.data or len(own) < len(run.owners):
        return {SHARED: connector(run.endpoint, "endpoint", environment), **own}
    return own


def _profile(owner: str, made: Connector) -> Profile:
    try:
        return made.profile()
    except ConfigError as error:
        where = "endpoint" if owner == SHARED else f"owner {owner}.endpoint"
        raise ConfigError(f"[{where}] {error}") from error


def _schedule(run: RunFile, owners: tuple[LoadedOwner, ...]) -> Schedule:
    section = run.search
    if section.work not in {"score", "local"}:
        raise ConfigError(f"[search] work: {section.work!r} is unknown; use score or local")
    if section.quorum > len(owners):
        raise ConfigError(
            f"[search] quorum: {section.quorum} of {len(owners)} owners can never be reached; "
            "lower it"
        )
    for owner in owners:
        if section.block < owner.section.min_block:
            raise ConfigError(
                f"[search] block: {section.block} examples are below the smallest block of "
                f"{owner.section.min_block} that {owner.data.owner} answers for; raise it"
            )
    try:
        return Schedule(
            rounds=section.rounds,
            requests=section.requests,
            candidates=section.candidates,
            block=section.block,
            nested=section.nested,
            clients_per_round=section.clients_per_round,
            quorum=section.quorum,
            generations=section.generations,
        )
    except ValueError as error:
        raise ConfigError(f"[search] {error}") from error


def _aggregator(run: RunFile, space: Space) -> Aggregator:
    aggregator: Aggregator = build("aggregators", run.aggregator, "aggregator")
    try:
        check_merge(aggregator, run.search.work, space.initial())
    except ValueError as error:
        raise ConfigError(
            f"[aggregator] {run.aggregator['use']} does not merge the reports of [search] work = "
            f"{run.search.work!r} ({error}); scores need mean or median, local searches a pool"
        ) from error
    return aggregator


def _plan(
    run: RunFile, optimizer: Optimizer, schedule: Schedule, space: Space, sizes: Mapping[str, int]
) -> Plan:
    try:
        plan = plan_common(optimizer, schedule, space.initial(), sizes, run.seed)
    except ValueError as error:
        asked = f"asked for [search] candidates = {schedule.candidates}"
        raise ConfigError(f"[optimizer] {run.optimizer['use']}, {asked}: {error}") from error
    owners = len(schedule.participants(tuple(sizes), 0, run.seed))
    generations = schedule.generations if run.search.work == "local" else 1
    full = schedule.candidates * generations * schedule.block * owners
    # What is drawn anew every round may repeat itself or not: this is the most it can ask.
    rounds = min(schedule.rounds, schedule.requests // full)
    if run.search.work == "local":
        plan = Plan(rounds, rounds * full)
    elif not schedule.nested:
        plan = Plan(max(rounds, plan.rounds), min(schedule.requests, schedule.rounds * full))
    if plan.rounds == 0:
        raise ConfigError(
            f"[search] requests: {schedule.requests} do not pay for one generation; "
            f"{schedule.candidates} candidates on blocks of {schedule.block} at {owners} owners "
            f"take {full}. Raise requests, or lower candidates or block"
        )
    return plan


def _notes(run: RunFile, owners: tuple[LoadedOwner, ...], space: Space) -> tuple[str, ...]:
    notes = [f"{owner.data.owner}: {text}" for owner in owners for text in owner.warnings]
    prompt = run.prompt
    contents = [str(message.get("content", "")) for message in prompt.messages]
    faults = (misspelt(text) for text in (prompt.system, prompt.user, prompt.hint, *contents))
    notes.extend(f"prompt, sent as it stands: {fault}" for fault in faults if fault)
    if isinstance(space, Slots):
        notes.append(f"label words: {space.wordings.reason}")
    if run.scoring.calibrate == "mean":
        skews = ((owner.data.owner, skew_warning(owner.data.train)) for owner in owners)
        notes.extend(f"{name}: {warning}" for name, warning in skews if warning)
    return tuple(notes)
