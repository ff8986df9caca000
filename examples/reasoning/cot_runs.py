"""The files of each set: examples, a pool for exemplars, the prompts, and the run file."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cot_sets import CotError, Set

from fedbbpt.library import load_bank
from fedbbpt.reasoning.question_words import question_words

Example = dict[str, str]
OWNERS = 4
FEWEST = 4
"""Questions of an owner that are answered, and its dev questions, at least."""

OTHERS = (
    "no trigger",
    "plan and solve+",
    "deep breath",
    "restate",
    "solve then substitute",
    "rule out",
    "backwards",
)
"""Prompts of the packaged bank beside the first, which says "Let's think step by step."."""

TEMPLATE = """# Written by examples/reasoning/cot.py; {count} examples.
recipe = "halving"
seed = 0
reasoning = {{ use = "zero_shot_cot", trigger = "", max_tokens = {max_tokens} }}

[task]
name = "{name}"
answer = "{kind}"

[prompt]
user = '''
{{input}}

Let's think step by step.'''

[space]
use = "bank"
library = ["../prompts.toml"]

[data]
path = "examples.jsonl"
{split}

[roles]
train = {train}
dev = {dev}
test = {test}
seed = 0

[endpoint]
{endpoint}

[simulation]
texts = true
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a set is used.

    Attributes:
        train: training questions an owner.
        pool: questions that exemplars are made of; no owner's.
        test: questions of an owner that may be answered, at most.
        max_tokens: longest reply.
    """

    train: int = 10
    pool: int = 12
    test: int = 100
    max_tokens: int = 200


QUICK = Size(train=8, pool=4, test=6, max_tokens=60)


def write_prompts(folder: Path) -> None:
    """Write the prompts beside the first one, as the packaged bank has them."""
    folder.mkdir(parents=True, exist_ok=True)
    bank = {entry.name: entry for entry in load_bank("reasoning")}
    texts = []
    for name in OTHERS:
        one = bank[name]
        fields = {"name": name, "system": "", "user": one.user, "source": one.source}
        lines = [f"{key} = {json.dumps(text)}" for key, text in fields.items()]
        texts.append("\n".join(["[[prompt]]", *lines]))
    (folder / "prompts.toml").write_text("\n\n".join(texts) + "\n", encoding="utf-8")


class Dealt(NamedTuple):
    """The rows of a set: a pool that exemplars are made of, and what owners get."""

    pool: list[Example]
    rest: list[Example]


def dealt(examples: Sequence[Example], count: int) -> Dealt:
    """Return a pool of so many examples from all over the list, and the others."""
    step = max(1, len(examples) // max(1, count))
    places = set(range(0, step * count, step))
    pool = [example for place, example in enumerate(examples) if place in places]
    asked = {_plain(example) for example in pool}
    return Dealt(pool, [example for example in examples if _plain(example) not in asked])


def without(rows: Dealt, domains: Collection[str]) -> Dealt:
    """Return the rows of all other domains; what stays is dealt as before."""
    kept = [[e for e in part if e.get("domain") not in domains] for part in rows]
    return Dealt(*kept)


def domains_too_small(one: Set, rows: Dealt, size: Size) -> list[str]:
    """Return the domains that cannot be an owner, having too few examples."""
    if not one.by_domain:
        return []
    kept, least = _hands(one, rows.rest), size.train + 2 * FEWEST
    named = {example["domain"] for part in rows for example in part}
    return sorted(domain for domain in named if kept.get(domain, 0) < least)


def answered(one: Set, rows: Dealt, size: Size) -> int:
    """Return how many questions of every owner may be answered."""
    smallest = min(_hands(one, rows.rest).values(), default=0)
    return min(size.test, smallest - size.train - FEWEST)


def write_run(one: Set, rows: Dealt, size: Size, folder: Path, endpoint: str) -> Path:
    """Write a set's examples, its pool and its run file; the same arguments give the same bytes.

    Args:
        one: the set.
        rows: of it.
        size: how much is used.
        folder: made if it is not there.
        endpoint: ``"embedded"``, ``"scripted"``, or ``"MODEL@ADDRESS"``.

    Raises:
        CotError: too few examples.
    """
    folder.mkdir(parents=True, exist_ok=True)
    test = answered(one, rows, size)
    if test < FEWEST:
        raise CotError(f"{one.name}: {len(rows.rest)} examples are too few; leave it out (--sets)")
    _write_lines(folder / "pool.jsonl", [{"input": example["input"]} for example in rows.pool])
    _write_lines(folder / "examples.jsonl", rows.rest)
    path = folder / "run.toml"
    text = TEMPLATE.format(
        count=len(rows.rest),
        name=one.name,
        kind=one.kind,
        max_tokens=size.max_tokens,
        split='split = "key"' if one.by_domain else f'split = "iid"\nowners = {OWNERS}',
        train=size.train,
        dev=FEWEST,
        test=test,
        endpoint=_endpoint(one, endpoint),
    )
    path.write_text(text, encoding="utf-8")
    return path


def _plain(example: Example) -> tuple[str, ...]:
    return question_words(example["input"])


def _hands(one: Set, examples: Sequence[Example]) -> dict[str, int]:
    """Return how many different questions every owner gets."""
    if not one.by_domain:
        each = len({_plain(example) for example in examples}) // OWNERS
        return {str(owner): each for owner in range(OWNERS)}
    own: dict[str, set[tuple[str, ...]]] = {}
    for example in examples:
        own.setdefault(example["domain"], set()).add(_plain(example))
    return {domain: len(texts) for domain, texts in own.items()}


def _write_lines(path: Path, rows: Sequence[Example]) -> None:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(lines, encoding="utf-8")


def _endpoint(one: Set, endpoint: str) -> str:
    if endpoint == "embedded":
        return 'use = "embedded"'
    if endpoint != "scripted":
        model, _, address = endpoint.rpartition("@")
        return f'use = "openai"\nurl = "{address}"\nmodel = "{model}"'
    words = {"number": ("4", "7"), "yes_no": ("yes", "no"), "choice": ("A", "B")}[one.kind]
    cues = ", ".join(f'"Answer: {word}" = {{ "{word.lower()}" = 1.0 }}' for word in words)
    return f'use = "scripted"\nlexicon = {{ {cues} }}'
