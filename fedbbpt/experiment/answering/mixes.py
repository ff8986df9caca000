"""Which prompts owners answer with: those of a finished run, of a file, or of the run file."""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fedbbpt.calibration import Calibration
from fedbbpt.config.longest import listed
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.searched import origin
from fedbbpt.errors import ConfigError
from fedbbpt.experiment.answering.mix_file import read_mixes
from fedbbpt.prompts import Prompt
from fedbbpt.runs.directory import RESULTS, RunDirectory
from fedbbpt.runs.results import Bank, Results
from fedbbpt.runs.stored import read_stored
from fedbbpt.spaces import Space, is_private
from fedbbpt.spaces.growth import GrowingSpace
from fedbbpt.tuned import TunedPrompt
from fedbbpt.work.prompt_mix import Ingredient, PromptMix

SHARPNESS = 0.03
"""Losses that differ by so much, in nats, have shares that differ by a factor of e."""

MOST = 4
"""Prompts of a mixture, unless a file names them."""


class Own(NamedTuple):
    """What one owner answers with; calibration of the label scores of one prompt, or None."""

    mix: PromptMix
    calibration: Calibration | None = None


@dataclass(frozen=True, slots=True)
class Mixes:
    """What all owners answer with.

    Attributes:
        source: where the prompts come from, for people.
        own: by owner name.
        note: what a careful reader should know of them, or empty.
    """

    source: str
    own: Mapping[str, Own]
    note: str = ""


def mixes_of(prepared: Prepared, named: str) -> Mixes:
    """Return the prompts that every owner answers with.

    Args:
        prepared: the run.
        named: ``"tuned"`` or ``"mixture"`` of the run's finished folder, ``"start"``, ``"all"``
            choices of a one-axis space alike, the folder of another finished run, or a JSON file:
            a tuned prompt or a prompt mix. Empty takes the tuned prompt where the run has finished
            and the start where it has not.

    Raises:
        ConfigError: the prompts are of another task, or not there.
        StorageError: the run has not finished, or cannot be read.
        DataError: the file is no prompt and no mix.
    """
    folder = Path(prepared.run.directory)
    finished = (folder / RESULTS).exists()
    if named in {"all", "mixture"} and is_private(prepared.space):
        raise ConfigError(
            f"--prompts {named}: the run's prompts show other examples at every owner; use tuned"
        )
    match named or ("tuned" if finished else "start"):
        case "start":
            return _alike(prepared, "the start of the run file", [_start(prepared)])
        case "all":
            return _alike(prepared, "all choices of the run file's space", _all(prepared))
        case "tuned":
            return _tuned(prepared, folder)
        case "mixture":
            return _mixture(prepared, folder)
        case path if Path(path).is_dir():
            return _tuned(prepared, Path(path))
        case path if Path(path).is_file():
            return _from_file(prepared, Path(path))
        case path:
            raise ConfigError(
                f"--prompts {path}: no such file or run folder; or use tuned, mixture, start or all"
            )


def _alike(prepared: Prepared, source: str, ingredients: Sequence[Ingredient]) -> Mixes:
    own = Own(PromptMix(tuple(ingredients)))
    return Mixes(source, dict.fromkeys(sorted(prepared.data), own))


def _start(prepared: Prepared) -> Ingredient:
    space = prepared.space
    return Ingredient("start", space.decode(origin(space)))


def _all(prepared: Prepared) -> list[Ingredient]:
    space = prepared.space
    if len(space.axes) != 1:
        raise ConfigError(
            f"--prompts all: the space {prepared.run.space.use!r} is no list of prompts; write "
            '[space] use = "bank" or "instructions", or give a prompt mix as a file'
        )
    return [
        Ingredient(name, space.decode(np.array([float(number)])))
        for number, name in enumerate(_names(space.axes[0].choices))
    ]


def _names(choices: Sequence[str]) -> list[str]:
    return [f"{number}: {choice[:40]}" for number, choice in enumerate(choices)]


def _tuned(prepared: Prepared, folder: Path) -> Mixes:
    if not (folder / RESULTS).exists():
        raise ConfigError(
            f"--prompts: {folder} holds no finished run; end it with fedbbpt resume, or take "
            "--prompts start"
        )
    own = {}
    for name in sorted(prepared.data):
        path = folder / "owners" / f"{name}.json"
        found = _loaded(prepared, path if path.exists() else folder / "tuned.json")
        own[name] = Own(PromptMix((Ingredient("tuned", found.prompt),)), found.calibration)
    return Mixes(f"the tuned prompt of {folder}", own)


