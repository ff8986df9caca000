"""Choosing prompts for every owner, from its own draws and from all others', as far as each tells.

Empirical Bayes for a table of owners by prompts (Efron and Morris 1975, JASA 70:311), whose
estimates tilt a fixed prior as in FedLogic (arXiv:2308.15324v1, its closed-form client step).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.replay.answers_table import Condition
from fedbbpt.replay.choosing import Shares, marks
from fedbbpt.replay.drawing import Drawing

SMALLEST = 1e-300
"""A share is never 0: what is unlikely stays possible."""


@dataclass(frozen=True, slots=True)
class PartlyPooled:
    """Ask every prompt about the same questions of each owner, and believe what is no chance.

    What is right of a prompt at an owner is taken as a part that holds at all owners and a part of
    the owner's own. Both are shrunk by how much of their spread chance explains, so that owners
    that are alike learn from one another and owners that differ keep what is theirs.

    Laws: where prompts do not differ by more than chance, shares are the prior; with too few calls
    nothing is spent and shares are the prior.

    Attributes:
        conditions: to choose from, the default first, each once.
        scale: of the softmax of what is believed right, > 0.
        prior: share of the default before any evidence, in (0, 1).

    Raises:
        ValueError: nothing to choose from, or a value out of range.
    """

    conditions: tuple[Condition, ...]
    scale: float = 0.03
    prior: float = 0.5

    def __post_init__(self) -> None:
        if not self.conditions or len(set(self.conditions)) < len(self.conditions):
            raise ValueError("conditions: give at least one, each once, the default first")
        if not 0 < self.scale < math.inf:
            raise ValueError(f"scale: {self.scale} is no width; give a number above 0")
        if not 0 < self.prior < 1:
            raise ValueError(f"prior: {self.prior} is outside (0, 1); give 0.5 or so")

    def __call__(self, drawing: Drawing, owners: Sequence[str], calls: int) -> Mapping[str, Shares]:
        """Return every owner's shares.

        Args:
            drawing: of training questions.
            owners: who owns each question.
            calls: at most, of all owners together.
        """
        names = sorted(set(owners))
        each = calls // len(names) // len(self.conditions) // drawing.table.dearest
        if each < 2 or len(self.conditions) < 2:
            return {name: self._shares(np.zeros(len(self.conditions))) for name in names}
        seen = []
        for name in names:
            own = [place for place, owner in enumerate(owners) if owner == name]
            order = [own[int(place)] for place in drawing.rng.permutation(len(own))]
            seen.append([marks(drawing, one, order, 0, each) for one in self.conditions])
        believed = pooled_in_part([marked_table(rows) for rows in seen])
        return {name: self._shares(row) for name, row in zip(names, believed, strict=True)}

    def _shares(self, believed: Floats) -> Shares:
        rest = (1 - self.prior) / max(1, len(self.conditions) - 1)
        tilts = np.exp((believed - believed.max()) / self.scale)
        return {
            one: max((rest if place else self.prior) * float(tilt), SMALLEST)
            for place, (one, tilt) in enumerate(zip(self.conditions, tilts, strict=True))
        }


class Marked(NamedTuple):
    """How one owner's prompts did on its questions.

    Attributes:
        right: share of each prompt less the mean of all, shape (prompts,).
        chance: variance of each of these shares by chance, >= 0.
    """

    right: Floats
    chance: float


def marked_table(rows: Sequence[Sequence[bool]]) -> Marked:
    """Return what marks on common questions tell, one row a prompt.

    Of rows of unequal length the common beginning counts.
    """
    draws = min(map(len, rows))
    if draws < 2:
        return Marked(np.zeros(len(rows)), 0.25)
    table: Floats = np.array([row[:draws] for row in rows], dtype=np.float64)
    means: Floats = table.mean(axis=1)
    left: Floats = table - means[:, None] - table.mean(axis=0) + table.mean()
    variance = float(np.square(left).sum()) / ((draws - 1) * (len(rows) - 1))
    return Marked(means - means.mean(), variance / draws)


def pooled_in_part(owners: Sequence[Marked]) -> Floats:
    """Return what is believed of every prompt at every owner, shape (owners, prompts).

    With x = m + d + noise, m of the prompt and d of prompt and owner: variances by moments, cut at
    0, and the posterior means of m + d.
    """
    x: Floats = np.array([one.right for one in owners])
    chance = float(np.mean([one.chance for one in owners]))
    count, prompts = x.shape
    common: Floats = x.mean(axis=0)
    apart: Floats = x - common
    own = 0.0
    if count > 1:
        own = float(np.square(apart).sum()) / ((count - 1) * (prompts - 1)) - chance
    own = max(own, 0.0)
    noise = (own + chance) / count
    shared = max(float(np.square(common).sum()) / (prompts - 1) - noise, 0.0)
    trust = shared / (shared + noise) if shared else 0.0
    kept = own / (own + chance) if own else 0.0
    believed: Floats = kept * x + (1 - kept) * trust * common
    return believed
