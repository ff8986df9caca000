"""The sealed test: every distinct prompt of a comparison once, item by item, calibrated alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from fedbbpt.answers import Missing
from fedbbpt.client import Client
from fedbbpt.config.connect import Connected
from fedbbpt.config.prepare import Prepared
from fedbbpt.distributions import Floats
from fedbbpt.errors import QuorumError
from fedbbpt.objective import Row
from fedbbpt.prompts import Prompt
from fedbbpt.work.acceptance import MOST_MISSING


class Shown(NamedTuple):
    """A prompt that is shown the test.

    Attributes:
        prompt: what the server sees.
        point: set where every owner decodes a prompt of its own from it.
        prepared: the run that it comes from: its space and its owners' pools.
    """

    prompt: Prompt
    point: tuple[float, ...] | None
    prepared: Prepared


class Item(NamedTuple):
    """One sealed example: whose it is and its id."""

    owner: str
    id: str


@dataclass(frozen=True, slots=True, eq=False)
class Sealed:
    """Scores on the items with a reply for every prompt.

    Attributes:
        items: in the order of owners and their examples.
        scores: by the prompt's digest, shape (items,), in [0, 1].
        prompts: how many were shown the test.
        missing: pairs of prompt and item without a usable reply.
    """

    items: tuple[Item, ...]
    scores: Mapping[str, Floats]
    prompts: int
    missing: int


async def scored_on_test(lines: Connected, prompts: Mapping[str, Shown]) -> Sealed:
    """Ask every prompt about every sealed example of every owner.

    Each owner calibrates each prompt on its own training examples, drawn by the split's seed. One
    of a private space is made at each owner of its own examples, and none of these calibrates it.

    Args:
        lines: open endpoints; their run says how answers are read.
        prompts: by their digests.

    Raises:
        QuorumError: too many items have no usable reply.
        FedbbptError: it cannot go on now; what was paid for is kept.
    """
    clients = _clients(lines)
    items = [Item(one.owner.name, example.id) for one in clients for example in one.owner.data.test]
    seed = lines.prepared.run.seed
    table = {}
    for name, shown in prompts.items():
        own = clients if shown.point is None else _clients(replace(lines, prepared=shown.prepared))
        parts = [await _scores(one, _at(one, shown), seed) for one in own]
        table[name] = np.concatenate(parts)
    gaps = np.isnan(np.array(list(table.values())))
    missing = int(gaps.sum())
    if missing > MOST_MISSING * gaps.size:
        raise QuorumError(
            f"test: {missing} of {gaps.size} replies are missing, more than {MOST_MISSING:.0%}; "
            "nothing was compared. Check the endpoints and start the comparison again"
        )
    common = ~gaps.any(axis=0)
    if not common.any():
        raise QuorumError("test: no item has a reply for every prompt; start again later")
    kept = tuple(item for item, whole in zip(items, common, strict=True) if whole)
    scores = {name: row[common] for name, row in table.items()}
    return Sealed(kept, scores, len(prompts), missing)


def _clients(lines: Connected) -> Sequence[Client]:
    return [client for _, client in sorted(lines.clients().items())]


def _at(client: Client, shown: Shown) -> Prompt:
    """Return what a prompt is at an owner."""
    if shown.point is None:
        return shown.prompt
    return client.owner.space.decode(np.array(shown.point))


async def _scores(client: Client, prompt: Prompt, seed: int) -> Floats:
    """Return an owner's calibrated scores, shape (its items,); NaN where a reply is missing."""
    owner = client.owner
    (calibration,), _ = await owner.calibrations([Row(prompt)], seed)
    (answers,) = await owner.objective.answers([Row(prompt)], owner.data.test)
    scores = np.full(len(answers), np.nan)
    there = [place for place, answer in enumerate(answers) if not isinstance(answer, Missing)]
    calibrated = [calibration.apply(answers[place]) for place in there]
    scores[there] = owner.objective.scores(calibrated, [owner.data.test[place] for place in there])
    return scores
