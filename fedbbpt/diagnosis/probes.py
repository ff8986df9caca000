"""What a diagnosis asks and what comes back: probes, the manners they are asked in, replies."""

from dataclasses import dataclass

from fedbbpt.chat_format import chat_body
from fedbbpt.completions import Completion, Request
from fedbbpt.prompts import Message

REPLY_TOKENS = 16


@dataclass(frozen=True, slots=True)
class Probe:
    """One question to an endpoint; none holds anything of an owner's.

    Attributes:
        question: the user's message.
        max_tokens: longest reply, >= 1.
        temperature: 0 for the most likely reply.
        top_logprobs: alternatives of the first token to report; 0 asks for none.
        seed: of the draw, or None to send none.
    """

    question: str
    max_tokens: int = REPLY_TOKENS
    temperature: float = 0.0
    top_logprobs: int = 0
    seed: int | None = None

    def request(self) -> Request:
        """Return the probe as any wire takes it; without a seed it is draw 0."""
        return Request(
            messages=(Message("user", self.question),),
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            top_logprobs=self.top_logprobs,
            sample=self.seed or 0,
        )


@dataclass(frozen=True, slots=True)
class Manners:
    """How an endpoint wants to be asked; the defaults are how a run asks.

    Attributes:
        limit: the field that bounds the reply.
        temperature: whether a temperature is sent.
    """

    limit: str = "max_tokens"
    temperature: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a probe.

    Attributes:
        seconds: until the last byte, or until it failed.
        status: of HTTP; 0 where none came.
        completion: what was said, or None.
        model: the model's name as the reply gives it, empty where it gives none.
        reason: why there is no completion, in one line that holds no key.
    """

    seconds: float
    status: int
    completion: Completion | None = None
    model: str = ""
    reason: str = ""

    @property
    def text(self) -> str:
        """What was said, empty where nothing was."""
        return self.completion.text if self.completion else ""


def probe_body(probe: Probe, manners: Manners, model: str) -> dict[str, object]:
    """Return the body of a chat completion that asks the probe in these manners.

    >>> sorted(probe_body(Probe("Hi"), Manners("max_completion_tokens", temperature=False), "m"))
    ['max_completion_tokens', 'messages', 'model']
    """
    body = chat_body(probe.request(), model)
    body[manners.limit] = body.pop("max_tokens")
    if not manners.temperature:
        del body["temperature"]
    if probe.seed is None:
        body.pop("seed", None)
    return body


def adapted(manners: Manners, reply: Reply) -> Manners | None:
    """Return manners that heed a refusal, or None where it names nothing that they could change."""
    if reply.status not in {400, 422}:
        return None
    said = reply.reason.casefold()
    if manners.limit == "max_tokens" and ("max_tokens" in said or "max_completion_tokens" in said):
        return Manners("max_completion_tokens", manners.temperature)
    if manners.temperature and "temperature" in said:
        return Manners(manners.limit, temperature=False)
    return None
