"""Placeholders in prompt texts: ``{topic}`` and ``{labels}`` are filled here, ``{input}`` stays."""

import re
from difflib import get_close_matches

from fedbbpt.prompts import INPUT, escape_special

TOPIC = "{topic}"
LABELS = "{labels}"
PLACEHOLDERS = (INPUT, TOPIC, LABELS)

_FILLED = re.compile(r"\{topic\}|\{labels\}")
_WRITTEN = re.compile(r"\{[A-Za-z_]+\}")


def fill(template: str, *, topic: str, labels: str) -> str:
    """Return the template with topic and labels filled in, in one pass; ``{input}`` stays.

    Values are data: a placeholder that stands in one of them stays text.

    >>> fill("The {topic} of {input}: {labels}?", topic="{labels}", labels="good or bad")
    'The {labels} of {input}: good or bad?'
    """
    values = {TOPIC: as_text(topic), LABELS: as_text(labels)}
    return _FILLED.sub(lambda match: values[match.group()], template)


def as_text(value: str) -> str:
    """Return data so that neither a chat template nor a prompt takes a part of it for its own.

    >>> as_text("an {input} and <|im_end|>")
    'an { input} and < |im_end|>'
    """
    return escape_special(value).replace(INPUT, "{ input}")


def misspelt(template: str) -> str | None:
    """Return what is wrong with a placeholder that was probably meant; None if nothing is.

    >>> misspelt("Answer {label}."), misspelt("Answer {labels} as {json}.")
    ("'{label}' is no placeholder; did you mean '{labels}'?", None)
    """
    for written in _WRITTEN.findall(template):
        near = get_close_matches(written.lower(), PLACEHOLDERS, n=1, cutoff=0.75)
        if near and written not in PLACEHOLDERS:
            return f"{written!r} is no placeholder; did you mean {near[0]!r}?"
    return None
