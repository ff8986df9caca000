"""Recommended settings of an endpoint, as tables of a run file."""

import json
import math
from collections.abc import Mapping

from fedbbpt.diagnosis.findings import Findings
from fedbbpt.diagnosis.pace import best_concurrency

PLENTY = 40
"""More alternatives than this make replies longer and hardly ever name one more label."""

LEAST_SECONDS = 60
"""A run's prompts are longer than the questions that were timed."""

TIMES_SLOWEST = 10
_TUNABLE = frozenset({"openai", "embedded"})


def recommended(findings: Findings) -> dict[str, dict[str, object]]:
    """Return the ``endpoint`` and ``scoring`` tables for an endpoint that answers."""
    table = dict(findings.subject.table)
    if table.get("use") in _TUNABLE:
        table |= {
            "top_logprobs": min(findings.alternatives.accepted, PLENTY),
            "concurrency": best_concurrency(findings.paces),
            "timeout_seconds": max(LEAST_SECONDS, math.ceil(TIMES_SLOWEST * findings.slowest)),
        }
    read = "logprobs" if findings.alternatives.accepted else "generate"
    return {"endpoint": table, "scoring": {"read": read}}


def toml_text(tables: Mapping[str, Mapping[str, object]]) -> str:
    """Return tables of plain values as TOML.

    >>> print(toml_text({"scoring": {"read": "logprobs"}}), end="")
    [scoring]
    read = "logprobs"
    """
    blocks = [
        "\n".join([f"[{name}]", *(f"{key} = {_inline(value)}" for key, value in table.items())])
        for name, table in tables.items()
    ]
    return "\n\n".join(blocks) + "\n"


def _inline(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_inline(k)} = {_inline(v)}' for k, v in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_inline, value))}]"
    # The texts, numbers and truth values of JSON are TOML's as well, but for one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
