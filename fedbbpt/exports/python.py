"""Python code for the ``openai`` package that asks and reads without fedbbpt."""

from dataclasses import replace

from fedbbpt.exports.form import Form, literal, notes_of
from fedbbpt.prompts import INPUT, message_payload
from fedbbpt.reading import JOINING, LEAST, SPACE_MARKERS, normalised
from fedbbpt.tuned import TunedPrompt

FORM = Form(label_scores=True, calibration=True)

ASK = '''

def ask(client, text):
    """Return the reply to the tuned request about a text."""
    messages = [*TURNS, {"role": "user", "content": BEFORE + text + AFTER}]
    return client.chat.completions.create(messages=messages, **SETTINGS)
'''

READ_TEXT = '''

def read(reply):
    """Return the text of a reply."""
    return (reply.choices[0].message.content or "").strip()
'''

# The same reading as fedbbpt.reading.read_label_scores; a test holds the two together.
READ_LABEL_SCORES = '''

def read(reply):
    """Return the label that a reply gives the highest score, or None where it names no label."""
    tokens = reply.choices[0].logprobs and reply.choices[0].logprobs.content
    likely = tokens[0].top_logprobs if tokens else []
    first = [(one.token, max(one.logprob, LEAST)) for one in likely]
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


def export(tuned: TunedPrompt, input: str | None) -> str:
    """Return the code; inputs and settings are those of ``TunedPrompt.request``, as literals."""
    *before, last = tuned.prompt.messages
    left, right = last.content.split(INPUT)
    body = tuned.request("")
    scored = bool(tuned.labels) and tuned.top_logprobs > 0
    values: dict[str, object] = {
        "SETTINGS": {name: value for name, value in body.items() if name != "messages"},
        "TURNS": message_payload(before),
        "BEFORE": left,
        "AFTER": right,
    }
    if scored:
        values |= _scoring(tuned)
    form = FORM if scored else replace(FORM, label_scores=False)
    lines = "".join(f"{name} = {value!r}\n" for name, value in values.items())
    example = "your text" if input is None else input
    return (
        '"""Ask with a prompt tuned by fedbbpt; this needs the openai package only."""\n\n'
        + ("import math\nimport re\n\n" if scored else "")
        + "from openai import OpenAI\n\n"
        + f"NOTES = {literal(notes_of(tuned, form))}\n{lines}{ASK}"
        + (READ_LABEL_SCORES if scored else READ_TEXT)
        + f'\n\nif __name__ == "__main__":\n    print(read(ask(OpenAI(), {example!r})))\n'
    )


def _scoring(tuned: TunedPrompt) -> dict[str, object]:
    calibration = tuned.calibration
    return {
        "LABELS": tuned.labels,
        "WORDS": tuple(normalised(word) for word in tuned.prompt.words or tuned.labels),
        "BIASES": calibration.biases if calibration else (0.0,) * len(tuned.labels),
        "LEAST": LEAST,
        "SPACE_MARKERS": SPACE_MARKERS,
        "JOINING": JOINING,
    }
