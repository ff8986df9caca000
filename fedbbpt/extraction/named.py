"""The packaged kinds of answer by their names, for files that outlive a run."""

from collections.abc import Mapping

from fedbbpt.extraction import AnswerKind
from fedbbpt.extraction.choice import Choice
from fedbbpt.extraction.date import Date
from fedbbpt.extraction.label import Label
from fedbbpt.extraction.number import Number
from fedbbpt.extraction.text import FreeText
from fedbbpt.extraction.yes_no import YesNo

LABEL = "label"
_KINDS = {"number": Number, "choice": Choice, "yes_no": YesNo, "date": Date, "text": FreeText}


def kind_of(table: Mapping[str, object], labels: tuple[str, ...] = ()) -> AnswerKind:
    """Return the kind that ``use`` and its settings describe.

    Args:
        table: as ``[task] answer`` holds it; ``use = "label"`` for labels at the end of a reply.
        labels: of the task.

    Raises:
        ValueError: it is none of the packaged ones, or a setting cannot be meant.
    """
    use = table.get("use")
    if use == LABEL:
        return Label(labels)
    if not isinstance(use, str) or use not in _KINDS:
        raise ValueError(
            f"answer: {use!r} is no packaged kind; read such replies with the function itself"
        )
    settings = {name: _held(value) for name, value in table.items() if name != "use"}
    try:
        kind: AnswerKind = _KINDS[use](**settings)
    except TypeError as error:
        raise ValueError(f"answer: {error}") from error
    return kind


def _held(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
