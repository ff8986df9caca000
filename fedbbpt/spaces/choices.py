"""The choices on the five axes of a slots space, and what of a library does not fit the task."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedbbpt.data import Task
from fedbbpt.library import Entry, Exemplar, ExemplarSet, SlotLibrary
from fedbbpt.library.templates import LABELS, fill
from fedbbpt.spaces.picks import caption
from fedbbpt.spaces.start import Shot, Start, Turn
from fedbbpt.spaces.wording import Wording, Wordings, wordings_for

START = "(start)"


@dataclass(frozen=True, slots=True)
class Shown:
    """One choice of exemplars."""

    name: str
    shots: tuple[Shot, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """Per axis, the start's own part first and then what the library adds.

    Attributes:
        wordings: the label words with the reason for their kind.
        left_out: what of the library does not fit this task, one line each, for people.
    """

    instructions: tuple[str, ...]
    inputs: tuple[str, ...]
    wordings: Wordings
    hints: tuple[str, ...]
    exemplars: tuple[Shown, ...]
    left_out: tuple[str, ...]


def choices_for(task: Task, start: Start, library: SlotLibrary, *, generate: bool) -> Choices:
    """Return all choices for a task.

    Raises:
        ValueError: the start itself does not fit the task.
    """
    if not task.labels and any(LABELS in text for text in (start.system, start.user, start.hint)):
        raise ValueError(f"start: {LABELS} stands in it, but the task has no labels; remove it")
    listed = [words.in_order(task.labels) for words in library.wordings] if task.labels else []
    candidates = [start.words, *(words for words in listed if words)]
    wordings = wordings_for(task.labels, candidates, generate=generate)
    own = _own_shots(task, start, wordings)
    return Choices(
        instructions=_texts(start.system, library.instructions, task),
        inputs=_texts(start.user, library.inputs, task),
        wordings=wordings,
        hints=_texts(start.hint, library.hints, task),
        exemplars=_shown(own, library.exemplar_sets, task),
        left_out=tuple(_left_out(library, task, wordings)),
    )


def cut(choices: Choices, most: Sequence[int | None]) -> Choices:
    """Return the first choices on each axis, at most so many; None is no limit."""
    kept = choices.wordings.choices[: most[2]]
    return replace(
        choices,
        instructions=choices.instructions[: most[0]],
        inputs=choices.inputs[: most[1]],
        wordings=replace(choices.wordings, choices=kept),
        hints=choices.hints[: most[3]],
        exemplars=choices.exemplars[: most[4]],
    )


def captions(choices: Choices) -> tuple[tuple[str, ...], ...]:
    """Return one short line a choice, axis by axis."""
    return (
        tuple(caption(text) for text in choices.instructions),
        tuple(caption(text) for text in choices.inputs),
        tuple(caption(_aloud(wording)) for wording in choices.wordings.choices),
        tuple(caption(text) for text in choices.hints),
        tuple(caption(shown.name if shown.shots else "") for shown in choices.exemplars),
    )


def payload(choices: Choices) -> dict[str, object]:
    """Return what decoding depends on, as JSON values."""
    return {
        "instructions": list(choices.instructions),
        "inputs": list(choices.inputs),
        "wordings": [[list(w.words), list(w.meanings)] for w in choices.wordings.choices],
        "hints": list(choices.hints),
        "exemplars": [[_shot_payload(s) for s in shown.shots] for shown in choices.exemplars],
    }


def _aloud(wording: Wording) -> str:
    return wording.spoken if wording.meanings else " / ".join(wording.words)


def _shot_payload(shot: Shot) -> list[str]:
    if isinstance(shot, Turn):
        return ["turn", shot.user, shot.assistant]
    return ["exemplar", shot.input, shot.label]


def _texts(own: str, entries: Sequence[Entry], task: Task) -> tuple[str, ...]:
    fitting = (entry.text for entry in entries if task.labels or LABELS not in entry.text)
    return tuple(dict.fromkeys((own, *fitting)))


def _own_shots(task: Task, start: Start, wordings: Wordings) -> tuple[Shot, ...]:
    if not task.labels:
        return start.shots
    first = wordings.choices[0]
    spoken = Wording(first.meanings or first.words).spoken
    filled = fill(start.user, topic=task.topic, labels=spoken)
    shots = start.with_exemplars(task.labels, filled).shots
    unknown = [s.label for s in shots if isinstance(s, Exemplar) and _fitted(s, task) is None]
    if unknown:
        raise ValueError(
            f"start: an exemplar has the label {unknown[0]!r}; "
            f"expected one of {', '.join(task.labels)}"
        )
    fitted = (_fitted(shot, task) for shot in shots)
    return tuple(shot for shot in fitted if shot is not None)


def _shown(own: tuple[Shot, ...], sets: Sequence[ExemplarSet], task: Task) -> tuple[Shown, ...]:
    shown = {own: Shown(START, own)}
    for exemplars in sets:
        fitted = [_fitted(item, task) for item in exemplars.items]
        shots = tuple(shot for shot in fitted if shot is not None)
        if len(shots) == len(fitted):
            shown.setdefault(shots, Shown(exemplars.name, shots))
    return tuple(shown.values())


def _fitted(shot: Shot, task: Task) -> Shot | None:
    """Return the shot with the task's spelling of its label; None if it has no such label."""
    if isinstance(shot, Turn) or not task.labels or shot.label in task.labels:
        return shot
    spelling = {label.casefold(): label for label in task.labels}
    label = spelling.get(shot.label.casefold())
    return None if label is None else Exemplar(shot.input, label)


def _left_out(library: SlotLibrary, task: Task, wordings: Wordings) -> list[str]:
    lines = [f"wording {line}" for line in wordings.dropped]
    for words in library.wordings:
        if not task.labels or words.in_order(task.labels) is None:
            lines.append(f"wording {' / '.join(word for _, word in words.words)}: other labels")
    for exemplars in library.exemplar_sets:
        if any(_fitted(item, task) is None for item in exemplars.items):
            lines.append(f"exemplars {exemplars.name}: other labels")
    for entry in (*library.instructions, *library.inputs, *library.hints):
        if not task.labels and LABELS in entry.text:
            lines.append(f"text {caption(entry.text)}: needs labels")
    return lines
