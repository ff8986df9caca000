"""Replies of the packaged small model to public questions, for the hand check of extraction.

``python tests/benchmarks/real_replies.py DATA OUT.jsonl --count 300`` asks questions of the data
sets in the folder DATA (``gsm8k.test.jsonl`` and so on: ``id``, ``input``, ``target``, ``choices``)
in three ways by turns, and adds a line to OUT.jsonl for each reply: ``id``, ``kind``, ``question``,
``target``, ``reply``, ``finish_reason``. What OUT.jsonl holds is not asked again.
"""

import argparse
import asyncio
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from fedbbpt.completions import Request
from fedbbpt.endpoints.embedded import Embedded
from fedbbpt.labels import letters
from fedbbpt.prompts import Message

SETS = {
    "number": ("multiarith.test", "svamp.test", "gsm8k.test"),
    "choice": ("commonsenseqa.test", "aqua.test", "aqua.train"),
    "yes_no": ("coin_flip.test", "strategyqa.test", "strategyqa.train"),
}
SPOKEN = {
    "number": "a number",
    "choice": "the letter of an option",
    "yes_no": "yes or no",
}
WAYS = (
    "{question}\nLet's think step by step.",
    "{question}\nThink step by step, then end with a line that says Answer: and {spoken}.",
    "{question}\nAnswer with {spoken}, then say why in one sentence.",
)
MAX_TOKENS = 256
PATIENCE = 600.0
"""Seconds for one reply: a busy machine writes a token a second."""


def rows(path: Path) -> Iterator[dict[str, object]]:
    """Yield the objects of a file with one JSON object a line."""
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def question_of(row: dict[str, object]) -> str:
    """Return the question, with its options in lines of their own where it has some."""
    options = row.get("choices")
    if not isinstance(options, list):
        return str(row["input"])
    named = zip(letters(len(options)), options, strict=True)
    return "\n".join([str(row["input"]), *(f"{letter}) {text}" for letter, text in named)])


def questions(folder: Path, count: int) -> Iterator[dict[str, str]]:
    """Yield ``count`` questions, the sets by turns, so that any beginning of them is mixed."""
    sets = [(kind, names[turn]) for turn in range(3) for kind, names in SETS.items()]
    streams = [[(kind, row) for row in rows(folder / f"{name}.jsonl")] for kind, name in sets]
    mixed = itertools.chain.from_iterable(zip(*streams, strict=False))
    for number, (kind, row) in enumerate(itertools.islice(mixed, count)):
        question = question_of(row)
        way = WAYS[(number + number // len(streams)) % len(WAYS)]
        yield {
            "id": str(row["id"]),
            "kind": kind,
            "question": question,
            "target": str(row["target"]),
            "asked": way.format(question=question, spoken=SPOKEN[kind]),
        }


async def ask(wanted: Sequence[dict[str, str]], out: Path) -> None:
    """Add a line to a file for the reply to each question."""
    async with Embedded(timeout_seconds=PATIENCE).connect() as wire:
        for item in wanted:
            request = Request((Message("user", item["asked"]),), max_tokens=MAX_TOKENS)
            reply = await wire.send(request)
            line = {**item, "reply": reply.text, "finish_reason": reply.finish_reason}
            with out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def main(words: Sequence[str]) -> None:
    """Ask as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=300)
    given = parser.parse_args(words)
    done = {row["id"] for row in rows(given.out)} if given.out.exists() else set()
    wanted = [item for item in questions(given.data, given.count) if item["id"] not in done]
    asyncio.run(ask(wanted, given.out))


if __name__ == "__main__":
    main(sys.argv[1:])
