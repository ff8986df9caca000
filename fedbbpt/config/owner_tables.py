"""The ``[[owner]]`` tables of a run file: client files read, places of data worked out."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from fedbbpt.closest import did_you_mean
from fedbbpt.config.endpoints import with_paths
from fedbbpt.config.sections import GrantsSection, OwnerSection, Table
from fedbbpt.config.strict import read_section, read_toml, safe_name
from fedbbpt.datasets.source import source_of
from fedbbpt.errors import ConfigError, DataError


def owner_sections(
    tables: Sequence[Table], base: Path, held: Collection[str]
) -> tuple[OwnerSection, ...]:
    """Return the owners; a data path is taken from the folder of the file that names it.

    Args:
        tables: of the owners.
        base: the folder that relative paths are taken from.
        held: names of owners whose examples are in memory, and who need no data path.

    Raises:
        ConfigError: no name, no data or twice, a client file that cannot be read, or examples in
            memory of nobody.
    """
    owners = tuple(_section(index, table, base, held) for index, table in enumerate(tables))
    names = [owner.name for owner in owners]
    for name in held:
        if name not in names:
            raise ConfigError(
                f"data[{name!r}]: no [[owner]] has this name{did_you_mean(name, names)}; owners "
                f"are {', '.join(names)}"
            )
    return owners


def _section(index: int, table: Table, base: Path, held: Collection[str]) -> OwnerSection:
    """Return one owner; where it names a client file, paths are taken from the folder of that."""
    where = f"owner {index + 1}"
    owner = read_section(OwnerSection, table, where)
    read_section(GrantsSection, owner.grants, f"{where}.grants")
    owner = replace(owner, endpoint=with_paths(owner.endpoint, base))
    if owner.file:
        path = base / owner.file
        if beside := sorted(table.keys() - {"file", "name"}):
            raise ConfigError(
                f"[{where}] {', '.join(beside)}: the client file says it; write it in {path}"
            )
        inner = {"name": owner.name} if owner.name else {}
        client = read_toml(path, "client file")
        if "file" in client:
            raise ConfigError(f"{path}: file: a client file names no other; give its keys here")
        return _section(index, {**client, **inner}, path.parent, held)
    safe_name(owner.name, where)
    if owner.name in held:
        if owner.data:
            raise ConfigError(
                f"[{where}] data: the examples of {owner.name} are given in memory too; keep one"
            )
        return owner
    if not owner.data:
        raise ConfigError(f"[{where}] data: missing; name the file of {owner.name}'s examples")
    try:
        source = source_of(owner.data, base)
    except DataError as error:
        raise ConfigError(f"[{where}] data: {error}") from error
    return replace(owner, data=str(source))
