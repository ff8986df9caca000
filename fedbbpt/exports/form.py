"""What an exported form keeps of how its prompt was scored, and the score of exactly that form."""

from dataclasses import dataclass

from fedbbpt.tuned import TunedPrompt

NOT_MEASURED = "not measured"
RAW, CALIBRATED = "raw", "calibrated"


@dataclass(frozen=True, slots=True)
class Form:
    """What an app does that uses a format as it is.

    Attributes:
        same_messages: it sends the messages that were scored, to the letter.
        label_scores: it reads replies as scoring did, by the labels' log-probabilities.
        calibration: it adds the owner's label biases to them.
        defuses: control tokens of chat templates in inputs are broken, as they were in scoring.
    """

    same_messages: bool = True
    label_scores: bool = False
    calibration: bool = False
    defuses: bool = False


def by_label_scores(tuned: TunedPrompt) -> bool:
    """Tell whether replies are read by the labels' log-probabilities."""
    return bool(tuned.labels) and tuned.top_logprobs > 0


def losses_of(tuned: TunedPrompt, form: Form) -> tuple[str, ...]:
    """Return what the form does not carry, one sentence each; empty where it carries everything."""
    lost = []
    if not form.same_messages:
        lost.append("the messages: the library writes its own around the instructions")
    if by_label_scores(tuned) and not form.label_scores:
        lost.append("label scoring: the reply is read as text, not by the labels' probabilities")
    elif tuned.labels and not form.label_scores:
        lost.append("reading: the app itself finds the label's word in the text of the reply")
    elif tuned.answer:
        lost.append("reading: the app itself finds the answer at the end of the reply")
    if tuned.calibration is not None and not form.calibration:
        lost.append("calibration: the owner's label biases are not applied")
    if not form.defuses:
        lost.append("defusing: control tokens of chat templates in an input are sent as they are")
    return tuple(lost)


def score_of(tuned: TunedPrompt, form: Form) -> str:
    """Return the score of exactly this form where the prompt's origin holds it.

    Inputs with control tokens of chat templates apart: few have them, and they change no score
    that the origin could hold.
    """
    return _measured(tuned) if _is_scored(tuned, form) else NOT_MEASURED


def measured_otherwise(tuned: TunedPrompt, form: Form) -> str:
    """Return the score of the prompt as it was measured, or "" where that is this form's own."""
    if _is_scored(tuned, form) or _measured(tuned) == NOT_MEASURED:
        return ""
    read = "by label scores" if by_label_scores(tuned) else "by generated text"
    return f"{_measured(tuned)}, read {read}, {_mode(tuned)}"


def notes_of(tuned: TunedPrompt, form: Form) -> dict[str, object]:
    """Return all of this as JSON values, for a field or a literal beside the prompt."""
    notes: dict[str, object] = {
        "not carried": list(losses_of(tuned, form)),
        "score of this form": score_of(tuned, form),
    }
    other = measured_otherwise(tuned, form)
    return {**notes, "score as tuned": other} if other else notes


def settings_of(tuned: TunedPrompt) -> str:
    """Return how to ask where the reply is read as text, for people."""
    if by_label_scores(tuned):
        return "temperature 0; leave the reply room for a few tokens"
    return f"temperature 0, at most {tuned.max_tokens:d} tokens, as it was scored"


def literal(notes: dict[str, object]) -> str:
    """Return notes as a Python literal over several lines; no text in them can end it."""
    lines = [f"    {name!r}: {value!r},\n" for name, value in notes.items()]
    return "".join(["{\n", *lines, "}"])


def _mode(tuned: TunedPrompt) -> str:
    return CALIBRATED if tuned.origin.get("mode") == CALIBRATED else RAW


def _is_scored(tuned: TunedPrompt, form: Form) -> bool:
    if not form.same_messages:
        return False
    if not by_label_scores(tuned):
        return True  # generated text is never calibrated: both modes are the same
    applied = CALIBRATED if form.calibration and tuned.calibration is not None else RAW
    return form.label_scores and _mode(tuned) == applied


def _measured(tuned: TunedPrompt) -> str:
    names = ("test_score", "test_score_low", "test_score_high", "test_items")
    values = [tuned.origin.get(name) for name in names]
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < len(names) or tuned.origin.get("mode") not in {RAW, CALIBRATED}:
        return NOT_MEASURED
    score, low, high, items = numbers
    return f"{score:.3f} (95 % {low:.3f} to {high:.3f}) on {items:.0f} test items of the run"
