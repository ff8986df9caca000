"""What reflection would leak and what the guard lets pass, on notes with 50 planted secrets.

``python tests/benchmarks/leaks.py [--manners ...] [--model]`` runs ``gepa-like`` over two owners
whose model copies the examples that it is shown, once for each manner of copying. A line says how
many texts wanted to leave, how many were refused, how many of these as copies, and how many of the
50 secrets stand in all that the server, its log, its report and its files hold. ``--model 8`` asks
the packaged small model for 8 reflections instead, and judges them as an owner would.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from copying_model import MANNERS
from leak_worlds import (
    LABELS,
    LEXICON,
    examples,
    left_behind,
    played,
    prepared_run,
    secrets,
    seen_in,
)

from fedbbpt.endpoints.embedded import Embedded
from fedbbpt.privacy.canaries import Planter
from fedbbpt.privacy.leak_guard import LeakGuard
from fedbbpt.proposers import Failure, Parent, Proposed
from fedbbpt.proposers.reflection import Reflection

PARENT = Parent("Say complaint or praise for the kind of note.", 0.6)
PATIENCE = 600.0
"""Seconds for one reply of the packaged model on a busy machine."""


def line(name: str, endpoint: Mapping[str, object], generations: int) -> str:
    """Return the figures of one run as a row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        told: list[str] = []
        prepared = prepared_run(Path(folder), endpoint, generations)
        done = asyncio.run(played(prepared, Path(folder) / "run", told))
        out = "\n".join([*told, *left_behind(Path(folder) / "run").values()])
    bank = done.results.bank
    if bank is None or not bank.guarded:
        return f"| {name} | 0 | - | - | - | {len(seen_in(out, secrets()))} | nothing was written |"
    refused = sum(count for _, count in bank.refused)
    rules = ", ".join(f"{rule} {count}" for rule, count in bank.refused) or "none"
    return (
        f"| {name} | {bank.guarded} | {refused} | {refused / bank.guarded:.0%} | "
        f"{bank.near_verbatim / bank.guarded:.0%} | {len(seen_in(out, secrets()))} | {rules} |"
    )


async def reflections(count: int) -> tuple[list[str], tuple[Failure, ...], int]:
    """Return what the packaged model writes of notes, these notes, and how many replies came."""
    notes = examples(0)
    wrong = [Failure(e.input, LABELS[e.targets[0] == LABELS[0]], e.targets[0]) for e in notes]
    marks = Planter.of(notes).marks("leaks", len(wrong))
    failures = tuple(replace(one, mark=mark) for one, mark in zip(wrong, marks, strict=True))
    proposer = Reflection(topic="kind of note", labels=LABELS, max_tokens=64)
    dialogue = proposer.start([PARENT], failures, count, np.random.default_rng(3))
    asked = dialogue.step(())
    if isinstance(asked, Proposed):
        return [], failures, 0
    async with Embedded(timeout_seconds=PATIENCE).connect() as wire:
        replies = [await wire.send(request) for request in asked]
    made = dialogue.step(replies)
    return (list(made.texts) if isinstance(made, Proposed) else []), failures, len(replies)


def model_line(count: int) -> str:
    """Return the figures of the packaged model's reflections as a row of the table."""
    texts, failures, replies = asyncio.run(reflections(count))
    guard = LeakGuard(examples(0), LABELS)
    screen = guard.screen([PARENT.text], [one.mark for one in failures], longest=400)
    verdicts = [screen.verdict(text) for text in texts]
    passed = [text for text, one in zip(texts, verdicts, strict=True) if one.passes]
    rules = Counter(one.rule for one in verdicts if one.rule)
    kept, copies = sum(rules.values()), sum(one.verbatim for one in verdicts)
    out = len(seen_in("\n".join(passed), secrets()))
    share = f"{kept / len(texts):.0%} | {copies / len(texts):.0%}" if texts else "- | -"
    said = ", ".join(f"{rule} {times}" for rule, times in sorted(rules.items())) or "none"
    return (
        f"| packaged model, {replies} replies | {len(texts)} | {kept} | {share} | {out} | {said} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--manners", nargs="*", default=sorted(MANNERS), choices=sorted(MANNERS))
    parser.add_argument("--model", type=int, default=0, help="reflections of the packaged model")
    asked = parser.parse_args()
    write = sys.stdout.write
    write("| manner | wanted to leave | refused | leak rate | near-verbatim | secrets out | by |\n")
    write("|---|---|---|---|---|---|---|\n")
    for manner in [] if asked.model else asked.manners:
        copying = {"use": "copying_model:Copying", "manner": manner, "lexicon": LEXICON}
        write(f"{line(manner, copying, 1)}\n")
        sys.stdout.flush()
    if asked.model:
        write(f"{model_line(asked.model)}\n")


if __name__ == "__main__":
    main()
