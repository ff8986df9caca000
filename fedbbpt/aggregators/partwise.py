"""A rule for tables and a rule for Gaussians, applied part by part to any distribution."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedbbpt.aggregators import Aggregator
from fedbbpt.beliefs import Part, parts_of
from fedbbpt.distributions import Categorical, Distribution, Floats, Product
from fedbbpt.messages import Report, State


@dataclass(frozen=True, slots=True)
class Partwise:
    """Merges every part by the rule of its kind.

    Attributes:
        gaussian: for Gaussians.
        categorical: for tables of choices.
    """

    gaussian: Aggregator
    categorical: Aggregator

    def merged(self, state: State, reports: Sequence[Report]) -> State:
        """Return the state after the round; memory of a part has its prefix before its names.

        Raises:
            ValueError: a rule refuses.
        """
        parts = parts_of(state.distribution)
        memory = dict(state.memory)
        merged: list[Distribution] = []
        for part in parts:
            own = {n.removeprefix(part.prefix): a for n, a in memory.items() if _of(n, part)}
            rule = self.categorical if isinstance(part.leaf, Categorical) else self.gaussian
            after = rule(State(state.round, part.leaf, own), [_cut(r, part) for r in reports])
            memory |= {part.prefix + name: array for name, array in after.memory.items()}
            merged.append(after.distribution)
        there = rebuilt(state.distribution, merged)
        return replace(state, round=state.round + 1, distribution=there, memory=memory)


def rebuilt(like: Distribution, leaves: Sequence[Distribution]) -> Distribution:
    """Return ``like`` with its tables and Gaussians replaced, in the order of ``parts_of``.

    Raises:
        ValueError: another number of leaves than ``like`` has.
    """
    if not isinstance(like, Product):
        if len(leaves) != 1:
            raise ValueError(f"leaves: {len(leaves)} for one part")
        return leaves[0]
    sizes = [len(parts_of(part)) for part in like.parts]
    if sum(sizes) != len(leaves):
        raise ValueError(f"leaves: {len(leaves)} for {sum(sizes)} parts")
    parts, first = [], 0
    for part, size in zip(like.parts, sizes, strict=True):
        parts.append(rebuilt(part, leaves[first : first + size]))
        first += size
    return Product(tuple(parts))


SHARED = ("candidates", "compared_loss_sum", "compared_items")
"""Statistics of a whole search, which every part's rule may need."""


def _of(name: str, part: Part) -> bool:
    # Names without a prefix belong to nobody's part where there are prefixes.
    return name.startswith(part.prefix)


def _cut(report: Report, part: Part) -> Report:
    own: dict[str, Floats] = {
        name.removeprefix(part.prefix): array
        for name, array in report.statistics.items()
        if _of(name, part)
    }
    own |= {name: report.statistics[name] for name in SHARED if name in report.statistics}
    return replace(report, statistics=own, additive=frozenset())
