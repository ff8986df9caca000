"""What is asked of an endpoint and what comes back: requests, completions, usage."""

from dataclasses import dataclass

from fedbbpt.prompts import Message, message_payload


@dataclass(frozen=True, slots=True)
class Request:
    """One question to an endpoint.

    Attributes:
        messages: the rendered conversation.
        max_tokens: longest reply, >= 1.
        temperature: 0 for the most likely reply.
        top_logprobs: how many alternatives of the first token to report; 0 asks for none.
        sample: number of the draw; the same question with another number is another call.
    """

    messages: tuple[Message, ...]
    max_tokens: int = 1
    temperature: float = 0.0
    top_logprobs: int = 0
    sample: int = 0

    def payload(self) -> dict[str, object]:
        """Return all that decides the reply, as JSON values: the basis of the request's key."""
        return {
            "messages": message_payload(self.messages),
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_logprobs": self.top_logprobs,
            "sample": self.sample,
        }


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """One alternative of the first generated token and its natural log-probability."""

    token: str
    logprob: float


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the endpoint says it read and wrote."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """A reply.

    Attributes:
        text: the generated text.
        finish_reason: as the endpoint says, for example ``"stop"`` or ``"length"``.
        first: alternatives of the first token, most likely first; empty when none were given.
        usage: tokens read and written.
    """

    text: str
    finish_reason: str = "stop"
    first: tuple[TokenLogprob, ...] = ()
    usage: Usage = Usage()
