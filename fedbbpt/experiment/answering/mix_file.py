"""A prompt mix as a JSON file: prompts with names, and each owner's shares of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from fedbbpt.closest import did_you_mean
from fedbbpt.codec.fields import listed, mapped, number, text
from fedbbpt.errors import DataError
from fedbbpt.prompts import Prompt
from fedbbpt.work.prompt_mix import Ingredient, PromptMix

KIND = "prompt mix"
_KEYS = {"kind", "prompts", "owners", "note"}


def read_mixes(path: Path, owners: Sequence[str]) -> dict[str, PromptMix] | None:
    """Return every owner's mix, or None where the file is something else, such as a tuned prompt.

    The file is ``{"kind": "prompt mix", "prompts": [{"name": ..., "share": ..., "prompt":
    {"messages": [...], "words": [...]}}], "owners": {NAME: {prompt name: share}}}``; an owner that
    is not named has the shares of the prompts. A ``"note"`` is for people and is not read.

    Args:
        path: the file.
        owners: all owners of the run.

    Raises:
        DataError: it is no JSON, or a mix with something wrong in it.
    """
    try:
        body = mapped(orjson.loads(path.read_bytes()), "file")
        if body.get("kind") != KIND:
            return None
        if stray := sorted(body.keys() - _KEYS):
            raise ValueError(f"{stray[0]}: unknown; known are {', '.join(sorted(_KEYS))}")
        prompts = [
            _ingredient(mapped(one, "prompts")) for one in listed(body["prompts"], "prompts")
        ]
        own = mapped(body.get("owners", {}), "owners")
        for name in own:
            if name not in owners:
                raise ValueError(f"owners: no owner is named {name!r}{did_you_mean(name, owners)}")
        return {name: _mix_of(own.get(name), prompts, name) for name in owners}
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path}: no prompt mix: {error}") from error


def mix_payload(
    prompts: Sequence[Ingredient], owners: Mapping[str, Mapping[str, float]], note: str
) -> dict[str, object]:
    """Return mixes as JSON values; ``read_mixes`` of the file gives every owner its shares back.

    Args:
        prompts: all of them, each under a name of its own.
        owners: each owner's shares by the prompts' names, each above 0.
        note: for people: where the shares come from.
    """
    return {
        "kind": KIND,
        "note": note,
        "prompts": [
            {"name": one.name, "share": one.share, "prompt": one.prompt.payload()}
            for one in prompts
        ],
        "owners": {name: dict(shares) for name, shares in owners.items()},
    }


def _ingredient(entry: Mapping[str, object]) -> Ingredient:
    return Ingredient(
        text(entry["name"], "name", longest=80),
        Prompt.from_payload(mapped(entry["prompt"], "prompt")),
        number(entry.get("share", 1.0), "share"),
    )


def _mix_of(shares: object, prompts: Sequence[Ingredient], owner: str) -> PromptMix:
    if shares is None:
        return PromptMix(tuple(prompts))
    table, named = mapped(shares, f"owners.{owner}"), {one.name: one for one in prompts}
    for name in table:
        if name not in named:
            raise ValueError(f"owners.{owner}: no prompt is named {name!r}")
    return PromptMix(
        tuple(named[name]._replace(share=number(share, name)) for name, share in table.items())
    )
