"""Running totals of a journal, and the room that batches under way hold under the caps."""

from collections.abc import Iterable, Mapping

from fedbbpt.completions import Usage
from fedbbpt.endpoints.spending.book import Attempt, Book, standing_of
from fedbbpt.endpoints.spending.caps_check import Need, check_caps, owner_holder, run_holder
from fedbbpt.endpoints.spending.ledger import Caps, Ledger, Spend, Worst, total

NOBODY = ""
"""Owner of what cannot be told any more whose it was."""


class Account:
    """Follows the records of one journal, one by one; shared by all endpoints over it.

    An attempt is *open* from its intent to its end, and counts in full until it is settled: an end
    of which nobody knows whether it was billed settles nothing. A promise holds room for the first
    attempt at a request, and becomes that attempt when the intent is written. Promises die with the
    process.

    Law of damage: a lost record may have been an intent, of any size, owner and day, and counts as
    one possibly billed attempt of unknown size; unless a record that is still there proves which
    one is lost: an outcome whose intent is missing, or one of two copies of carried totals.
    """

    def __init__(self) -> None:
        self._open: dict[str, list[Attempt]] = {}
        self._promised: dict[str, tuple[str, Worst]] = {}
        self._books: dict[str, Book] = {}
        self._lost_records = self._told_apart = 0
        self._copies: set[str] = set()

    @property
    def ledger(self) -> Ledger:
        """The totals so far."""
        return total(book.ledger for book in self._books.values())

    @property
    def ledgers(self) -> dict[str, Ledger]:
        """The totals of every owner by name; law: they add up to ``ledger``."""
        ledgers = {owner: book.ledger for owner, book in sorted(self._books.items())}
        return {owner: ledger for owner, ledger in ledgers.items() if ledger != Ledger()}

    @property
    def promised(self) -> Spend:
        """The room held for first attempts not yet made."""
        return standing_of(self._books.values(), 0).promised

    def reserve(
        self, caps: Caps, needs: Mapping[str, Worst], owner: str = NOBODY, day: int = 0
    ) -> None:
        """Promise one attempt to each key, or change nothing.

        Args:
            caps: the most that may be spent; its grant bounds the owner alone.
            needs: worst cases by key; keys that hold a promise already need nothing.
            owner: on whose behalf.
            day: today, counted from 1970 in UTC.

        Raises:
            BudgetError: they do not all fit.
        """
        new = {key: worst for key, worst in needs.items() if key not in self._promised}
        if not new:
            return
        need = _need(new.values())
        book = self._book(owner)
        check_caps(run_holder(), caps, standing_of(self._books.values(), day), need)
        if caps.grant is not None:
            # What is nobody's may be this owner's: its record is damaged.
            books = book, *(self._books[name] for name in {NOBODY} - {owner} if name in self._books)
            check_caps(owner_holder(owner), caps.grant, standing_of(books, day), need)
        for key, worst in new.items():
            self._promised[key] = (owner, worst)
            book.promise(worst)

    def release(self, keys: Iterable[str]) -> None:
        """Take back the promises of ``keys`` that led to no attempt."""
        for key in keys:
            if key in self._promised:
                owner, worst = self._promised.pop(key)
                self._book(owner).release(worst)

    def held(self, key: str) -> Worst | None:
        """Return what is promised to ``key``, or None where nothing is."""
        promise = self._promised.get(key)
        return None if promise is None else promise[1]

    def intend(self, key: str, worst: Worst, owner: str = NOBODY, day: int = 0) -> None:
        """Count an attempt that is about to be made and may cost ``worst``."""
        if key in self._promised:
            self.release((key,))
        attempt = Attempt(owner, worst, day)
        self._open.setdefault(key, []).append(attempt)
        self._book(owner).begin(attempt)

    def complete(self, key: str, usage: Usage, cost: int | None = 0) -> None:
        """Count a completion; it settles one open attempt.

        Args:
            key: of the request.
            usage: that the endpoint names.
            cost: in nano-dollars, None where nobody knows the price.
        """
        attempt = self._end(key)
        if attempt is None:
            self.tell_apart()
        self._book(attempt.owner if attempt else NOBODY).settle(attempt, usage, cost)

    def fail(self, key: str, *, billed: bool, attempt: Attempt | None = None) -> None:
        """Count a failed attempt; it ends one open attempt, which counts on if possibly billed.

        Args:
            key: of the request.
            billed: whether it may have been billed.
            attempt: what it was, in case that its intent is lost.
        """
        ended = self._end(key)
        if ended is None and (attempt is not None or not billed):
            self.tell_apart()
        if ended is None and attempt is not None:
            ended = attempt
            self._book(attempt.owner).begin(attempt)
        self._book(ended.owner if ended else NOBODY).fail(None if billed else ended)

    def latest(self, key: str) -> Attempt | None:
        """Return the latest open attempt at ``key``, or None where none is open."""
        attempts = self._open.get(key)
        return None if attempts is None else attempts[-1]

    def doubt(self, records: int = 1) -> None:
        """Count records that cannot be read: each may have been an intent."""
        self._lost_records += records
        self._weigh()

    def tell_apart(self, records: int = 1) -> None:
        """Count records that are lost, or will be, and of which it is known what they were."""
        self._told_apart += records
        self._weigh()

    def lose(self) -> None:
        """Count the totals of a compaction as lost: no cap can be held any more."""
        self._book(NOBODY).lost = True

    def carried(self) -> dict[str, object]:
        """Return the totals as JSON values, for an account to ``carry`` instead of the calls.

        Raises:
            ValueError: an attempt is open, which belongs to its key and not to the totals.
        """
        if self._open:
            raise ValueError(f"{len(self._open)} requests have open attempts")
        return {owner: book.carried() for owner, book in sorted(self._books.items())}

    def carry(self, totals: Mapping[str, object], pair: str = "") -> None:
        """Add what ``carried`` gave. Law: the ledger then counts those calls too.

        Args:
            totals: what it gave.
            pair: name of two copies, of which one counts; empty for totals without a second copy.

        Raises:
            ValueError: not what ``carried`` gives.
        """
        if pair in self._copies:
            self.tell_apart(-1)
            return
        if pair:
            # Both were written at once: where the second one does not come, its record is lost.
            self._copies.add(pair)
            self.tell_apart()
        for owner, book in totals.items():
            self._book(owner).carry(book, untold=owner == NOBODY)

    def _book(self, owner: str) -> Book:
        book = self._books.get(owner)
        if book is None:
            book = self._books[owner] = Book()
        return book

    def _end(self, key: str) -> Attempt | None:
        """Take the latest open attempt at ``key`` out, or return None where its intent is lost."""
        attempts = self._open.get(key)
        if attempts is None:
            return None
        attempt = attempts.pop()
        if not attempts:
            del self._open[key]
        return attempt

    def _weigh(self) -> None:
        """Give nobody's book the lost records of which it is not known what they were."""
        hidden = max(0, self._lost_records - self._told_apart)
        if hidden or NOBODY in self._books:
            self._book(NOBODY).hidden = hidden


def _need(new: Iterable[Worst]) -> Need:
    calls = tokens = money = unpriced = 0
    for worst in new:
        calls += 1
        tokens += worst.tokens
        money += worst.nanodollars or 0
        unpriced += worst.nanodollars is None
    return Need(Spend(calls, tokens, money), unpriced)
