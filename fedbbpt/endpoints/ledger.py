"""What was spent, what may be spent, and what a request may cost at worst."""

from dataclasses import dataclass
from typing import NamedTuple

from fedbbpt.completions import Request
from fedbbpt.errors import BudgetError

MESSAGE_OVERHEAD = 16
"""Tokens that a chat template may add to a request."""


class Spend(NamedTuple):
    """An amount of calls and tokens."""

    calls: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The calls behind a journal. Law: calls <= billed calls <= calls + possibly_billed.

    Attributes:
        calls: completions received.
        possibly_billed: attempts whose outcome nobody knows: a kill or a time-out in flight, or a
            damaged record.
        prompt_tokens: read by the model for the completions received.
        completion_tokens: written by it.
        failed: attempts that ended without a completion.
        possibly_billed_tokens: worst case of the attempts with an unknown outcome, and of the
            completions for which the endpoint named no usage.
    """

    calls: int = 0
    possibly_billed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    failed: int = 0
    possibly_billed_tokens: int = 0

    @property
    def worst(self) -> Spend:
        """The highest bill that fits what is known."""
        tokens = self.prompt_tokens + self.completion_tokens + self.possibly_billed_tokens
        return Spend(self.calls + self.possibly_billed, tokens)


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that may be spent over the life of a journal; they pause a run, never change it.

    Attributes:
        calls: most calls, or None for no cap; 0 answers from the journal alone.
        tokens: most prompt and completion tokens together, or None for no cap.

    Raises:
        ValueError: a cap is negative.
    """

    calls: int | None = None
    tokens: int | None = None

    def __post_init__(self) -> None:
        for name, cap in (("calls", self.calls), ("tokens", self.tokens)):
            if cap is not None and cap < 0:
                raise ValueError(f"{name}: {cap} is negative; give 0 or more, or leave it out")


def worst_tokens(request: Request) -> int:
    """Return how many tokens a request may use: two characters a token and a full reply.

    >>> from fedbbpt.prompts import Message
    >>> worst_tokens(Request((Message("user", "Hello"),), max_tokens=4))
    23
    """
    characters = sum(len(message.content) for message in request.messages)
    return (characters + 1) // 2 + request.max_tokens + MESSAGE_OVERHEAD


def check_caps(caps: Caps, ledger: Ledger, promised: Spend, need: Spend) -> None:
    """Pass if ``need`` fits under the caps beside all that is spent, doubtful or promised.

    Args:
        caps: the most that may be spent.
        ledger: what was spent, and what may have been.
        promised: held for requests that are under way but not yet sent.
        need: what is to be sent now.

    Raises:
        BudgetError: it does not fit; the text says which cap and the least that would do.
    """
    worst = ledger.worst
    rows = (
        ("calls", caps.calls, worst.calls, promised.calls, need.calls),
        ("tokens", caps.tokens, worst.tokens, promised.tokens, need.tokens),
    )
    for name, cap, used, held, wanted in rows:
        least = used + held + wanted
        if wanted and cap is not None and least > cap:
            doubtful = ledger.possibly_billed if name == "calls" else ledger.possibly_billed_tokens
            raise BudgetError(
                f"[caps] {name}: {used} of {cap} are used ({doubtful} of them only possibly), "
                f"{held} are promised to requests under way, and this batch needs {wanted}; "
                f"raise [caps] {name} to at least {least} and resume (--{name} {least})"
            )
