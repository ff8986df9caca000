"""Tuned prompts to export, and what the libraries of other apps do with exported code."""

import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from tiny_run import LABELS

from fedbbpt import TunedPrompt
from fedbbpt.calibration import Calibration
from fedbbpt.prompts import Message, Prompt

PROMPT = Prompt(
    (
        Message("system", "Sort {messages}."),
        Message("user", "Message: it is broken\nKind:"),
        Message("assistant", "complaint"),
        Message("user", "Message: {input}\nKind:"),
    ),
    LABELS,
)
FIGURES = {"test_score": 0.75, "test_score_low": 0.6, "test_score_high": 0.86, "test_items": 48}
SCORE = "0.750 (95 % 0.600 to 0.860) on 48 test items of the run"
RAW = TunedPrompt(PROMPT, LABELS, "m", 20, 1, None, {"run": "x", "mode": "raw", **FIGURES})
OWNERS = TunedPrompt(
    PROMPT,
    LABELS,
    "m",
    20,
    1,
    Calibration(LABELS, (0.75, -0.75)),
    {"owner": "it", "mode": "calibrated", **FIGURES},
)
GENERATED = TunedPrompt(PROMPT, LABELS, "m", 0, 12, None, RAW.origin)
FREE = TunedPrompt(
    Prompt((Message("user", "{input}"),)), (), "m", 0, 12, None, {"mode": "raw", **FIGURES}
)
HOSTILE = [
    '"""\nraise SystemExit("out")\n"""',
    "'); raise SystemExit('out'); ('",
    "ends with a backslash \\",
    "{braces} {{}} {0} {labels!r:>9} }{",
    "a comment? # \r\n import os\u2028 import os",
    "\x1b[31mred \u202e\x00 %s \\N{BULLET} \\x41",
    "</script><b>é</b>\n]\n}\n",
]


def hostile_prompt(text: str) -> TunedPrompt:
    """Return a tuned prompt that says a text wherever it can."""
    turns = (
        Message("system", text),
        Message("user", f"{text}a{text}"),
        Message("assistant", text),
        Message("assistant", text),
        Message("user", f"{text}{{input}}{text}"),
    )
    words = (f"A{text}", f"B{text}")
    origin = {"run": text, "mode": text, "test_score": text, **dict.fromkeys(FIGURES, text)}
    return TunedPrompt(Prompt(turns, words), LABELS, f"m{text}", 20, 1, None, origin)


@dataclass
class Recorded:
    """A call of some library's function."""

    arguments: tuple[Any, ...]
    named: Mapping[str, Any] = field(default_factory=dict)

    def with_inputs(self, *names: str) -> "Recorded":
        return self


def imitation(name: str, **members: object) -> types.ModuleType:
    """Return a module that has some members, and keeps how anything else of it was called."""

    def attribute(wanted: str) -> object:
        return lambda *arguments, **named: Recorded(arguments, named)

    module = types.ModuleType(name)
    vars(module).update({"__getattr__": attribute, **members})
    return module


def run_code(
    code: str, monkeypatch: pytest.MonkeyPatch, modules: Mapping[str, types.ModuleType]
) -> dict[str, Any]:
    """Run exported code as an importing app does, with imitated libraries; return its names."""
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(code, "exported.py", "exec"), names)
    return names
