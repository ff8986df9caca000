"""How much a run will ask: its schedule, checked against the owners, and the plan of its search."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from fedbbpt.aggregators import Aggregator, Personalising, ReadsScalars
from fedbbpt.config.owners import LoadedOwner
from fedbbpt.config.runfile import RunFile
from fedbbpt.distributions import Categorical, Distribution
from fedbbpt.drivers import Plan, check_merge, plan_common
from fedbbpt.errors import ConfigError
from fedbbpt.library.vocabulary import load_words
from fedbbpt.nearest_candidates import Refreshing, plan_nearest
from fedbbpt.optimizers import NeedsFreshBlocks, Optimizer, ReadsPrompts, SharesDirections
from fedbbpt.plugins import build
from fedbbpt.randomness import rng
from fedbbpt.schedule import Schedule
from fedbbpt.spaces import Space
from fedbbpt.spaces.embedding import Embedding
from fedbbpt.work.replacement import Over, Replacement

PLAYED = 2
"""Rounds of a search over vectors that a plan plays."""


def schedule_of(run: RunFile, owners: tuple[LoadedOwner, ...], per_item: int = 1) -> Schedule:
    """Return how much each round asks.

    Args:
        run: the run file.
        owners: with their examples.
        per_item: requests that an item takes at most.

    Raises:
        ConfigError: the numbers cannot be meant, or do not fit the owners.
    """
    section = run.search
    if section.work not in {"score", "local"}:
        raise ConfigError(f"[search] work: {section.work!r} is unknown; use score or local")
    _check_work(run)
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
            compare=section.compare,
            twice=section.replace > 0,
            per_item=per_item,
        )
    except ValueError as error:
        raise ConfigError(f"[search] {error}") from error


def _check_work(run: RunFile) -> None:
    """Refuse settings that mean something in the other kind of work only."""
    local = run.search.work == "local"
    if local and run.optimizer.get("reevaluate"):
        raise ConfigError(
            "[optimizer] reevaluate: owners report what their local searches believe, so points "
            'asked again would be paid for nothing; leave it out, or set [search] work = "score"'
        )
    if run.search.replace and not local:
        raise ConfigError(
            '[search] replace: words are replaced in local searches only; set work = "local", or '
            "leave replace out"
        )


def replacement_of(run: RunFile) -> Replacement | None:
    """Return which words of examples are replaced; None where none are.

    Raises:
        ConfigError: no such word list.
    """
    if not run.search.replace:
        return None
    named = run.search.replace_words
    path = Path(run.base) / named
    words = load_words(path if path.suffix == ".toml" else named)
    over: Over = "mean" if run.search.replace_over == "mean" else "example"
    return Replacement(words, run.search.replace, over=over)


def informed(optimizer: Optimizer, space: Space) -> Optimizer:
    """Return the optimizer, told what the points of the space say if it wants to know."""
    if isinstance(optimizer, ReadsPrompts):
        return optimizer.reading(lambda point: space.decode(point).text())
    return optimizer


def plan_of(
    run: RunFile, optimizer: Optimizer, schedule: Schedule, space: Space, sizes: Mapping[str, int]
) -> Plan:
    """Return the most rounds and distinct requests of the search.

    Raises:
        ConfigError: the optimizer refuses the numbers, or they do not pay for one generation.
    """
    if run.search.work == "score" and schedule.nested and isinstance(optimizer, NeedsFreshBlocks):
        raise ConfigError(
            f"[search] nested: {run.optimizer['use']} takes every round's losses as new evidence, "
            "and nested blocks ask the same examples again; set nested = false"
        )
    # Points of embeddings may repeat candidates, which leaves a bound: it needs no long play.
    played = replace(schedule, nested=False) if isinstance(space, Embedding) else schedule
    try:
        plan = _played(run, optimizer, played, space.initial(), sizes)
    except ValueError as error:
        asked = f"asked for [search] candidates = {schedule.candidates}"
        raise ConfigError(f"[optimizer] {run.optimizer['use']}, {asked}: {error}") from error
    owners = len(schedule.participants(tuple(sizes), 0, run.seed))
    local = run.search.work == "local"
    common = schedule.candidates * schedule.block * schedule.per_item
    full = owners * (schedule.local_items if local else common)
    # What is drawn anew every round may repeat itself or not: this is the most it can ask.
    rounds = min(schedule.rounds, schedule.requests // full)
    if local:
        plan = Plan(rounds, rounds * full)
    elif isinstance(space, Embedding) and rounds:
        plan = plan_nearest(schedule, Refreshing(space), owners)
    elif not schedule.nested:
        plan = Plan(max(rounds, plan.rounds), min(schedule.requests, schedule.rounds * full))
    if plan.rounds == 0:
        raise ConfigError(
            f"[search] requests: {schedule.requests} do not pay for one generation; "
            f"{schedule.candidates} candidates on blocks of {schedule.block} at {owners} owners "
            f"take up to {full}{_each(schedule)}. Raise requests, or lower candidates or block"
        )
    return plan


def _each(schedule: Schedule) -> str:
    return f", with {schedule.per_item} requests an item" if schedule.per_item > 1 else ""


def _played(
    run: RunFile,
    optimizer: Optimizer,
    schedule: Schedule,
    start: Distribution,
    sizes: Mapping[str, int],
) -> Plan:
    """Return the plan that playing a search gives.

    Of vectors two rounds are played: no point comes twice, so that every round costs the same, and
    hundreds of steps in as many coordinates would take minutes. So are those of local searches,
    whose plan needs no playing.
    """
    alike = not isinstance(start, Categorical) and not schedule.nested
    if run.search.work == "score" and not alike:
        return plan_common(optimizer, schedule, start, sizes, run.seed)
    few = replace(schedule, rounds=min(schedule.rounds, PLAYED))
    plan = plan_common(optimizer, few, start, sizes, run.seed)
    if plan.rounds < few.rounds:
        return plan
    rounds = schedule.requests * plan.rounds // plan.requests
    return plan._replace(rounds=min(schedule.rounds, rounds))


def aggregator_of(run: RunFile, space: Space, optimizer: Optimizer) -> Aggregator:
    """Return what merges the reports.

    Raises:
        ConfigError: it does not merge what owners report after such work by such an optimizer.
    """
    aggregator: Aggregator = build("aggregators", run.aggregator, "aggregator")
    if isinstance(aggregator, ReadsScalars) and run.search.work == "local":
        _check_scalars(run, space, optimizer)
    if run.proposer and isinstance(aggregator, Personalising):
        raise ConfigError(
            f"[proposer] {run.aggregator['use']} knows no prompts that join on the way; leave the "
            'proposer out, or write [aggregator] use = "mean"'
        )
    try:
        check_merge(aggregator, run.search.work, space.initial(), compare=run.search.compare)
    except ValueError as error:
        raise ConfigError(
            f"[aggregator] {run.aggregator['use']} does not merge the reports of [search] work = "
            f"{run.search.work!r} ({error}); scores need mean or median, local searches a pool"
        ) from error
    return aggregator


def _check_scalars(run: RunFile, space: Space, optimizer: Optimizer) -> None:
    """Refuse an optimizer whose steps do not add up over owners."""
    where = f"[aggregator] {run.aggregator['use']} adds up slopes along common directions"
    if not isinstance(optimizer, SharesDirections):
        raise ConfigError(
            f"{where}, and {run.optimizer['use']} reports none; write [optimizer] use = "
            '"finite_seeds" and step = "sgd", or another aggregator'
        )
    try:
        optimizer.start_with(space.initial(), rng(run.seed, "plan"), run.seed)
    except ValueError as error:
        raise ConfigError(f"{where}: [optimizer] {error}") from error
