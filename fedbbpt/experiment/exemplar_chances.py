"""Whether exemplars can come of what a command asks for, found before anything is asked."""

from bisect import bisect_left
from collections.abc import Sequence

from fedbbpt.config.prepare import Prepared
from fedbbpt.config.proposing import grants_texts
from fedbbpt.config.reasoning import answer_kind
from fedbbpt.errors import ConfigError, DataError
from fedbbpt.exemplars.solved import LONGEST_QUESTION, Chain, Proof, Solved, trusted_answer
from fedbbpt.experiment.answering.questions import Asked
from fedbbpt.extraction import Abstain

MOST_DRAWS = 1100
"""Draws that are enough for any error level that a number can hold."""


def check_leaving(prepared: Prepared, owner: str) -> None:
    """Refuse to ask where no reply could leave the owner that made it.

    Args:
        prepared: the run.
        owner: who asks alone and keeps what it makes; empty where all owners ask.

    Raises:
        ConfigError: all owners ask, and none grants texts.
    """
    granting = (grants_texts(prepared.run, prepared.sections.get(name)) for name in prepared.data)
    if not owner and not any(granting):
        raise ConfigError(
            "no owner grants texts: every reply would stay where it was made, and nothing be "
            "written; have one asked alone with --owner NAME, or grant texts: "
            "[simulation] texts = true, or grants = { texts = true } of owners"
        )


def chances(prepared: Prepared, pool: Sequence[Asked], draws: int, proof: Proof) -> tuple[str, ...]:
    """Return what is to be known before asking; refuse where no question could be shown.

    Args:
        prepared: the run.
        pool: that would be asked.
        draws: of every question.
        proof: of answers that nobody checked.

    Raises:
        ConfigError: the draws are too few for proof, and no question has a target.
        DataError: every question is too long to be shown.
    """
    short = [one for one in pool if len(one.text.split()) <= LONGEST_QUESTION]
    if not short:
        raise DataError(
            f"all questions of the pool have more than {LONGEST_QUESTION} words, and none so long "
            "is shown; give shorter ones"
        )
    long = len(pool) - len(short)
    notes = (f"{long:,} questions are too long to be shown",) if long else ()
    unchecked = sum(not readable_targets(prepared, one) for one in short)
    if not unchecked or _provable(draws, proof):
        return notes
    least = bisect_left(range(MOST_DRAWS), True, key=lambda count: _provable(count, proof))
    why = (
        f"--draws {draws}: even if all draws agree, the e-value of their answer stays below "
        f"1/delta = {1 / proof.delta:,.4g}"
    )
    if unchecked == len(short):
        raise ConfigError(
            f"{why}, and no question has a target; give --draws {least} or more, a larger --delta, "
            "or targets in the pool"
        )
    few = f"{why}; {unchecked:,} questions without a target need --draws {least} to be shown"
    return (*notes, few)


def readable_targets(prepared: Prepared, asked: Asked) -> tuple[str, ...]:
    """Return a question's targets in the form in which answers are counted."""
    kind = answer_kind(prepared.run)
    if kind is None:
        return asked.targets
    reader = kind.about(asked.text)
    found = [reader.canonical(target) for target in asked.targets]
    return tuple(one for one in found if not isinstance(one, Abstain))


def _provable(draws: int, proof: Proof) -> bool:
    """Tell whether draws that all say the same prove it."""
    return trusted_answer(Solved("", (Chain("", "agreed"),) * draws), proof) is not None
