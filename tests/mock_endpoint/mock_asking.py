"""A client with every wrapper and a journal of its own, asking the mock endpoint many questions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.config.lines import open_line
from fedbbpt.config.pricing import Priced
from fedbbpt.endpoints import Connector
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.openai import OpenAI
from fedbbpt.endpoints.pacing.limiters import Limiters
from fedbbpt.endpoints.records.completion_json import completion_payload
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.spending.ledger import Caps, Ledger
from fedbbpt.errors import EndpointError, OutageError
from fedbbpt.money import Price
from fedbbpt.prompts import Message
from fedbbpt.storage.framed_log import FramedLog

WORDS = ("good", "dull", "charming", "a mess", "fun", "weak")
PRICE = Price.per_million("0.15", "0.60", "0.075")
"""As the tariff that the mock endpoint bills by."""

ENOUGH = 1000
"""Times that a question may have to be asked again before it counts as lost."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking.

    Attributes:
        completions: in the order of the questions.
        missing: questions without an answer after the first asking; 1 where an outage ended it.
        refused: times that a refusal for good ended the asking before its end.
        ledger: of the journal.
    """

    completions: tuple[Completion, ...]
    missing: int
    refused: int
    ledger: Ledger

    @property
    def data(self) -> bytes:
        """All completions as bytes."""
        return b"\n".join(orjson.dumps(completion_payload(one)) for one in self.completions)


def questions(count: int, top_logprobs: int = 5) -> list[Request]:
    """Return different questions, one in four of them with a temperature."""
    return [
        Request(
            (Message("user", f"Note {n}: {WORDS[n % 6]}, {WORDS[n // 6 % 6]}. Mood:"),),
            temperature=0.7 if n % 4 == 3 else 0.0,
            top_logprobs=top_logprobs,
            sample=n % 8 // 4 if n % 4 == 3 else 0,
        )
        for n in range(count)
    ]


async def ask_all(connector: Connector, log: Path, requests: Sequence[Request]) -> Outcome:
    """Ask until every question has its answer, as a run does that is resumed after each pause.

    All pauses follow the clock of the running loop, which may be hurried.
    """
    missing = refused = 0
    limiters = Limiters()
    with FramedLog.open(log) as calls:
        journal = Journal(calls)
        for turn in range(ENOUGH):
            try:
                async with open_line(connector, journal, Caps(), "owner", limiters) as line:
                    endpoint = Batched(line.wire, line.profile, journal, Caps())
                    replies = await endpoint.complete(requests)
            except EndpointError:
                refused += 1
                continue
            except OutageError:
                missing = max(missing, 1)
                continue
            lost = sum(isinstance(reply, Missing) for reply in replies)
            missing = missing if turn > refused else lost
            if not lost:
                answers = tuple(one for one in replies if isinstance(one, Completion))
                return Outcome(answers, missing, refused, journal.tally())
    raise AssertionError(f"questions without an answer after {ENOUGH} times")


def connector_of(url: str, **settings: object) -> Priced:
    """Return the settings of an endpoint at the mock."""
    plain = OpenAI(url=url, model="small", concurrency=64, timeout_seconds=24.0)
    return Priced(replace(plain, **settings), {}, PRICE)  # type: ignore[arg-type]
