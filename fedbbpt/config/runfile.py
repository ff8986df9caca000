"""A run file, read: recipe and file merged, every table checked."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path

from fedbbpt.canonical import digest
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
from fedbbpt.config.strict import read_section
from fedbbpt.errors import ConfigError

_SECTIONS = ("task", "prompt", "roles", "space", "search", "scoring", "gate", "caps")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


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
        kept["owners"] = [
            {**asdict(owner), "endpoint": _speedless(owner.endpoint)} for owner in self.owners
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
    table = _read_toml(path, "run file")
    return resolve({**table, **(overrides or {})}, path.resolve().parent)


def resolve(table: Table, base: Path) -> RunFile:
    """Return the run that a table describes; relative paths are taken from ``base``.

    Raises:
        ConfigError: something cannot be meant; the text names table, key and what to do.
    """
    top = read_section(RunSection, table, "run file")
    recipe = load_recipe(top.recipe)
    own = {
        "space": top.space,
        "optimizer": top.optimizer,
        "aggregator": top.aggregator,
        "search": top.search,
    }
    merged = {name: _merged(recipe.get(name, {}), table) for name, table in own.items()}
    task = read_section(TaskSection, top.task, "task")
    owners = tuple(_owner(i, owner, base) for i, owner in enumerate(top.owner))
    if bool(top.data) == bool(owners):
        raise ConfigError(
            "[run file] give either [data] (one set dealt to simulated owners) or [[owner]] tables"
        )
    if top.data and top.simulation is None:
        raise ConfigError("[data] deals one set to simulated owners: say so with [simulation]")
    if top.seed < 0:
        raise ConfigError("[run file] seed: must be 0 or more")
    return RunFile(
        task=task,
        prompt=read_section(PromptSection, top.prompt, "prompt"),
        recipe=top.recipe,
        seed=top.seed,
        directory=top.dir or f"runs/{_safe_name(task.name, 'task')}",
        base=str(base),
        data=read_section(DataSection, top.data, "data") if top.data else None,
        owners=owners,
        roles=read_section(RolesSection, top.roles, "roles"),
        space=read_section(SpaceSection, merged["space"], "space"),
        optimizer=merged["optimizer"],
        aggregator=merged["aggregator"],
        search=read_section(SearchSection, merged["search"], "search"),
        scoring=read_section(ScoringSection, top.scoring, "scoring"),
        gate=read_section(GateSection, top.gate, "gate"),
        caps=read_section(CapsSection, top.caps, "caps"),
        simulation=(
            None
            if top.simulation is None
            else read_section(SimulationSection, top.simulation, "simulation")
        ),
        endpoint=top.endpoint,
    )


def restore(payload: Mapping[str, object]) -> RunFile:
    """Return the run whose ``payload`` a run directory holds.

    Raises:
        ConfigError: the payload is not of this version.
    """
    tables = {name: _table(payload, name) for name in _SECTIONS}
    data, simulation = payload.get("data"), payload.get("simulation")
    owners = payload.get("owners")
    if not isinstance(owners, list):
        raise ConfigError("[owners] the run directory is of another version")
    return RunFile(
        task=read_section(TaskSection, tables["task"], "task"),
        prompt=read_section(PromptSection, tables["prompt"], "prompt"),
        recipe=str(payload["recipe"]),
        seed=int(str(payload["seed"])),
        directory=str(payload["directory"]),
        base=str(payload["base"]),
        data=read_section(DataSection, _table(payload, "data"), "data") if data else None,
        owners=tuple(read_section(OwnerSection, owner, "owner") for owner in owners),
        roles=read_section(RolesSection, tables["roles"], "roles"),
        space=read_section(SpaceSection, tables["space"], "space"),
        optimizer=_table(payload, "optimizer"),
        aggregator=_table(payload, "aggregator"),
        search=read_section(SearchSection, tables["search"], "search"),
        scoring=read_section(ScoringSection, tables["scoring"], "scoring"),
        gate=read_section(GateSection, tables["gate"], "gate"),
        caps=read_section(CapsSection, tables["caps"], "caps"),
        simulation=(
            None
            if simulation is None
            else read_section(SimulationSection, _table(payload, "simulation"), "simulation")
        ),
        endpoint=_table(payload, "endpoint"),
    )


def _table(payload: Mapping[str, object], name: str) -> Table:
    table = payload.get(name)
    if not isinstance(table, dict):
        raise ConfigError(f"[{name}] the run directory is of another version")
    return table


def recipe_names() -> tuple[str, ...]:
    """Return the recipes that ship with the package."""
    found = (item.name for item in files("fedbbpt.recipes").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def load_recipe(name: str) -> dict[str, Table]:
    """Return a recipe's tables.

    Raises:
        ConfigError: no such recipe.
    """
    if name not in recipe_names():
        close = difflib.get_close_matches(name, recipe_names(), n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ConfigError(
            f"[run file] recipe = {name!r}: no such recipe{hint} Known: {', '.join(recipe_names())}"
        )
    text = files("fedbbpt.recipes").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    recipe: dict[str, Table] = tomllib.loads(text)
    return recipe


def _merged(recipe: Table, own: Table) -> Table:
    if "use" in own and own["use"] != recipe.get("use"):
        return own
    return {**recipe, **own}


def _owner(index: int, table: Table, base: Path) -> OwnerSection:
    where = f"owner {index + 1}"
    owner = read_section(OwnerSection, table, where)
    if owner.file:
        path = base / owner.file
        owner = _owner(index, {"name": owner.name, **_read_toml(path, "client file")}, path.parent)
    _safe_name(owner.name, where)
    if not owner.data:
        raise ConfigError(f"[{where}] data: missing; name the file of {owner.name}'s examples")
    return replace(owner, data=str(base / owner.data), file="")


def _safe_name(name: str, where: str) -> str:
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"[{where}] name: {name!r} is no name; use letters, digits, '-', '_' and '.', "
            "at most 64, starting with a letter or digit"
        )
    return name


def _read_toml(path: Path, kind: str) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such {kind}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
