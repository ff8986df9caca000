"""From a completion to an answer: what was cut off or kept back by the endpoint abstains."""

from fedbbpt.completions import WITHHELD, Completion
from fedbbpt.extraction import Abstain, Reader
from fedbbpt.extraction.final import refuses, shown_part

CUT_OFF = frozenset({"length", "max_tokens"})
"""Reasons to finish by which an endpoint says that the reply reached its largest length."""


def answer_of(completion: Completion, reader: Reader) -> str | Abstain:
    """Return the answer that a reply ends with."""
    if completion.finish_reason in WITHHELD:
        return Abstain("refused")
    return reader.extract(completion.text, finished=completion.finish_reason not in CUT_OFF)


def answer_of_second(completion: Completion, reader: Reader) -> str | Abstain:
    """Return the answer of a second call, which asks for nothing but the answer.

    Its first line is the answer, as in the two-stage extraction of Kojima 2022, arXiv:2205.11916,
    section 2.1: the question ended with "Therefore, the answer is" or the like. Where the first
    line gives none, the reply is read like any other. Of a reply that broke off the last word may
    be half a word, and is not read.
    """
    if completion.finish_reason in WITHHELD:
        return Abstain("refused")
    finished = completion.finish_reason not in CUT_OFF
    text = completion.text.strip()
    if not finished:
        text = text.rpartition(" ")[0]
    shown = shown_part(text)
    if shown and not refuses(shown):
        first = reader.canonical(shown.split("\n", maxsplit=1)[0])
        if isinstance(first, str):
            return first
    return reader.extract(completion.text, finished=finished)
