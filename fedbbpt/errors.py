"""Every error that fedbbpt raises on purpose.

    FedbbptError
    ├── ConfigError      a run file, argument or grant that cannot be meant     exit code 2
    ├── DataError        examples that cannot be used as they are
    ├── EndpointError    the endpoint refuses for good (400, 401, 403, 404, no quota)
    ├── BudgetError      a cap was reached: raise it and resume
    ├── OutageError      an endpoint gives no answers just now: resume later
    ├── QuorumError      too few owners answered in a round: resume later
    ├── StorageError     a log or run directory that cannot be read or written
    └── MessageError     a message from another run, space or version

A message says what, where, and what to do. The command line prints these in one line; anything else
keeps its traceback. An expected failure of one item is a value (``answers.Missing``), not an error.
"""


class FedbbptError(Exception):
    """Base of all errors raised on purpose; its text is meant for the user."""

    exit_code = 1


class ConfigError(FedbbptError):
    """A run file, an argument or a grant cannot be meant as written."""

    exit_code = 2


class DataError(FedbbptError):
    """Examples cannot be used as they are."""


class EndpointError(FedbbptError):
    """An endpoint refuses for good; asking again would not help.

    Attributes:
        billed: True where the attempt that showed it may have been billed.
    """

    def __init__(self, text: str, *, billed: bool = False) -> None:
        super().__init__(text)
        self.billed = billed


class BudgetError(FedbbptError):
    """A spending cap would be passed; the run pauses and can be resumed with a higher cap."""


class OutageError(FedbbptError):
    """An endpoint gives no answers just now; nothing was decided, and the same command goes on.

    Attributes:
        reason: of the last failure, short and stable, for example ``"status 503"``.
    """

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text)
        self.reason = reason


class QuorumError(FedbbptError):
    """Too few owners gave a usable report in a round; nothing was decided, resume later."""


class StorageError(FedbbptError):
    """A log or a run directory cannot be read or written, or belongs to another run."""


class MessageError(FedbbptError):
    """A message does not fit: wrong version, run, space, shape or range."""
