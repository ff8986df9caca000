"""An owner's prompts with their shares: one tuned prompt is a mix of one."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fedbbpt.prompts import Prompt


class Ingredient(NamedTuple):
    """A prompt of a mix.

    Attributes:
        name: short, for people.
        prompt: what is asked with.
        share: of the draws, above 0.
    """

    name: str
    prompt: Prompt
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class PromptMix:
    """Prompts that draws are asked with, each draw with one of them at random.

    Attributes:
        ingredients: at least one; shares need not sum to 1.

    Raises:
        ValueError: no prompt, a name twice, or a share that is not above 0.
    """

    ingredients: tuple[Ingredient, ...]

    def __post_init__(self) -> None:
        names = [one.name for one in self.ingredients]
        if not names or len(set(names)) < len(names):
            raise ValueError("prompts: give at least one, each under a name of its own")
        for one in self.ingredients:
            if not 0 < one.share < math.inf:
                raise ValueError(f"share: {one.share} of {one.name!r} is not above 0")

    def draw(self, rng: np.random.Generator) -> Ingredient:
        """Return one prompt by its share."""
        if len(self.ingredients) == 1:
            return self.ingredients[0]
        shares = np.array([one.share for one in self.ingredients])
        return self.ingredients[int(rng.choice(len(shares), p=shares / shares.sum()))]
