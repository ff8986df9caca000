"""Which words stand for the labels, chosen so that an answer tells the labels apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fedbbpt.labels import MAX_ALIASES, colliding, letters, spoken_list
from fedbbpt.prompts import INPUT

Mode = Literal["words", "letters", "generate"]


@dataclass(frozen=True, slots=True)
class Wording:
    """One choice of label words.

    Attributes:
        words: one a label, in the labels' order.
        meanings: what each word stands for, where a word does not say it itself; else empty.
    """

    words: tuple[str, ...]
    meanings: tuple[str, ...] = ()

    @property
    def spoken(self) -> str:
        """The text for ``{labels}``.

        >>> Wording(("no", "yes")).spoken, Wording(("A", "B"), ("very good", "very bad")).spoken
        ('no or yes', 'A (very good), B (very bad)')
        """
        if not self.meanings:
            return spoken_list(self.words)
        pairs = zip(self.words, self.meanings, strict=True)
        return ", ".join(f"{word} ({meaning})" for word, meaning in pairs)


@dataclass(frozen=True, slots=True)
class Wordings:
    """The wordings of a space and why they are what they are.

    Attributes:
        mode: ``"words"``: the first token of an answer tells the start's words apart;
            ``"letters"``: letters stand in for them; ``"generate"``: answers must be read from
            generated text.
        reason: one sentence for people.
        choices: at least one; choice 0 is the start's.
        dropped: candidates left out, each with the reason.
    """

    mode: Mode
    reason: str
    choices: tuple[Wording, ...]
    dropped: tuple[str, ...] = ()


def wordings_for(
    labels: Sequence[str], candidates: Sequence[tuple[str, ...]], *, generate: bool = False
) -> Wordings:
    """Choose the wordings of a task.

    Args:
        labels: the task's closed set; empty for free answers.
        candidates: words in the labels' order; the first are the start's own and are always
            served, if need be by letters; without any, or empty, the labels are their own words.
        generate: answers are read from generated text, where words may begin alike.

    Raises:
        ValueError: the start's words are not one a label, blank, or the same for two labels.
    """
    if not labels:
        return Wordings("generate", "the task has no labels: answers are free text", (Wording(()),))
    own = (candidates[0] if candidates else ()) or tuple(labels)
    fault = _fault(own, len(labels), apart=False)
    if fault:
        raise ValueError(f"words: {fault}; give one word for each of {', '.join(labels)}")
    mode, reason = _mode(own, generate=generate)
    first = Wording(letters(len(own)), own) if mode == "letters" else Wording(own)
    choices, dropped = [first], []
    for words in candidates[1:]:
        fault = _fault(words, len(labels), apart=mode != "generate")
        if fault:
            dropped.append(f"{' / '.join(words)}: {fault}")
        elif words not in {own, *(choice.words for choice in choices)}:
            choices.append(Wording(words))
    return Wordings(mode, reason, tuple(choices), tuple(dropped))


def _mode(words: tuple[str, ...], *, generate: bool) -> tuple[Mode, str]:
    pairs = colliding(words)
    if generate:
        return "generate", "answers are read from generated text, so words may begin alike"
    if not pairs:
        return "words", "the label words begin differently, so the first token tells them apart"
    clash = f"{pairs[0][0]!r} and {pairs[0][1]!r} may begin with the same token"
    if len(words) > MAX_ALIASES:
        return "generate", (
            f"{clash}, and {len(words)} labels are more than the {MAX_ALIASES} letters that could "
            "stand in for them, so answers are read from generated text"
        )
    return "letters", f"{clash}, so letters from A to {letters(len(words))[-1]} stand in for words"


def _fault(words: tuple[str, ...], count: int, *, apart: bool) -> str:
    """Return why the words cannot serve ``count`` labels; empty if they can."""
    if len(words) != count:
        return f"{len(words)} words for {count} labels"
    if any(not word.strip() or INPUT in word for word in words):
        return f"a word is blank or holds {INPUT}"
    if len({word.strip().casefold() for word in words}) != count:
        return "one word stands for two labels"
    pairs = colliding(words) if apart else ()
    return f"{pairs[0][0]!r} and {pairs[0][1]!r} may begin with the same token" if pairs else ""
