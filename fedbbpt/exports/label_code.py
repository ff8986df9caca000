"""The parts that exported code shares: the request as literals, and label scoring as a function."""

from fedbbpt.prompts import INPUT, message_payload
from fedbbpt.reading import JOINING, LEAST, SPACE_MARKERS, normalised
from fedbbpt.tuned import TunedPrompt

IMPORTS = "import math\nimport re\n"

# The same reading as fedbbpt.reading.read_label_scores; a test holds the two together.
LABEL_OF = '''

def label_of(likely):
    """Return the label that the first token's alternatives score highest, None if none is named."""
    first = [(token, max(logprob, LEAST)) for token, logprob in likely]
    masses = {}
    for token, logprob in sorted(first, key=lambda one: (-one[1], one[0])):
        word = _named(token)
        if word is not None:
            masses.setdefault(word, []).append(logprob)
    if not masses:
        return None
    scores = [min(logprob for _, logprob in first) - 1.0] * len(WORDS)
    for word, found in masses.items():
        scores[word] = max(found) + math.log(sum(math.exp(one - max(found)) for one in found))
    scores = [score + bias for score, bias in zip(scores, BIASES)]
    return LABELS[scores.index(max(scores))]


def _named(token):
    letters = (i for i, sign in enumerate(token) if sign.isalnum() and sign not in SPACE_MARKERS)
    for form in (_plain(token), _plain(token[next(letters, len(token)) :])):
        fitting = [i for i, word in enumerate(WORDS) if _fits(form, word)]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _fits(form, word):
    if not form or word.startswith(form):
        return bool(form)
    return form.startswith(word) and re.match(JOINING, form[len(word)]) is None


def _plain(text):
    return " ".join(text.split()).casefold()
'''


def settings_values(tuned: TunedPrompt) -> dict[str, object]:
    """Return ``MODEL`` and ``SETTINGS``: a tuned request without its messages."""
    body = tuned.arguments("")
    left_out = {"messages", "model"}
    settings = {name: value for name, value in body.items() if name not in left_out}
    return {"MODEL": tuned.model, "SETTINGS": settings}


def turn_values(tuned: TunedPrompt) -> dict[str, object]:
    """Return ``TURNS``, ``BEFORE`` and ``AFTER``: the messages around an input."""
    *before, last = tuned.prompt.messages
    left, right = last.content.split(INPUT)
    return {"TURNS": message_payload(before), "BEFORE": left, "AFTER": right}


def label_values(tuned: TunedPrompt) -> dict[str, object]:
    """Return what ``LABEL_OF`` reads with; biases are 0 where the prompt has no calibration."""
    calibration = tuned.calibration
    return {
        "LABELS": tuned.labels,
        "WORDS": tuple(normalised(word) for word in tuned.prompt.words or tuned.labels),
        "BIASES": calibration.biases if calibration else (0.0,) * len(tuned.labels),
        "LEAST": LEAST,
        "SPACE_MARKERS": SPACE_MARKERS,
        "JOINING": JOINING,
    }


def assignments(values: dict[str, object]) -> str:
    """Return one assignment of a literal a line; no text in a value can end it."""
    return "".join(f"{name} = {value!r}\n" for name, value in values.items())
