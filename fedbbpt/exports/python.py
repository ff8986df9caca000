"""Python code for the ``openai`` package that asks and reads without fedbbpt."""

from dataclasses import replace

from fedbbpt.exports.form import Form, by_label_scores, literal, notes_of
from fedbbpt.exports.label_code import (
    IMPORTS,
    LABEL_OF,
    assignments,
    label_values,
    settings_values,
    turn_values,
)
from fedbbpt.tuned import TunedPrompt

FORM = Form(label_scores=True, calibration=True)

ASK = '''

def ask(client, text):
    """Return the reply to the tuned request about a text."""
    messages = [*TURNS, {"role": "user", "content": BEFORE + text + AFTER}]
    return client.chat.completions.create(model=MODEL, messages=messages, **SETTINGS)
'''

READ_TEXT = '''

def read(reply):
    """Return the text of a reply."""
    return (reply.choices[0].message.content or "").strip()
'''

READ_LABEL_SCORES = '''

def read(reply):
    """Return the label that a reply gives the highest score, or None where it names no label."""
    tokens = reply.choices[0].logprobs and reply.choices[0].logprobs.content
    return label_of([(one.token, one.logprob) for one in tokens[0].top_logprobs] if tokens else [])
'''


def export(tuned: TunedPrompt, input: str | None) -> str:
    """Return the code; inputs and settings are those of ``TunedPrompt.arguments``, as literals."""
    scored = by_label_scores(tuned)
    values = {**settings_values(tuned), **turn_values(tuned)}
    if scored:
        values |= label_values(tuned)
    form = FORM if scored else replace(FORM, label_scores=False)
    example = "your text" if input is None else input
    return (
        '"""Ask with a prompt tuned by fedbbpt; this needs the openai package only."""\n\n'
        + (f"{IMPORTS}\n" if scored else "")
        + "from openai import OpenAI\n\n"
        + f"NOTES = {literal(notes_of(tuned, form))}\n{assignments(values)}{ASK}"
        + (READ_LABEL_SCORES + LABEL_OF if scored else READ_TEXT)
        + f'\n\nif __name__ == "__main__":\n    print(read(ask(OpenAI(), {example!r})))\n'
    )
