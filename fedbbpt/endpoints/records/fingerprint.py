"""One fixed question whose reply tells two models behind the same name apart."""

from fedbbpt.completions import Request
from fedbbpt.prompts import Message

_QUESTION = "Continue this list in the same style: amber, birch, copper,"


def fingerprint_request() -> Request:
    """Return the greedy four-token question; its completion belongs to the model's identity."""
    return Request((Message("user", _QUESTION),), max_tokens=4)
