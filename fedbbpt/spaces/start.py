"""The prompt that a search starts from, taken apart into the parts that a search may change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedbbpt.library import Exemplar
from fedbbpt.library.templates import as_text
from fedbbpt.prompts import INPUT, Message


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange before the question, sent as it is written."""

    user: str
    assistant: str


Shot = Exemplar | Turn
"""An exemplar follows the chosen input template and label words; a turn stays as it is."""


@dataclass(frozen=True, slots=True)
class Start:
    """The parts of a prompt.

    ``{topic}`` and ``{labels}`` are filled in where they stand in ``system``, ``user`` or ``hint``.

    Attributes:
        system: the instruction; empty for none.
        user: template of the question, with exactly one ``{input}``.
        words: the word for each label, in the labels' order; empty: the labels themselves.
        hint: sentence after the instruction; empty for none.
        shots: public exemplars, shown before the question.

    Raises:
        ValueError: ``{input}`` is missing, repeated or in another part than ``user``.
    """

    system: str
    user: str
    words: tuple[str, ...] = ()
    hint: str = ""
    shots: tuple[Shot, ...] = ()

    def __post_init__(self) -> None:
        found = self.user.count(INPUT)
        if found == 0:
            raise ValueError(f"user: {INPUT} is missing; write it where the text goes")
        if found > 1:
            raise ValueError(f"user: {INPUT} stands {found} times; write it exactly once")
        turns = [shot for shot in self.shots if isinstance(shot, Turn)]
        elsewhere = {
            "system": self.system,
            "hint": self.hint,
            "shots": "".join(turn.user + turn.assistant for turn in turns),
        }
        for part, text in elsewhere.items():
            if INPUT in text:
                raise ValueError(
                    f"{part}: {INPUT} belongs in the last user message only; remove it"
                )

    @classmethod
    def from_messages(cls, messages: Sequence[Message], words: Sequence[str] = ()) -> "Start":
        """Take a conversation apart: at most one system message, pairs, and the question.

        Args:
            messages: as a chat endpoint takes them; the last one is the user's, with ``{input}``.
            words: the word for each label, in the labels' order.

        Raises:
            ValueError: the turns do not alternate, or ``{input}`` is not exactly in the last.
        """
        first = messages[0] if messages else None
        system = first.content if first and first.role == "system" else ""
        turns = list(messages[1:] if first and first.role == "system" else messages)
        _check_alternation([turn.role for turn in turns])
        shots = tuple(
            Turn(asked.content, answered.content)
            for asked, answered in zip(turns[0:-1:2], turns[1::2], strict=True)
        )
        return cls(system, turns[-1].content, tuple(words), shots=shots)

    def with_exemplars(self, labels: Sequence[str], filled: str) -> "Start":
        """Return the start whose turns are exemplars where its own template and words give them.

        Args:
            labels: the task's labels, in the order of ``words``.
            filled: the template with topic and labels filled in; turns may follow it or ``user``.
        """
        words = self.words or tuple(labels)
        by_word = dict(zip(words, labels, strict=True))
        shots = tuple(_recognised(shot, (self.user, filled), by_word) for shot in self.shots)
        return replace(self, shots=shots)


def _check_alternation(roles: Sequence[str]) -> None:
    if not roles or roles[-1] != "user":
        raise ValueError(f"messages: the last one must be the user's and hold {INPUT}")
    for place, role in enumerate(roles):
        expected = ("user", "assistant")[place % 2]
        if role != expected:
            raise ValueError(
                f"messages: turn {place + 1} after the system message is the {role}'s where the "
                f"{expected}'s belongs; shots are pairs of user and assistant before the question"
            )


def _recognised(shot: Shot, templates: Sequence[str], by_word: dict[str, str]) -> Shot:
    if isinstance(shot, Exemplar) or shot.assistant not in by_word:
        return shot
    for template in templates:
        before, after = template.split(INPUT)
        text = shot.user[len(before) : len(shot.user) - len(after)]
        if shot.user == f"{before}{text}{after}" and as_text(text) == text:
            return Exemplar(text, by_word[shot.assistant])
    return shot