def _loaded(prepared: Prepared, path: Path) -> TunedPrompt:
    found = TunedPrompt.load(path)
    if found.labels != prepared.run.task.labels:
        raise ConfigError(
            f"{path}: the prompt is for the labels {', '.join(found.labels) or '(none)'}, the run "
            f"file's are {', '.join(prepared.run.task.labels) or '(none)'}; give a prompt of this "
            "task"
        )
    return found


def _from_file(prepared: Prepared, path: Path) -> Mixes:
    mixes = read_mixes(path, tuple(sorted(prepared.data)))
    if mixes is not None:
        return Mixes(f"the prompt mix {path}", {name: Own(mix) for name, mix in mixes.items()})
    found = _loaded(prepared, path)
    own = Own(PromptMix((Ingredient("tuned", found.prompt),)), found.calibration)
    return Mixes(f"the tuned prompt {path}", dict.fromkeys(sorted(prepared.data), own))


def _mixture(prepared: Prepared, folder: Path) -> Mixes:
    results = read_stored(RunDirectory(folder).path / RESULTS, Results)
    if results.fingerprint != prepared.fingerprint:
        raise ConfigError(
            f"--prompts mixture: {folder} holds a run of another space, task or scoring; give the "
            "run file its old content"
        )
    if results.bank is not None:
        ingredients = _of_bank(prepared, results.bank)
    else:
        ingredients = _of_tables(prepared.space, _last_tables(results, folder))
    source = f"the {len(ingredients)} likeliest prompts of {folder}, by their shares"
    return replace(_alike(prepared, source, ingredients), note=_gate_note(results, folder))


def _gate_note(results: Results, folder: Path) -> str:
    if results.gate.accepted:
        return ""
    return (
        f"the search in {folder} did not pass its gate on dev: the prompts of its mixture are not "
        "shown to be better than the start; --prompts tuned takes the start, which the run returned"
    )


def _last_tables(results: Results, folder: Path) -> tuple[tuple[float, ...], ...]:
    tables = [summary.distribution for summary in results.rounds if summary.distribution]
    if not tables:
        raise ConfigError(
            f"--prompts mixture: the search in {folder} ended at one prompt, not at shares of "
            "several; take --prompts tuned, or write a prompt mix as a file"
        )
    return tables[-1]


def _of_tables(space: Space, tables: Sequence[Sequence[float]]) -> list[Ingredient]:
    """Return the likeliest prompts of independent choices, by their shares.

    The likeliest joint choices are made of the likeliest beginnings, so no others are kept.
    """
    best: list[tuple[float, tuple[int, ...]]] = [(1.0, ())]
    for shares in tables:
        longer = [
            (chance * share, (*point, choice))
            for chance, point in best
            for choice, share in enumerate(shares)
        ]
        best = heapq.nsmallest(MOST, longer, key=lambda one: (-one[0], one[1]))
    return [
        Ingredient(_named(space, point), space.decode(np.array(point, dtype=np.float64)), share)
        for share, point in best
        if share > 0
    ]


def _named(space: Space, point: Sequence[int]) -> str:
    moved = [f"{axis.name} {n}" for axis, n in zip(space.axes, point, strict=True) if n]
    return ", ".join(moved) or "start"


def _of_bank(prepared: Prepared, bank: Bank) -> list[Ingredient]:
    """Return the best instructions of a bank that grew, by the softmax of their losses."""
    texts = tuple(one.text for one in sorted(bank.texts, key=lambda one: one.number) if one.new)
    # By number, not by place: an endpoint would have to be asked for places.
    before, space = listed(prepared.space), listed(prepared.space_with(texts))
    if not isinstance(before, GrowingSpace) or not isinstance(space, GrowingSpace):
        raise ConfigError("--prompts mixture: the run's bank is of another kind of space")
    made = []
    for one in bank.texts[:MOST]:
        number = len(before.texts) + texts.index(one.text) if one.new else one.number
        prompt: Prompt = space.decode(space.point(number))
        share = math.exp(-(one.loss - bank.texts[0].loss) / SHARPNESS)
        made.append(Ingredient(str(one.number), prompt, max(share, 1e-300)))
    return made
