"""The owners of a run and their examples: read, dealt, split, and checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fedbbpt.config.exemplar_space import with_pool
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.sections import DataSection, OwnerSection, RolesSection
from fedbbpt.config.strict import read_section, safe_name
from fedbbpt.data import Example, OwnerData
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.held import Entry, held_examples
from fedbbpt.datasets.owner_check import check_owner
from fedbbpt.datasets.reading import read_examples
from fedbbpt.datasets.source import Source, source_of
from fedbbpt.errors import ConfigError, DataError
from fedbbpt.randomness import rng
from fedbbpt.splits import (
    Shares,
    by_key,
    deduplicate,
    dirichlet,
    iid,
    k_shot,
    normalised,
    roles,
)

FEWEST_HELD_OUT = 4


class Unique(NamedTuple):
    """Examples without repeated inputs, and how many were dropped."""

    examples: tuple[Example, ...]
    repeated: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class LoadedOwner:
    """One owner's examples in their roles, its section, and what was odd about its data."""

    data: OwnerData
    section: OwnerSection
    warnings: tuple[str, ...]


Held = Mapping[str, Iterable[Entry]]
"""Examples in memory by the name of their owner."""


def load_owners(run: RunFile, held: Held | None = None) -> tuple[LoadedOwner, ...]:
    """Read all examples and give every owner its train, dev and test splits.

    Args:
        run: the run.
        held: the examples of owners that name no file.

    Raises:
        DataError: a file or its examples cannot be used.
        ConfigError: the split asked for cannot be made, or an owner has neither file nor examples.
    """
    hands = _dealt(run, run.data) if run.data else _own(run, held or {})
    seen: set[str] = set()
    return tuple(_loaded(run, section, _unique(run, hand, seen)) for section, hand in hands)


def fetched(run: RunFile) -> tuple[Source, ...]:
    """Return the data sets that a library fetches from a hub for this run."""
    texts = [run.data.path] if run.data else [owner.data for owner in run.owners if owner.data]
    sources = (source_of(text, Path(run.base)) for text in dict.fromkeys(texts))
    return tuple(source for source in sources if source.kind == "hub")


Hand = tuple[OwnerSection, tuple[Example, ...]]


def _unique(run: RunFile, examples: tuple[Example, ...], seen: set[str]) -> Unique:
    """Drop an owner's repeated inputs, and in a simulation also those that another owner has."""
    own = deduplicate(examples)
    if run.simulation is None:
        return Unique(own.examples, own.dropped, 0)
    new = tuple(e for e in own.examples if normalised(e.input) not in seen)
    seen.update(normalised(example.input) for example in new)
    return Unique(new, own.dropped, len(own.examples) - len(new))


def _own(run: RunFile, held: Held) -> list[Hand]:
    names = [owner.name for owner in run.owners]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(
                f"[owner] name: {name!r} is given twice; owners need names of their own"
            )
    return [(owner, _examples(run, owner, held)) for owner in run.owners]


def _examples(run: RunFile, owner: OwnerSection, held: Held) -> tuple[Example, ...]:
    columns = read_section(Columns, owner.columns, f"owner {owner.name}.columns")
    if owner.data:
        return read_examples(source_of(owner.data), columns, run.task.labels)
    if owner.name not in held:
        raise ConfigError(
            f"[owner] {owner.name}: its examples were given from Python and are not kept; go on "
            "with fedbbpt.optimize and the same data"
        )
    return held_examples(owner.name, held[owner.name], columns, run.task.labels)


def _dealt(run: RunFile, data: DataSection) -> list[Hand]:
    source = source_of(data.path, Path(run.base))
    columns = read_section(Columns, data.columns, "data.columns")
    examples = read_examples(source, columns, run.task.labels)
    try:
        if data.k_shot:
            examples = k_shot(examples, data.k_shot, rng(run.split_seed, "k-shot"))
        dealt = _deal(examples, data, run.split_seed)
    except ValueError as error:
        raise ConfigError(f"[data] {error}") from error
    for name in dealt:
        safe_name(name, f"{source}: domain")  # a domain becomes an owner, an owner a file
    return [(OwnerSection(name=name, data=data.path), dealt[name]) for name in sorted(dealt)]


def _deal(
    examples: tuple[Example, ...], data: DataSection, seed: int
) -> Mapping[str, tuple[Example, ...]]:
    match data.split:
        case "key":
            return by_key(examples)
        case "iid":
            return iid(examples, data.owners, rng(seed, "deal"))
        case "dirichlet":
            return dirichlet(examples, data.owners, data.alpha, data.min_size, rng(seed, "deal"))
        case "one":
            return {"all": examples}
        case other:
            raise ValueError(f"split: {other!r} is unknown; use key, iid, dirichlet or one")


def _loaded(run: RunFile, section: OwnerSection, unique: Unique) -> LoadedOwner:
    try:
        warnings = check_owner(
            unique.examples,
            run.task.labels,
            simulation=run.simulation is not None,
            allow_one_class=section.allow_one_class,
        )
        drawn = roles(
            unique.examples,
            _shares(run.roles),
            rng(run.split_seed, "roles", client=section.name),
        )
    except DataError as error:
        raise DataError(f"{section.name}: {error}") from error
    except ValueError as error:
        raise DataError(f"{section.name}: [roles] {error}") from error
    if unique.repeated:
        warnings = (*warnings, f"{unique.repeated} repeated inputs were dropped")
    if unique.elsewhere:
        warnings = (*warnings, f"{unique.elsewhere} inputs that another owner has were dropped")
    data = with_pool(run, OwnerData(section.name, drawn.train, drawn.dev, drawn.test))
    _check_sizes(data, section)
    return LoadedOwner(data, section, warnings)


def _shares(section: RolesSection) -> Shares:
    values = (section.train, section.dev, section.test)
    if all(value.is_integer() for value in values) and sum(values) > 1:
        return Shares(*map(int, values))
    return Shares(*values)


def _check_sizes(data: OwnerData, section: OwnerSection) -> None:
    if len(data.train) < section.min_block:
        raise DataError(
            f"{data.owner}: {len(data.train)} training examples are below its smallest block of "
            f"{section.min_block}; give it more examples or a larger [roles] train"
        )
    for role in ("dev", "test"):
        if len(data.splits()[role]) < FEWEST_HELD_OUT:
            raise DataError(
                f"{data.owner}: {len(data.splits()[role])} {role} examples decide nothing; give it "
                f"more examples or a larger [roles] {role}"
            )
