"""Recommended settings of an endpoint, as tables of a run file."""

import math

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
    table = dict(findings.subject.table) | findings.settings
    if table.get("use") in _TUNABLE:
        table |= {
            "top_logprobs": min(findings.alternatives.accepted, PLENTY),
            "concurrency": best_concurrency(findings.paces),
            "timeout_seconds": max(LEAST_SECONDS, math.ceil(TIMES_SLOWEST * findings.slowest)),
        }
    read = "logprobs" if findings.alternatives.accepted else "generate"
    return {"endpoint": table, "scoring": {"read": read}}
