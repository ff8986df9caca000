"""Tune the prompts of a language model nobody can open, together, without sharing data."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fedbbpt.api import Result, optimize
    from fedbbpt.data import Example
    from fedbbpt.tuned import Reading, TunedPrompt
    from fedbbpt.wrapping import wrap

__version__ = "0.1.0"
__all__ = ["Example", "Reading", "Result", "TunedPrompt", "optimize", "wrap"]

_PLACES = {
    "Example": "fedbbpt.data",
    "Reading": "fedbbpt.tuned",
    "Result": "fedbbpt.api",
    "TunedPrompt": "fedbbpt.tuned",
    "optimize": "fedbbpt.api",
    "wrap": "fedbbpt.wrapping",
}


def __getattr__(name: str) -> object:
    # Late, so that ``fedbbpt --help`` answers without loading numpy.
    if name not in _PLACES:
        raise AttributeError(f"module 'fedbbpt' has no attribute {name!r}")
    return vars(importlib.import_module(_PLACES[name]))[name]
