"""The JSON body of a chat completion for one input, byte for byte as it was scored."""

import orjson

from fedbbpt.errors import ConfigError
from fedbbpt.exports.form import Form
from fedbbpt.tuned import TunedPrompt

FORM = Form(label_scores=True, defuses=True)


def export(tuned: TunedPrompt, input: str | None) -> str:
    """Return the body; a note would change its bytes, so ``FORM`` says what it does not carry.

    Raises:
        ConfigError: no input is given.
    """
    if input is None:
        raise ConfigError("--input: a request is the body for one input; give it with --input TEXT")
    return orjson.dumps(tuned.request(input)).decode()
