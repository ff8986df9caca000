"""An owner's part in the search for a size of soft tokens: sums over some training examples."""

from collections.abc import Iterable

import numpy as np

from fedbbpt.answers import LabelScores
from fedbbpt.distributions import Floats, Points
from fedbbpt.embedding_scale import EXAMPLES, response
from fedbbpt.errors import ConfigError, QuorumError
from fedbbpt.messages import Block
from fedbbpt.objective import Row, common_items
from fedbbpt.spaces import Space
from fedbbpt.work.owner import Owner


def block_sizes(owners: Iterable[tuple[int, int]]) -> list[int]:
    """Return how many examples each owner is asked about.

    Args:
        owners: number of training examples and smallest block of each.

    >>> block_sizes([(40, 1), (40, 8), (3, 1)])
    [4, 8, 3]
    """
    listed = list(owners)
    each = -(-EXAMPLES // len(listed))
    return [min(train, max(each, least)) for train, least in listed]


async def scale_response(
    owner: Owner, space: Space, points: Points, size: int, seed: int
) -> dict[str, Floats]:
    """Return the sums that ``embedding_scale.response`` makes of an owner's answers.

    Args:
        owner: at work; its own space is not used.
        space: with numbers of size 1.
        points: as ``scale_points`` gives them.
        size: of the block; an owner's own smallest block counts.
        seed: of the run.

    Raises:
        QuorumError: an answer is missing: another try must not come to another size.
        ConfigError: answers are no label scores.
        EndpointError: the endpoint refuses for good.
        BudgetError: a cap would be passed.
    """
    examples = owner.block(Block(0, max(size, owner.min_block)), seed)
    rows = [Row(space.decode(point)) for point in points]
    answers = await owner.objective.answers(rows, examples)
    missing = len(examples) - len(common_items(answers))
    if missing:
        raise QuorumError(
            f"{owner.name}: {missing} of {len(examples)} examples lack a reply in the search for "
            "an embedding scale; check the endpoint and resume"
        )
    scores = [[_scores(answer) for answer in column] for column in zip(*answers, strict=True)]
    return response(np.array(scores))


def _scores(answer: object) -> tuple[float, ...]:
    if not isinstance(answer, LabelScores):
        raise ConfigError(
            "[endpoint] embedding_std: a search for it reads label scores, and answers here are "
            "texts; write the standard deviation of the model's embeddings"
        )
    return answer.log_probs
