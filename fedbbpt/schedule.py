"""How much each round asks: participants, blocks and the requests they cost, all pure.

A race scores its survivors on growing, nested blocks: block size times candidates stays constant,
so each round costs about half of the first one in new requests while every loss covers all
examples seen so far. Other searches take fresh blocks of one size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fedbbpt.distributions import Points
from fedbbpt.messages import Block
from fedbbpt.randomness import rng

COMPARED = 2
"""Points that the comparison at the end of a local search scores."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Limits of one search.

    Attributes:
        rounds: at most so many.
        requests: distinct requests the search may ask in all; it ends before passing them.
        candidates: most candidates a round (score work) or a generation (search work).
        block: training examples an owner uses in the first round.
        nested: blocks grow from the start of the permutation as candidates drop.
        clients_per_round: owners asked in a round; 0 asks all.
        quorum: owners that must give a usable report.
        generations: generations of a local search (search work).
        compare: a local search ends with scoring the broadcast mode and the own one.
        twice: a local search asks every example with replaced words too.
        per_item: requests that one item takes at most, as the way of reasoning says.

    Raises:
        ValueError: a number below its minimum; the text names it.
    """

    rounds: int = 20
    requests: int = 2000
    candidates: int = 64
    block: int = 8
    nested: bool = True
    clients_per_round: int = 0
    quorum: int = 1
    generations: int = 1
    compare: bool = False
    twice: bool = False
    per_item: int = 1

    def __post_init__(self) -> None:
        positive = {
            "rounds": self.rounds,
            "requests": self.requests,
            "candidates": self.candidates,
            "block": self.block,
            "quorum": self.quorum,
            "generations": self.generations,
            "per_item": self.per_item,
        }
        for name, value in positive.items():
            if value < 1:
                raise ValueError(f"{name}: {value} is too few; give at least 1")
        if self.clients_per_round < 0:
            raise ValueError("clients_per_round: must be 0 (all) or more")
        if 0 < self.clients_per_round < self.quorum:
            raise ValueError(
                f"quorum: {self.quorum} of {self.clients_per_round} clients_per_round can never "
                "be reached; lower it"
            )

    @property
    def local_items(self) -> int:
        """Most requests of one local search at one owner."""
        compared = COMPARED if self.compare else 0
        asked = 2 if self.twice else 1
        items = (self.candidates * self.generations + compared) * self.block
        return items * asked * self.per_item

    def block_of(self, round: int, points: int, first_points: int) -> Block:
        """Return the block of a round in which ``points`` candidates are left."""
        if self.nested:
            return Block(0, self.block * max(1, first_points // points))
        return Block(round * self.block * self.generations, self.block)

    def participants(self, clients: Sequence[str], round: int, seed: int) -> tuple[str, ...]:
        """Return who works in a round.

        With fewer than all, owners are visited in seeded permutations, one after the other, so
        that nobody is asked twice before everybody was asked once.
        """
        names = sorted(clients)
        count = self.clients_per_round or len(names)
        if count >= len(names):
            return tuple(names)
        chosen: list[str] = []
        for place in range(round * count, round * count + count):
            lap, index = divmod(place, len(names))
            order = rng(seed, "participants", round=lap).permutation(len(names))
            chosen.append(names[order[index]])
        return tuple(sorted(set(chosen)))


class Coverage:
    """Which training items each prompt was already asked about, owner by owner.

    Only distinct requests count against a budget: an item asked again is a journal hit. An item
    counts as many as it takes at most, so that the count does not depend on replies. This is a
    running count, rebuilt by replaying the rounds.
    """

    def __init__(self, sizes: Mapping[str, int], per_item: int = 1) -> None:
        self._sizes = dict(sizes)
        self._per_item = per_item
        self._seen: dict[tuple[str, bytes], set[int]] = {}
        self.requests = 0

    def cost(self, points: Points, block: Block, clients: Sequence[str]) -> int:
        """Return the new requests that scoring ``points`` on ``block`` would ask."""
        found = self._items(points, block, clients)
        return self._per_item * sum(len(items - self._asked(key)) for key, items in found)

    def add(self, points: Points, block: Block, clients: Sequence[str]) -> None:
        """Count the requests as asked."""
        for key, items in self._items(points, block, clients):
            new = items - self._asked(key)
            self._seen.setdefault(key, set()).update(new)
            self.requests += self._per_item * len(new)

    def _asked(self, key: tuple[str, bytes]) -> set[int]:
        return self._seen.get(key, set())

    def _items(
        self, points: Points, block: Block, clients: Sequence[str]
    ) -> list[tuple[tuple[str, bytes], set[int]]]:
        distinct = {point.tobytes() for point in points}
        result: list[tuple[tuple[str, bytes], set[int]]] = []
        for client in clients:
            size = self._sizes[client]
            items = {(block.start + i) % size for i in range(min(block.size, size))}
            result.extend(((client, point), items) for point in sorted(distinct))
        return result
