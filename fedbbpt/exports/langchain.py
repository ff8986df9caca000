"""A LangChain ``ChatPromptTemplate`` with the prompt's messages."""

from fedbbpt.exports.form import Form, literal, notes_of, settings_of
from fedbbpt.prompts import INPUT, Message
from fedbbpt.tuned import TunedPrompt

FORM = Form()
ROLES = {"system": "system", "user": "human", "assistant": "ai"}


def export(tuned: TunedPrompt, input: str | None) -> str:
    """Return a snippet; the template's format is LangChain's default, "f-string".

    Law: the template filled with an input is what ``Prompt.render`` gives, for every input without
    control tokens.
    """
    *before, last = tuned.prompt.messages
    turns = [(ROLES[turn.role], escaped(turn.content)) for turn in before]
    turns.append((ROLES[last.role], _template(last)))
    lines = "".join(f"        {turn!r},\n" for turn in turns)
    notes = {**notes_of(tuned, FORM), "settings": settings_of(tuned)}
    example = "your text" if input is None else input
    return (
        '"""A prompt tuned by fedbbpt, for LangChain."""\n\n'
        "from langchain_core.prompts import ChatPromptTemplate\n\n"
        f"NOTES = {literal(notes)}\n\n"
        f"prompt = ChatPromptTemplate.from_messages(\n    [\n{lines}    ]\n)\n\n"
        'if __name__ == "__main__":\n'
        f"    print(prompt.invoke({{'input': {example!r}}}))\n"
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
