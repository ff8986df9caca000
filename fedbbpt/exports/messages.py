"""Plain chat messages as JSON, for any client that takes a list of messages."""

import orjson

from fedbbpt.exports.form import Form, by_label_scores, notes_of, settings_of
from fedbbpt.prompts import message_payload
from fedbbpt.tuned import TunedPrompt

FORM = Form()
RENDERED = Form(defuses=True)


def export(tuned: TunedPrompt, input: str | None) -> str:
    """Return an object with ``messages`` and, beside them, what they do not carry.

    Without an input the place of it is written ``{input}``. ``settings`` are the other fields of
    the request that was scored; where label scores were, an app that reads text has none of them.
    """
    prompt = tuned.prompt
    form, sent = (FORM, prompt.messages) if input is None else (RENDERED, prompt.render(input))
    body: dict[str, object] = {
        "messages": message_payload(sent),
        "notes": {**notes_of(tuned, form), "settings": settings_of(tuned)},
    }
    if not by_label_scores(tuned):
        left_out = {"messages", "model"}
        fields = tuned.request("").items()
        body["settings"] = {name: value for name, value in fields if name not in left_out}
    words = prompt.words or tuned.labels
    if tuned.labels:
        body["labels"] = list(tuned.labels)
        body["words"] = list(words)
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
