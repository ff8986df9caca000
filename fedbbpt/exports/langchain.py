"""A LangChain ``ChatPromptTemplate`` with the prompt's messages, and how its replies are read."""

from dataclasses import replace

from fedbbpt.exports.form import Form, by_label_scores, literal, notes_of
from fedbbpt.exports.label_code import (
    IMPORTS,
    LABEL_OF,
    assignments,
    label_values,
    settings_values,
)
from fedbbpt.prompts import INPUT, Message
from fedbbpt.tuned import TunedPrompt

FORM = Form(label_scores=True, calibration=True)
ROLES = {"system": "system", "user": "human", "assistant": "ai"}

READ_TEXT = '''

def read(message):
    """Return the text of a reply."""
    return message.content.strip()
'''

READ_LABEL_SCORES = '''

def read(message):
    """Return the label that a reply gives the highest score, or None where it names no label."""
    tokens = (message.response_metadata.get("logprobs") or {}).get("content")
    likely = tokens[0]["top_logprobs"] if tokens else []
    return label_of([(one["token"], one["logprob"]) for one in likely])
'''


def export(tuned: TunedPrompt, input: str | None) -> str:
    """Return code that defines ``prompt`` and ``read``; the template is LangChain's "f-string".

    The chain ``prompt | model.bind(**SETTINGS) | read`` asks and reads as the prompt was scored.

    Law: the template filled with an input is what ``Prompt.render`` gives, for every input without
    control tokens.
    """
    *before, last = tuned.prompt.messages
    turns = [(ROLES[turn.role], escaped(turn.content)) for turn in before]
    turns.append((ROLES[last.role], _template(last)))
    lines = "".join(f"        {turn!r},\n" for turn in turns)
    scored = by_label_scores(tuned)
    form = FORM if scored else replace(FORM, label_scores=False)
    values = settings_values(tuned)
    if scored:
        values |= label_values(tuned)
    example = "your text" if input is None else input
    return (
        '"""Tuned by fedbbpt, for LangChain: prompt | model.bind(**SETTINGS) | read"""\n\n'
        + (f"{IMPORTS}\n" if scored else "")
        + "from langchain_core.prompts import ChatPromptTemplate\n\n"
        + f"NOTES = {literal(notes_of(tuned, form))}\n{assignments(values)}\n"
        + f"prompt = ChatPromptTemplate.from_messages(\n    [\n{lines}    ]\n)\n"
        + (READ_LABEL_SCORES + LABEL_OF if scored else READ_TEXT)
        + '\n\nif __name__ == "__main__":\n'
        + f"    print(prompt.invoke({{'input': {example!r}}}))\n"
    )


def escaped(text: str) -> str:
    """Return the text as a template that stands for itself.

    >>> escaped("{labels}: {}").format()
    '{labels}: {}'
    """
    return text.replace("{", "{{").replace("}", "}}")


def _template(message: Message) -> str:
    before, after = message.content.split(INPUT)
    return f"{escaped(before)}{INPUT}{escaped(after)}"
