"""Who takes part in a comparison: recipes as run files of one task, and what is always in."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

from fedbbpt.config.endpoints import writer_of
from fedbbpt.config.prepare import Prepared, prepare
from fedbbpt.config.recipes import load_recipe
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.sections import SearchSection, SpaceSection, Table
from fedbbpt.config.space_table import space_section
from fedbbpt.config.strict import read_section
from fedbbpt.errors import ConfigError, DataError
from fedbbpt.spaces import is_private

RANDOM, HAND_WRITTEN, EXEMPLARS = "random", "hand-written", "random exemplars"
TEXTS = 8
"""Hand-written prompts that the best is chosen from, beside the start."""

BANK = "classification"
"""The bank of hand-written prompts where the run file names no bank of its own."""

SHARED_KEYS = ("requests", "block", "quorum")
"""Keys of the run file's [search] that hold for all methods: how much is asked, and of whom."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One method, made ready on the task.

    Attributes:
        name: of the recipe, or one of the built-in names.
        prepared: the run that it would be, with the split's seed.
        title: what it does, in one line.
        gated: its found prompt also meets the gate.
    """

    name: str
    prepared: Prepared
    title: str
    gated: bool = True


class Field(NamedTuple):
    """All contenders, and why built-in ones are left out, by name."""

    contenders: tuple[Contender, ...]
    left_out: dict[str, str]


def field_of(
    run: RunFile, recipes: Sequence[str], without: Sequence[str], environment: Mapping[str, str]
) -> Field:
    """Return the recipes and the built-in contenders, all on the same split and the same budget.

    Args:
        run: the task, with its owners, endpoint and requests.
        recipes: names; the first is also the method of owners alone and of pooled data.
        without: built-in contenders that are not wanted.
        environment: variables, for the keys that endpoints name.

    Raises:
        ConfigError: a recipe is unknown, named twice or does not fit the task.
        DataError: examples cannot be used.
    """
    if len(set(recipes)) != len(recipes) or not recipes:
        raise ConfigError(f"--recipes {','.join(recipes)!r}: name every recipe once, at least one")
    for name in recipes:
        if name in {RANDOM, HAND_WRITTEN, EXEMPLARS}:
            raise ConfigError(f"--recipes: {name!r} is in by itself; leave it out with --without")
    found = [_recipe(run, name, environment) for name in recipes]
    _check_first(found[0])
    left_out = dict.fromkeys(without, "not asked for")
    for name, make in ((RANDOM, _random), (HAND_WRITTEN, _hand_written), (EXEMPLARS, _exemplars)):
        if name in left_out:
            continue
        try:
            found.append(make(found[0].prepared, environment))
        except (ConfigError, DataError) as error:
            left_out[name] = str(error)
    _check_readings(found)
    return Field(tuple(found), left_out)


def _recipe(run: RunFile, name: str, environment: Mapping[str, str]) -> Contender:
    recipe = load_recipe(name)
    # The file's own method stays as its author wrote it; others get nothing that was meant for it.
    changed = run if name == run.recipe else _with_tables(run, name, recipe)
    try:
        prepared = prepare(_on_split(changed), environment)
    except ConfigError as error:
        raise ConfigError(f"recipe {name}: {error}") from error
    return Contender(name, prepared, str(recipe["about"]["title"]))


def _with_tables(run: RunFile, name: str, recipe: Mapping[str, Table]) -> RunFile:
    own, space = asdict(run.search), _space(run, recipe.get("space", {}))
    search = {**recipe.get("search", {}), **{key: own[key] for key in SHARED_KEYS}}
    return replace(
        run,
        recipe=name,
        space=space,
        encoder=run.encoder if space == run.space else {},
        proposer=_proposer(run, recipe.get("proposer", {})),
        optimizer=recipe.get("optimizer", {}),
        aggregator=recipe.get("aggregator", {}),
        search=read_section(SearchSection, search, "search"),
    )


def _space(run: RunFile, table: Table) -> SpaceSection:
    theirs = space_section(table)
    return run.space if theirs.use == run.space.use else theirs


def _proposer(run: RunFile, table: Table) -> Table:
    """Return the recipe's proposer, at the endpoint that the run file names for writing."""
    writer = writer_of(run.proposer)
    return {**table, "endpoint": writer} if table and writer else table


def _on_split(run: RunFile) -> RunFile:
    """Return the run with its split held fast and no run of its own, whatever its search's seed."""
    return replace(
        run, roles=replace(run.roles, seed=run.split_seed), seed=run.split_seed, track={}
    )


def _random(first: Prepared, environment: Mapping[str, str]) -> Contender:
    run = first.run
    each = first.scoring.requests_per_item
    most = run.search.requests // (run.search.block * len(first.owners) * each)
    drawn = _drawn(run, RANDOM, run.space, most, run.search.block)
    title = f"random search: {most} prompts of the space of {run.recipe}, the best on train"
    return Contender(RANDOM, prepare(drawn, environment), title)


def _hand_written(first: Prepared, environment: Mapping[str, str]) -> Contender:
    run = first.run
    space = run.space if run.space.use == "bank" else SpaceSection("bank", (BANK,))
    each = first.scoring.requests_per_item
    share = run.search.requests // ((TEXTS + 1) * len(first.owners) * each)
    block = min(max(share, run.search.block), max(first.sizes.values()))
    drawn = _drawn(run, HAND_WRITTEN, space, TEXTS + 1, block)
    title = f"the best on train of {TEXTS} hand-written prompts and the start"
    return Contender(HAND_WRITTEN, prepare(drawn, environment), title)


def _exemplars(first: Prepared, environment: Mapping[str, str]) -> Contender:
    run = first.run
    if not run.task.labels:
        raise ConfigError("solved examples are shown with their labels, and the task has none")
    each = first.scoring.requests_per_item
    most = run.search.requests // (run.search.block * len(first.owners) * each)
    drawn = _drawn(run, EXEMPLARS, SpaceSection("exemplars"), most, run.search.block)
    title = f"random search: {most} choices of each owner's own solved examples, the best on train"
    return Contender(EXEMPLARS, prepare(drawn, environment), title)


def _drawn(run: RunFile, name: str, space: SpaceSection, candidates: int, block: int) -> RunFile:
    if candidates < 2:
        raise ConfigError(
            f"{run.search.requests} requests do not pay for 2 prompts on blocks of {block} at "
            "every owner; raise [search] requests"
        )
    search = SearchSection(
        rounds=1,
        requests=run.search.requests,
        candidates=candidates,
        block=block,
        quorum=run.search.quorum,
    )
    return replace(
        run,
        recipe=name,
        space=space,
        proposer={},
        encoder=run.encoder if space == run.space else {},
        optimizer={"use": "random_search", "candidates": candidates},
        aggregator={"use": "mean"},
        search=search,
    )


def _check_first(first: Contender) -> None:
    if is_private(first.prepared.space):
        raise ConfigError(
            f"recipe {first.name}: its prompts show other examples at each owner, so it cannot be "
            "the first recipe, which owners alone and pooled data are asked by; name another first"
        )


def _check_readings(contenders: Sequence[Contender]) -> None:
    first = contenders[0]
    for other in contenders[1:]:
        if other.prepared.scoring.reading != first.prepared.scoring.reading:
            raise ConfigError(
                f"{other.name} reads answers in another way than {first.name} "
                f"({other.prepared.scoring.reading}; {first.prepared.scoring.reading}), so their "
                'scores do not compare; set [scoring] read, for example to "generate"'
            )
