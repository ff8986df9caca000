"""What is proven of a verdict and what that rests on, in sentences for people."""

from collections.abc import Sequence
from fractions import Fraction

from fedbbpt.votes.verdict import Verdict

TIES = {
    "original question": "the question in its own words",
    "order of choices": "the order of the labels, else by that of the answers as texts",
}
"""What decided between equals, in words."""

MOVABLE = (
    "nothing is certified against lying owners: by agreement they could have moved the weights of "
    "others (--weights gold and --weights equal are certified)"
)
LARGEST = Fraction(10) ** 300
"""E-values above it are shown as this."""


def e_value(decided: Verdict) -> float | None:
    """Return the evidence as a number, None where there is none."""
    if decided.evidence is None:
        return None
    return float(min(Fraction(decided.evidence.e_value), LARGEST))


def conditions_of(
    decided: Verdict, owners: Sequence[str], *, at_random: bool, movable: bool = False
) -> tuple[str, ...]:
    """Return what is proven of a verdict and what it rests on, one sentence each.

    Args:
        decided: the verdict.
        owners: those whose ballots were asked for.
        at_random: whether every draw was by an owner at random.
        movable: whether owners could have moved each other's weights.
    """
    if decided.winner is None:
        return ("nothing is proven: nobody gave a usable answer",)
    robust = MOVABLE if movable and len(owners) > 1 else _robust(decided, len(owners))
    said = [robust, _evidence(decided, at_random=at_random)]
    if decided.decided_by in TIES:
        said.append(f"a tie, decided by {TIES[decided.decided_by]}")
    if decided.refused:
        said.append(
            f"not counted: {', '.join(decided.refused)}, with two different ballots or too many "
            "votes"
        )
    return tuple(said)


def _robust(decided: Verdict, owners: int) -> str:
    if owners == 1:
        return "one owner alone was asked: its vote is its word, and nothing bears its lying"
    f = decided.tolerates or 0
    if f == 0:
        return "one lying owner could be the reason for this answer"
    return (
        f"whichever {f} of {owners} owners lied, the others chose this answer too; "
        "that they are right is not said"
    )


def _evidence(decided: Verdict, *, at_random: bool) -> str:
    value = e_value(decided)
    if value is None:
        why = (
            "votes do not count alike" if at_random else "owners were asked in turn, not at random"
        )
        return f"no evidence on the most likely answer: {why}"
    reached = "at least 20" if value >= 20 else "below 20"
    return (
        f"e-value {value:.3g} ({reached}; it reaches 20 in at most 5 of 100 cases where another "
        "answer is more likely, whenever one looks): if draws are independent, each by an owner "
        "and a prompt at random; that the most likely answer is right is not said"
    )
