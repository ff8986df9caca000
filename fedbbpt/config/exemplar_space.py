"""``[space] use = "exemplars"``: its pool, an owner's own or a public file, from a run file."""

from dataclasses import replace
from pathlib import Path

from fedbbpt.config.runfile import RunFile
from fedbbpt.data import Example, OwnerData, Task
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.reading import read_examples
from fedbbpt.datasets.source import source_of
from fedbbpt.errors import ConfigError, DataError
from fedbbpt.plugins import build
from fedbbpt.randomness import rng
from fedbbpt.spaces import AtHome, Space
from fedbbpt.spaces.exemplars import POOL
from fedbbpt.spaces.start import Start

USE = "exemplars"


def exemplar_space(run: RunFile, task: Task, start: Start, *, generate: bool) -> Space:
    """Return the space of exemplars; ``[space] file`` names a public pool.

    Raises:
        ConfigError: the file cannot be read, or a setting cannot be meant.
    """
    settings = dict(run.space.settings)
    named = settings.pop("file", "")
    if not isinstance(named, str):
        raise ConfigError("[space] file: expected the path of a file of public examples")
    try:
        source = source_of(named, Path(run.base)) if named else None
        public = () if source is None else read_examples(source, Columns(), task.labels)
    except DataError as error:
        raise ConfigError(f"[space] file: {error}") from error
    table = {**settings, "use": USE}
    space: Space = build(
        "spaces", table, "space", task=task, start=start, public=public, generate=generate
    )
    return space


def with_pool(run: RunFile, data: OwnerData) -> OwnerData:
    """Return an owner's examples with a pool taken out of the training split, where one is needed.

    What is shown is never asked: an example in a prompt would otherwise answer itself.
    """
    size = run.space.settings.get("pool", POOL)
    if run.space.use != USE or run.space.settings.get("file") or not isinstance(size, int):
        return data
    order = rng(run.split_seed, "pool", client=data.owner).permutation(len(data.train))
    chosen = {int(place) for place in order[: max(0, size)]}
    train = tuple(e for place, e in enumerate(data.train) if place not in chosen)
    return replace(data, train=train, pool=tuple(data.train[place] for place in sorted(chosen)))


def home_space(space: Space, data: OwnerData, everyone: tuple[OwnerData, ...]) -> Space:
    """Return the space as the holder of ``data`` decodes it.

    Args:
        space: of the run.
        data: of an owner, or of a hand that holds the training examples of several.
        everyone: all owners; such a hand has their pools together.
    """
    if not isinstance(space, AtHome):
        return space
    pool: tuple[Example, ...] = data.pool
    if all(data.owner != one.owner for one in everyone):
        pool = tuple(example for one in everyone for example in one.pool)
    return space.at_home(pool, data.owner)
