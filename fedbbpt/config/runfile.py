"""A run file, read: recipe and file merged, every table checked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

from fedbbpt.canonical import digest
from fedbbpt.config.recipes import with_recipe
from fedbbpt.config.sections import (
    CapsSection,
    DataSection,
    GateSection,
    OwnerSection,
    PromptSection,
    RolesSection,
    RunSection,
    ScoringSection,
    SearchSection,
    SimulationSection,
    SpaceSection,
    Table,
    TaskSection,
)
from fedbbpt.config.strict import as_table, read_section, read_toml, safe_name, vars_of
from fedbbpt.errors import ConfigError

_Section = TypeVar("_Section")


@dataclass(frozen=True, slots=True)
class RunFile:
    """A run as it was meant, all defaults filled in.

    Attributes:
        task: what is asked.
        prompt: the start.
        recipe: the method's name.
        seed: of all randomness.
        directory: where the run is kept, as written or chosen.
        base: the folder that relative paths are taken from.
        data: one set dealt to simulated owners, or None.
        owners: owners with files of their own.
        roles: shares of train, dev and test.
        space: which prompts are searched.
        optimizer: plugin table.
        aggregator: plugin table.
        search: rounds and requests.
        scoring: how answers become figures.
        gate: level of the test on dev.
        caps: hard limits.
        simulation: None where owners are real.
        endpoint: plugin table of the shared endpoint.
    """

    task: TaskSection
    prompt: PromptSection
    recipe: str
    seed: int
    directory: str
    base: str
    data: DataSection | None
    owners: tuple[OwnerSection, ...]
    roles: RolesSection
    space: SpaceSection
    optimizer: Table
    aggregator: Table
    search: SearchSection
    scoring: ScoringSection
    gate: GateSection
    caps: CapsSection
    simulation: SimulationSection | None
    endpoint: Table

    def payload(self) -> dict[str, object]:
        """Return the resolved run as JSON values; a key appears only as its variable's name."""
        return asdict(self)

    @property
    def identity(self) -> str:
        """Digest of all that can change what is computed: not caps, places or endpoint speed."""
        kept = self.payload()
        for name in ("directory", "base", "caps"):
            del kept[name]
        kept["simulation"] = self.simulation is not None
        kept["endpoint"] = _speedless(self.endpoint)
        nowhere = {"data": "", "file": ""}  # what lies there counts, and is digested by itself
        kept["owners"] = [
            {**asdict(owner), **nowhere, "endpoint": _speedless(owner.endpoint)}
            for owner in self.owners
        ]
        return digest(kept)


def _speedless(endpoint: Table) -> dict[str, object]:
    pace = {"concurrency", "timeout_seconds", "slots", "threads"}
    return {key: value for key, value in endpoint.items() if key not in pace}


def load_run(path: Path, overrides: Mapping[str, object] | None = None) -> RunFile:
    """Return the run that a TOML file describes.

    Args:
        path: the run file.
        overrides: top-level keys and tables that replace those of the file.

    Raises:
        ConfigError: the file is absent, not TOML, or says something that cannot be meant.
    """
    table = read_toml(path, "run file")
    return resolve({**table, **(overrides or {})}, path.resolve().parent)


def resolve(table: Table, base: Path) -> RunFile:
    """Return the run that a table describes; relative paths are taken from ``base``.

    Raises:
        ConfigError: something cannot be meant; the text names table, key and what to do.
    """
    top = read_section(RunSection, table, "run file")
    if bool(top.data) == bool(top.owner):
        raise ConfigError(
            "[run file] give either [data] (one set dealt to simulated owners) or [[owner]] tables"
        )
    if top.data and top.simulation is None:
        raise ConfigError("[data] deals one set to simulated owners: say so with [simulation]")
    if top.seed < 0:
        raise ConfigError("[run file] seed: must be 0 or more")
    name = safe_name(read_section(TaskSection, top.task, "task").name, "task")
    run = _from_tables({**vars_of(top), **with_recipe(top)}, str(base), top.dir or f"runs/{name}")
    return replace(run, owners=tuple(owner_section(i, o, base) for i, o in enumerate(top.owner)))


def restore(payload: Table) -> RunFile:
    """Return the run whose ``payload`` a run directory holds.

    Raises:
        ConfigError: the payload is not of this version.
    """
    try:
        run = _from_tables(payload, str(payload["base"]), str(payload["directory"]))
        owners = payload["owners"]
        if not isinstance(owners, list):
            raise KeyError("owners")
    except KeyError as error:
        raise ConfigError(f"the run directory is of another version: no {error}") from error
    return replace(
        run, owners=tuple(read_section(OwnerSection, owner, "owner") for owner in owners)
    )


def _from_tables(tables: Table, base: str, directory: str) -> RunFile:
    def section(kind: type[_Section], name: str) -> _Section:
        return read_section(kind, as_table(tables[name], name), name)

    return RunFile(
        task=section(TaskSection, "task"),
        prompt=section(PromptSection, "prompt"),
        recipe=str(tables["recipe"]),
        seed=int(str(tables["seed"])),
        directory=directory,
        base=base,
        data=section(DataSection, "data") if tables["data"] else None,
        owners=(),
        roles=section(RolesSection, "roles"),
        space=section(SpaceSection, "space"),
        optimizer=as_table(tables["optimizer"], "optimizer"),
        aggregator=as_table(tables["aggregator"], "aggregator"),
        search=section(SearchSection, "search"),
        scoring=section(ScoringSection, "scoring"),
        gate=section(GateSection, "gate"),
        caps=section(CapsSection, "caps"),
        simulation=(
            None if tables["simulation"] is None else section(SimulationSection, "simulation")
        ),
        endpoint=as_table(tables["endpoint"], "endpoint"),
    )


def owner_section(index: int, table: Table, base: Path) -> OwnerSection:
    """Return one owner, with its client file read and its data path taken from that file's folder.

    Raises:
        ConfigError: no name, no data, or a client file that cannot be read.
    """
    where = f"owner {index + 1}"
    owner = read_section(OwnerSection, table, where)
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
        return owner_section(index, {**client, **inner}, path.parent)
    safe_name(owner.name, where)
    if not owner.data:
        raise ConfigError(f"[{where}] data: missing; name the file of {owner.name}'s examples")
    return replace(owner, data=str(base / owner.data))
