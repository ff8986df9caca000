"""What was spent, what may be spent, and what a request may cost at worst."""

import unicodedata
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import NamedTuple

from fedbbpt.completions import Request
from fedbbpt.endpoints import USUAL_PREAMBLE, Profile

MESSAGE_TOKENS = 16
"""That a chat template puts around a message, at most."""


class Worst(NamedTuple):
    """What one attempt may cost at most.

    Attributes:
        tokens: read and written.
        nanodollars: None where nobody knows the price.
    """

    tokens: int
    nanodollars: int | None = 0


class Spend(NamedTuple):
    """An amount of calls, tokens and money."""

    calls: int
    tokens: int
    nanodollars: int = 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """The calls behind a journal, of one owner or of all.

    Laws: calls <= billed calls <= calls + possibly_billed, unless totals are lost; and the same for
    tokens and for money, unless an attempt has no known size, and as far as the prices are known.

    Attributes:
        calls: completions received.
        possibly_billed: attempts whose outcome nobody knows: a kill or a time-out in flight, or a
            damaged record.
        prompt_tokens: read by the model for the completions received.
        completion_tokens: written by it.
        failed: attempts that ended without a completion.
        possibly_billed_tokens: worst case of the attempts with an unknown outcome, and of the
            completions for which the endpoint named no usage.
        cached_tokens: of those read, the ones that the endpoint had computed before.
        nanodollars: cost of the completions received, at the prices of their time.
        possibly_billed_nanodollars: as the tokens.
        unpriced: completions and possibly billed attempts whose price nobody knew; none of them is
            in the money above.
        unsized: of the possibly billed attempts, those that a damaged record may hide; nobody knows
            how large they were, and whose.
        lost: above 0 where the totals that a compaction left are lost; all figures are too low.
    """

    calls: int = 0
    possibly_billed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    failed: int = 0
    possibly_billed_tokens: int = 0
    cached_tokens: int = 0
    nanodollars: int = 0
    possibly_billed_nanodollars: int = 0
    unpriced: int = 0
    unsized: int = 0
    lost: int = 0

    @property
    def worst(self) -> Spend:
        """The highest bill that fits what is known."""
        return Spend(
            self.calls + self.possibly_billed,
            self.prompt_tokens + self.completion_tokens + self.possibly_billed_tokens,
            self.nanodollars + self.possibly_billed_nanodollars,
        )


def total(ledgers: Iterable[Ledger]) -> Ledger:
    """Return the sum of ledgers, field by field."""
    return Ledger(*map(sum, zip(*map(astuple, ledgers), strict=True)))


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that may be spent over the life of a journal; they pause a run, never change it.

    Attributes:
        calls: most calls, or None for no cap; 0 answers from the journal alone.
        tokens: most prompt and completion tokens together, or None for no cap.
        nanodollars: most money, or None for no cap.
        calls_a_day: most calls of a day, which begins at midnight UTC, or None for no cap.
        nanodollars_a_day: most money of a day, or None for no cap.
        grant: what the owner who asks may spend itself, or None for no caps of its own.

    Raises:
        ValueError: a cap is negative.
    """

    calls: int | None = None
    tokens: int | None = None
    nanodollars: int | None = None
    calls_a_day: int | None = None
    nanodollars_a_day: int | None = None
    grant: "Caps | None" = None

    def __post_init__(self) -> None:
        named = {
            "calls": self.calls,
            "tokens": self.tokens,
            "nanodollars": self.nanodollars,
            "calls_a_day": self.calls_a_day,
            "nanodollars_a_day": self.nanodollars_a_day,
        }
        for name, cap in named.items():
            if cap is not None and cap < 0:
                raise ValueError(f"{name}: {cap} is negative; give 0 or more, or leave it out")

    @property
    def on_money(self) -> bool:
        """Whether any of them bounds money."""
        grant = self.grant is not None and self.grant.on_money
        return grant or self.nanodollars is not None or self.nanodollars_a_day is not None


def worst_of(request: Request, profile: Profile) -> Worst:
    """Return what one attempt at a request may cost at an endpoint."""
    prompt = most_prompt_tokens(request) + profile.preamble_tokens
    reply = request.max_tokens + profile.form.reasoning_tokens
    price = profile.price
    return Worst(prompt + reply, None if price is None else price.worst(prompt, reply))


def worst_tokens(request: Request, reasoning_tokens: int = 0) -> int:
    """Return how many tokens a request may use at a usual endpoint: its bytes and a full reply.

    Args:
        request: what is asked.
        reasoning_tokens: room that the endpoint gives the model beyond the longest reply.

    >>> from fedbbpt.prompts import Message
    >>> worst_tokens(Request((Message("user", "Hello"),), max_tokens=4))
    89
    """
    prompt = most_prompt_tokens(request) + USUAL_PREAMBLE
    return prompt + request.max_tokens + reasoning_tokens


def most_prompt_tokens(request: Request) -> int:
    """Return a bound that the messages of a request never pass, without the template's preamble.

    A tokenizer over bytes makes at most one token of a byte, and one over characters falls back to
    bytes. Characters are no bound: an emoji can be six tokens, base64 nearly one a character.
    """
    texts = (message.content for message in request.messages)
    # A soft token is one token, and the server puts a line break on either side of them.
    soft = 0 if request.soft is None else request.soft.tokens.count + 2
    return sum(map(_most_bytes, texts)) + MESSAGE_TOKENS * len(request.messages) + soft


def _most_bytes(text: str) -> int:
    """Return the bytes of a text in UTF-8, also after the normalisation that a tokenizer may do."""
    if text.isascii():
        return len(text)
    forms = [text]
    forms += [
        unicodedata.normalize(form, text)
        for form in ("NFC", "NFKC")
        if not unicodedata.is_normalized(form, text)
    ]
    return max(len(form.encode("utf-8", "surrogatepass")) for form in forms)
