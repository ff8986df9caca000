"""What a run may cost before anything is sent: at most, and as expected, for every owner."""

from collections.abc import Sequence

from fedbbpt.answers import Text
from fedbbpt.completions import Request
from fedbbpt.config.encoding import most_joining
from fedbbpt.config.exemplar_space import home_space
from fedbbpt.config.longest import listed, longest_prompt
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.searched import origin
from fedbbpt.config.shares import Estimate, Share, added, least
from fedbbpt.data import Example, OwnerData
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.records.fingerprint import fingerprint_request
from fedbbpt.endpoints.records.same_model import TRIES
from fedbbpt.endpoints.soft_check import QUESTIONS
from fedbbpt.endpoints.spending.ledger import Worst, worst_of
from fedbbpt.metrics import Grader, Item
from fedbbpt.prompts import Prompt
from fedbbpt.randomness import rng
from fedbbpt.reasoning.inner import told
from fedbbpt.reasoning.rehearsal import REPLY_BYTES, longest_reply, rehearsed
from fedbbpt.spaces import is_private
from fedbbpt.spaces.growth import GrowingSpace
from fedbbpt.work.embedding_texts import ENCODER, embedding_request
from fedbbpt.work.propose import PROPOSER

SAMPLES = 24
"""Pairs of prompt and example that the expected length is averaged over."""

ASCII_BYTES, OTHER_BYTES = 4.0, 2.0
"""Bytes that a token usually has, of ASCII text and of any other."""

MESSAGE, PREAMBLE = 5, 4
"""Tokens that a template usually puts around a message, and adds to a request."""


def estimates(prepared: Prepared) -> tuple[Estimate, ...]:
    """Return an estimate for every owner and, last, for all together.

    There is none where an evaluator asks.
    """
    if prepared.scoring.evaluated:
        return ()
    proposing = prepared.proposing
    space, everyone = prepared.space, tuple(prepared.data.values())
    longest = longest_prompt(space if proposing is None else proposing.widest())
    private = is_private(space)
    shares = [
        _share(
            prepared,
            data,
            longest_prompt(home_space(space, data, everyone)) if private else longest,
        )
        for data in everyone
    ]
    shares += [
        _check(name or "shared", profile)
        for name, profile in prepared.profiles.items()
        if not profile.pinned
    ]
    shares += [*_writers(prepared), *_embeddings(prepared), *_grades(prepared, longest)]
    names = dict.fromkeys(share.owner for share in shares)
    lines = [_sum(name, [one for one in shares if one.owner == name]) for name in names]
    return (*lines, _together(prepared, shares, lines))


def search_calls(prepared: Prepared, owner: str) -> int:
    """Return the most distinct requests of the search that one owner is asked.

    In every round an owner with more examples is asked at least as many, so that of the total at
    most its share among those falls to one owner.
    """
    total, sizes = prepared.plan.requests - prepared.plan.written, prepared.sizes
    if 0 < prepared.schedule.clients_per_round < len(sizes):
        return total
    return total // sum(size >= sizes[owner] for size in sizes.values())


def embedded_texts(prepared: Prepared) -> int:
    """Return the most texts that one search has an endpoint embed, each one call."""
    encoding, owners = prepared.encoding, len(prepared.owners)
    if encoding is None:
        return 0
    return len(encoding.first) + most_joining(prepared.proposing, prepared.schedule, owners)


def usual_tokens(request: Request) -> int:
    """Return about how many tokens a tokenizer makes of a request, its template included."""
    texts = "".join(message.content for message in request.messages)
    ascii_bytes = sum(map(str.isascii, texts))
    others = len(texts.encode("utf-8", "surrogatepass")) - ascii_bytes
    text = ascii_bytes / ASCII_BYTES + others / OTHER_BYTES
    text += 0 if request.soft is None else request.soft.tokens.count
    return round(text) + MESSAGE * len(request.messages) + PREAMBLE


def _share(prepared: Prepared, data: OwnerData, longest: Prompt) -> Share:
    profile, name = prepared.profile_of(data.owner).carrying(), data.owner
    reasoning = told(prepared.scoring.reasoning, data.train)

    def worst(examples: Sequence[Example]) -> list[Worst]:
        asked = (rehearsed(reasoning, longest, example.input) for example in examples)
        costs = [worst_of(request, profile) for requests in asked for request in requests]
        return sorted(costs, key=lambda cost: cost.tokens, reverse=True)

    train, dev, test = worst(data.train), worst(data.dev), worst(data.test)
    # Which training examples calibrate is drawn later: at most the longest ones.
    most = 0 if prepared.scoring.marked else prepared.scoring.calibration_examples
    calibrating = train[: most * prepared.scoring.requests_per_item]
    own = 1 if prepared.personal else 0
    held_out = [*calibrating * (2 + own), *dev * (3 + own), *test * (2 + own)]
    return Share(
        owner=name,
        search=search_calls(prepared, name),
        expected=(prepared.plan.requests - prepared.plan.written) // len(prepared.data),
        held_out=len(held_out),
        held_out_worst=added([(1, cost) for cost in held_out]),
        worst=train[0],
        usual=_usual(prepared, data, profile),
    )


