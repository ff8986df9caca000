"""What to write where a server's refusal names its cause."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from fedbbpt.chat_form import ChatForm
from fedbbpt.soft_parts import switched_off, told_width

_MOST = re.compile(
    r"(?:max allowed:|less than or equal to|at most|more than|maximum of)\s*(\d+)", re.IGNORECASE
)
_UNWANTED = ("support", "unrecognized", "unknown", "not permitted", "forbidden", "deprecated")

Rule = Callable[[str, ChatForm], str]


def remedy(message: str, form: ChatForm) -> str:
    """Return the setting to write where a refused request names its cause, else an empty text.

    Args:
        message: the server's own words.
        form: how the request was put.

    >>> remedy("'temperature' does not support 0 with this model.", ChatForm())
    'write temperature = false'
    """
    said = message.casefold()
    return next((hint for rule in _RULES if (hint := rule(said, form))), "")


def not_found_remedy(message: str, address: str, model: str) -> str:
    """Return what to do where a server knows the model or the path not, else an empty text."""
    said = message.casefold()
    if "pull" in said:
        return f"the server has no such model: ollama pull {model}, with its tag"
    if "deploymentnotfound" in said or "deployment for this resource" in said:
        return "no such deployment: the url must end in /openai/deployments/NAME"
    if _version(said) or said.strip() == "resource not found":
        return f"at Azure the url must end in /openai/deployments/NAME; {_VERSION}"
    if not urlsplit(address).path.strip("/") and "model" not in said:
        return f"the url names no path, and most servers want one: write url = {address + '/v1'!r}"
    return ""


def access_remedy(message: str) -> str:
    """Return what to do where a server wants its key elsewhere, else an empty text."""
    said = message.casefold()
    if "subscription key" in said or "api-key" in said:
        return 'write key_header = "api-key" if the server wants the key there'
    return ""


def _extra(said: str, form: ChatForm) -> str:
    named = [
        name for name in form.extra_body if re.search(rf"\b{re.escape(name.casefold())}\b", said)
    ]
    return f"remove {named[0]} from extra_body, or give it another value" if named else ""


def _limit(said: str, form: ChatForm) -> str:
    other = next(
        name for name in ("max_completion_tokens", "max_tokens") if name != form.token_limit
    )
    named = re.search(rf"\b{form.token_limit}\b", said)
    if named and (other in said or _unwanted(said)):
        return f'write token_limit = "{other}"'
    return ""


def _temperature(said: str, form: ChatForm) -> str:
    fits = form.temperature and "temperature" in said and _unwanted(said)
    return "write temperature = false" if fits else ""


def _logprobs(said: str, form: ChatForm) -> str:  # noqa: ARG001 - every rule is asked alike
    if "logprob" not in said:
        return ""
    if most := _MOST.search(said):
        started = " (or start vLLM with a higher --max-logprobs)" if "max allowed" in said else ""
        return f"write top_logprobs = {most[1]}{started}"
    return "write top_logprobs = 0, and labels are read from the text"


def _api_version(said: str, form: ChatForm) -> str:  # noqa: ARG001 - every rule is asked alike
    return _VERSION if _version(said) else ""


def _version(said: str) -> bool:
    return "api-version" in said or "api version" in said


def _embeddings(said: str, form: ChatForm) -> str:  # noqa: ARG001 - every rule is asked alike
    if "prompt_embeds" not in said and "prompt-embeds" not in said:
        return ""
    if switched_off(said):
        return "start vLLM with --enable-prompt-embeds"
    width = told_width(said)
    return f"write embedding_width = {width}" if width else ""


def _unwanted(said: str) -> bool:
    return any(word in said for word in _UNWANTED)


_VERSION = 'write query = { "api-version" = "..." } with a version that the service knows'
_RULES: tuple[Rule, ...] = (
    _extra,
    _limit,
    _temperature,
    _embeddings,
    _logprobs,
    _api_version,
)
