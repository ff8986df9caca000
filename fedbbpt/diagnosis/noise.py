"""How far replies to one and the same request differ, alone and side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.completions import Completion
from fedbbpt.diagnosis.probes import Reply
from fedbbpt.reading import LEAST


@dataclass(frozen=True, slots=True)
class Noise:
    """What repeated asking showed; None where there was nothing to compare.

    Attributes:
        alone: largest difference of a log-probability, in nats, asked one after the other.
        together: the same for requests side by side, against the first asked alone.
        texts_alone: different texts among the replies asked alone, at temperature 0.
        texts_together: different texts among all of them.
        failed: requests without a reply.
    """

    alone: float | None
    together: float | None
    texts_alone: int
    texts_together: int
    failed: int


def judge_noise(alone: Sequence[Reply], together: Sequence[Reply]) -> Noise:
    """Return how far the replies differ."""
    first = [reply.completion for reply in alone if reply.completion]
    beside = [reply.completion for reply in together if reply.completion]
    texts = {completion.text for completion in first}
    return Noise(
        alone=largest_difference(first[:1], first[1:]),
        together=largest_difference(first[:1], beside),
        texts_alone=len(texts),
        texts_together=len(texts | {completion.text for completion in beside}),
        failed=len(alone) + len(together) - len(first) - len(beside),
    )


def largest_difference(
    reference: Sequence[Completion], others: Sequence[Completion]
) -> float | None:
    """Return the largest difference over alternatives that both name; None without any."""
    differences = [
        abs(ours[token] - theirs[token])
        for one in reference
        for ours in [_by_token(one)]
        for other in others
        for theirs in [_by_token(other)]
        for token in ours.keys() & theirs.keys()
    ]
    return max(differences, default=None)


def _by_token(completion: Completion) -> dict[str, float]:
    return {item.token: max(item.logprob, LEAST) for item in completion.first}