def _writers(prepared: Prepared) -> list[Share]:
    """Return what requests for new instructions cost, for the proposer or for every owner."""
    proposing, written = prepared.proposing, prepared.plan.written
    if proposing is None or not written:
        return []
    asked = {PROPOSER: proposing.profile}
    if proposing.growth.by_owners:
        asked = {name: prepared.profile_of(name).carrying() for name in prepared.data}
    nothing = added([])
    costs = {who: proposing.dearest(profile) for who, profile in asked.items() if profile}
    return [Share(who, written, written, 0, nothing, cost, cost) for who, cost in costs.items()]


def _embeddings(prepared: Prepared) -> list[Share]:
    """Return what the embeddings of instructions cost; those that join are as long as they may."""
    encoding, proposing = prepared.encoding, prepared.proposing
    if encoding is None:
        return []
    profile, texts = encoding.profile, encoding.first
    if proposing is not None and isinstance(widest := proposing.widest(), GrowingSpace):
        texts = widest.texts
    asked = [embedding_request(text) for text in encoding.first]
    costs = [worst_of(request, profile) for request in asked]
    dearest = max(
        (worst_of(embedding_request(text), profile) for text in texts), key=lambda one: one.tokens
    )
    count = embedded_texts(prepared)
    worst = added([*((1, cost) for cost in costs), (count - len(costs), dearest)])
    read = sum(map(usual_tokens, asked)) // len(asked)
    usual = Worst(read, None if profile.price is None else profile.price.worst(read, 0))
    share = Share(ENCODER, 0, 0, count, worst, dearest, usual)
    return [share] if profile.pinned else [share, _check(ENCODER, profile)]


def _grades(prepared: Prepared, longest: Prompt) -> list[Share]:
    """Return what a judge costs that grades every answer once, each of full length."""
    metric, own = prepared.scoring.metric, int(prepared.personal)
    if not isinstance(metric, Grader):
        return []
    length = REPLY_BYTES * longest_reply(prepared.scoring.reasoning, longest)
    answer, shares = Text("x" * length), []
    for name, data in prepared.data.items():
        profile = prepared.judge_of(name)
        if profile is None:
            continue
        items = -(-search_calls(prepared, name) // prepared.scoring.requests_per_item)
        items += len(data.dev) * (3 + own) + len(data.test) * (2 + own)
        everything = (*data.train, *data.dev, *data.test)
        asked = [metric.request_for(Item(longest, answer, one, 0)) for one in everything]
        worst = max((worst_of(request, profile) for request in asked), key=lambda one: one.tokens)
        read = sum(map(usual_tokens, asked)) // len(asked)
        written = asked[0].max_tokens
        money = None if profile.price is None else profile.price.worst(read, written)
        usual = Worst(read + written, money)
        shares.append(Share(name, 0, 0, items, added([(items, worst)]), worst, usual))
    return shares


def _check(owner: str, profile: Profile) -> Share:
    """Return what the questions to an endpoint itself cost, now and in a later process."""
    soft = QUESTIONS if profile.embeddings else 0
    cost, count = worst_of(fingerprint_request(), profile), 1 + TRIES + soft
    return Share(owner, 0, 0, count, added([(count, cost)]), cost, cost)


def _usual(prepared: Prepared, data: OwnerData, profile: Profile) -> Worst:
    examples = [*data.train, *data.dev, *data.test]
    reasoning = told(prepared.scoring.reasoning, data.train)
    draws, space = rng(prepared.run.seed, "estimate"), listed(prepared.space)
    read = written = count = 0
    for _ in range(SAMPLES):
        point = origin(space)
        for axis, slot in enumerate(space.axes):
            point[axis] = draws.integers(len(slot.choices))
        if not space.axes:
            point += 1.0
        prompt = space.decode(point)
        example = examples[int(draws.integers(len(examples)))]
        for request in rehearsed(reasoning, prompt, example.input):
            read += usual_tokens(request)
            written += request.max_tokens
            count += 1
    each = -(-read // max(count, 1)), -(-written // max(count, 1))
    return Worst(sum(each), None if profile.price is None else profile.price.worst(*each))


def _sum(name: str, shares: Sequence[Share]) -> Estimate:
    return Estimate(
        name,
        sum(share.search + share.held_out for share in shares),
        added(
            [pair for one in shares for pair in ((one.search, one.worst), (1, one.held_out_worst))]
        ),
        added([(share.expected + share.held_out, share.usual) for share in shares]),
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
        least(added([(planned, dearest), *held_out]), added([(1, line.most) for line in lines])),
        added([(1, line.usual) for line in lines]),
    )
