"""Whether a prompt with a beginning seen before is cheaper: as reported, and as measured."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.chat_form import ChatForm
from fedbbpt.diagnosis.asking import Asker
from fedbbpt.diagnosis.probes import Probe, Reply

FASTER, LEVEL, UNCLEAR = "faster", "level", "unclear"

_SHARE, _SECONDS = 0.7, 0.02
"""What is repeated must take less than that share, and so much less, to be called faster."""

_PORTS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "gable", "haven", "inlet", "jetty")
_ITEMS = 60
_ENDINGS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class PrefixCache:
    """What was found out.

    Attributes:
        verdict: of the clock: ``faster``, ``level`` or ``unclear`` where replies were lost.
        reported: most prompt tokens said to come from a cache; None where nothing is said.
        tokens: of a prompt, 0 where the endpoint does not count.
        fresh: least seconds to a reply where the beginning was new.
        repeated: most seconds where it was not.
    """

    verdict: str
    reported: int | None = None
    tokens: int = 0
    fresh: float = 0.0
    repeated: float = 0.0


async def probe_prefix(asker: Asker, form: ChatForm) -> PrefixCache:
    """Return what four calls say: a new beginning, twice again, and another new one."""
    # Drawn anew, since the server may remember the beginnings of an earlier diagnosis.
    marks = (secrets.token_hex(4), secrets.token_hex(4))
    return judge_prefix([await asker.ask(probe, form) for probe in prefix_probes(*marks)])


def prefix_probes(mark: str, other: str) -> list[Probe]:
    """Return the four probes; those of ``mark`` begin alike and end differently."""
    marks = (mark, mark, mark, other)
    return [_probe(mark, ending) for mark, ending in zip(marks, _ENDINGS, strict=True)]


def judge_prefix(replies: Sequence[Reply]) -> PrefixCache:
    """Return what the replies to the four probes say, in their order."""
    if any(reply.completion is None for reply in replies):
        return PrefixCache(UNCLEAR)
    first, second, third, other = replies
    said = [cached_tokens(reply.body) for reply in (second, third)]
    reported = [tokens for tokens in said if tokens is not None]
    fresh, repeated = min(first.seconds, other.seconds), max(second.seconds, third.seconds)
    faster = repeated < _SHARE * fresh and fresh - repeated > _SECONDS
    return PrefixCache(
        FASTER if faster else LEVEL,
        max(reported, default=None),
        second.prompt_tokens,
        fresh,
        repeated,
    )


def cached_tokens(body: object) -> int | None:
    """Return the prompt tokens that a reply says it had from a cache, None where it does not say.

    >>> cached_tokens({"usage": {"prompt_tokens_details": {"cached_tokens": 12}}})
    12
    """
    match body:
        case {"usage": {"prompt_tokens_details": {"cached_tokens": int(tokens)}}}:
            return tokens
        case {"usage": {"prompt_cache_hit_tokens": int(tokens)}}:
            return tokens
        case {"timings": {"cache_n": int(tokens)}}:
            return tokens
        case _:
            return None


def _probe(mark: str, ending: str) -> Probe:
    ports = ", ".join(f"{_PORTS[item % len(_PORTS)]} {item}" for item in range(_ITEMS))
    return Probe(
        f"List {mark} of berths: {ports}.\nThis is the {ending} look. Say yes.", max_tokens=1
    )


PROBES = tuple(prefix_probes("0" * 8, "1" * 8))
