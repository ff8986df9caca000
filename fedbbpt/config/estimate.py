"""What a run may cost before anything is sent: at most, and as expected, for every owner."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.completions import Request
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.searched import origin
from fedbbpt.data import Example, OwnerData
from fedbbpt.distributions import Floats
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.records.fingerprint import fingerprint_request
from fedbbpt.endpoints.records.same_model import TRIES
from fedbbpt.endpoints.spending.ledger import Worst, worst_of
from fedbbpt.prompts import Prompt
from fedbbpt.randomness import rng
from fedbbpt.spaces import Space

SAMPLES = 24
"""Pairs of prompt and example that the expected length is averaged over."""

ASCII_BYTES, OTHER_BYTES = 4.0, 2.0
"""Bytes that a token usually has, of ASCII text and of any other."""

MESSAGE, PREAMBLE = 5, 4
"""Tokens that a template usually puts around a message, and adds to a request."""


@dataclass(frozen=True, slots=True)
class Share:
    """What is asked on behalf of one owner.

    Attributes:
        owner: its name; ``shared`` for the question that tells the model of several owners.
        search: calls of the search at most.
        expected: calls of the search, if every planned one is made.
        held_out: further calls at most.
        held_out_worst: what these may cost together.
        worst: what one call of the search may cost.
        usual: what one call usually costs, no beginning being cheaper.
    """

    owner: str
    search: int
    expected: int
    held_out: int
    held_out_worst: Worst
    worst: Worst
    usual: Worst


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an owner's calls cost, or those of all; attempts after lost replies are not in it.

    Attributes:
        owner: its name.
        calls: at most.
        most: what they cost at most.
        usual: what they cost as expected, if every planned call is made.
    """

    owner: str
    calls: int
    most: Worst
    usual: Worst


def estimates(prepared: Prepared) -> tuple[Estimate, ...]:
    """Return an estimate for every owner and, last, for all together.

    Grades of a judge are not in it. There is none where an evaluator asks.
    """
    if prepared.scoring.evaluated:
        return ()
    longest = longest_prompt(prepared.space)
    shares = [_share(prepared, data, longest) for data in prepared.data.values()]
    shares += [
        _check(name or "shared", profile)
        for name, profile in prepared.profiles.items()
        if not profile.pinned
    ]
    names = dict.fromkeys(share.owner for share in shares)
    lines = [_sum(name, [one for one in shares if one.owner == name]) for name in names]
    return (*lines, _together(prepared, shares, lines))


def search_calls(prepared: Prepared, owner: str) -> int:
    """Return the most distinct requests of the search that one owner is asked.

    In every round an owner with more examples is asked at least as many, so that of the total at
    most its share among those falls to one owner.
    """
    total, sizes = prepared.plan.requests, prepared.sizes
    if 0 < prepared.schedule.clients_per_round < len(sizes):
        return total
    return total // sum(size >= sizes[owner] for size in sizes.values())


def longest_prompt(space: Space) -> Prompt:
    """Return the longest prompt, where the parts of a prompt lengthen it each by itself.

    One part may change the length of the others, as label words do: every choice of every axis is
    tried together with the longest choices that the other axes have beside it.
    """
    start = origin(space)
    best = start
    for axis, slot in enumerate(space.axes):
        for choice in range(len(slot.choices)):
            point = start.copy()
            point[axis] = choice
            for other, more in enumerate(space.axes):
                if other != axis:
                    tried = [_with(point, other, place) for place in range(len(more.choices))]
                    point = max(tried, key=lambda one: _bytes(space.decode(one)))
            best = max(best, point, key=lambda one: _bytes(space.decode(one)))
    return space.decode(best)


def usual_tokens(request: Request) -> int:
    """Return about how many tokens a tokenizer makes of a request, its template included."""
    texts = "".join(message.content for message in request.messages)
    ascii_bytes = sum(map(str.isascii, texts))
    others = len(texts.encode("utf-8", "surrogatepass")) - ascii_bytes
    text = ascii_bytes / ASCII_BYTES + others / OTHER_BYTES
    return round(text) + MESSAGE * len(request.messages) + PREAMBLE


