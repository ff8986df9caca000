"""No pause before another attempt, for tests of what is left when all attempts have failed."""

from functools import partial

import pytest

from fedbbpt.endpoints.pacing import limiters, retry_budget, retrying
from fedbbpt.endpoints.pacing.bounds import Bounds


def stop_pausing(patch: pytest.MonkeyPatch) -> None:
    """Take the pauses of retries, of their budget and of outages away."""
    patch.setattr(retrying, "FIRST_PAUSE", 0.0)
    patch.setattr(retry_budget, "LONGEST_SECONDS", 0.0)
    patch.setattr(limiters, "Bounds", partial(Bounds, outage_after=0))
