"""The instruction in a reply: what stands in tags, or what is left without the talk around it."""

import re

from fedbbpt.answers import Missing
from fedbbpt.completions import WITHHELD, Completion
from fedbbpt.prompts import escape_special
from fedbbpt.spaces.growth import LONGEST

READ = 4 * LONGEST
"""Characters of a reply that are read at most."""

MOST = 32
"""Texts that one reply may hold at most; what follows is not read."""

_TAGGED = re.compile(r"<prompt>(.*?)(</prompt>|(?=<prompt>)|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?prompt>", re.IGNORECASE)
_FENCE = re.compile(r"^```[a-z]*$", re.MULTILINE)
_TALK = re.compile(
    r"^(?:sure|certainly|of course|okay|ok|here(?:'s| is| are)|the (?:new|rewritten|revised))\b"
    r"[^\n]{0,120}?[:!]\s*",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"^(?:[-*]\s+|\d{1,2}[.)]\s+)?\**(?:(?:new|final|rewritten|revised|improved|better)\s+)?"
    r"(?:prompt|instructions?|version|text)\s*(?:\d{1,2})?\**\s*:\**\s*",
    re.IGNORECASE,
)
_QUOTES = (('"', '"'), ("'", "'"), ("\u201c", "\u201d"), ("`", "`"), ("**", "**"))


def instructions_in(reply: Completion | Missing) -> tuple[str, ...]:
    r"""Return the instructions of a reply, cleaned, possibly none; nothing else is checked here.

    A tag that the model opened counts where the reply ended by itself. Without any tag the first
    paragraph counts, less a preamble, a heading and quotes. Control tokens are broken up.

    >>> instructions_in(Completion('Sure! Here is it: <prompt>"Say yes."</prompt>'))
    ('Say yes.',)
    >>> instructions_in(Completion("Here is a new prompt:\n\nSay no."))
    ('Say no.',)
    """
    if isinstance(reply, Missing) or reply.finish_reason in WITHHELD:
        return ()
    text = reply.text[:READ]
    cut = reply.finish_reason == "length" or len(reply.text) > READ
    if "<prompt>" in text.lower():
        found = [
            match.group(1)
            for match in _TAGGED.finditer(text)
            if match.group(2) or not cut or match.end() < len(text)
        ]
    else:
        found = [] if cut else [_first_paragraph(text)]
    return tuple(filter(None, (_clean(one) for one in found[:MOST])))


def _first_paragraph(text: str) -> str:
    text = _TAG.sub("", _FENCE.sub("", text)).strip()
    text = _TALK.sub("", _TALK.sub("", text))  # "Sure! Here is one:" is talk twice
    first, _, rest = text.partition("\n\n")
    return rest.partition("\n\n")[0] if first.rstrip().endswith(":") and rest else first


def _clean(text: str) -> str:
    text = _NAME.sub("", " ".join(_FENCE.sub("", text).split()), count=1)
    for opening, closing in _QUOTES:
        inner = text[len(opening) : -len(closing)]
        if text.startswith(opening) and text.endswith(closing) and opening not in inner:
            text = inner.strip()
    return escape_special("".join(one for one in text if one.isprintable()))
