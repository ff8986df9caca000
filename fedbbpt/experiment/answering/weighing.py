"""What votes weigh in ``answer``: gold questions among the live ones, and weights from both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fedbbpt.experiment.answering.standing import PLAIN, Counting, Standing
from fedbbpt.reasoning import Reasoning
from fedbbpt.votes.confidence import MostConfident, Plain, Softmax, Spread
from fedbbpt.votes.gold import ClientWeight, Gold, Weigher, Weighting
from fedbbpt.work.conversing import tells_all

WEIGHTS: dict[str, Weighting | None] = {
    "equal": None,
    "gold": "gold",
    "reliability": "reliability",
}
SPREADS: dict[str, Spread] = {
    "plain": Plain(),
    "softmax": Softmax(),
    "most-confident": MostConfident(),
}
FEWEST_OWNERS = 3
FREE_WRONG = 4
"""Wrong answers that a free question is taken to have: fixed, so that nobody can move weights."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How votes are weighed.

    Attributes:
        weights: ``"equal"``; ``"gold"``: by how often an owner is right on gold questions;
            ``"reliability"``: by the smaller of that and of its agreement with the others.
        spread: ``"plain"``; ``"softmax"`` or ``"most-confident"``: an owner's votes are shared out
            among its own answers by how likely each was, where replies tell that.

    Raises:
        ValueError: no such way.
    """

    weights: str = "equal"
    spread: str = "plain"

    def __post_init__(self) -> None:
        for name, value, known in (
            ("weights", self.weights, WEIGHTS),
            ("spread", self.spread, SPREADS),
        ):
            if value not in known:
                raise ValueError(f"{name}: {value!r} is unknown; use {', '.join(known)}")

    @property
    def by_gold(self) -> bool:
        """Whether it needs gold questions."""
        return WEIGHTS[self.weights] is not None

    @property
    def confident(self) -> bool:
        """Whether it needs to know how likely each answer was."""
        return self.spread != "plain"


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the votes of a call weigh.

    Attributes:
        counting: for its verdicts.
        owners: each owner's weight with its reasons; none where votes count alike by choice.
        alike: True where weights were asked for and nobody was right more often than by chance.
    """

    counting: Counting = PLAIN
    owners: tuple[ClientWeight, ...] = ()
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """A gold question with how it stands.

    Attributes:
        standing: of the question, with its right answers.
        owner: whose own example it is, empty for nobody's.
    """

    standing: Standing
    owner: str = ""


def weighed(weighing: Weighing, live: Sequence[Standing], gold: Sequence[Marked]) -> Weighed:
    """Return what votes weigh, from all that was cast.

    Args:
        weighing: how.
        live: questions that are to be answered.
        gold: questions with a known answer, asked like them.
    """
    spread, weighting = SPREADS[weighing.spread], WEIGHTS[weighing.weights]
    if weighting is None:
        return Weighed(Counting(None, spread))
    movable = weighting == "reliability"
    clients, choices = gold[0].standing.owners, gold[0].standing.choices
    weigher = Weigher(weighting, len(choices) - 1 if choices else FREE_WRONG)
    known = [Gold(one.standing.heard(), one.standing.asked.targets, one.owner) for one in gold]
    owners = weigher.weights(clients, known, [one.heard() for one in live])
    if not any(one.weight for one in owners):
        return Weighed(Counting(None, spread, movable), owners, alike=True)
    weights = {one.client: one.weight for one in owners}
    return Weighed(Counting(weights, spread, movable), owners)


def notes_on(found: Weighed, weighing: Weighing, asked_by: Sequence[Reasoning]) -> Iterator[str]:
    """Yield what a careful reader should know of the weights.

    Args:
        found: what votes weigh.
        weighing: what was asked for.
        asked_by: every owner's way of reasoning.
    """
    if found.alike:
        yield (
            "no owner was right on gold questions more often than by chance: votes count alike; "
            "ask more gold questions, or look at the prompt"
        )
    if found.owners and len(found.owners) < FEWEST_OWNERS:
        yield "weights of fewer than 3 owners decide like the best owner alone"
    if weighing.confident and not all(map(tells_all, asked_by)):
        yield (
            f"--spread {weighing.spread} needs the log-probabilities of all labels (tier T1, "
            "direct answers with labels); these replies tell none, so the votes of an owner count "
            "alike"
        )
