"""Which prompts a replay records: those of all owners, each once."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from fedbbpt.canonical import digest
from fedbbpt.config.prepare import Prepared
from fedbbpt.errors import ConfigError
from fedbbpt.experiment.answering.mixes import Own, mixes_of
from fedbbpt.work.prompt_mix import Ingredient


class ReplayedPrompts(NamedTuple):
    """What is recorded, and what of the given prompts is not.

    Attributes:
        prompts: no two alike; the first leads.
        notes: what is left out, for people, one line each.
    """

    prompts: tuple[Ingredient, ...]
    notes: tuple[str, ...]


def replayed_prompts(prepared: Prepared, named: str, most: int) -> ReplayedPrompts:
    """Return the prompts of all owners: first those of the owner with the most, then what is new.

    Every prompt is asked at every owner, so prompts that are an owner's own are refused, unless a
    file that somebody wrote for this run names them.

    Args:
        prepared: the run.
        named: as ``mixes_of`` takes it.
        most: prompts that are kept.

    Raises:
        ConfigError: the prompts are of another task, not there, or an owner's own.
        StorageError: the run has not finished, or cannot be read.
        DataError: the file is no prompt and no mix.
    """
    mixes = mixes_of(prepared, named)
    own = mixes.own
    found: dict[str, Ingredient] = {}
    longest_first = sorted(own, key=lambda owner: (-len(own[owner].mix.ingredients), owner))
    for owner in longest_first:
        for one in own[owner].mix.ingredients:
            taken = {kept.name for kept in found.values()}
            name = f"{one.name} of {owner}" if one.name in taken else one.name
            found.setdefault(digest(one.prompt.payload()), Ingredient(name, one.prompt))
    if len(found) > len(own[longest_first[0]].mix.ingredients) and not Path(named).is_file():
        raise ConfigError(
            f"--prompts {named}: the owners' prompts differ, and a replay would ask all owners "
            "every one of them; give the run file's choices (all), or a prompt mix as a file"
        )
    prompts = tuple(found.values())
    notes = [mixes.note] if mixes.note else []
    return ReplayedPrompts(prompts[:most], (*notes, *_notes(own, prompts, most)))


def _notes(own: Mapping[str, Own], prompts: tuple[Ingredient, ...], most: int) -> list[str]:
    notes = []
    if len(prompts) > most:
        notes.append(f"the first {most} of {len(prompts)} prompts are recorded (--most)")
    if any(len({one.share for one in mine.mix.ingredients}) > 1 for mine in own.values()):
        notes.append("shares of the prompts are not used: every method makes its own")
    if any(mine.calibration for mine in own.values()):
        notes.append("calibrations are not used: votes are drawn from label scores as they come")
    return notes
