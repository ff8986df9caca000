"""Exemplars as a library file that ``few_shot_cot`` reads."""

import json
from collections.abc import Sequence

from fedbbpt.exemplars.choosing import Shown


def exemplars_toml(name: str, source: str, shown: Sequence[Shown], note: str = "") -> str:
    """Return one set of exemplars as TOML.

    Args:
        name: of the set.
        source: where it comes from, for people.
        shown: at least one.
        note: a comment at the head, one line.

    Raises:
        ValueError: no exemplar.
    """
    if not shown:
        raise ValueError("exemplars: none; a set needs at least one")
    items = [
        f"  {{ input = {_text(one.question)}, label = {_text(one.chain.said)} }}," for one in shown
    ]
    head = [f"# {' '.join(note.split())}", ""] if note else []
    body = ["[[exemplars]]", f"name = {_text(name)}", f"source = {_text(source)}", "items = ["]
    return "\n".join([*head, *body, *items, "]"]) + "\n"


def _text(text: str) -> str:
    # The texts of JSON are TOML's as well, but for one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
