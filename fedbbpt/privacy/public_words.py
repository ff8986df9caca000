"""Words that say nothing of anyone: common English, and what stands in public texts."""

from collections.abc import Iterable

from fedbbpt.library.request_templates import load_template, template_names
from fedbbpt.library.vocabulary import load_words
from fedbbpt.privacy.plain import words_of

LISTS = ("english", "common")
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "er", "ers", "ness")
_SHORTEST_STEM = 3


def packaged_words() -> frozenset[str]:
    """Return the words of the packaged lists and of the texts that ask for instructions."""
    listed = (entry for name in LISTS for entry in load_words(name))
    templates = (load_template("proposing", name) for name in template_names("proposing"))
    asked = (text for template in templates for text in (template.system, template.user))
    return words_in((*listed, *asked))


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """Return the distinct words of some texts."""
    return frozenset(word for text in texts for word in words_of(text))


def is_among(word: str, known: frozenset[str]) -> bool:
    """Tell whether a word is known, or is a known one with a usual English ending.

    >>> is_among("deciding", frozenset({"decide"})), is_among("dana", frozenset({"dan"}))
    (True, False)
    """
    if word in known:
        return True
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < _SHORTEST_STEM:
            continue
        doubled = stem[:-1] if stem[-1] == stem[-2] else stem
        if not known.isdisjoint((stem, f"{stem}e", f"{stem[:-1]}y", doubled)):
            return True
    return False