def _share(prepared: Prepared, data: OwnerData, longest: Prompt) -> Share:
    profile, name = prepared.profile_of(data.owner).carrying(), data.owner

    def worst(examples: Sequence[Example]) -> list[Worst]:
        asked = (_asked(prepared, longest, example) for example in examples)
        costs = [worst_of(request, profile) for requests in asked for request in requests]
        return sorted(costs, key=lambda cost: cost.tokens, reverse=True)

    train, dev, test = worst(data.train), worst(data.dev), worst(data.test)
    # Which training examples calibrate is drawn later: at most the longest ones.
    calibrating = train[: 0 if prepared.scoring.marked else prepared.scoring.calibration_examples]
    held_out = [*calibrating * 2, *dev * 3, *test * 2]
    return Share(
        owner=name,
        search=search_calls(prepared, name),
        expected=prepared.plan.requests // len(prepared.data),
        held_out=len(held_out),
        held_out_worst=_added([(1, cost) for cost in held_out]),
        worst=train[0],
        usual=_usual(prepared, [*data.train, *data.dev, *data.test], profile),
    )


def _check(owner: str, profile: Profile) -> Share:
    """Return what the question that tells the model costs, now and in a later process."""
    cost, count = worst_of(fingerprint_request(), profile), 1 + TRIES
    return Share(owner, 0, 0, count, _added([(count, cost)]), cost, cost)


def _usual(prepared: Prepared, examples: Sequence[Example], profile: Profile) -> Worst:
    draws = rng(prepared.run.seed, "estimate")
    read = written = count = 0
    for _ in range(SAMPLES):
        point = origin(prepared.space)
        for axis, slot in enumerate(prepared.space.axes):
            point[axis] = draws.integers(len(slot.choices))
        prompt = prepared.space.decode(point)
        for request in _asked(prepared, prompt, examples[int(draws.integers(len(examples)))]):
            read += usual_tokens(request)
            written += request.max_tokens
            count += 1
    each = -(-read // max(count, 1)), -(-written // max(count, 1))
    return Worst(sum(each), None if profile.price is None else profile.price.worst(*each))


def _asked(prepared: Prepared, prompt: Prompt, example: Example) -> Sequence[Request]:
    step = prepared.scoring.reasoning.start(prompt, example.input).step(())
    return step if isinstance(step, Sequence) else ()


def _sum(name: str, shares: Sequence[Share]) -> Estimate:
    return Estimate(
        name,
        sum(share.search + share.held_out for share in shares),
        _added(
            [pair for one in shares for pair in ((one.search, one.worst), (1, one.held_out_worst))]
        ),
        _added([(share.expected + share.held_out, share.usual) for share in shares]),
    )


def _together(prepared: Prepared, shares: Sequence[Share], lines: Sequence[Estimate]) -> Estimate:
    # The owners' bounds of the search may count a call twice; together they ask what is planned.
    planned = prepared.plan.requests
    dearest = Worst(
        max(share.worst.tokens for share in shares),
        None
        if any(share.worst.nanodollars is None for share in shares)
        else max(share.worst.nanodollars or 0 for share in shares),
    )
    held_out = [(1, share.held_out_worst) for share in shares]
    return Estimate(
        "together",
        planned + sum(share.held_out for share in shares),
        _least(_added([(planned, dearest), *held_out]), _added([(1, line.most) for line in lines])),
        _added([(1, line.usual) for line in lines]),
    )


def _added(amounts: Sequence[tuple[int, Worst]]) -> Worst:
    tokens = sum(count * worst.tokens for count, worst in amounts)
    if any(count and worst.nanodollars is None for count, worst in amounts):
        return Worst(tokens, None)
    return Worst(tokens, sum(count * (worst.nanodollars or 0) for count, worst in amounts))


def _least(first: Worst, second: Worst) -> Worst:
    """Return the smaller of two bounds of the same calls."""
    tokens = min(first.tokens, second.tokens)
    if first.nanodollars is None or second.nanodollars is None:
        return Worst(tokens, None)
    return Worst(tokens, min(first.nanodollars, second.nanodollars))


def _with(point: Floats, axis: int, choice: int) -> Floats:
    changed = point.copy()
    changed[axis] = choice
    return changed


def _bytes(prompt: Prompt) -> int:
    return sum(len(message.content.encode()) for message in prompt.messages)
