"""A tuned prompt in the forms that other people's apps take.

To add a format, write one file here with one pure function
``export(tuned: TunedPrompt, input: str | None) -> str`` and name it in ``FORMATS``. Laws: the same
arguments give the same text; every text of the prompt comes out as data, by JSON or ``repr``; what
the form does not carry is said in it, with the score of exactly that form.
"""

from collections.abc import Callable, Mapping

from fedbbpt.exports import dspy, langchain, messages, python, request, text
from fedbbpt.tuned import TunedPrompt

Format = Callable[[TunedPrompt, str | None], str]

FORMATS: Mapping[str, Format] = {
    "dspy": dspy.export,
    "langchain": langchain.export,
    "messages": messages.export,
    "python": python.export,
    "request": request.export,
    "text": text.export,
}
