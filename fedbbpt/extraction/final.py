"""The one order in which a reply is searched for its answer, whatever the kind."""

import re
from collections.abc import Callable

from fedbbpt.extraction import Abstain
from fedbbpt.extraction.announced import announced, says_unknown
from fedbbpt.extraction.denial import denied
from fedbbpt.extraction.tidy import tidy

Read = Callable[[str], str | Abstain]

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_LEFT_OPEN = re.compile(r"\A.*</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_TURN = re.compile(r"<\|[a-z_]{2,20}\|>|</s>|<end_of_turn>")
_NEXT_QUESTION = re.compile(
    r"\n\s*(?:Q|Question|Problem|Example|Input|User|Human)\s?[0-9]{0,3}\s?:", re.IGNORECASE
)
_REFUSAL = re.compile(
    r"\b(?:I(?:'m|\u2019m| am) (?:sorry|unable|not able)|I (?:can(?:'t|\u2019t|not)|can not|won't"
    r"|will not|do not|don't|don\u2019t) (?:have (?:access|enough)|help|assist|answer|provide"
    r"|determine|comply|fulfil)|As an AI\b)",
    re.IGNORECASE,
)
_OPENING = 200
_ENDED = re.compile(r"[.!?](?=\s)|\n|[)\]}](?=\s)|;(?=\s)")


def final_answer(text: str, read: Read, search: Read | None, *, finished: bool) -> str | Abstain:
    """Return the answer that a reply ends with.

    What stands behind the last announcement counts, then behind the one before it; without any the
    kind searches the reply. An announcement that denies an answer (``the answer is not 5``) ends
    the search with none: the value would be found again elsewhere. Thoughts in tags are passed
    over, and so is a question that the model goes on to put to itself.

    Args:
        text: the reply.
        read: the answer in a short text behind an announcement.
        search: the answer in a reply that announces none; None where such a reply has none.
        finished: False for a reply that broke off: nothing is searched, and of an announced answer
            the end must be there.
    """
    shown = shown_part(text)
    kept = shown if finished else _ended_part(shown)
    for span in announced(kept):
        found = read(span.text)
        if isinstance(found, str) or found.reason == "several answers":
            return found
        if says_unknown(span.text) or _denies_one(span.text, read):
            return Abstain("no answer")
    if not finished:
        return Abstain("truncated")
    if refuses(shown):
        return Abstain("refused")
    return search(shown) if search else Abstain("no answer")


def shown_part(text: str) -> str:
    r"""Return the tidied reply without thoughts in tags and without a next question.

    >>> shown_part("<think>5?</think>The answer is 7.\nQ: What is 2 + 2?\nThe answer is 4.")
    'The answer is 7.'
    """
    text = _TURN.split(_LEFT_OPEN.sub("", _THOUGHT.sub(" ", text)).strip(), maxsplit=1)[0]
    text = tidy(text).strip()
    for turn in _NEXT_QUESTION.finditer(text):
        if announced(text[: turn.start()]):
            return text[: turn.start()].rstrip()
    return text


def refuses(text: str) -> bool:
    """Tell whether a reply opens with the words of a refusal.

    >>> refuses("I'm sorry, but I can't help with that."), refuses("5, sorry")
    (True, False)
    """
    return _REFUSAL.search(text[:_OPENING]) is not None


def _denies_one(text: str, read: Read) -> bool:
    """Tell whether a text begins with the denial of an answer, and not only of some property."""
    what = denied(text)
    return bool(what) and read(what) != Abstain("no answer")


def _ended_part(text: str) -> str:
    """Return a broken-off reply up to the last place where a sentence, line or box ends."""
    places = [match.end() for match in _ENDED.finditer(text)]
    return text[: places[-1]] if places else ""
