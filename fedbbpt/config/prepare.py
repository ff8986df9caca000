"""A run made ready without contacting anything: owners, space, search, scoring and its cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from fedbbpt.aggregators import Aggregator, Personalising
from fedbbpt.canonical import digest
from fedbbpt.config.embedding_scale import beside, charged, scale_note, scale_requests
from fedbbpt.config.encoding import Encoding, encoding_of, servers_own
from fedbbpt.config.leaks import check_leaks
from fedbbpt.config.notes import grant_notes, run_notes
from fedbbpt.config.owners import Held, LoadedOwner, load_owners
from fedbbpt.config.places import (
    SHARED,
    evaluator_of,
    graders,
    judge_connectors,
    owner_connectors,
    profiles_of,
)
from fedbbpt.config.planning import aggregator_of, informed, plan_of, replacement_of, schedule_of
from fedbbpt.config.proposing import Proposing, proposing_of, space_with
from fedbbpt.config.reasoning import check_targets, thinks
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.scoring import Scoring, generates, scoring_of
from fedbbpt.config.searched import space_and_reading
from fedbbpt.config.sections import OwnerSection
from fedbbpt.config.spending import caps_of, check_spending
from fedbbpt.config.tracking import tracker_plan
from fedbbpt.data import OwnerData
from fedbbpt.drivers import Plan
from fedbbpt.embedding_scale import EmbeddingScale
from fedbbpt.endpoints import Connector, Profile
from fedbbpt.endpoints.function_wire import EvaluatorFunction
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.optimizers import Optimizer
from fedbbpt.plugins import build
from fedbbpt.schedule import Schedule
from fedbbpt.spaces import Space
from fedbbpt.trackers.process import TrackerPlan
from fedbbpt.work.replacement import Replacement


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
        proposing: how the bank grows; None where it does not.
        encoding: how an endpoint embeds instructions; None where none is asked.
        replacement: of words in local searches; None where plain losses count.
        scale: of soft tokens, as a search found it; None where nothing was searched for.
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
    proposing: Proposing | None = None
    encoding: Encoding | None = None
    replacement: Replacement | None = None
    scale: EmbeddingScale | None = None

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

    def space_with(self, texts: Sequence[str]) -> Space:
        """Return the space after its bank grew by some texts."""
        return space_with(self.space, texts)

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
            ConfigError: a cap of the run or an owner's grant could not be held, or the examples do
                not fit the kind of answer, or exemplars give some of them away.
        """
        owners = tuple(self.data.values())
        check_targets(self.run, owners)
        check_leaks(self.space, self.scoring.reasoning, owners)
        for name in self.data:
            caps, asked = self.caps_of(name), self.asked_by(name)
            check_spending(caps, asked, evaluated=self.scoring.evaluated)
        for where, profile in servers_own(self.proposing, self.encoding).items():
            check_spending(caps_of(self.run.caps), {where: profile}, evaluated=False)
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
                **{name: table for name, table in self._asked_how.items() if table},
                **(self.replacement.payload if self.replacement else {}),
            }
        )

    @property
    def _asked_how(self) -> dict[str, object]:
        encoder = "" if self.encoding is None else self.encoding.profile.identity
        asked = {"reasoning": dict(self.run.reasoning), "answer": dict(self.run.task.answer)}
        return {**asked, "encoder": encoder}

    @property
    def personal(self) -> bool:
        """True where the search comes to a prompt of its own for every owner."""
        return isinstance(self.aggregator, Personalising)

    @property
    def held_out_requests(self) -> int:
        """Most requests of calibration, dev and test beyond the search, grades not counted."""
        most = 0 if self.scoring.marked else self.scoring.calibration_examples
        train = sum(min(size, most) for size in self.sizes.values())
        dev = sum(len(data.dev) for data in self.data.values())
        test = sum(len(data.test) for data in self.data.values())
        asked = 2 * train + 3 * dev + 2 * test
        if self.personal:  # every owner's own prompt beside the returned one
            asked += train + dev + test
        return asked * self.scoring.requests_per_item


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
    asked = list(profiles.values())
    judges = judge_connectors(run, environment)
    judge_profiles = profiles_of(judges, "judge")
    grading = graders(run, profiles, judge_profiles)
    generate = thinks(run) or generates(run.scoring, run.task.labels, asked)
    space, generate = space_and_reading(run, asked, generate=generate)
    owners = load_owners(run, held)
    sizes = {owner.data.owner: len(owner.data.train) for owner in owners}
    scoring = scoring_of(run, asked, grading, generate=generate, evaluator=calling)
    looking = scale_requests(space, asked, owners, scoring.requests_per_item, generate=generate)
    schedule = charged(schedule_of(run, owners, scoring.requests_per_item), looking)
    optimizer: Optimizer = build("optimizers", run.optimizer, "optimizer")
    made = Prepared(
        run=run,
        owners=owners,
        connectors=connectors,
        profiles=profiles,
        judges=judges,
        judge_profiles=judge_profiles,
        space=space,
        optimizer=informed(optimizer, space),
        aggregator=aggregator_of(run, space, optimizer),
        schedule=schedule,
        scoring=scoring,
        plan=beside(plan_of(run, optimizer, schedule, space, sizes), looking),
        notes=(*run_notes(run, owners, space), *scale_note(looking)),
        tracker=tracker_plan(run.track, environment),
        replacement=replacement_of(run),
    )
    return _growing(made, environment).checked()


def _growing(prepared: Prepared, environment: Mapping[str, str]) -> Prepared:
    """Return the run with its encoder and its proposer, and the plan where its bank grows."""
    run, optimizer, merge = prepared.run, prepared.optimizer, prepared.aggregator
    prepared = replace(prepared, encoding=encoding_of(run, prepared.space, environment))
    proposing = proposing_of(run, prepared.space, optimizer, prepared.profiles, environment)
    if proposing is None:
        return prepared
    plan = proposing.plan(optimizer, merge, prepared.schedule, prepared.sizes, run.seed)
    notes = (*prepared.notes, *grant_notes(run, prepared.owners, proposing))
    return replace(prepared, proposing=proposing, plan=plan, notes=notes)
