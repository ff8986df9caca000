"""A run made ready without contacting anything: owners, space, search, scoring and its cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from fedbbpt.aggregators import Aggregator
from fedbbpt.canonical import digest
from fedbbpt.config.notes import run_notes
from fedbbpt.config.owners import Held, LoadedOwner, load_owners
from fedbbpt.config.places import (
    SHARED,
    evaluator_of,
    graders,
    judge_connectors,
    owner_connectors,
    profiles_of,
)
from fedbbpt.config.planning import plan_of, schedule_of
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.scoring import Scoring, generates, scoring_of
from fedbbpt.config.searched import searched_space
from fedbbpt.config.sections import OwnerSection
from fedbbpt.config.spending import caps_of, check_spending
from fedbbpt.config.tracking import tracker_plan
from fedbbpt.data import OwnerData
from fedbbpt.drivers import Plan, check_merge
from fedbbpt.endpoints import Connector, Profile
from fedbbpt.endpoints.function_wire import EvaluatorFunction
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.errors import ConfigError
from fedbbpt.optimizers import Optimizer
from fedbbpt.plugins import build
from fedbbpt.schedule import Schedule
from fedbbpt.spaces import Space
from fedbbpt.spaces.slots import Slots
from fedbbpt.trackers.process import TrackerPlan


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run ready to start.

    Attributes:
        run: the run file.
        owners: with their examples.
        connectors: endpoints by owner name; ``SHARED`` is the run's own.
        profiles: of the same.
        judges: endpoints that grade, by owner name; an owner's own where there is none.
        judge_profiles: of the same.
        space: what is searched.
        optimizer: how.
        aggregator: how reports are merged.
        schedule: how much.
        scoring: how answers become figures.
        plan: most rounds and distinct requests of the search, worked out in advance.
        notes: what a careful reader should know.
        tracker: who is told figures and prompts; None for nobody.
    """

    run: RunFile
    owners: tuple[LoadedOwner, ...]
    connectors: Mapping[str, Connector]
    profiles: Mapping[str, Profile]
    judges: Mapping[str, Connector]
    judge_profiles: Mapping[str, Profile]
    space: Space
    optimizer: Optimizer
    aggregator: Aggregator
    schedule: Schedule
    scoring: Scoring
    plan: Plan
    notes: tuple[str, ...]
    tracker: TrackerPlan | None = None

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

    def judge_of(self, owner: str) -> Profile | None:
        """Return where an owner's answers are graded, or None where no judge grades them."""
        if not self.scoring.judged:
            return None
        judges = self.judge_profiles
        return judges.get(owner) or judges.get(SHARED) or self.profile_of(owner)

    def asked_by(self, owner: str) -> dict[str, Profile]:
        """Return the endpoints that are asked for an owner, by the name of their table."""
        own = owner in self.profiles
        asked = {f"owner {owner}.endpoint" if own else "endpoint": self.profile_of(owner)}
        if judge := self.judge_of(owner):
            asked.setdefault(f"owner {owner}.judge" if owner in self.judges else "judge", judge)
        return asked

    def caps_of(self, owner: str) -> Caps:
        """Return the caps of the run, with the grant of an owner; other names have none."""
        return caps_of(self.run.caps, self.sections.get(owner))

    def checked(self) -> Self:
        """Return itself.

        Raises:
            ConfigError: a cap of the run or an owner's grant could not be held.
        """
        for name in self.data:
            caps, asked = self.caps_of(name), self.asked_by(name)
            check_spending(caps, asked, evaluated=self.scoring.evaluated)
        return self

    @property
    def sections(self) -> dict[str, OwnerSection]:
        """Every owner's section by name."""
        return {owner.data.owner: owner.section for owner in self.owners}

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
                **({"marking": self.scoring.marking} if self.scoring.marking else {}),
            }
        )

    @property
    def held_out_requests(self) -> int:
        """Most requests of calibration, dev and test beyond the search, grades not counted."""
        most = 0 if self.scoring.marked else self.scoring.calibration_examples
        train = sum(min(size, most) for size in self.sizes.values())
        dev = sum(len(data.dev) for data in self.data.values())
        test = sum(len(data.test) for data in self.data.values())
        return 2 * train + 3 * dev + 2 * test


def prepare(
    run: RunFile,
    environment: Mapping[str, str],
    held: Held | None = None,
    evaluator: EvaluatorFunction | None = None,
) -> Prepared:
    """Read the data and compose everything that needs no endpoint.

    Args:
        run: the run file.
        environment: variables, for the keys that endpoints name.
        held: examples in memory, of owners that name no file.
        evaluator: the function that ``[evaluator]`` names, where it was given from Python.

    Raises:
        ConfigError: something cannot be meant.
        DataError: examples cannot be used.
    """
    calling = evaluator_of(run, evaluator)
    connectors = owner_connectors(run, environment, calling)
    profiles = profiles_of(connectors, "endpoint")
    judges = judge_connectors(run, environment)
    judge_profiles = profiles_of(judges, "judge")
    generate = generates(run.scoring, run.task.labels, list(profiles.values()))
    space, generate = _searched(run, generate=generate)
    owners = load_owners(run, held)
    sizes = {owner.data.owner: len(owner.data.train) for owner in owners}
    schedule = schedule_of(run, owners)
    optimizer: Optimizer = build("optimizers", run.optimizer, "optimizer")
    return Prepared(
        run=run,
        owners=owners,
        connectors=connectors,
        profiles=profiles,
        judges=judges,
        judge_profiles=judge_profiles,
        space=space,
        optimizer=optimizer,
        aggregator=_aggregator(run, space),
        schedule=schedule,
        scoring=scoring_of(
            run,
            list(profiles.values()),
            graders(run, profiles, judge_profiles),
            generate=generate,
            evaluator=calling,
        ),
        plan=plan_of(run, optimizer, schedule, space, sizes),
        notes=run_notes(run, owners, space),
        tracker=tracker_plan(run.track, environment),
    ).checked()


def _searched(run: RunFile, *, generate: bool) -> tuple[Space, bool]:
    """Return the space, and whether answers are generated after all."""
    space = searched_space(run, generate=generate)
    if isinstance(space, Slots) and space.wordings.mode == "generate" and not generate:
        generate = _generated(run, space)
        space = searched_space(run, generate=generate)
    return space, generate


def _generated(run: RunFile, space: Slots) -> bool:
    # First tokens cannot tell these label words apart, and there are too many for letters.
    if run.scoring.read == "logprobs":
        raise ConfigError(f'[scoring] read = "logprobs": {space.wordings.reason}; use "auto"')
    return True


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
