"""What a diagnosis asks and what comes back: probes and replies."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fedbbpt.chat_form import ChatForm
from fedbbpt.chat_format import chat_body
from fedbbpt.completions import Completion, Request
from fedbbpt.prompts import Message

REPLY_TOKENS = 16
GREETING = "Is the sky over a desert at noon bright or dark? Answer with one word."


@dataclass(frozen=True, slots=True)
class Probe:
    """One question to an endpoint; none holds anything of an owner's.

    Attributes:
        question: the user's message.
        max_tokens: longest reply, >= 1.
        temperature: 0 for the most likely reply.
        top_logprobs: alternatives of the first token to report; 0 asks for none.
        seed: of the draw, or None to send none.
        system: the system's message, empty for none.
        fields: of the body, beyond or in the place of those of the chat format.
        route: below the endpoint's address, where it is not that of chat completions.
    """

    question: str
    max_tokens: int = REPLY_TOKENS
    temperature: float = 0.0
    top_logprobs: int = 0
    seed: int | None = None
    system: str = ""
    fields: Mapping[str, object] = field(default_factory=dict, hash=False)
    route: str = ""

    def request(self) -> Request:
        """Return the probe as any wire takes it; without a seed it is draw 0, without fields."""
        system = (Message("system", self.system),) if self.system else ()
        return Request(
            messages=(*system, Message("user", self.question)),
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            top_logprobs=self.top_logprobs,
            sample=self.seed or 0,
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a probe.

    Attributes:
        seconds: until the last byte, or until it failed.
        status: of HTTP; 0 where none came.
        completion: what was said, or None.
        model: the model's name as the reply gives it, empty where it gives none.
        reason: why there is no completion, in one line that holds no key.
        said: the server's own words of a refusal, for judging and not for showing.
        body: of a reply with status 200, as JSON values; None where it is not to be had.
    """

    seconds: float
    status: int
    completion: Completion | None = None
    model: str = ""
    reason: str = ""
    said: str = ""
    body: object = None

    @property
    def text(self) -> str:
        """What was said, empty where nothing was."""
        return self.completion.text if self.completion else ""

    @property
    def prompt_tokens(self) -> int:
        """Tokens read as the endpoint says; 0 where it does not."""
        return self.completion.usage.prompt_tokens if self.completion else 0

    @property
    def refused(self) -> bool:
        """Whether the endpoint refused what was asked, as opposed to failing."""
        return self.status in {400, 422}


def probe_body(probe: Probe, form: ChatForm, model: str) -> dict[str, object]:
    """Return the body of a chat completion that asks the probe in this form.

    >>> sorted(probe_body(Probe("Hi"), ChatForm("max_completion_tokens", temperature=False), "m"))
    ['max_completion_tokens', 'messages', 'model']
    """
    body = chat_body(probe.request(), model, form)
    if probe.seed is None:
        body.pop("seed", None)
    return body | dict(probe.fields)


def adapted(form: ChatForm, reply: Reply) -> ChatForm | None:
    """Return a form that heeds a refusal, or None where it names nothing of the form."""
    if not reply.refused:
        return None
    said = (reply.said or reply.reason).casefold()
    if form.token_limit == "max_tokens" and (
        "max_tokens" in said or "max_completion_tokens" in said
    ):
        return replace(form, token_limit="max_completion_tokens")
    if form.temperature and "temperature" in said:
        return replace(form, temperature=False)
    return None
