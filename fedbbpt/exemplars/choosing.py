"""A few solved questions out of a pool: unlike each other, hard, or thought through at length."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.exemplars.clusters import grouped
from fedbbpt.exemplars.solved import Chain, Proof, Solved, fit_to_show, steps, trusted_answer
from fedbbpt.text_features import text_features

HOW = ("clusters", "uncertain", "complex")
"""Auto-CoT (arXiv:2210.03493), Active-Prompt (arXiv:2302.12246), Complex-CoT (arXiv:2210.00720)."""

Encoder = Callable[[Sequence[str]], Floats]
"""Texts to features, shape (texts, width)."""


class Shown(NamedTuple):
    """One exemplar.

    Attributes:
        question: as it was asked.
        chain: the reply that is shown.
        checked: True where the answer is a known target, False where a vote gave it.
    """

    question: str
    chain: Chain
    checked: bool


def usable(pool: Sequence[Solved], proof: Proof, how: str = "clusters") -> list[tuple[int, Shown]]:
    """Return what may be shown of a pool, with its place there.

    Of several chains the first one drawn is shown; of ``"complex"`` the one with most steps.
    """
    found = []
    for place, solved in enumerate(pool):
        answer = trusted_answer(solved, proof)
        chains = () if answer is None else fit_to_show(solved, answer)
        if chains:
            chain = max(chains, key=lambda one: steps(one.said)) if how == "complex" else chains[0]
            found.append((place, Shown(solved.question, chain, bool(solved.targets))))
    return found


def chosen(
    pool: Sequence[Solved],
    how: str,
    count: int,
    rng: np.random.Generator,
    proof: Proof | None = None,
    encoder: Encoder = text_features,
) -> tuple[Shown, ...]:
    """Return at most ``count`` exemplars of a pool.

    ``"clusters"``: from every group of questions that are alike the usable one nearest to its
    centre; groups are those of the whole pool. ``"uncertain"``: those whose draws disagree most.
    ``"complex"``: those with the longest chains. Ties go to the earlier question.

    Args:
        pool: questions with their draws.
        how: one of ``HOW``.
        count: >= 1.
        rng: the only source of chance.
        proof: of answers that nobody checked; None takes the usual one.
        encoder: of questions, for clusters.

    Raises:
        ValueError: another way to choose, or a count below 1.
    """
    if how not in HOW:
        raise ValueError(f"choose: {how!r} is unknown; use {', '.join(HOW)}")
    if count < 1:
        raise ValueError(f"count: {count} shows no exemplar; give at least 1")
    found = usable(pool, proof or Proof(), how)
    if not found:
        return ()
    if how == "clusters":
        return _of_clusters(pool, dict(found), count, rng, encoder)
    if how == "uncertain":
        found.sort(key=lambda one: (-pool[one[0]].disagreement, one[0]))
    else:
        found.sort(key=lambda one: (-steps(one[1].chain.said), one[0]))
    return tuple(shown for _, shown in found[:count])


def _of_clusters(
    pool: Sequence[Solved],
    found: dict[int, Shown],
    count: int,
    rng: np.random.Generator,
    encoder: Encoder,
) -> tuple[Shown, ...]:
    groups = grouped(encoder([solved.question for solved in pool]), count, rng)
    firsts = (next((place for place in group if place in found), None) for group in groups.members)
    return tuple(found[place] for place in firsts if place is not None)
