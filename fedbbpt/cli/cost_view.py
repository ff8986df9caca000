"""What a run may cost, on a terminal: caps, prices, and a table of calls, tokens and money."""

from collections.abc import Iterator

from fedbbpt.cli.fitting_table import FittingTable
from fedbbpt.config.estimate import estimates
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.sections import CapsSection
from fedbbpt.config.shares import Estimate
from fedbbpt.config.strict import read_section
from fedbbpt.endpoints import Profile
from fedbbpt.money import exact, nanodollars, shown

UNKNOWN = "unknown"


def cost_table(prepared: Prepared) -> FittingTable | None:
    """Return what the planned calls cost for every owner, or None where nobody can tell."""
    lines = estimates(prepared)
    if not lines:
        return None
    rows = [_row(line) for line in (lines if len(lines) > 2 else lines[-1:])]
    columns = ("on behalf of", "calls", "tokens", "at most", "tokens expected", "expected")
    return FittingTable(
        "Cost at most, and expected if every planned call is made",
        columns,
        rows,
        spare=("tokens expected",),
    )


def caps_text(prepared: Prepared) -> Iterator[str]:
    """Yield what holds the cost: the caps of the run, and the grants of owners."""
    yield f"caps: {_caps(prepared.run.caps)}"
    for name, section in prepared.sections.items():
        if section.grant:
            grant = read_section(CapsSection, section.grant, f"owner {name}.grant")
            yield f"grant of {name}: {_caps(grant)}"


def price_lines(prepared: Prepared) -> Iterator[str]:
    """Yield what tokens cost at every endpoint that is asked."""
    profiles = [*prepared.profiles.values(), *prepared.judge_profiles.values()]
    profiles += [] if prepared.encoding is None else [prepared.encoding.profile]
    if not prepared.scoring.evaluated:
        yield from dict.fromkeys(map(price_line, profiles))


def price_line(profile: Profile) -> str:
    """Return what the tokens of an endpoint cost, and who says so."""
    price = profile.price
    if price is None:
        return (
            f"price of {profile.model}: {UNKNOWN}; for costs in dollars write prices into its "
            "table: prices = { prompt = ..., completion = ... }, dollars for a million tokens"
        )
    source = f" ({price.source})" if price.source else ""
    batches = f"; in batches {price.batch_percent} % of it" if profile.transport == "batch" else ""
    return f"price of {profile.model}: {price.text}{source}{batches}"


def _row(line: Estimate) -> tuple[str, ...]:
    return (
        line.owner,
        f"{line.calls:,}",
        f"{line.most.tokens:,}",
        _money(line.most.nanodollars),
        f"{line.usual.tokens:,}",
        _money(line.usual.nanodollars),
    )


def _money(amount: int | None) -> str:
    return UNKNOWN if amount is None else shown(amount)


def _caps(section: CapsSection) -> str:
    dollars = nanodollars("dollars", section.dollars)
    daily = nanodollars("dollars_per_day", section.dollars_per_day)
    named = {
        "calls": f"{section.calls:,}" if section.calls else "none",
        "tokens": f"{section.tokens:,}" if section.tokens else "none",
        "money": exact(dollars) if dollars else "none",
        "calls a day": f"{section.calls_per_day:,}" if section.calls_per_day else "",
        "money a day": exact(daily) if daily else "",
    }
    return ", ".join(f"{name} {cap}" for name, cap in named.items() if cap)
