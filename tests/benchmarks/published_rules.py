"""Five published ways to read the final answer of a reply, as their tools do it.

Each is a function of a reply and a kind of answer (``number``, ``choice``, ``yes_no``); it returns
what the tool would compare, or an empty text for none. ``kinds`` says for which kinds the tool has
a rule at all. Written anew from the rules, with their pitfalls.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A way to read replies.

    Attributes:
        name: of the tool.
        kinds: that it has a rule for.
        read: from a reply and a kind to what is compared; empty for none.
    """

    name: str
    kinds: tuple[str, ...]
    read: Callable[[str, str], str]


def harness_strict(reply: str, kind: str) -> str:
    """Read as the strict filter of lm-evaluation-harness for GSM8K: behind four hashes."""
    found = re.search(r"#### (-?[0-9.,]+)", reply)
    return _harness_form(found[1]) if found else ""


def harness_flexible(reply: str, kind: str) -> str:
    """Read as its flexible filter: the last thing like a number, which may be two dots."""
    found = re.findall(r"-?[$0-9.,]{2,}|-?[0-9]+", reply)
    return _harness_form(found[-1]) if found else ""


def kojima(reply: str, kind: str) -> str:
    """Read as Kojima 2022, arXiv:2205.11916: the first number, letter from A to E, yes or no.

    The paper reads a second call so; here there is one call only.
    """
    found = _candidates(reply, kind)
    return found[0] if found else ""


def plan_and_solve(reply: str, kind: str) -> str:
    """Read as Wang 2023, arXiv:2305.04091: last number, first letter anywhere, last yes or no."""
    found = _candidates(reply, kind)
    return "" if not found else found[0] if kind == "choice" else found[-1]


def early_stopping(reply: str, kind: str) -> str:
    """Read as ESC, Li 2024, arXiv:2401.10480: the last digits, without sign, cut at commas."""
    found = re.findall(r"\d+\.?\d*", reply)
    return found[-1] if found else ""


def simple_evals(reply: str, kind: str) -> str:
    """Read as simple-evals: behind ``Answer:``, of a choice the first one."""
    if kind == "choice":
        letter = re.search(r"(?i)Answer[ \t]*:[ \t]*\$?([A-E])\$?", reply)
        return letter[1].upper() if letter else ""
    line = re.search(r"(?i)Answer\s*:\s*([^\n]+)", reply)
    if not line or kind == "yes_no":
        return re.sub(r"\W", "", line[1]).lower() if line else ""
    found = re.findall(r"\d+\.?\d*", line[1].replace(",", ""))
    return found[-1].rstrip(".") if found else ""


ALL = ("number", "choice", "yes_no")
RULES = (
    Rule("lm-eval strict", ("number",), harness_strict),
    Rule("lm-eval flexible", ("number",), harness_flexible),
    Rule("Kojima, one call", ALL, kojima),
    Rule("Plan-and-Solve", ALL, plan_and_solve),
    Rule("ESC", ("number",), early_stopping),
    Rule("simple-evals", ALL, simple_evals),
)


def _harness_form(found: str) -> str:
    return re.sub(r"\.$", "", re.sub(r"[,$]", "", found))


def _candidates(reply: str, kind: str) -> list[str]:
    match kind:
        case "number":
            numbers = re.findall(r"-?\d+\.?\d*", reply.replace(",", ""))
            return [number.rstrip(".") for number in numbers]
        case "choice":
            return re.findall(r"A|B|C|D|E", reply)
        case _:
            words = re.sub(r"[\"'\n.\s:,]+", " ", reply.lower()).split(" ")
            return [word for word in words if word in {"yes", "no"}]
