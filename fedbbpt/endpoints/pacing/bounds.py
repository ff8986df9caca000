"""What the user allows at an endpoint."""

from dataclasses import dataclass

from fedbbpt.endpoints.pacing.breaker import FAILURES
from fedbbpt.endpoints.pacing.concurrency_limit import START

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is never passed, whatever the endpoint grants.

    Attributes:
        concurrency: most attempts under way at once, >= 1.
        requests_per_minute: 0 for what the endpoint tells or shows.
        tokens_per_minute: read and written; 0 for what the endpoint tells or shows.
        patience_seconds: longest pause, or outage, that is waited for, >= 0.
        start: attempts at once before anything is known of the endpoint, >= 1.
        outage_after: failures in a row that are an outage; 0 for a place that has none.

    Raises:
        ValueError: a number is out of range.
    """

    concurrency: int
    requests_per_minute: int = 0
    tokens_per_minute: int = 0
    patience_seconds: float = PATIENCE_SECONDS
    start: int = START
    outage_after: int = FAILURES

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise ValueError(
                f"concurrency: {self.concurrency} lets nothing through; give 1 or more"
            )
        check_rates(self.requests_per_minute, self.tokens_per_minute)
        if not self.patience_seconds >= 0:
            raise ValueError(
                f"patience_seconds: {self.patience_seconds} is negative; give 0 or more"
            )


def check_rates(requests_per_minute: int, tokens_per_minute: int) -> None:
    """Pass if what a user allows may be meant.

    Raises:
        ValueError: a rate is negative.
    """
    rates = {"requests_per_minute": requests_per_minute, "tokens_per_minute": tokens_per_minute}
    for name, rate in rates.items():
        if rate < 0:
            raise ValueError(
                f"{name}: {rate} is negative; give what the endpoint grants, or 0 to find out"
            )
