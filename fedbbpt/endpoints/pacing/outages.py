"""What an attempt that failed for the moment means for the run: a pause, said in one line."""

from fedbbpt.endpoints import AttemptError, PatienceError
from fedbbpt.endpoints.wire.replies import NO_LOGPROBS
from fedbbpt.errors import OutageError

GO_ON = "nothing is lost: give the same command again later, and it goes on"
HINTS = {
    NO_LOGPROBS: "for a server without log-probabilities set top_logprobs = 0",
    "timeout": "where replies take longer, raise timeout_seconds",
}
"""By the reason of the last failure: what to do where it does not pass."""


def outage_error(error: AttemptError, place: str) -> OutageError:
    """Return the pause of the run that stands for a failure which lies in the moment.

    Args:
        error: the last failure of a request.
        place: where it was asked, for the message.

    >>> print(outage_error(PatienceError("status 503", lasted=121.4), "here"))
    here: out for 121 s (status 503); nothing is lost: give the same command again later, \
and it goes on
    """
    match error:
        case PatienceError(lasted=lasted) if lasted:
            what = f"out for {lasted:.0f} s ({error.reason})"
        case AttemptError(retry_after=float() as pause):
            what = f"asks for a pause of {pause:,.0f} s ({error.reason})"
        case _:
            what = f"a request failed again and again ({error.reason})"
    hint = HINTS.get(error.reason)
    return OutageError(f"{place}: {what}; {GO_ON}{f'; {hint}' if hint else ''}", error.reason)
