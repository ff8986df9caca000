"""Plain values as TOML."""

import json
from collections.abc import Mapping


def toml_text(tables: Mapping[str, Mapping[str, object]]) -> str:
    """Return tables of plain values as TOML.

    >>> print(toml_text({"scoring": {"read": "logprobs"}}), end="")
    [scoring]
    read = "logprobs"
    """
    blocks = ["\n".join([f"[{name}]", *toml_lines(table)]) for name, table in tables.items()]
    return "\n\n".join(blocks) + "\n"


def toml_lines(table: Mapping[str, object]) -> list[str]:
    """Return a line for each key of a table, inner tables and lists inline.

    >>> toml_lines({"temperature": False, "extra_body": {"reasoning_effort": "none"}})
    ['temperature = false', 'extra_body = { "reasoning_effort" = "none" }']
    """
    return [f"{key} = {_inline(value)}" for key, value in table.items()]


def _inline(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_inline(k)} = {_inline(v)}' for k, v in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_inline, value))}]"
    # The texts, numbers and truth values of JSON are TOML's as well, but for one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
