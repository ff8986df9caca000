"""How long the candidates of a search are, in tokens as the endpoints counted them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.config.connect import Connected
from fedbbpt.config.proposing import space_with
from fedbbpt.endpoints import Endpoint, Profile
from fedbbpt.endpoints.records.remembered import Remembered
from fedbbpt.experiment.stages import Found
from fedbbpt.objective import Row
from fedbbpt.runs.front import CHARACTERS, TOKENS
from fedbbpt.spaces import Space
from fedbbpt.tried import Tried
from fedbbpt.work.owner import Owner

MOST = 128
"""Candidates looked at, the best by loss: a search over words draws thousands."""

EXAMPLES = 8
"""Examples of an owner whose requests are counted."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths of candidates of one search.

    Attributes:
        unit: ``"prompt tokens"``, a mean over requests, or ``"characters"`` of the prompt, where
            an endpoint does not tell its tokens.
        candidates: those that were looked at, the best by loss first.
        values: their lengths.
        scored: how many candidates the search scored in all.
    """

    unit: str
    candidates: tuple[Tried, ...]
    values: tuple[float, ...]
    scored: int

    @property
    def by_point(self) -> Mapping[bytes, float]:
        """The lengths by the bytes of their points."""
        pairs = zip(self.candidates, self.values, strict=True)
        return {one.point.tobytes(): value for one, value in pairs}


async def lengths_of(lines: Connected, found: Found) -> Lengths | None:
    """Return the lengths of what a search scored, from its journal; asks no model.

    None for a search whose candidates only the owners know, or whose space holds no choices.

    Args:
        lines: open endpoints.
        found: by the search.
    """
    if not found.tried:
        return None
    chosen = tuple(sorted(found.tried, key=lambda one: one.loss)[:MOST])
    owners = [_asked_again(client.owner, lines) for _, client in sorted(lines.clients().items())]
    tokens = []
    for one in chosen:
        count = _Count()
        for owner, endpoint in owners:
            endpoint.count = count
            space = space_with(owner.space, found.texts)
            await _ask(owner, space, one, lines.prepared.run.seed)
        tokens.append(count.mean)
    scored = len(found.tried)
    if all(tokens):
        return Lengths(TOKENS, chosen, tuple(tokens), scored)
    shown = lines.prepared.space_with(found.texts)
    return Lengths(CHARACTERS, chosen, tuple(_characters(shown, one) for one in chosen), scored)


async def _ask(owner: Owner, space: Space, one: Tried, seed: int) -> None:
    examples = owner.block(one.block, seed)[:EXAMPLES]
    await owner.objective.answers([Row(space.decode(one.point))], examples)


def _characters(space: Space, one: Tried) -> float:
    return float(sum(len(message.content) for message in space.decode(one.point).shown()))


@dataclass(slots=True)
class _Count:
    """Tokens read for one candidate, by how many requests; silent once one of them told none."""

    tokens: int = 0
    requests: int = 0
    silent: bool = False

    def add(self, reply: Completion) -> None:
        self.tokens += reply.usage.prompt_tokens
        self.requests += 1
        self.silent = self.silent or reply.usage.prompt_tokens < 1

    @property
    def mean(self) -> float:
        """Tokens a request; 0 where nobody tells."""
        return self.tokens / self.requests if self.requests and not self.silent else 0.0


@dataclass(slots=True)
class _Counting:
    """An endpoint beside which the tokens of its replies are counted."""

    inner: Endpoint
    count: _Count = field(default_factory=_Count)

    @property
    def profile(self) -> Profile:
        return self.inner.profile

    @property
    def calls(self) -> int:
        return self.inner.calls

    async def complete(self, requests: Sequence[Request]) -> list[Completion | Missing]:
        replies = await self.inner.complete(requests)
        for reply in replies:
            if isinstance(reply, Completion):
                self.count.add(reply)
        return replies


def _asked_again(owner: Owner, lines: Connected) -> tuple[Owner, _Counting]:
    """Return an owner that is answered from the journal, without marks, and what counts there."""
    objective = owner.objective
    endpoint = _Counting(Remembered(objective.endpoint.profile, lines.journal))
    return replace(owner, objective=replace(objective, endpoint=endpoint, marker=None)), endpoint
