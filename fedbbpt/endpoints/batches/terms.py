"""How an endpoint takes batch files: their size, how long it may take, how often it is asked."""

import math
from dataclasses import dataclass

POLL_SECONDS = 30.0
MAX_REQUESTS = 50_000
MAX_BYTES = 100_000_000
COMPLETION_WINDOW = "24h"
ONLINE, BATCH = "online", "batch"


@dataclass(frozen=True, slots=True)
class BatchTerms:
    """Terms of one endpoint.

    Attributes:
        poll_seconds: between two looks at a batch, > 0.
        file_requests: most requests in a file, >= 1.
        file_bytes: most bytes in a file, >= 1.
        completion_window: as the endpoint wants it; ``"24h"`` is all that most accept.

    Raises:
        ValueError: one is out of its range.
    """

    poll_seconds: float = POLL_SECONDS
    file_requests: int = MAX_REQUESTS
    file_bytes: int = MAX_BYTES
    completion_window: str = COMPLETION_WINDOW

    def __post_init__(self) -> None:
        if not 0 < self.poll_seconds < math.inf:
            raise ValueError(f"poll_seconds: {self.poll_seconds} is not above 0; try 30")
        if self.file_requests < 1:
            raise ValueError(f"file_requests: {self.file_requests} is too few; give at least 1")
        if self.file_bytes < 1:
            raise ValueError(f"file_bytes: {self.file_bytes} is too few; try 100_000_000")
        if not self.completion_window:
            raise ValueError('completion_window: it is empty; write "24h"')


def check_transport(transport: str) -> None:
    """Pass if requests can travel in this way.

    Raises:
        ValueError: nobody knows it.
    """
    if transport not in {ONLINE, BATCH}:
        raise ValueError(
            f'transport: {transport!r} is unknown; write "online", or "batch" for files at half '
            "the price whose answers may take a day"
        )
