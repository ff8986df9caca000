"""What ours chose in a replay, as a prompt mix that ``fedbbpt answer --prompts FILE`` takes."""

from collections.abc import Mapping
from pathlib import Path

import orjson

from fedbbpt.errors import ConfigError
from fedbbpt.experiment.answering.mix_file import mix_payload
from fedbbpt.experiment.replaying.contest import OURS, trials
from fedbbpt.experiment.replaying.recording import Tables
from fedbbpt.experiment.replaying.recording_plan import Recording
from fedbbpt.randomness import rng
from fedbbpt.replay.choosing import Shares
from fedbbpt.replay.with_choice import WithChoice
from fedbbpt.safe_text import safe_json
from fedbbpt.storage.atomic import write_atomic

LEAST_SHARE = 1e-6
"""A prompt that would get less of an owner's draws is left out."""


def check_place(path: Path) -> None:
    """Refuse a place where no file can be, before anything is paid.

    Raises:
        ConfigError: its folder is not there, or it is a folder itself.
    """
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise ConfigError(f"--write-mix {path}: no file can be there; name one in a folder that is")


def write_mix(path: Path, payload: Mapping[str, object]) -> None:
    """Write a mix as a whole, or leave the file as it was.

    Raises:
        StorageError: the folder or the disk refuses.
    """
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    write_atomic(path, safe_json(orjson.dumps(payload, option=options)))


def chosen_mix(
    name: str, tables: Tables, recording: Recording, budget: int, seed: int
) -> dict[str, object]:
    """Return every owner's shares as row "ours" has them in its first order of samples.

    Args:
        name: of the set.
        tables: recorded.
        recording: what the tables hold.
        budget: calls a question; choosing gets its part of these.
        seed: of the orders.

    Raises:
        ConfigError: with so few calls nothing is chosen.
    """
    found = {one.name: one.method for one in trials(tables, recording, budget)}
    ours = found.get(OURS)
    if not isinstance(ours, WithChoice):
        raise ConfigError(f"--write-mix: with {budget} calls a question ours chooses nothing")
    choice = ours.choose(tables.asked, rng(seed, "replay", round=0))
    by_owner = dict(zip(tables.owners, choice.shares, strict=True))
    owners = {owner: _by_name(by_owner[owner]) for owner in sorted(by_owner)}
    means = {
        one.name: sum(shares.get(one.name, 0.0) for shares in owners.values()) / len(owners)
        for one in recording.prompts
    }
    note = (
        f"chosen by ours in fedbbpt replay on {name} at {budget} calls a question, "
        f"{choice.spent.calls} calls of choosing, seed {seed}; shares of draws at temperature "
        f"{recording.temperature:g}, each owner's own, from training questions alone"
    )
    used = [one._replace(share=means[one.name]) for one in recording.prompts if means[one.name]]
    return mix_payload(used, owners, note)


def _by_name(shares: Shares) -> dict[str, float]:
    whole = sum(shares.values())
    return {
        condition.prompt: share / whole
        for condition, share in sorted(shares.items(), key=lambda one: -one[1])
        if share / whole >= LEAST_SHARE
    }
