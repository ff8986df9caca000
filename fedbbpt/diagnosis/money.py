"""What an examination costs at most, where the price of the endpoint is known."""

from dataclasses import replace

from fedbbpt.diagnosis.examination import STEPS
from fedbbpt.diagnosis.thinking import ROOM
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.spending.ledger import worst_of


def most_money(profile: Profile, *, thinking: bool) -> int | None:
    """Return it in nano-dollars, None where nobody knows the price.

    Args:
        profile: of the endpoint.
        thinking: whether the model turns out to think first, and is given room for it.
    """
    room = max(profile.form.reasoning_tokens, ROOM if thinking else 0)
    roomy = replace(profile, form=replace(profile.form, reasoning_tokens=room))
    requests = [probe.request() for step in STEPS for probe in step.probes]
    costs = [worst_of(request, roomy).nanodollars for request in requests]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
