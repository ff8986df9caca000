"""What the mock endpoint answers when nothing goes wrong: a pure function of the body it got."""

from dataclasses import dataclass

import orjson

from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints.scripted import Scripted
from fedbbpt.prompts import messages_from


@dataclass(frozen=True, slots=True)
class Tariff:
    """What the endpoint charges, in whole nano-dollars a token."""

    prompt: int = 150
    completion: int = 600
    cached: int = 75

    def charge(self, usage: Usage) -> int:
        """Return the price of one call in nano-dollars."""
        fresh = usage.prompt_tokens - usage.cached_tokens
        return (
            fresh * self.prompt
            + usage.cached_tokens * self.cached
            + usage.completion_tokens * self.completion
        )


def asked(body: bytes) -> Request:
    """Return the request that a body carries; at temperature 0 its sample stays at home.

    Raises:
        ValueError: the body is none of the chat format.
    """
    try:
        sent = orjson.loads(body)
        return Request(
            messages=messages_from(sent["messages"]),
            max_tokens=sent["max_tokens" if "max_tokens" in sent else "max_completion_tokens"],
            temperature=sent["temperature"],
            top_logprobs=sent.get("top_logprobs", 0),
            sample=sent.get("seed", 0),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no chat request: {error!r}") from error


def answer_to(model: Scripted, request: Request) -> Completion:
    """Return the model's completion; some beginnings count as cached, by the words alone."""
    completion = model.reply(request)
    read = completion.usage.prompt_tokens
    cached = read // 2 if read % 3 == 0 else 0
    usage = Usage(read, completion.usage.completion_tokens, cached)
    return Completion(completion.text, "stop", completion.first, usage)


def reply_to(completion: Completion, model: str, number: int) -> bytes:
    """Return a completion as the body of a reply in the OpenAI chat format."""
    alternatives = [{"token": one.token, "logprob": one.logprob} for one in completion.first]
    first = {"token": completion.text, "logprob": None, "top_logprobs": alternatives}
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": completion.text},
        "finish_reason": completion.finish_reason,
        "logprobs": {"content": [first]} if alternatives else None,
    }
    usage = completion.usage
    counts = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }
    return orjson.dumps(
        {
            "id": f"chatcmpl-{number}",
            "object": "chat.completion",
            "created": 1_750_000_000,
            "model": model,
            "choices": [choice],
            "usage": counts,
        }
    )
