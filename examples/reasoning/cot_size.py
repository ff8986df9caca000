"""Which tasks are worth a table, and how many questions fit the hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MARGIN = 0.05
"""A task is kept where one call is right more often than a guess by so much ..."""

PERFECT = 0.95
"""... and less often than this."""

PROMPTS = 8


@dataclass(frozen=True, slots=True)
class Samples:
    """Draws of every kind of cell.

    Attributes:
        first: of the first prompt.
        other: of every other prompt, and of exemplars.
        paraphrase: of every paraphrase.
        paraphrases: of a question.
        train: of a training question under each prompt.
        pool: of a question that exemplars are made of.
        delta: an exemplar's answer has an e-value of at least one over it.
    """

    first: int = 40
    other: int = 10
    paraphrase: int = 5
    paraphrases: int = 4
    train: int = 3
    pool: int = 16
    delta: float = 0.05

    @property
    def asked(self) -> int:
        """Calls of a question that is answered, the writing of its paraphrases included."""
        others = PROMPTS - 1 + 1  # the exemplars are drawn like another prompt
        return self.first + others * self.other + self.paraphrases * (self.paraphrase + 1)

    @property
    def learned(self) -> int:
        """Calls of a training question."""
        return PROMPTS * self.train


QUICK = Samples(first=6, other=4, paraphrase=2, paraphrases=1, train=2, pool=9, delta=0.5)


class Tried(NamedTuple):
    """How a task went on its training questions.

    Attributes:
        task: a set, or a set and a domain.
        single: share right of one call.
        guess: of a guess.
    """

    task: str
    single: float
    guess: float

    @property
    def excluded(self) -> str:
        """Why it is excluded; empty where it is not."""
        said = f"{self.single:.1%} of training questions right, a guess {self.guess:.1%}"
        if self.single < self.guess + MARGIN:
            return f"not above chance ({said})"
        return f"too easy ({said})" if self.single > PERFECT else ""


class Wanted(NamedTuple):
    """A set that is to be recorded.

    Attributes:
        name: of the set.
        owners: how many.
        train: training questions of each.
        test: questions of each that may be answered.
        tokens: of a call, on average, read and written.
    """

    name: str
    owners: int
    train: int
    test: int
    tokens: float

    def cost(self, samples: Samples, questions: int) -> float:
        """Return the tokens of its table with so many questions of each owner."""
        answered = min(questions, self.test) * samples.asked
        return self.owners * (self.train * samples.learned + answered) * self.tokens


class Fit(NamedTuple):
    """A table that fits.

    Attributes:
        questions: of each owner that are answered, at most.
        sets: that are recorded.
        late: names of those for which there is no time.
        tokens: of all of it.
    """

    questions: int
    sets: tuple[Wanted, ...]
    late: tuple[str, ...]
    tokens: float


def fitted(sets: Sequence[Wanted], samples: Samples, tokens: float, fewest: int) -> Fit:
    """Return the largest table within so many tokens.

    Sets are dropped from the end while even ``fewest`` questions an owner do not fit; the first
    one stays at any rate.
    """
    kept = list(sets)

    def cost(questions: int) -> float:
        return sum(one.cost(samples, questions) for one in kept)

    while len(kept) > 1 and cost(fewest) > tokens:
        kept.pop()
    most = max((one.test for one in kept), default=fewest)
    questions = next((n for n in range(most, fewest, -1) if cost(n) <= tokens), fewest)
    late = tuple(one.name for one in sets[len(kept) :])
    return Fit(questions, tuple(kept), late, cost(questions))


def lines(fit: Fit, samples: Samples, tokens_per_second: float) -> list[str]:
    """Return the size of a table in words."""
    found = []
    for one in fit.sets:
        asked = one.owners * min(fit.questions, one.test)
        learned = one.owners * one.train
        calls = asked * samples.asked + learned * samples.learned
        found.append(
            f"{one.name}: {asked} questions x {samples.asked} calls + {learned} training questions "
            f"x {samples.learned} = {calls:,} calls, {one.tokens:,.0f} tokens each"
        )
    hours = fit.tokens / tokens_per_second / 3600
    found.append(
        f"the table: {fit.tokens:,.0f} tokens at {tokens_per_second:,.0f} a second, "
        f"{hours:.2f} hours"
    )
    found += [f"{name}: left out, no time for it" for name in fit.late]
    return found


def shares(owners: Sequence[Mapping[str, object]]) -> float:
    """Return the share right of one call over the training questions of some owners."""
    counts = [(int(str(one["questions"])), float(str(one["single"]))) for one in owners]
    return sum(n * share for n, share in counts) / max(1, sum(n for n, _ in counts))
