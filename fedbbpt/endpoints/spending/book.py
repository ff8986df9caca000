"""Running totals of what one owner spent, or all of them together."""

from collections.abc import Iterable, Mapping
from operator import add
from typing import NamedTuple

from fedbbpt.completions import Usage
from fedbbpt.endpoints.spending.caps_check import Standing
from fedbbpt.endpoints.spending.ledger import Ledger, Spend, Worst, total

SECONDS_A_DAY = 86_400


class Attempt(NamedTuple):
    """An attempt that was made: on whose behalf, what it may cost, and on which day."""

    owner: str
    worst: Worst
    day: int


class Book:
    """Totals, and what is promised; nothing here knows the keys of requests.

    The worst case of a day is that of the attempts that began on it, and of all those of which
    nobody knows when they did.

    Attributes:
        hidden: attempts that the damage of this log may hide beyond those that are accounted for.
        lost: True where what a compaction left of earlier calls cannot be read.
    """

    __slots__ = (
        "_calls",
        "_dayless",
        "_days",
        "_doubtful",
        "_doubtful_nanodollars",
        "_doubtful_tokens",
        "_failed",
        "_nanodollars",
        "_promised",
        "_promised_nanodollars",
        "_promised_tokens",
        "_unpriced",
        "_unsized",
        "_used",
        "hidden",
        "lost",
    )

    def __init__(self) -> None:
        self._calls = self._failed = self._nanodollars = self._unpriced = 0
        self._doubtful = self._doubtful_tokens = self._doubtful_nanodollars = 0
        self._promised = self._promised_tokens = self._promised_nanodollars = 0
        self._used = [0, 0, 0]
        self._unsized = self.hidden = 0
        self.lost = False
        self._dayless = [0, 0]
        self._days: dict[int, list[int]] = {}

    @property
    def ledger(self) -> Ledger:
        """The totals so far."""
        prompt, completion, cached = self._used
        return Ledger(
            calls=self._calls,
            possibly_billed=self._doubtful + self.hidden,
            prompt_tokens=prompt,
            completion_tokens=completion,
            failed=self._failed,
            possibly_billed_tokens=self._doubtful_tokens,
            cached_tokens=cached,
            nanodollars=self._nanodollars,
            possibly_billed_nanodollars=self._doubtful_nanodollars,
            unpriced=self._unpriced + self.hidden,
            unsized=self._unsized + self.hidden,
            lost=int(self.lost),
        )

    @property
    def promised(self) -> Spend:
        """The room held for first attempts not yet made."""
        return Spend(self._promised, self._promised_tokens, self._promised_nanodollars)

    def standing(self, day: int) -> Standing:
        """Return what caps are checked against on a day, counted from 1970 in UTC."""
        calls, money = map(add, self._days.get(day, (0, 0)), self._dayless)
        today = Spend(calls + self._unsized + self.hidden, 0, money)
        return Standing(self.ledger, self.promised, today)

    def promise(self, worst: Worst) -> None:
        """Hold room for an attempt."""
        self._promised += 1
        self._promised_tokens += worst.tokens
        self._promised_nanodollars += worst.nanodollars or 0

    def release(self, worst: Worst) -> None:
        """Give up the room for an attempt."""
        self._promised -= 1
        self._promised_tokens -= worst.tokens
        self._promised_nanodollars -= worst.nanodollars or 0

    def begin(self, attempt: Attempt) -> None:
        """Count an attempt that is about to be made."""
        self._expect(attempt, 1)
        day = self._days.setdefault(attempt.day, [0, 0])
        day[0] += 1
        day[1] += attempt.worst.nanodollars or 0

    def settle(self, attempt: Attempt | None, usage: Usage, cost: int | None) -> None:
        """Count a completion; ``attempt`` led to it, None where its record is lost."""
        self._calls += 1
        self._use(usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens)
        self._nanodollars += cost or 0
        self._unpriced += cost is None
        if attempt is None:
            self._dayless[0] += 1
            self._dayless[1] += cost or 0
            return
        self._expect(attempt, -1)
        worst = attempt.worst
        if not (usage.prompt_tokens or usage.completion_tokens or usage.cached_tokens):
            # The endpoint named nothing: what it bills lies between nothing and the worst.
            self._doubtful_tokens += worst.tokens
            self._doubtful_nanodollars += worst.nanodollars or 0
        else:
            self._days[attempt.day][1] += (cost or 0) - (worst.nanodollars or 0)

    def fail(self, attempt: Attempt | None) -> None:
        """Count a failure; ``attempt`` is the one that certainly cost nothing, or None."""
        self._failed += 1
        if attempt is None:
            return
        self._expect(attempt, -1)
        day = self._days[attempt.day]
        day[0] -= 1
        day[1] -= attempt.worst.nanodollars or 0

    def carried(self) -> dict[str, object]:
        """Return the totals as JSON values, for a book to ``carry``."""
        return {
            "calls": self._calls,
            "failed": self._failed,
            "usage": list(self._used),
            "nanodollars": self._nanodollars,
            "unpriced": self._unpriced + self.hidden,
            "doubtful": [
                self._doubtful + self.hidden,
                self._doubtful_tokens,
                self._doubtful_nanodollars,
            ],
            "unsized": self._unsized + self.hidden,
            "dayless": list(self._dayless),
            "days": {str(day): list(spent) for day, spent in sorted(self._days.items())},
        }

    def carry(self, totals: object, *, untold: bool = False) -> None:
        """Add what ``carried`` gave.

        Args:
            totals: what it gave, in this version or in an earlier one.
            untold: True for the book of what cannot be told any more whose it was; in an earlier
                version's, all that was possibly billed is of unknown size, and all of unknown days.

        Raises:
            ValueError: not what ``carried`` gives.
        """
        match totals:
            case {
                "calls": int(calls),
                "failed": int(failed),
                "usage": [int(prompt), int(completion), int(cached)],
                "nanodollars": int(nanodollars),
                "unpriced": int(unpriced),
                "doubtful": [int(doubtful), int(tokens), int(money)],
                "days": dict(days),
            }:
                spent = _days(days)
            case _:
                raise ValueError("totals: not those of a book")
        match totals:
            case {"unsized": int(unsized), "dayless": [int(no_day), int(no_day_money)]}:
                pass
            case _:
                unsized, no_day, no_day_money = (
                    (doubtful, calls, nanodollars) if untold else (0, 0, 0)
                )
                unpriced += unsized
        self._unsized += unsized
        self._dayless[0] += no_day
        self._dayless[1] += no_day_money
        self._calls += calls
        self._failed += failed
        self._use(prompt, completion, cached)
        self._nanodollars += nanodollars
        self._unpriced += unpriced
        self._doubtful += doubtful
        self._doubtful_tokens += tokens
        self._doubtful_nanodollars += money
        for day, (day_calls, day_money) in spent.items():
            held = self._days.setdefault(day, [0, 0])
            held[0] += day_calls
            held[1] += day_money

    def _use(self, prompt: int, completion: int, cached: int) -> None:
        used = self._used
        used[0] += prompt
        used[1] += completion
        used[2] += cached

    def _expect(self, attempt: Attempt, sign: int) -> None:
        """Add an attempt to those with an unknown outcome, or take it away."""
        tokens, money = attempt.worst
        self._doubtful += sign
        self._doubtful_tokens += sign * tokens
        if money is None:
            self._unpriced += sign
        else:
            self._doubtful_nanodollars += sign * money


def standing_of(books: Iterable[Book], day: int) -> Standing:
    """Return what caps on all books together are checked against on a day."""
    ledgers, promised, today = [], [0, 0, 0], [0, 0, 0]
    for book in books:
        one = book.standing(day)
        ledgers.append(one.ledger)
        promised = list(map(add, promised, one.promised))
        today = list(map(add, today, one.today))
    return Standing(total(ledgers), Spend(*promised), Spend(*today))


def _days(payload: Mapping[str, object]) -> dict[int, tuple[int, int]]:
    days: dict[int, tuple[int, int]] = {}
    for day, spent in payload.items():
        match spent:
            case [int(calls), int(money)]:
                days[int(day)] = calls, money
            case _:
                raise ValueError("days: not those of a book")
    return days
