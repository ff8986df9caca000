"""One endpoint examined: which probes are sent, in which order, and at most how many."""

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple

from fedbbpt.chat_form import ChatForm
from fedbbpt.diagnosis import alternatives, exact, greeting, lists, prefix_cache, soft, template
from fedbbpt.diagnosis.alternatives import Alternatives, probe_alternatives
from fedbbpt.diagnosis.asking import Asker, Clock, Counted
from fedbbpt.diagnosis.exact import Exact, probe_exact
from fedbbpt.diagnosis.findings import Findings, Subject
from fedbbpt.diagnosis.greeting import greet
from fedbbpt.diagnosis.lists import may_take_lists, probe_lists
from fedbbpt.diagnosis.noise import Noise, judge_noise
from fedbbpt.diagnosis.pace import Pace, judge_pace
from fedbbpt.diagnosis.patience import Patience
from fedbbpt.diagnosis.prefix_cache import probe_prefix
from fedbbpt.diagnosis.probes import Probe, Reply
from fedbbpt.diagnosis.seeding import judge_seed
from fedbbpt.diagnosis.soft import Soft, probe_soft
from fedbbpt.diagnosis.template import Template, probe_template
from fedbbpt.diagnosis.thinking import ROOM
from fedbbpt.endpoints.spending.ledger import worst_tokens

SEEDS = ((7, 7, 7), (8, 9))
REPEATS = 4
SIDE_BY_SIDE = 8
PACES = ((1, 4), (4, 8), (16, 16))
"""Concurrency and the calls made at it."""

_REPEATED = Probe("Name a season, and say in one sentence why someone might like it best.")
_DRAWN = "Invent a name for a small boat. Answer with the name only."
_PACED = "What is {first} plus {second}? Answer with the number only."
_DRAWS = tuple(Probe(_DRAWN, temperature=1.0, seed=seed) for seeds in SEEDS for seed in seeds)


class Step(NamedTuple):
    """One part of the examination, and its probes at most."""

    name: str
    probes: Sequence[Probe]

    @property
    def calls(self) -> int:
        """Calls at most; look-ups of tokens reach no model and are none."""
        return len(self.probes)


def _paced(level: int, calls: int) -> list[Probe]:
    return [Probe(_PACED.format(first=level, second=n), max_tokens=4) for n in range(calls)]


STEPS = (
    Step("reach it, and learn how it wants to be asked", greeting.PROBES),
    Step("how many alternatives of a token it reports", alternatives.PROBES),
    Step("exact log-probabilities of chosen tokens (and 2 look-ups of token ids)", exact.PROBES),
    Step("what it puts around a text, and what becomes of a system role", template.PROBES),
    Step(
        f"the same question again, alone and {SIDE_BY_SIDE} at once",
        [_REPEATED] * (REPEATS + SIDE_BY_SIDE),
    ),
    Step("whether a seed decides a draw", _DRAWS),
    Step("whether a beginning seen before is cheaper", prefix_cache.PROBES),
    Step(
        f"pace at {', '.join(str(level) for level, _ in PACES)} requests at once",
        [probe for level, calls in PACES for probe in _paced(level, calls)],
    ),
    Step("whether it answers a list of conversations in one call", lists.PROBES),
    Step("whether it takes prompt embeddings", soft.PROBES),
)
MOST_CALLS = sum(step.calls for step in STEPS)
MOST_TOKENS = sum(worst_tokens(probe.request()) for step in STEPS for probe in step.probes)


def most_tokens(form: ChatForm, *, thinking: bool) -> int:
    """Return the tokens that an examination uses at most, read and written together.

    Args:
        form: as configured.
        thinking: whether the model turns out to think first, and is given room for it.
    """
    room = max(form.reasoning_tokens, ROOM if thinking else 0)
    return MOST_TOKENS + MOST_CALLS * room


async def examine(
    subject: Subject, asker: Asker, patience: Patience | None = None, clock: Clock = time.monotonic
) -> Findings:
    """Return what some ``MOST_CALLS`` calls at most say about an endpoint.

    An endpoint that does not answer the greeting is asked nothing more. A model that thinks first
    has no first token of an answer, so that nothing is asked about one.

    Args:
        subject: what is examined.
        asker: of it.
        patience: while it is loading; None for the usual.
        clock: as ``time.monotonic``.
    """
    counted = Counted(asker)
    greeted = await greet(counted, subject.profile.form, patience or Patience())
    if not greeted.answered:
        return Findings(subject, counted.calls, greeted)
    form = greeted.form
    reads_first = not form.reasoning_tokens
    found = await probe_alternatives(counted, form) if reads_first else Alternatives()
    layers = await _template_and_exact(counted, form, found)
    noise = await _noise(counted, form, found.accepted)
    seed = await _seed(counted, form)
    cache = await probe_prefix(counted, form) if counted.raw else None
    paces = [await _pace(counted, form, level, calls, clock) for level, calls in PACES]
    listing = ""
    if counted.raw and may_take_lists(subject, layers.exact):
        listing = await probe_lists(counted, form)
    # Last: a server that does not bear it has answered everything else by then.
    soft_prompts = await _soft(counted, form, found, noise) if reads_first else None
    return Findings(
        subject,
        counted.calls,
        greeted,
        alternatives=found,
        exact=layers.exact,
        template=layers.template,
        noise=noise,
        seed=seed,
        cache=cache,
        paces=tuple(paces),
        soft=soft_prompts,
        lists=listing,
    )


class _Layers(NamedTuple):
    template: Template | None
    exact: Exact | None


async def _template_and_exact(asker: Asker, form: ChatForm, found: Alternatives) -> _Layers:
    """Ask where fields and token counts come through, and log-probabilities are given at all."""
    exact_labels = await probe_exact(asker, form) if asker.raw and found.accepted else None
    return _Layers(await probe_template(asker, form) if asker.raw else None, exact_labels)


async def _soft(asker: Asker, form: ChatForm, found: Alternatives, noise: Noise) -> Soft | None:
    if not asker.raw:
        return None
    return await probe_soft(asker, form, min(found.accepted, 5), noise.alone or 0.0)


async def _noise(asker: Asker, form: ChatForm, top_logprobs: int) -> Noise:
    probe = Probe(_REPEATED.question, top_logprobs=top_logprobs)
    alone = await _ask_all(asker, form, [probe] * REPEATS, 1)
    together = await _ask_all(asker, form, [probe] * SIDE_BY_SIDE, SIDE_BY_SIDE)
    return judge_noise(alone, together)


async def _seed(asker: Asker, form: ChatForm) -> str:
    replies = await _ask_all(asker, form, _DRAWS, 1)
    return judge_seed(replies[: len(SEEDS[0])], replies[len(SEEDS[0]) :])


async def _pace(asker: Asker, form: ChatForm, level: int, calls: int, clock: Clock) -> Pace:
    began = clock()
    replies = await _ask_all(asker, form, _paced(level, calls), level)
    return judge_pace(level, replies, clock() - began)


async def _ask_all(
    asker: Asker, form: ChatForm, probes: Sequence[Probe], concurrency: int
) -> list[Reply]:
    """Ask every probe, so many at once, and return the replies in the same positions."""
    replies: dict[int, Reply] = {}
    waiting = iter(enumerate(probes))

    async def work() -> None:
        for index, probe in waiting:
            replies[index] = await asker.ask(probe, form)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(concurrency, len(probes))):
            group.create_task(work())
    return [replies[index] for index in range(len(probes))]
