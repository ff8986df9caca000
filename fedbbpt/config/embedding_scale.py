"""Whether a run searches for the size of soft tokens, and what that costs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from fedbbpt.config.owners import LoadedOwner
from fedbbpt.drivers import Plan
from fedbbpt.embedding_scale import ROWS
from fedbbpt.endpoints import Profile
from fedbbpt.errors import ConfigError
from fedbbpt.schedule import Schedule
from fedbbpt.spaces import Space
from fedbbpt.spaces.soft import Soft
from fedbbpt.work.embedding_scale import block_sizes

ADVICE = "write the standard deviation of the model's embeddings as [endpoint] embedding_std"


def is_unscaled(space: Space, profiles: Iterable[Profile]) -> bool:
    """Tell whether nobody said how large the model's embeddings are, and the run needs it."""
    return isinstance(space, Soft) and any(
        profile.embeddings is not None and profile.embeddings.std is None for profile in profiles
    )


def scale_sizes(owners: Iterable[LoadedOwner]) -> dict[str, int]:
    """Return how many training examples the search asks each owner about."""
    listed = list(owners)
    sizes = block_sizes((len(one.data.train), one.section.min_block) for one in listed)
    return {one.data.owner: size for one, size in zip(listed, sizes, strict=True)}


def scale_requests(
    space: Space,
    profiles: Sequence[Profile],
    owners: Sequence[LoadedOwner],
    per_item: int,
    *,
    generate: bool,
) -> int:
    """Return the requests of the search for a size, 0 where there is none.

    Raises:
        ConfigError: it is needed, and answers are no label scores.
    """
    if not is_unscaled(space, profiles):
        return 0
    if generate:
        raise ConfigError(
            "[endpoint] embedding_std: a search for it reads label scores, and answers here are "
            f"read from texts; {ADVICE}"
        )
    return ROWS * sum(scale_sizes(owners).values()) * per_item


def charged(schedule: Schedule, requests: int) -> Schedule:
    """Return the schedule of what is left of its requests.

    Raises:
        ConfigError: nothing is left.
    """
    if schedule.requests <= requests:
        raise ConfigError(
            f"[search] requests: {schedule.requests} do not pay for the {requests} requests that "
            f"look for an embedding scale; raise them, or {ADVICE}"
        )
    return replace(schedule, requests=schedule.requests - requests)


def beside(plan: Plan, requests: int) -> Plan:
    """Return the plan with the requests of the search for a size, which is no round."""
    return plan._replace(requests=plan.requests + requests)


def scale_note(requests: int) -> tuple[str, ...]:
    """Return what a careful reader should know of it."""
    if not requests:
        return ()
    return (
        f"embedding_std is not given: {requests} requests of the search look for a size of soft "
        "tokens first",
    )
