"""The two sides that a tuned prompt stands between: an app that sends, a server that answers."""

import json
from collections.abc import Mapping

import orjson
from tiny_run import LEXICON

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints.scripted import Scripted
from fedbbpt.prompts import Message

MODEL = Scripted(lexicon=LEXICON)


def reply_body(completion: Completion) -> dict[str, object]:
    """Return the completion as a server sends it."""
    top = [{"token": one.token, "logprob": one.logprob} for one in completion.first]
    content = [{"token": completion.text, "logprob": -0.1, "top_logprobs": top}] if top else []
    message = {"role": "assistant", "content": completion.text}
    choice = {"message": message, "finish_reason": "length", "logprobs": {"content": content}}
    return {"id": "x", "choices": [choice], "usage": None}


def asked_of(body: Mapping[str, object]) -> Request:
    """Return the request that a server reads in a body."""
    sent = json.loads(orjson.dumps(body))
    messages = tuple(Message(m["role"], m["content"]) for m in sent["messages"])
    return Request(messages, sent["max_tokens"], sent["temperature"], sent.get("top_logprobs", 0))
