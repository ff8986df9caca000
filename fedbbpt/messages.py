"""What travels between server and owners: assignments out, reports back, and the server's state.

The same frozen values are wire format, log record and test fixture.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedbbpt.distributions import Distribution, Floats, Points, frozen_array

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Block:
    """Which of an owner's training examples, by the owner's own seeded permutation.

    Attributes:
        start: first place in the permutation, counted from 0 and wrapped at the end.
        size: how many; an owner with fewer examples uses each of them once.
    """

    start: int
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """Score the server's candidates on one block of training examples.

    Attributes:
        points: shape (candidates, width).
    """

    points: Points
    block: Block


@dataclass(frozen=True, slots=True)
class Search:
    """Run a local search from the broadcast distribution.

    Attributes:
        candidates: candidates a generation.
        generations: how many generations.
        block: training examples of the first generation; later ones take the following places.
        compare: whether the broadcast mode and the found one are scored at the end, on the block
            after the last, for a merge that ranks or weighs owners by it.
        scalars: whether the log of the search is reported, in the place of a distribution.
    """

    candidates: int
    generations: int
    block: Block
    compare: bool = False
    scalars: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Evaluate:
    """Compare a few prompts on held-out examples.

    Attributes:
        points: shape (rows, width); all rows are compared in pairs.
        samples: number of the draw, one a row; a point repeated with another draw measures noise.
        split: ``"dev"`` or ``"test"``.
        pairs: rows (first, second) whose answers are also counted in joint tables, for a metric
            that is a figure of the whole table; empty for every other one.
    """

    points: Points
    samples: tuple[int, ...]
    split: str
    pairs: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Propose:
    """Write new instructions from scored ones.

    Attributes:
        points: shape (parents, 1), the best first.
        scores: shape (parents,), of the parents over all owners, in [0, 1].
        count: texts wanted of everyone who is asked.
        block: training examples on which all parents were scored last, for a proposer that looks
            at what they got wrong; None where there is none.
    """

    points: Points
    scores: Floats
    count: int
    block: Block | None = None


Work = Score | Search | Evaluate | Propose


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """One round's work for one owner.

    Attributes:
        round: from 0.
        work: what to do.
        distribution: the server's current distribution over prompts.
        fingerprint: identity of space, task and scoring; an owner refuses any other. It covers
            the version of a bank that has grown.
        seed: the run's seed, for streams that all owners share.
        texts: by which the bank has grown so far, all of them: no owner needs a memory.
    """

    round: int
    work: Work
    distribution: Distribution
    fingerprint: str
    seed: int
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """One owner's statistics for one round: arrays and counts, never an example.

    Proposed instructions are the only texts in it, and an owner sends them by its own grant only.

    Attributes:
        client: name of the owner.
        round: as in the assignment.
        fingerprint: as in the assignment.
        statistics: named arrays; what a work's arrays mean stands beside the work's code.
        additive: names of the statistics that may be summed over owners.
        weight: examples behind the figures; 0 says that nothing usable was measured.
        asked: items asked for.
        missing: items without a usable reply.
        unreadable: items answered in another form than asked.
        calls: requests that reached the model.
        proposals: new instructions; empty without the owner's grant.
        version: of the bank that had grown by then, as the fingerprint covers it; empty for none.
    """

    client: str
    round: int
    fingerprint: str
    statistics: Mapping[str, Floats]
    additive: frozenset[str]
    weight: float
    asked: int
    missing: int
    unreadable: int
    calls: int
    proposals: tuple[str, ...] = ()
    version: str = ""

    def __post_init__(self) -> None:
        frozen = {
            name: frozen_array(array, name=f"statistics.{name}")
            for name, array in sorted(self.statistics.items())
        }
        object.__setattr__(self, "statistics", frozen)
        unknown = self.additive - frozen.keys()
        if unknown:
            raise ValueError(f"additive: no statistic is named {', '.join(sorted(unknown))}")


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Where the server stands between rounds.

    Attributes:
        round: rounds finished.
        distribution: over prompts.
        memory: what an aggregator carries from round to round, and its last merged figures.
        texts: by which the bank has grown.
    """

    round: int
    distribution: Distribution
    memory: Mapping[str, Floats] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
