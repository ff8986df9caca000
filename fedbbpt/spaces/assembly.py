"""How the chosen parts and label words become one prompt."""

from fedbbpt.data import Task
from fedbbpt.library import Exemplar
from fedbbpt.library.templates import LABELS, as_text, fill
from fedbbpt.prompts import INPUT, Message, Prompt
from fedbbpt.spaces.start import Shot, Start
from fedbbpt.spaces.wording import Wording

LEGEND = f"The possible answers are {LABELS}."
"""Added where letters stand for labels and no part of the prompt says which."""


def assemble(parts: Start, task: Task, wording: Wording) -> Prompt:
    """Return the prompt of these parts, with ``wording`` in place of the parts' own words.

    The hint closes the system message, or is the system message where there is no instruction.
    """
    unexplained = wording.meanings and not any(
        LABELS in text for text in (parts.system, parts.user, parts.hint)
    )
    sentences = (parts.system, LEGEND if unexplained else "", parts.hint)
    system = fill(
        " ".join(text for text in sentences if text), topic=task.topic, labels=wording.spoken
    )
    user = fill(parts.user, topic=task.topic, labels=wording.spoken)
    opening = (Message("system", system),) if system else ()
    turns = tuple(turn for shot in parts.shots for turn in _turns(shot, user, task, wording))
    return Prompt((*opening, *turns, Message("user", user)), wording.words)


def _turns(shot: Shot, template: str, task: Task, wording: Wording) -> tuple[Message, Message]:
    if not isinstance(shot, Exemplar):
        return Message("user", shot.user), Message("assistant", shot.assistant)
    label = shot.label
    word = wording.words[task.labels.index(label)] if task.labels else label
    question = template.replace(INPUT, as_text(shot.input))
    return Message("user", question), Message("assistant", as_text(word))
