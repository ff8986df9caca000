"""Whether a batch fits under the caps, and what to say where it does not."""

from collections.abc import Callable
from typing import NamedTuple

from fedbbpt.endpoints.spending.ledger import Caps, Ledger, Spend
from fedbbpt.errors import BudgetError
from fedbbpt.money import NANODOLLARS, figure, shown

_ROUNDED = NANODOLLARS // 10**4
_ELSEWHERE = (
    "begin a new run directory (with [cache] runs = [this one], nothing is paid twice) with caps"
)


class Need(NamedTuple):
    """What is to be sent now.

    Attributes:
        spend: at worst.
        unpriced: requests of it whose price nobody knows.
    """

    spend: Spend
    unpriced: int = 0


class Standing(NamedTuple):
    """What was spent before, by one owner or by all.

    Attributes:
        ledger: what was spent, and what may have been.
        promised: held for requests that are under way but not yet sent.
        today: the worst case of this day alone.
    """

    ledger: Ledger
    promised: Spend = Spend(0, 0)
    today: Spend = Spend(0, 0)


class Holder(NamedTuple):
    """Whose caps are checked, in words.

    Attributes:
        table: that holds the caps, as in ``"[caps] "``.
        raising: what to do beside raising one, for a cap by the name of its setting.
    """

    table: str
    raising: Callable[[str, str], str]


class _Row(NamedTuple):
    name: str
    cap: int | None
    used: int
    doubtful: int
    held: int
    wanted: int


def run_holder() -> Holder:
    """Return the words for the caps of a run."""

    def raising(name: str, least: str) -> str:
        if name.endswith("_per_day"):
            return f"go on after midnight UTC, or raise [caps] {name} to at least {least}"
        return f"raise [caps] {name} to at least {least} and resume (--{name} {least})"

    return Holder("[caps] ", raising)


def owner_holder(owner: str) -> Holder:
    """Return the words for the grant of an owner, which no option of the run can raise."""

    def raising(name: str, least: str) -> str:
        later = "go on after midnight UTC, or " if name.endswith("_per_day") else ""
        return f"{later}raise it to at least {least} where {owner} is named, and run it again"

    return Holder(f"[owner {owner}] grant.", raising)


def check_caps(holder: Holder, caps: Caps, standing: Standing, need: Need) -> None:
    """Pass if ``need`` fits under the caps beside all that is spent, doubtful or promised.

    Raises:
        BudgetError: it does not fit; the text says which cap and the least that would do.
    """
    if not need.spend.calls:
        return
    if standing.ledger.lost:
        _check_uncapped(holder, caps)
    for row in _rows(caps, standing, need.spend):
        least = row.used + row.held + row.wanted
        if row.wanted and row.cap is not None and least > row.cap:
            raise BudgetError(_refusal(holder, row, least))
    _check_sized(holder, caps, standing.ledger.unsized, need)
    if caps.nanodollars is not None or caps.nanodollars_a_day is not None:
        before = standing.ledger.unpriced if need.spend.nanodollars else 0
        _check_known(holder, before, need.unpriced)


def _rows(caps: Caps, standing: Standing, need: Spend) -> tuple[_Row, ...]:
    ledger, promised, today = standing
    worst = ledger.worst
    doubtful, lost = ledger.possibly_billed, ledger.possibly_billed_nanodollars
    tokens = ledger.possibly_billed_tokens
    held, money = promised.calls, promised.nanodollars
    return (
        _Row("calls", caps.calls, worst.calls, doubtful, held, need.calls),
        _Row("tokens", caps.tokens, worst.tokens, tokens, promised.tokens, need.tokens),
        _Row("dollars", caps.nanodollars, worst.nanodollars, lost, money, need.nanodollars),
        _Row("calls_per_day", caps.calls_a_day, today.calls, 0, held, need.calls),
        _Row(
            "dollars_per_day",
            caps.nanodollars_a_day,
            today.nanodollars,
            0,
            money,
            need.nanodollars,
        ),
    )


def _refusal(holder: Holder, row: _Row, least: int) -> str:
    money = row.name.startswith("dollars")
    say: Callable[[int], str] = shown if money else str
    # Rounded up, so that the amount named is enough.
    enough = figure(-(-least // _ROUNDED) * _ROUNDED) if money else str(least)
    today = " today" if row.name.endswith("_per_day") else ""
    only = "" if today else f" ({say(row.doubtful)} of {'it' if money else 'them'} only possibly)"
    are = "is" if money else "are"
    return (
        f"{holder.table}{row.name}: {say(row.used)} of {say(row.cap or 0)} {are} used{today}"
        f"{only}, {say(row.held)} {are} promised to requests under way, and this batch needs "
        f"{'up to ' if money else ''}{say(row.wanted)}; {holder.raising(row.name, enough)}"
    )


def _check_uncapped(holder: Holder, caps: Caps) -> None:
    for name, cap in _caps(caps).items():
        if cap is not None:
            raise BudgetError(
                f"{holder.table}{name}: the record of what was spent before this journal was "
                f"compacted is damaged, so no cap can be held; {_ELSEWHERE}, less what you know "
                "was spent here"
            )


def _check_sized(holder: Holder, caps: Caps, unsized: int, need: Need) -> None:
    wanted = {"tokens": need.spend.tokens, "calls": 0, "calls_per_day": 0}
    for name, cap in _caps(caps).items():
        if unsized and cap is not None and wanted.get(name, need.spend.nanodollars):
            raise BudgetError(
                f"{holder.table}{name}: damaged records of this journal ({unsized}) may each hide "
                "an attempt of any size, so the cap cannot be held; cap calls instead, or "
                f"{_ELSEWHERE}, less what was spent here"
            )


def _caps(caps: Caps) -> dict[str, int | None]:
    """Return the caps by the names of their settings."""
    return {
        "calls": caps.calls,
        "tokens": caps.tokens,
        "dollars": caps.nanodollars,
        "calls_per_day": caps.calls_a_day,
        "dollars_per_day": caps.nanodollars_a_day,
    }


def _check_known(holder: Holder, before: int, now: int) -> None:
    if now:
        raise BudgetError(
            f"{holder.table}dollars: the price of {now} requests is not known, so the cap cannot "
            "be held; write prices for the endpoint (prompt, completion and cached, in dollars for "
            "a million tokens), or cap calls or tokens instead"
        )
    if before:
        raise BudgetError(
            f"{holder.table}dollars: {before} calls of this run were made when nobody knew their "
            "price, so the cap cannot be held; cap calls or tokens instead, or begin a new run "
            "directory (with [cache] runs = [this one], nothing is paid twice)"
        )
