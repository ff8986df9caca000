"""A model made of arithmetic: for tests, proofs of exactness and dry trials, without any model."""

import asyncio
import hashlib
import math
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fedbbpt.canonical import canonical_json, digest
from fedbbpt.completions import Completion, Request, TokenLogprob, Usage
from fedbbpt.endpoints import AttemptError, Profile, Wire
from fedbbpt.prompts import Message

__all__ = ["Scripted"]

MOST_WORDS = 20
_WORD = re.compile(r"\w+")
_SHARPNESS = (0.2, 2.0)
_BIAS = 0.8
_NOISE = 0.1
_SPREAD = 2.0


def _sentiment() -> dict[str, dict[str, float]]:
    good = "good great excellent wonderful brilliant fun funny love loved best charming moving"
    bad = "bad awful terrible boring dull worst poor hate hated weak mess tedious"
    return {
        "positive": dict.fromkeys(good.split(), 1.0),
        "negative": dict.fromkeys(bad.split(), 1.0),
    }


@dataclass(frozen=True, slots=True)
class Scripted:
    """Settings of the scripted model.

    It answers with a word of its lexicon. The cues in the last user message say which word is
    right; the words of the prompt around it say, by hashing, how sharply the model sees the cues
    and which answer it leans to. So prompts differ in quality, and tuning them has a point. A reply
    depends on the request alone, never on time, order or other requests.

    Attributes:
        seed: another seed is another model.
        lexicon: answer word -> cue word in lower case -> weight; 2 to 20 answer words.
        edge: characters at either end of the last user message that count as prompt, >= 0.
        fail_every: one request in so many, chosen by hashing, fails at its first attempt, half of
            them as possibly billed; 0 for none.
        latency_seconds: mean time to reply, different for each request, >= 0.
        concurrency: attempts under way at once, >= 1.

    Raises:
        ValueError: a setting is out of its range.
    """

    seed: int = 0
    lexicon: Mapping[str, Mapping[str, float]] = field(default_factory=_sentiment)
    edge: int = 24
    fail_every: int = 0
    latency_seconds: float = 0.0
    concurrency: int = 16

    def __post_init__(self) -> None:
        if not 2 <= len(self.lexicon) <= MOST_WORDS:
            raise ValueError(f"lexicon: {len(self.lexicon)} words; give 2 to {MOST_WORDS}")
        weights = [weight for cues in self.lexicon.values() for weight in cues.values()]
        if not all(math.isfinite(weight) for weight in weights):
            raise ValueError("lexicon: a weight is not finite; give plain numbers")
        for name, value in (("edge", self.edge), ("fail_every", self.fail_every)):
            if value < 0:
                raise ValueError(f"{name}: {value} is below 0; write 0 for none")
        if not 0 <= self.latency_seconds < math.inf:
            raise ValueError(f"latency_seconds: {self.latency_seconds} is not a time; write 0")
        if self.concurrency < 1:
            raise ValueError(f"concurrency: {self.concurrency} is too few; give at least 1")
        own = {word: dict(cues) for word, cues in self.lexicon.items()}
        object.__setattr__(self, "lexicon", own)

    def profile(self) -> Profile:
        """Describe the scripted model."""
        answers = {"seed": self.seed, "lexicon": self.lexicon, "edge": self.edge}
        return Profile(
            name="scripted",
            destination="this process (scripted, no model)",
            identity=digest({"scripted": answers}),
            model="scripted",
            top_logprobs=MOST_WORDS,
            concurrency=self.concurrency,
            local=True,
            pinned=True,
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Give a wire for the time of a ``with`` block; each has its own faults."""
        yield _ScriptedWire(self)

    def reply(self, request: Request) -> Completion:
        """Return the reply to ``request``: a pure function of it and of the settings."""
        scores = self._scores(request)
        top = max(scores.values())
        log_total = top + math.log(math.fsum(math.exp(s - top) for s in scores.values()))
        # Rounded, so that another machine's mathematical library gives the same bytes.
        likely = [TokenLogprob(word, round(s - log_total, 6)) for word, s in scores.items()]
        likely.sort(key=lambda one: (-one.logprob, one.token))
        read = sum(len(_words(message.content)) for message in request.messages)
        return Completion(
            text=self._drawn(request, likely),
            first=tuple(likely[: request.top_logprobs]),
            usage=Usage(prompt_tokens=read, completion_tokens=1),
        )

    def _scores(self, request: Request) -> dict[str, float]:
        cues = _words(request.messages[-1].content)
        about = self._prompt_words(request.messages)
        low, high = _SHARPNESS
        sharpness = low + (high - low) * (1 + self._trait(about, "sharpness")) / 2
        asked = digest([request.payload()["messages"], request.sample])
        return {
            answer: sharpness * math.fsum(weights.get(cue, 0.0) for cue in cues)
            + _BIAS * self._trait(about, "bias", answer)
            + _NOISE * self._lean(asked, "noise", answer)
            for answer, weights in self.lexicon.items()
        }

    def _trait(self, words: Sequence[str], *trait: str) -> float:
        """Return what the words add up to, in (-1, 1); every word counts, whatever the length."""
        total = math.fsum(self._lean(word, *trait) for word in words)
        return math.tanh(_SPREAD * total / math.sqrt(max(len(words), 1)))

    def _prompt_words(self, messages: Sequence[Message]) -> list[str]:
        *before, last = (message.content for message in messages)
        start, end = last[: self.edge], last[max(len(last) - self.edge, 0) :]
        return [word for text in (*before, start, end) for word in _words(text)]

    def _drawn(self, request: Request, likely: Sequence[TokenLogprob]) -> str:
        if request.temperature <= 0:
            return likely[0].token

        def perturbed(one: TokenLogprob) -> float:
            chance = _chance(self.seed, "draw", one.token, digest(request.payload()))
            return one.logprob / request.temperature - math.log(-math.log(chance))

        # The largest of logits with Gumbel noise is a draw from their softmax.
        return max(likely, key=perturbed).token

    def _lean(self, *names: str) -> float:
        return 2 * _chance(self.seed, *names) - 1


@dataclass(frozen=True, slots=True)
class _ScriptedWire:
    settings: Scripted
    failed: set[str] = field(default_factory=set)

    async def send(self, request: Request) -> Completion:
        """Answer after the request's own latency; see ``Wire``."""
        settings, asked = self.settings, digest(request.payload())
        await asyncio.sleep(2 * settings.latency_seconds * _chance(settings.seed, "time", asked))
        chosen = settings.fail_every and int(asked[:15], 16) % settings.fail_every == 0
        if chosen and asked not in self.failed:
            self.failed.add(asked)
            raise AttemptError("scripted fault", billed=int(asked[-1], 16) % 2 == 1)
        return settings.reply(request)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _chance(seed: int, *names: str) -> float:
    """Return a number strictly between 0 and 1 that depends on nothing but the arguments."""
    known = hashlib.blake2b(canonical_json([seed, *names]), digest_size=8).digest()
    return (int.from_bytes(known) + 0.5) / 2.0**64
