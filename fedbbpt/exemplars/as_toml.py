"""Exemplars as a library file that ``few_shot_cot`` reads."""

import json
from collections.abc import Sequence

from fedbbpt.exemplars.choosing import Shown
from fedbbpt.replay.answers_table import Cost


def exemplars_toml(
    name: str, source: str, shown: Sequence[Shown], note: str = "", cost: Cost | None = None
) -> str:
    """Return one set of exemplars as TOML.

    Args:
        name: of the set.
        source: where it comes from, for people.
        shown: at least one.
        note: a comment at the head, one line.
        cost: of making them, None where nobody knows; a replay charges it.

    Raises:
        ValueError: no exemplar.
    """
    if not shown:
        raise ValueError("exemplars: none; a set needs at least one")
    items = [
        f"  {{ input = {_text(one.question)}, label = {_text(one.chain.said)} }}," for one in shown
    ]
    head = [f"# {' '.join(note.split())}", ""] if note else []
    body = ["[[exemplars]]", f"name = {_text(name)}", f"source = {_text(source)}"]
    if not all(one.checked for one in shown):
        body.append("unchecked = true")
    if cost is not None:
        body += [f"calls = {cost.calls}", f"tokens = {cost.tokens}"]
    return "\n".join([*head, *body, "items = [", *items, "]"]) + "\n"


def _text(text: str) -> str:
    # The texts of JSON are TOML's as well, but for one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
