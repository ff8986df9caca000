"""A DSPy program that asks as the prompt was scored, and a signature for DSPy to work on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from fedbbpt.exports.form import Form, by_label_scores, literal, notes_of
from fedbbpt.exports.label_code import (
    IMPORTS,
    LABEL_OF,
    assignments,
    label_values,
    settings_values,
    turn_values,
)
from fedbbpt.prompts import INPUT, Message
from fedbbpt.tuned import TunedPrompt

FORM = Form(label_scores=True, calibration=True)
"""Of ``tuned``."""

PREDICT = Form(same_messages=False)
"""Of ``predict``: DSPy writes its own messages around the instructions."""

PROGRAM = '''

class AsScored(dspy.Adapter):
    """Sends the messages that were scored instead of DSPy's own."""

    def format(self, signature, demos, inputs):
        return [*TURNS, {"role": "user", "content": BEFORE + inputs["input"] + AFTER}]

    def parse(self, signature, completion):
        return {"answer": completion.strip()}


class Tuned(dspy.Module):
    """Answers as the prompt was scored; DSPy's optimizers cannot change it."""

    def __init__(self):
        super().__init__()
        self.ask = dspy.Predict("input -> answer", **SETTINGS)

    def forward(self, input):
        with dspy.context(adapter=AsScored()):
            reply = self.ask(input=input)
        return dspy.Prediction(answer=read(reply))
'''

READ_TEXT = '''

def read(reply):
    """Return the text of a reply."""
    return reply.answer
'''

READ_LABEL_SCORES = '''

def read(reply):
    """Return the label that a reply gives the highest score, or None where it names no label."""
    tokens = (reply.get("logprobs") or {}).get("content")
    likely = tokens[0]["top_logprobs"] if tokens else []
    return label_of([(one["token"], one["logprob"]) for one in likely])
'''


class Parts(NamedTuple):
    """A conversation as DSPy sees one.

    Attributes:
        instructions: system messages, turns that form no pair, and how the question is put.
        demos: pairs of input and answer.
    """

    instructions: str
    demos: tuple[tuple[str, str], ...]


def export(tuned: TunedPrompt, input: str | None) -> str:
    """Return code that defines ``tuned``, which asks as scored, and ``predict``, worded by DSPy."""
    scored = by_label_scores(tuned)
    words = (tuned.prompt.words or tuned.labels) if tuned.labels else ()
    form = FORM if scored else replace(FORM, label_scores=False)
    values = {**settings_values(tuned), **turn_values(tuned)}
    if scored:
        values |= label_values(tuned)
    imports = (IMPORTS if scored else "") + ("from typing import Literal\n" if words else "")
    example = "your text" if input is None else input
    return (
        '"""A prompt tuned by fedbbpt, for DSPy: tuned(input=...) asks as it was scored."""\n\n'
        + (f"{imports}\n" if imports else "")
        + "import dspy\n\n"
        + f"NOTES = {literal(notes_of(tuned, form))}\n"
        + f"PREDICT_NOTES = {literal(notes_of(tuned, PREDICT))}\n"
        + f"{assignments(values)}{PROGRAM}"
        + (READ_LABEL_SCORES + LABEL_OF if scored else READ_TEXT)
        + "\n\ntuned = Tuned()\n\n"
        + _predict(tuned, words)
        + '\nif __name__ == "__main__":\n'
        + '    dspy.configure(lm=dspy.LM(f"openai/{MODEL}"))\n'
        + f"    print(tuned(input={example!r}).answer)\n"
    )


def _predict(tuned: TunedPrompt, words: Sequence[str]) -> str:
    """Return the code of a ``Predict`` whose instructions and demos DSPy puts in its own words."""
    parts = parts_of(tuned.prompt.messages)
    kind = f"Literal[{', '.join(map(repr, words))}]" if words else "str"
    label_of_word = dict(zip(words, tuned.labels, strict=True)) if words else {}
    demos = "".join(
        f"    dspy.Example(input={asked!r}, answer={answered!r}).with_inputs('input'),\n"
        for asked, answered in parts.demos
    )
    return (
        "# The same prompt for DSPy's optimizers: DSPy words the messages, see PREDICT_NOTES.\n"
        + (f"LABEL_OF_WORD = {label_of_word!r}\n" if words else "")
        + "signature = dspy.Signature(\n"
        f"    {{'input': (str, dspy.InputField()), 'answer': ({kind}, dspy.OutputField())}},\n"
        f"    {parts.instructions!r},\n"
        ")\n"
        "predict = dspy.Predict(signature)\n"
        f"predict.demos = [\n{demos}]\n"
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
