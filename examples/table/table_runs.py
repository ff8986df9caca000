"""The run file of each set: one task, one split, one budget."""

import json
from dataclasses import dataclass
from pathlib import Path

from table_sets import Set, TableError

OWNERS = 4
ALPHA = 0.3


TEMPLATE = """# Written by examples/table/table.py; {count} examples, {owners} owners.
recipe = "genetic"
seed = 0

[task]
name = "{name}"
topic = "{topic}"
labels = {labels}

[prompt]
user = '''
Classify the {{topic}} as {{labels}}.

Text: {{input}}
Answer:'''

[space]
library = {libraries}

[search]
requests = {requests}
block = {block}

[scoring]
calibration_examples = {calibration}

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
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a set is used, and how much is asked.

    Attributes:
        train: training examples an owner.
        dev: examples of the gate, over all owners.
        test: sealed examples, over all owners.
        requests: of a search.
        calibration: training examples of an owner that calibrate a prompt.
        block: training examples of an owner in a first round.
    """

    train: int = 80
    dev: int = 100
    test: int = 500
    requests: int = 600
    calibration: int = 32
    block: int = 8


QUICK = Size(train=32, dev=64, test=64, requests=480, calibration=8)


def write_run(
    one: Set, examples: list[dict[str, str]], size: Size, folder: Path, endpoint: str
) -> Path:
    """Write a set's examples and run file into a folder and return the run file.

    What is there already and is the same stays untouched; the same arguments give the same bytes.

    Args:
        one: the set.
        examples: all of them.
        size: how much is used.
        folder: made if it is not there.
        endpoint: ``"embedded"``, ``"scripted"``, or ``"MODEL@ADDRESS"`` of an OpenAI-compatible
            server.

    Raises:
        TableError: fewer examples than the sizes ask for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(example, ensure_ascii=False) + "\n" for example in examples)
    (folder / "examples.jsonl").write_text(lines, encoding="utf-8")
    path = folder / "run.toml"
    path.write_text(run_text(one, examples, size, endpoint), encoding="utf-8")
    return path


def run_text(one: Set, examples: list[dict[str, str]], size: Size, endpoint: str) -> str:
    """Return the run file of a set.

    Raises:
        TableError: fewer examples than the sizes ask for.
    """
    owners = len({example["domain"] for example in examples}) if one.key else OWNERS
    train, dev, test = _shares(one, len(examples), owners, size)
    return TEMPLATE.format(
        count=len(examples),
        owners=owners,
        name=one.name,
        topic=one.topic,
        labels=json.dumps(one.labels),
        libraries=json.dumps(one.libraries),
        requests=size.requests,
        block=size.block,
        calibration=size.calibration,
        split=_split(one, len(examples) // (3 * OWNERS)),
        train=train,
        dev=dev,
        test=test,
        endpoint=_endpoint(one, endpoint),
    )


def _split(one: Set, fewest: int) -> str:
    if one.key:
        return 'split = "key"'
    return f'split = "dirichlet"\nowners = {OWNERS}\nalpha = {ALPHA}\nmin_size = {fewest}'


def _shares(one: Set, count: int, owners: int, size: Size) -> tuple[float, float, float]:
    """Return the shares of train, dev and test; a small set keeps half for its test."""
    test = min(size.test, count // 2)
    dev = min(size.dev, count // 10) if size.test > test else size.dev
    train = min(size.train * owners, count - test - dev)
    if train < owners * size.block or test < owners or dev < owners:
        raise TableError(f"{one.name}: {count} examples are too few for {owners} owners")
    # Cut, not rounded, so that three shares never pass 1.
    shares = [int(10_000 * part / count) / 10_000 for part in (train, dev, test)]
    return shares[0], shares[1], shares[2]


def _endpoint(one: Set, endpoint: str) -> str:
    if endpoint == "embedded":
        return 'use = "embedded"'
    if endpoint != "scripted":
        model, _, address = endpoint.rpartition("@")
        return f'use = "openai"\nurl = "{address}"\nmodel = "{model}"\nconcurrency = 2'
    words = ", ".join(f'"{label}" = {{ "{label.lower()}" = 1.0 }}' for label in one.labels)
    return f'use = "scripted"\nlexicon = {{ {words} }}'
