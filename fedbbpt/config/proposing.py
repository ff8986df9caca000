"""``[proposer]``: where new instructions come from, how long they may be and who is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.aggregators import Aggregator
from fedbbpt.config.endpoints import connector
from fedbbpt.config.places import SHARED
from fedbbpt.config.pricing import own_prices
from fedbbpt.config.refreshing import REFRESHING, refreshing_of
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.sections import GrantsSection, OwnerSection, ProposerSection, Table
from fedbbpt.config.strict import read_section
from fedbbpt.data import OwnerData
from fedbbpt.drivers import Plan
from fedbbpt.endpoints import Connector, Profile
from fedbbpt.endpoints.spending.ledger import Worst, worst_of
from fedbbpt.errors import ConfigError
from fedbbpt.growing_bank import GrowingCandidates, Growth, plan_growing
from fedbbpt.library.templates import LABELS, TOPIC
from fedbbpt.nearest_candidates import NearestCandidates, Refreshing, plan_nearest
from fedbbpt.optimizers import Optimizer
from fedbbpt.optimizers.growing import GrowingSearch
from fedbbpt.plugins import build
from fedbbpt.privacy.canaries import LENGTH
from fedbbpt.privacy.leak_guard import LeakGuard
from fedbbpt.proposers import SERVER, Failure, Parent, Proposed, Proposer
from fedbbpt.randomness import rng
from fedbbpt.schedule import Schedule
from fedbbpt.spaces import Space
from fedbbpt.spaces.embedding import Embedding
from fedbbpt.spaces.growth import LONGEST, GrowingSpace, fault

MARK = "m" * LENGTH
SHOWN, WIDEST = 32, "\U0001f600"
"""Parents that a request shows at most, and a letter of four bytes, where costs are bounded."""

_OURS = ("endpoint", "longest", "most", *REFRESHING)
"""Settings of the table that are not those of the plugin."""


@dataclass(frozen=True, slots=True)
class Proposing:
    """How a run's bank grows.

    Attributes:
        growth: the bank, its proposer and their bounds.
        connector: of the server's own proposer; None where it asks the run's endpoint, or nobody.
        profile: of the same.
        asks: whether the server asks a model for texts.
        refreshing: when texts are written around a search's mean; None where its optimizer says so.
    """

    growth: Growth
    connector: Connector | None
    profile: Profile | None
    asks: bool
    refreshing: Refreshing | None = None

    def driver(
        self,
        optimizer: Optimizer,
        aggregator: Aggregator,
        schedule: Schedule,
        sizes: Mapping[str, int],
        stream: np.random.Generator,
    ) -> GrowingCandidates | NearestCandidates:
        """Return the driver of one search.

        Raises:
            ConfigError: the optimizer takes no new texts.
        """
        if (around := self.refreshing) is not None:
            return NearestCandidates(optimizer, aggregator, schedule, around, sizes, stream)
        search = _started(optimizer, self.growth.space, stream)
        return GrowingCandidates(search, aggregator, schedule, self.growth, sizes)

    def plan(
        self,
        optimizer: Optimizer,
        aggregator: Aggregator,
        schedule: Schedule,
        sizes: Mapping[str, int],
        seed: int,
    ) -> Plan:
        """Return the rounds and requests of a search in which every text that is wished comes.

        Raises:
            ConfigError: the optimizer takes no new texts.
        """
        if self.refreshing is not None:
            owners = len(schedule.participants(tuple(sizes), 0, seed))
            return plan_nearest(schedule, self.refreshing, owners)
        search = _started(optimizer, self.growth.space, rng(seed, "plan"))
        driver = GrowingCandidates(search, aggregator, schedule, self.growth, sizes)
        return plan_growing(driver, schedule, tuple(sizes), seed)

    def dearest(self, profile: Profile) -> Worst:
        """Return what one request for a text may cost at an endpoint: its parents are the longest.

        Args:
            profile: of who is asked.
        """
        parents = [
            Parent(f"{place}{WIDEST * (self.growth.longest - 2)}", 0.5) for place in range(SHOWN)
        ]
        wide = WIDEST * LONGEST
        failures = [Failure(wide, wide, wide, turn % SHOWN, MARK) for turn in range(SHOWN * SHOWN)]
        stream = np.random.default_rng(0)
        step = self.growth.proposer.start(parents, failures, SHOWN, stream).step(())
        costs = [] if isinstance(step, Proposed) else [worst_of(one, profile) for one in step]
        return max(costs, key=lambda cost: cost.tokens, default=Worst(0, 0))

    def widest(self) -> Space:
        """Return the bank with the longest texts that may join, for bounds on a prompt's length."""
        size = self.growth.longest
        texts = (WIDEST * size, LABELS * (size // len(LABELS)), TOPIC * (size // len(TOPIC)))
        return self.growth.space.grown([text for text in texts if text and not fault(text)])


def proposing_of(
    run: RunFile,
    space: Space,
    optimizer: Optimizer,
    profiles: Mapping[str, Profile],
    environment: Mapping[str, str],
) -> Proposing | None:
    """Return how the bank grows, or None where the run names no proposer.

    Raises:
        ConfigError: the table cannot be meant, or does not go with space, optimizer or endpoints.
    """
    if not run.proposer:
        return None
    section, proposer = _read(run, space)
    growing = _checked(run, space, optimizer)
    growth = Growth(growing, proposer, section.longest, section.most)
    around = refreshing_of(run, section, growth)
    asks = proposer.at == SERVER and proposer.requests(1) > 0
    if run.evaluator and not asks and proposer.requests(1) > 0:
        raise ConfigError(
            "[proposer] at: owners that score by an evaluator have no model to write with; write "
            'at = "server" and name a [proposer.endpoint]'
        )
    if not section.endpoint:
        if asks and (SHARED not in profiles or run.evaluator):
            raise ConfigError(
                "[proposer] endpoint: nobody is named who writes the texts; give [proposer] a "
                "table endpoint, as owners have"
            )
        return Proposing(growth, None, profiles[SHARED] if asks else None, asks, around)
    if not asks:
        raise ConfigError(
            f"[proposer] endpoint: {run.proposer['use']} asks no model at the server; leave the "
            "endpoint out"
        )
    where = "proposer.endpoint"
    made = connector(section.endpoint, where, environment, own_prices(run.prices))
    try:
        return Proposing(growth, made, made.profile(), asks, around)
    except ConfigError as error:
        raise ConfigError(f"[{where}] {error}") from error


def grants_texts(run: RunFile, owner: OwnerSection | None) -> bool:
    """Tell whether instructions that are proposed at an owner may leave it.

    Args:
        run: the run file; its ``[simulation]`` speaks for owners that live in this process.
        owner: its section; None for a hand that no owner is.
    """
    if run.simulation is not None and run.simulation.texts:
        return True
    return _grants(owner).texts


def guard_for(run: RunFile, data: OwnerData, owner: OwnerSection | None) -> LeakGuard:
    """Return what keeps texts in which an owner's examples can be seen; its index comes later.

    Args:
        run: the run file.
        data: the owner's examples.
        owner: its section; None for a hand that no owner is.
    """
    examples = tuple(example for split in data.splits().values() for example in split)
    examples += data.pool
    return LeakGuard(examples, run.task.labels, _grants(owner).words)


def _grants(owner: OwnerSection | None) -> GrantsSection:
    own = {} if owner is None else owner.grants
    return read_section(GrantsSection, own, "owner.grants")


def space_with(space: Space, texts: Sequence[str]) -> Space:
    """Return the space after its bank grew by some texts; a space that cannot grow has none."""
    return space.grown(texts) if isinstance(space, GrowingSpace) and texts else space


def _read(run: RunFile, space: Space) -> tuple[ProposerSection, Proposer]:
    own = {key: run.proposer[key] for key in _OURS if key in run.proposer}
    settings: Table = {key: value for key, value in run.proposer.items() if key not in _OURS}
    section = read_section(ProposerSection, own, "proposer")
    spoken = space.wordings.choices[0].spoken if isinstance(space, GrowingSpace) else ""
    task = {"topic": run.task.topic, "labels": run.task.labels, "spoken": spoken}
    proposer: Proposer = build("proposers", settings, "proposer", **task)
    return section, proposer


def _checked(run: RunFile, space: Space, optimizer: Optimizer) -> GrowingSpace:
    """Return the space, once it is sure that it, the search and the optimizer go together."""
    if not isinstance(space, GrowingSpace):
        raise ConfigError(
            f"[proposer] the space {run.space.use!r} cannot grow; write "
            '[space] use = "instructions"'
        )
    if isinstance(space, Embedding):
        if run.search.work != "score":
            raise ConfigError(
                '[proposer] it goes with [search] work = "score"; write that, or take a recipe '
                "without a proposer"
            )
        return space
    if run.search.work != "score" or not run.search.nested:
        raise ConfigError(
            '[proposer] it goes with [search] work = "score" and nested = true: survivors and '
            "children meet on the same examples"
        )
    _started(optimizer, space, np.random.default_rng(0))
    return space


def _started(optimizer: Optimizer, space: Space, stream: np.random.Generator) -> GrowingSearch:
    search = optimizer.start(space.initial(), stream)
    if not isinstance(search, GrowingSearch):
        raise ConfigError(
            f"[proposer] the optimizer {type(optimizer).__name__} takes no new texts; write "
            '[optimizer] use = "evolution"'
        )
    return search
