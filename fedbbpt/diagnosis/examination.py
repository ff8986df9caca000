"""One endpoint examined: which probes are sent, in which order, and at most how many."""

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple

from fedbbpt.diagnosis.alternatives import (
    MOST_PROBES,
    Alternatives,
    judge_alternatives,
    next_count,
)
from fedbbpt.diagnosis.asking import Asker, Clock
from fedbbpt.diagnosis.findings import Findings, Subject
from fedbbpt.diagnosis.noise import Noise, judge_noise
from fedbbpt.diagnosis.pace import Pace, judge_pace
from fedbbpt.diagnosis.probes import Manners, Probe, Reply, adapted
from fedbbpt.diagnosis.seeding import judge_seed

GREETINGS = 3
SEEDS = ((7, 7, 7), (8, 9))
REPEATS = 4
SIDE_BY_SIDE = 8
PACES = ((1, 4), (4, 8), (16, 16))
"""Concurrency and the calls made at it."""

_GREETING = "Is the sky over a desert at noon bright or dark? Answer with one word."
_REPEATED = "Name a season, and say in one sentence why someone might like it best."
_DRAWN = "Invent a name for a small boat. Answer with the name only."
_PACED = "What is {first} plus {second}? Answer with the number only."


class Step(NamedTuple):
    """One part of the examination, and its calls at most."""

    name: str
    calls: int


STEPS = (
    Step("reach it, and learn how it wants to be asked", GREETINGS),
    Step("how many alternatives of a token it reports", MOST_PROBES),
    Step(f"the same question again, alone and {SIDE_BY_SIDE} at once", REPEATS + SIDE_BY_SIDE),
    Step("whether a seed decides a draw", sum(map(len, SEEDS))),
    Step(
        f"pace at {', '.join(str(level) for level, _ in PACES)} requests at once",
        sum(calls for _, calls in PACES),
    ),
)
MOST_CALLS = sum(step.calls for step in STEPS)


async def examine(subject: Subject, asker: Asker, clock: Clock = time.monotonic) -> Findings:
    """Return what some ``MOST_CALLS`` calls at most say about an endpoint.

    An endpoint that does not answer the greeting is asked nothing more.
    """
    greetings = await _greet(asker)
    manners, greeting = greetings[-1]
    refused = next((reply.reason for _, reply in greetings if reply.reason), "")
    if greeting.completion is None:
        return Findings(subject, len(greetings), greeting, manners, refused)
    alternatives, searched = await _alternatives(asker, manners)
    noise = await _noise(asker, manners, alternatives.accepted)
    seed = await _seed(asker, manners)
    paces = [await _pace(asker, manners, level, calls, clock) for level, calls in PACES]
    calls = len(greetings) + searched + sum(step.calls for step in STEPS[2:])
    return Findings(
        subject, calls, greeting, manners, refused, alternatives, noise, seed, tuple(paces)
    )


async def _greet(asker: Asker) -> list[tuple[Manners, Reply]]:
    """Ask until there is a reply, or a refusal that other manners would not change."""
    manners: Manners | None = Manners()
    asked: list[tuple[Manners, Reply]] = []
    while manners is not None and len(asked) < GREETINGS:
        reply = await asker.ask(Probe(_GREETING), manners)
        asked.append((manners, reply))
        manners = adapted(manners, reply)
    return asked


class _Searched(NamedTuple):
    found: Alternatives
    calls: int


async def _alternatives(asker: Asker, manners: Manners) -> _Searched:
    replies: dict[int, Reply] = {}
    while (count := next_count(replies)) is not None:
        replies[count] = await asker.ask(Probe(_GREETING, top_logprobs=count), manners)
    return _Searched(judge_alternatives(replies), len(replies))


async def _noise(asker: Asker, manners: Manners, top_logprobs: int) -> Noise:
    probe = Probe(_REPEATED, top_logprobs=top_logprobs)
    alone = await _ask_all(asker, manners, [probe] * REPEATS, 1)
    together = await _ask_all(asker, manners, [probe] * SIDE_BY_SIDE, SIDE_BY_SIDE)
    return judge_noise(alone, together)


async def _seed(asker: Asker, manners: Manners) -> str:
    probes = [Probe(_DRAWN, temperature=1.0, seed=seed) for seeds in SEEDS for seed in seeds]
    replies = await _ask_all(asker, manners, probes, 1)
    return judge_seed(replies[: len(SEEDS[0])], replies[len(SEEDS[0]) :])


async def _pace(asker: Asker, manners: Manners, level: int, calls: int, clock: Clock) -> Pace:
    probes = [Probe(_PACED.format(first=level, second=n), max_tokens=4) for n in range(calls)]
    began = clock()
    replies = await _ask_all(asker, manners, probes, level)
    return judge_pace(level, replies, clock() - began)


async def _ask_all(
    asker: Asker, manners: Manners, probes: Sequence[Probe], concurrency: int
) -> list[Reply]:
    """Ask every probe, so many at once, and return the replies in the same positions."""
    replies: dict[int, Reply] = {}
    waiting = iter(enumerate(probes))

    async def work() -> None:
        for index, probe in waiting:
            replies[index] = await asker.ask(probe, manners)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(concurrency, len(probes))):
            group.create_task(work())
    return [replies[index] for index in range(len(probes))]
