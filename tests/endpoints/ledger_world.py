"""A journal over the lives of several processes, and a server whose bill its books must fit."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from memory_log import MemoryLog

from fedbbpt.completions import Completion, Usage
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Caps, Worst
from fedbbpt.errors import BudgetError
from fedbbpt.money import Price

PRICE = Price.per_million("0.15", "0.60", "0.075")
DAY = 86_400
OWNERS = ("ann", "ben")


@dataclass
class Server:
    """Bills what reaches it; the brute-force model that books are held against.

    Attributes:
        bills: of every attempt that reached it: owner, day, tokens and nano-dollars.
    """

    bills: list[tuple[str, int, int, int]] = field(default_factory=list)

    def bill(self, owner: str, day: int, usage: Usage) -> None:
        tokens = usage.prompt_tokens + usage.completion_tokens
        self.bills.append((owner, day, tokens, PRICE.cost(usage)))

    def total(self, owner: str | None = None, day: int | None = None) -> tuple[int, int, int]:
        chosen = [
            bill for bill in self.bills if owner in {None, bill[0]} and day in {None, bill[1]}
        ]
        return len(chosen), sum(bill[2] for bill in chosen), sum(bill[3] for bill in chosen)


@dataclass
class World:
    """One journal over the lives of several processes, with a server that bills on receipt."""

    caps: dict[str, Caps]
    log: MemoryLog = field(default_factory=MemoryLog)
    server: Server = field(default_factory=Server)
    now: int = 20_000 * DAY
    killed: bool = False
    days: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.journal = self.open()

    def open(self) -> Journal:
        return Journal(self.log.as_log, clock=lambda: self.now)

    def run(self, batch: "Batch") -> None:
        """Reserve a batch and make its attempts; a kill leaves everything as it is."""
        caps, owner = self.caps[batch.owner], batch.owner
        needs = {f"{batch.name} {i}": worst_of(used) for i, (used, _) in enumerate(batch.attempts)}
        try:
            self.journal.reserve(caps, needs, owner)
            for key, (used, ending) in zip(needs, batch.attempts, strict=True):
                self.attempt(key, owner, caps, used, ending)
        except BudgetError:
            pass
        except KilledError:
            self.killed = True
            self.journal = self.open()
        else:
            return
        self.journal.account.release(needs)

    def attempt(self, key: str, owner: str, caps: Caps, used: Usage, ending: str) -> None:
        worst = worst_of(used)
        self.journal.reserve(caps, {key: worst}, owner)
        self.journal.intend(key, owner, worst)
        day = self.now // DAY
        self.days.add(day)
        if ending == "killed before the send":
            raise KilledError
        if ending != "refused":
            self.server.bill(owner, day, used)
        if ending == "killed after the send":
            raise KilledError
        if ending == "done":
            self.journal.complete(key, Completion("a", usage=used), PRICE.cost(used))
        elif ending == "no usage":
            self.journal.complete(key, Completion("a"), 0)
        else:
            self.journal.fail(key, ending, billed=ending == "lost")


class KilledError(Exception):
    """The process ends here."""


@dataclass(frozen=True)
class Batch:
    """Some requests of one owner: what each really uses, and how its attempt ends."""

    name: int
    owner: str
    attempts: tuple[tuple[Usage, str], ...]


def worst_of(used: Usage) -> Worst:
    """Return a bound of what is used: as the real one, above it by an amount that varies."""
    read, written = used.prompt_tokens + used.cached_tokens, used.completion_tokens + 3
    return Worst(read + written, PRICE.worst(read, written))


def played(steps: Iterable[object], caps: dict[str, Caps]) -> World:
    world = World(caps)
    for name, step in enumerate(steps):
        match step:
            case int(seconds):
                world.now += seconds
            case (str(owner), list(attempts)):
                world.run(Batch(name, owner, tuple(attempts)))
    return world
