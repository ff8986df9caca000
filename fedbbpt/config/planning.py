"""How much a run will ask: its schedule, checked against the owners, and the plan of its search."""

from collections.abc import Mapping

from fedbbpt.config.owners import LoadedOwner
from fedbbpt.config.runfile import RunFile
from fedbbpt.drivers import Plan, plan_common
from fedbbpt.errors import ConfigError
from fedbbpt.optimizers import Optimizer
from fedbbpt.schedule import Schedule
from fedbbpt.spaces import Space


def schedule_of(run: RunFile, owners: tuple[LoadedOwner, ...]) -> Schedule:
    """Return how much each round asks.

    Raises:
        ConfigError: the numbers cannot be meant, or do not fit the owners.
    """
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


def plan_of(
    run: RunFile, optimizer: Optimizer, schedule: Schedule, space: Space, sizes: Mapping[str, int]
) -> Plan:
    """Return the most rounds and distinct requests of the search.

    Raises:
        ConfigError: the optimizer refuses the numbers, or they do not pay for one generation.
    """
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
            f"take up to {full}. Raise requests, or lower candidates or block"
        )
    return plan
