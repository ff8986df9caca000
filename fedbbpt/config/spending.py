"""The caps of a run and the grants of its owners, and whether they can be held at all."""

from collections.abc import Mapping
from dataclasses import replace

from fedbbpt.config.sections import CapsSection, OwnerSection
from fedbbpt.config.strict import read_section
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.errors import ConfigError
from fedbbpt.money import nanodollars


def caps_of(section: CapsSection, owner: OwnerSection | None = None) -> Caps:
    """Return the caps of a run, with the grant of the owner who asks.

    Args:
        section: of the run.
        owner: who asks; None for a question that belongs to no owner.

    Raises:
        ConfigError: the grant cannot be meant.
    """
    caps = _caps(section)
    if owner is None or not owner.grant:
        return caps
    grant = read_section(CapsSection, owner.grant, f"owner {owner.name}.grant")
    return replace(caps, grant=_caps(grant))


def check_spending(caps: Caps, asked: Mapping[str, Profile], *, evaluated: bool) -> None:
    """Refuse caps on money where nobody knows what a call costs.

    Args:
        caps: of the run and the owner who asks.
        asked: the endpoints that it asks, by the name of their table.
        evaluated: True where a function of the user's stands in the place of endpoints.

    Raises:
        ConfigError: a price is not known; the text says what to write.
    """
    if not caps.on_money:
        return
    if evaluated:
        raise ConfigError(
            "[caps] dollars: nobody sees what an evaluator spends; cap calls, which counts its "
            "evaluations"
        )
    for where, profile in asked.items():
        if profile.price is None:
            raise ConfigError(
                f"[{where}] a cap or a grant in dollars cannot be held: the price of "
                f"{profile.model} at {profile.destination} is not known. Write [{where}.prices] "
                "with prompt, completion and cached, in dollars for a million tokens, or cap calls "
                "or tokens instead"
            )


def _caps(section: CapsSection) -> Caps:
    return Caps(
        calls=section.calls or None,
        tokens=section.tokens or None,
        nanodollars=nanodollars("dollars", section.dollars) or None,
        calls_a_day=section.calls_per_day or None,
        nanodollars_a_day=nanodollars("dollars_per_day", section.dollars_per_day) or None,
    )
