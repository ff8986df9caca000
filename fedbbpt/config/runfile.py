"""A run file, read: recipe and file merged, every table checked."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

from fedbbpt.config.endpoints import encoder_of, with_paths, writer_of
from fedbbpt.config.owner_tables import owner_sections
from fedbbpt.config.recipes import with_recipe
from fedbbpt.config.run_identity import run_identity
from fedbbpt.config.sections import (
    CacheSection,
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
from fedbbpt.config.space_table import space_identity, space_section
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
        proposer: plugin table and bounds; empty for none.
        encoder: with the plugin table of the endpoint that embeds instructions; empty for none.
        search: rounds and requests.
        scoring: how answers become figures.
        gate: level of the test on dev.
        caps: hard limits.
        prices: the user's own by model.
        cache: other runs whose answers are taken over.
        track: plugin table of a tracker; empty for none.
        simulation: None where owners are real.
        reasoning: plugin table of the way of reasoning; empty for direct answers.
        endpoint: plugin table of the shared endpoint.
        judge: plugin table of the shared judge; empty for none.
        evaluator: the user's function; empty for none.
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
    proposer: Table
    encoder: Table
    search: SearchSection
    scoring: ScoringSection
    gate: GateSection
    caps: CapsSection
    prices: Table
    cache: CacheSection
    track: Table
    simulation: SimulationSection | None
    reasoning: Table
    endpoint: Table
    judge: Table
    evaluator: Table

    def payload(self) -> dict[str, object]:
        """Return the resolved run as JSON values; a key appears only as its variable's name."""
        return asdict(self)

    @property
    def split_seed(self) -> int:
        """The seed by which examples are dealt to owners and roles."""
        return self.seed if self.roles.seed is None else self.roles.seed

    @property
    def identity(self) -> str:
        """Digest of all that can change what is computed: not caps, places or endpoint speed."""
        return run_identity(self.payload(), space_identity(self.space))


def load_run(
    path: Path, overrides: Mapping[str, object] | None = None, held: Collection[str] = ()
) -> RunFile:
    """Return the run that a TOML file describes.

    Args:
        path: the run file.
        overrides: top-level keys and tables that replace those of the file.
        held: names of owners whose examples are in memory.

    Raises:
        ConfigError: the file is absent, not TOML, or says something that cannot be meant.
    """
    table = read_toml(path, "run file")
    return resolve({**table, **(overrides or {})}, path.resolve().parent, held)


def resolve(table: Table, base: Path, held: Collection[str] = ()) -> RunFile:
    """Return the run that a table describes.

    Args:
        table: of a run file.
        base: the folder that relative paths are taken from.
        held: names of owners whose examples are in memory; they are the owners where the table
            names none.

    Raises:
        ConfigError: something cannot be meant; the text names table, key and what to do.
    """
    named = _by_name(_by_name(table, "evaluator"), "reasoning")
    top = read_section(RunSection, named, "run file")
    if top.data and held:
        raise ConfigError("[data] deals one set, and owners' examples are given too; keep one")
    tables = top.owner or tuple({"name": name} for name in held)
    if bool(top.data) == bool(tables):
        raise ConfigError(
            "[run file] give either [data] (one set dealt to simulated owners) or [[owner]] tables"
        )
    if top.data and top.simulation is None:
        raise ConfigError("[data] deals one set to simulated owners: say so with [simulation]")
    if top.seed < 0:
        raise ConfigError("[run file] seed: must be 0 or more")
    name = safe_name(_task(top.task).name, "task")
    run = _from_tables({**vars_of(top), **with_recipe(top)}, str(base), top.dir or f"runs/{name}")
    endpoint = with_paths(run.endpoint, base)
    writer = with_paths(writer_of(run.proposer), base)
    proposer = {**run.proposer, "endpoint": writer} if writer else run.proposer
    embedder = with_paths(encoder_of(run.encoder), base)
    encoder: Table = {"endpoint": embedder} if embedder else {}
    owners = owner_sections(tables, base, held)
    return replace(run, endpoint=endpoint, proposer=proposer, encoder=encoder, owners=owners)


def _by_name(table: Table, key: str) -> Table:
    """Return the table with a plugin that is named by a text alone as a plugin table."""
    return {**table, key: {"use": table[key]}} if isinstance(table.get(key), str) else table


def _task(table: Table) -> TaskSection:
    return read_section(TaskSection, _by_name(table, "answer"), "task")


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
        task=_task(as_table(tables["task"], "task")),
        prompt=section(PromptSection, "prompt"),
        recipe=str(tables["recipe"]),
        seed=int(str(tables["seed"])),
        directory=directory,
        base=base,
        data=section(DataSection, "data") if tables["data"] else None,
        owners=(),
        roles=section(RolesSection, "roles"),
        space=space_section(as_table(tables["space"], "space")),
        optimizer=as_table(tables["optimizer"], "optimizer"),
        aggregator=as_table(tables["aggregator"], "aggregator"),
        proposer=as_table(tables.get("proposer", {}), "proposer"),
        encoder=as_table(tables.get("encoder", {}), "encoder"),
        search=section(SearchSection, "search"),
        scoring=read_section(
            ScoringSection, _by_name(as_table(tables["scoring"], "scoring"), "metric"), "scoring"
        ),
        gate=section(GateSection, "gate"),
        caps=section(CapsSection, "caps"),
        prices=as_table(tables.get("prices", {}), "prices"),
        cache=read_section(CacheSection, as_table(tables.get("cache", {}), "cache"), "cache"),
        track=as_table(tables.get("track", {}), "track"),
        simulation=(
            None if tables["simulation"] is None else section(SimulationSection, "simulation")
        ),
        reasoning=as_table(tables.get("reasoning", {}), "reasoning"),
        endpoint=as_table(tables["endpoint"], "endpoint"),
        judge=as_table(tables["judge"], "judge"),
        evaluator=as_table(tables["evaluator"], "evaluator"),
    )
