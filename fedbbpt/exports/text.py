"""The prompt as a person reads it."""

from dataclasses import replace

from fedbbpt.exports.form import Form, notes_of
from fedbbpt.prompts import Prompt
from fedbbpt.tuned import TunedPrompt

FORM = Form()


def export(tuned: TunedPrompt, input: str | None) -> str:
    """Return one block a turn, and last a block that is no part of the prompt."""
    blocks = [tuned.prompt.text() if input is None else _filled(tuned.prompt, input)]
    form = FORM if input is None else replace(FORM, defuses=True)
    lines = []
    for name, value in notes_of(tuned, form).items():
        listed = value if isinstance(value, list) else [value]
        lines += [f"{name}: {item}" for item in listed]
    return "\n\n".join([*blocks, "\n".join(["[notes, no part of the prompt]", *lines])]) + "\n"


def _filled(prompt: Prompt, input: str) -> str:
    turns = prompt.render(input)
    return "\n\n".join(f"[{message.role}]\n{message.content}" for message in turns)
