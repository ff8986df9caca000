"""A DSPy signature with the prompt's instructions, and its exemplars as demos of a ``Predict``."""

from collections.abc import Sequence
from typing import NamedTuple

from fedbbpt.exports.form import Form, literal, notes_of
from fedbbpt.prompts import INPUT, Message
from fedbbpt.tuned import TunedPrompt

FORM = Form(same_messages=False)


class Parts(NamedTuple):
    """A conversation as DSPy sees one.

    Attributes:
        instructions: system messages, turns that form no pair, and how the question is put.
        demos: pairs of input and answer.
    """

    instructions: str
    demos: tuple[tuple[str, str], ...]


def export(tuned: TunedPrompt, input: str | None) -> str:
    """Return a snippet that defines ``predict``; DSPy writes its own messages around the parts."""
    parts = parts_of(tuned.prompt.messages)
    words = (tuned.prompt.words or tuned.labels) if tuned.labels else ()
    kind = f"Literal[{', '.join(map(repr, words))}]" if words else "str"
    labels = dict(zip(words, tuned.labels, strict=True))
    demos = "".join(
        f"    dspy.Example(input={asked!r}, answer={answered!r}).with_inputs('input'),\n"
        for asked, answered in parts.demos
    )
    example = "your text" if input is None else input
    said = "LABELS[reply.answer]" if words else "reply.answer"
    return (
        '"""A prompt tuned by fedbbpt, for DSPy."""\n\n'
        + ("from typing import Literal\n\n" if words else "")
        + "import dspy\n\n"
        + f"NOTES = {literal(notes_of(tuned, FORM))}\n"
        + (f"LABELS = {labels!r}\n" if words else "")
        + "\nsignature = dspy.Signature(\n"
        f"    {{'input': (str, dspy.InputField()), 'answer': ({kind}, dspy.OutputField())}},\n"
        f"    {parts.instructions!r},\n"
        ")\n"
        "predict = dspy.Predict(signature)\n"
        f"predict.demos = [\n{demos}]\n\n"
        'if __name__ == "__main__":\n'
        f"    reply = predict(input={example!r})\n"
        f"    print({said})\n"
    )


def parts_of(messages: Sequence[Message]) -> Parts:
    """Return the conversation as instructions and demos."""
    *turns, last = messages
    said = [turn.content for turn in turns if turn.role == "system"]
    spoken = [turn for turn in turns if turn.role != "system"]
    demos = []
    while spoken:
        if [turn.role for turn in spoken[:2]] == ["user", "assistant"]:
            asked, answered, *spoken = spoken
            demos.append((_without(last.content, asked.content), answered.content))
        else:
            odd, *spoken = spoken
            said.append(f"[{odd.role}]\n{odd.content}")
    if last.content.strip() != INPUT:
        said.append(f"The question is put as:\n{last.content}")
    return Parts("\n\n".join(said), tuple(demos))


def _without(template: str, asked: str) -> str:
    """Return the input that the template was filled with, or all where it was not this one."""
    before, after = template.split(INPUT)
    inner = asked[len(before) : len(asked) - len(after)]
    return inner if f"{before}{inner}{after}" == asked else asked
