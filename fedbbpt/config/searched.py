"""The starting prompt and the space around it, from the tables of a run file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from fedbbpt.config.embedding_space import embedding_space
from fedbbpt.config.exemplar_space import exemplar_space
from fedbbpt.config.recipes import load_recipe, recipe_names
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.sections import PromptSection
from fedbbpt.config.soft import soft_space
from fedbbpt.config.token_space import token_space
from fedbbpt.data import Task
from fedbbpt.distributions import Floats, width
from fedbbpt.endpoints import Profile
from fedbbpt.errors import ConfigError
from fedbbpt.library import load, load_bank, merge
from fedbbpt.plugins import build
from fedbbpt.prompts import INPUT, messages_from
from fedbbpt.spaces import Space
from fedbbpt.spaces.assembly import assemble
from fedbbpt.spaces.bank import Bank
from fedbbpt.spaces.embedding import Embedding
from fedbbpt.spaces.instructions import Instructions
from fedbbpt.spaces.slots import Slots
from fedbbpt.spaces.start import Start
from fedbbpt.spaces.wording import wordings_for

_Texts = TypeVar("_Texts")


def searched_space(run: RunFile, *, generate: bool, profiles: Sequence[Profile] = ()) -> Space:
    """Return the space of a run; its origin is the run's starting prompt.

    Args:
        run: the run file.
        generate: True where answers are read from generated text.
        profiles: of the owners' endpoints.

    Raises:
        ConfigError: the prompt, a library or the space cannot be meant.
    """
    try:
        task = Task(run.task.name, run.task.topic, run.task.labels)
    except ValueError as error:
        raise ConfigError(f"[task] {error}") from error
    try:
        start = starting_prompt(run.prompt)
        match run.space.use:
            case "slots":
                library = merge([_read(load, run, name) for name in run.space.library])
                return Slots(task, start, library, run.prompt.frozen, run.space.limit, generate)
            case "bank":
                return _bank(run, task, start, generate=generate)
            case "instructions" | "embedding" as used:
                library = merge([_read(load, run, name) for name in run.space.library])
                bank = Instructions(task, start, library, run.space.limit, generate)
                return embedding_space(run, bank) if used == "embedding" else bank
            case "soft":
                wording = wordings_for(task.labels, [start.words], generate=generate).choices[0]
                settings = {"seed": run.seed, **run.space.settings}
                return soft_space(settings, assemble(start, task, wording), profiles, _chooser(run))
            case "tokens" | "exemplars" as listed:
                made = token_space if listed == "tokens" else exemplar_space
                return made(run, task, start, generate=generate)
            case own:
                table = {**run.space.settings, "use": own}
                space: Space = build("spaces", table, "space", task=task, start=start)
                return space
    except ValueError as error:
        raise ConfigError(f"[prompt] {error}") from error


def _chooser(run: RunFile) -> str:
    """Return the recipe that chose the run's space; empty where its file did.

    Rows that a comparison makes by itself, such as random search, have the name of no recipe.
    """
    named = run.recipe in recipe_names() and load_recipe(run.recipe)["space"]["use"]
    return run.recipe if named == run.space.use else ""


def space_and_reading(
    run: RunFile, profiles: Sequence[Profile], *, generate: bool
) -> tuple[Space, bool]:
    """Return the space, and whether answers are read from generated text after all.

    Args:
        run: the run file.
        profiles: of the owners' endpoints.
        generate: True where they are in any case.

    Raises:
        ConfigError: as ``searched_space``, or label scores are asked for that cannot be read.
    """
    space = searched_space(run, generate=generate, profiles=profiles)
    if generate or not isinstance(space, Slots | Instructions | Embedding):
        return space, generate
    if space.wordings.mode == "generate":
        generate = _generated(run, space)
        space = searched_space(run, generate=generate)
    return space, generate


def starting_prompt(section: PromptSection) -> Start:
    """Return the parts of the start.

    Raises:
        ValueError: no ``{input}``, or messages that are no conversation.
    """
    if section.messages:
        if section.system or section.user or section.hint:
            raise ValueError("messages: give either messages, or system, user and hint")
        return Start.from_messages(messages_from(list(section.messages)), section.words)
    return Start(section.system, section.user or INPUT, section.words, section.hint)


def origin(space: Space) -> Floats:
    """Return the point of the starting prompt, shape (width,)."""
    return np.zeros(width(space.initial()))


def _bank(run: RunFile, task: Task, start: Start, *, generate: bool) -> Bank:
    wording = wordings_for(task.labels, [start.words], generate=generate).choices[0]
    entries = [entry for name in run.space.library for entry in _read(load_bank, run, name)]
    return Bank.from_entries(assemble(start, task, wording), entries, task=task, wording=wording)


def _read(reader: Callable[[str | Path], _Texts], run: RunFile, name: str) -> _Texts:
    path = Path(run.base) / name
    try:
        return reader(path if path.suffix == ".toml" else name)
    except ConfigError as error:
        raise ConfigError(f"[space] library: {error}") from error


def _generated(run: RunFile, space: Slots | Instructions | Embedding) -> bool:
    # First tokens cannot tell these label words apart, and there are too many for letters.
    if run.scoring.read == "logprobs":
        raise ConfigError(f'[scoring] read = "logprobs": {space.wordings.reason}; use "auto"')
    return True
