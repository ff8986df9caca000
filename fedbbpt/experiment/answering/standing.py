"""One question while it is asked: who made which draws, and what came of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fedbbpt.experiment.answering.asking_plan import AskingPlan
from fedbbpt.experiment.answering.questions import Asked
from fedbbpt.votes.ballots import Ballot, together
from fedbbpt.votes.confidence import Plain, Spread
from fedbbpt.votes.question import Cast, PromptUse, Question
from fedbbpt.votes.stopping import StoppingRule
from fedbbpt.votes.sums import Counter as BallotCounter
from fedbbpt.votes.sums import Rules
from fedbbpt.votes.tally import tally
from fedbbpt.votes.verdict import Verdict, verdict


@dataclass(frozen=True, slots=True)
class Counting:
    """How the votes of all owners count in a verdict.

    Attributes:
        weights: of each vote by owner; None for 1 each.
        spread: how the votes inside a ballot weigh against each other.
        movable: whether owners could have moved each other's weights, so that nothing is certified
            against liars.
    """

    weights: Mapping[str, float] | None = None
    spread: Spread = field(default_factory=Plain)
    movable: bool = False


PLAIN = Counting()
"""One vote each."""


@dataclass(slots=True, eq=False)
class Standing:
    """How one question stands.

    What a rule stops by are the sums of each poll, through the same seam as the verdict's.

    Attributes:
        place: in the list of questions.
        asked: the question.
        plan: the rules of asking.
        owners: names of those who may be asked.
        choices: the closed set of answers, or none.
        counter: who adds ballots up.
        draws: made so far.
        made: draws by owner.
        answers: what the draws gave, poll by poll; None abstains, missing replies are none.
        missing: draws that no reply came for.
        excluded: owners that cast two different ballots in one poll, or more votes than asked for.
    """

    place: int
    asked: Asked
    plan: AskingPlan
    owners: Sequence[str]
    choices: tuple[str, ...]
    counter: BallotCounter
    draws: int = 0
    made: Counter[str] = field(default_factory=Counter)
    answers: list[str | None] = field(default_factory=list)
    missing: int = 0
    excluded: set[str] = field(default_factory=set)
    casts: list[Cast] = field(default_factory=list)
    _waiting: dict[str, int] = field(default_factory=dict)

    def take(self, count: int) -> dict[str, Question]:
        """Return the next draws, by the owners that make them."""
        numbers: dict[str, list[int]] = {}
        for draw in range(self.draws, self.draws + count):
            owner = self.plan.owner_of(draw, self.asked.text, self.owners)
            numbers.setdefault(owner, []).append(draw)
        self.draws += count
        self._waiting = {owner: len(mine) for owner, mine in numbers.items()}
        self.made.update(self._waiting)
        return {
            owner: Question(self.place, self.asked.text, tuple(mine))
            for owner, mine in numbers.items()
        }

    def tell(self, casts: Sequence[Cast]) -> None:
        """Count what the owners that were asked cast; an owner that was not asked is not heard."""
        once = list(dict.fromkeys(cast for cast in casts if cast.ballot.client in self._waiting))
        heard = Counter(cast.ballot.client for cast in once)
        for cast in once:
            ballot = cast.ballot
            drawn = ballot.votes + ballot.abstentions + cast.missing
            if heard[ballot.client] > 1 or drawn > self._waiting[ballot.client]:
                self.excluded.add(ballot.client)
        kept = [cast for cast in once if cast.ballot.client not in self.excluded]
        rules = Rules(max(self._waiting.values()), self.choices)
        sums = self.counter.count([cast.ballot for cast in kept], rules)
        self.answers += [total.answer for total in sums.totals for _ in range(total.votes)]
        self.answers += [None] * sums.abstentions
        self.missing += sum(cast.missing for cast in kept)
        self.casts += once
        self._waiting = {}

    def stopped(self, rule: StoppingRule) -> bool:
        """Say whether a rule asks for no further draw."""
        return self.draws >= rule.cap or rule.stops(self.answers)

    def heard(self) -> dict[str, Ballot]:
        """Return what each owner that counts has said in all polls together."""
        mine: dict[str, list[Ballot]] = {}
        for cast in self.casts:
            if cast.ballot.client not in self.excluded:
                mine.setdefault(cast.ballot.client, []).append(cast.ballot)
        return {owner: together(ballots) for owner, ballots in mine.items()}

    def verdict(self, counting: Counting = PLAIN) -> Verdict:
        """Return the decision on all that was cast."""
        most = max(self.made.values(), default=1)
        rules = Rules(most, self.choices, counting.weights, counting.spread)
        counted = tally(list(self.heard().values()), rules, self.counter)
        decided = verdict(counted, drawn_at_random=self.plan.at_random)
        calls = sum(cast.ballot.calls for cast in self.casts)
        refused = tuple(sorted({*decided.refused, *self.excluded}))
        if counting.movable:
            decided = replace(decided, tolerates=None, unswayed_by=None)
        return replace(decided, calls=calls, refused=refused)

    def prompts(self) -> tuple[PromptUse, ...]:
        """Return how many draws were asked with each prompt."""
        used: Counter[str] = Counter()
        for cast in self.casts:
            for one in cast.prompts:
                used[one.prompt] += one.draws
        return tuple(PromptUse(name, used[name]) for name in sorted(used))
