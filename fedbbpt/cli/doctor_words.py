"""What the doctor found of an endpoint that answers, in words."""

from collections.abc import Iterator

from fedbbpt.diagnosis import exact, lists, prefix_cache, seeding, soft, template
from fedbbpt.diagnosis.alternatives import Alternatives
from fedbbpt.diagnosis.exact import Exact
from fedbbpt.diagnosis.examination import SIDE_BY_SIDE
from fedbbpt.diagnosis.findings import Findings
from fedbbpt.diagnosis.noise import Noise
from fedbbpt.diagnosis.prefix_cache import PrefixCache
from fedbbpt.diagnosis.soft import Soft
from fedbbpt.diagnosis.template import Template
from fedbbpt.diagnosis.toml_text import toml_lines
from fedbbpt.endpoints.wire import naming
from fedbbpt.endpoints.wire.lists import ROUTE

_NAMES = {
    naming.SAME: "as asked",
    naming.DATED: "the name asked for, dated",
    naming.UNSAID: "the reply names no model",
    naming.ANOTHER: "another than asked",
}
_SEEDS = {
    seeding.KEPT: "decides the draw at temperature 1",
    seeding.IGNORED: "accepted, but draws differ all the same",
    seeding.REFUSED: "refused",
    seeding.UNCLEAR: "cannot tell: draws do not differ, or some failed",
}
_TIERS = {
    "T0": "text only",
    "T1": "log-probabilities of the likeliest tokens",
    "T2": "log-probabilities of any token, by its id",
    "T3": "prompt embeddings are taken",
}
_WAYS = {
    exact.BY_IDS: "logprob_token_ids: two unlikely tokens asked for by id, both came in one call",
    exact.BY_BIAS: (
        "logit_bias, one call a label: a forced token reports the log-probability that it has "
        "without force"
    ),
    exact.SHARES: "post_sampling_probs: the shares of two forced tokens came in one call",
}
_SOFT = {
    soft.IGNORED: (
        f"no: a tensor of the wrong width ({soft.WRONG_WIDTH}) was answered, so it is not read"
    ),
    soft.OFF: "switched off: the server says to start it with --enable-prompt-embeds",
    soft.UNKNOWN: "no: the server refuses such a part of a message",
    soft.WIDTH_UNSAID: "a wrong shape is refused, but the right one is not named",
    soft.UNCLEAR: "cannot tell: a reply was lost",
}
_LISTS = {
    lists.TAKEN: (f'{ROUTE} answers two conversations in one call; use = "vllm" sends requests so'),
    lists.ABSENT: f"no {ROUTE}: requests are sent one by one",
    lists.REFUSED: f"{ROUTE} refuses a list: requests are sent one by one",
    lists.ODD: f"{ROUTE} gives no usable reply: requests are sent one by one",
}
_SYSTEMS = {
    template.OWN: "a turn of its own",
    template.FOLDED: "folded into the user's turn, or as cheap as that",
    template.REPLACES: "takes the place of a text of the template's own",
    template.DROPPED: "dropped: it changes no count; put instructions into the user's message",
    template.UNCLEAR: "cannot tell: a reply was lost",
    template.UNCOUNTED: "accepted; what becomes of it cannot be told without token counts",
}


def answering(findings: Findings) -> Iterator[tuple[str, str]]:
    """Yield name and text of every line about an endpoint that answers."""
    profile, named = findings.subject.profile, findings.greeting.model
    if profile.pinned:
        yield "model", f"{profile.model} (known by what it holds, not by its name)"
    else:
        yield "model", f"{named} ({_NAMES[findings.naming]})" if named else _NAMES[findings.naming]
    if findings.greeted.waited:
        yield "waited", f"{findings.greeted.waited:g} s while it was loading"
    yield "latency", f"{findings.latency:.2f} s alone, slowest {findings.slowest:.2f} s"
    yield "tier", f"{findings.tier}: {_TIERS[findings.tier]}"
    yield "alternatives", _alternatives(findings)
    if findings.exact:
        yield "exact labels", _exact(findings.exact)
    if findings.soft:
        yield "embeddings", _soft(findings.soft)
    if findings.lists:
        yield "lists", _LISTS[findings.lists]
    yield "asking", _asking(findings)
    if findings.template:
        yield "template", _template(findings.template, findings.alternatives)
        yield "system role", _system(findings.template)
    if findings.noise:
        yield "repeats", _repeats(findings.noise, findings.greeted.form.temperature)
        yield "noise", _noise(findings.noise)
    yield "seed", _SEEDS[findings.seed]
    if findings.cache:
        yield "prefix cache", _cache(findings.cache)
    paces = (
        f"{pace.concurrency} at once {pace.rate:.1f}/s"
        + (f" ({pace.failed} of {pace.calls} failed: {pace.reason})" if pace.failed else "")
        for pace in findings.paces
    )
    yield "pace", ", ".join(paces)


def _alternatives(findings: Findings) -> str:
    if findings.greeted.form.reasoning_tokens:
        return "not asked: the first token belongs to the thinking"
    found = findings.alternatives
    if not found.accepted:
        return f"none ({'log-probabilities are ignored' if found.silent else found.reason})"
    refused = f", {found.refused} are refused" if found.refused else ""
    fewer = f", {found.given} come" if found.given < found.accepted else ""
    return f"{found.accepted} of the first token{fewer}{refused}"


def _exact(found: Exact) -> str:
    if not found.tokenizer:
        return "not tried: no /tokenize beside this address says which ids a label has"
    if found.ways:
        return "by " + "; by ".join(_WAYS[way] for way in found.ways)
    said = found.refused or "logprob_token_ids and logit_bias are ignored"
    return f"no way found ({said})"


def _soft(found: Soft) -> str:
    if found.state == soft.TAKEN:
        effect = "another reply" if found.difference is None else f"{found.difference:.2g} nats"
        return (
            f"taken: width {soft.WRONG_WIDTH} is refused, the model's is {found.width}; another "
            f'prompt of 4 rows made {effect} of difference; soft tokens: use = "vllm" with '
            f"embedding_width = {found.width}"
        )
    if found.state == soft.INERT:
        return f"width {found.width} is accepted, but two different prompts had the same reply"
    return _SOFT[found.state]


def _asking(findings: Findings) -> str:
    if not (lines := toml_lines(findings.settings)):
        return "takes requests as a run sends them"
    greeted = findings.greeted
    why = "it thinks before it answers" if greeted.thinks else greeted.refused
    draws = "" if greeted.form.temperature else "; every reply is then a draw"
    return f"needs {', '.join(lines)}{draws} (else: {why})"


def _template(found: Template, alternatives: Alternatives) -> str:
    spaced = {True: "; first words come with a space", False: "; first words come without a space"}
    first = spaced.get(alternatives.spaced, "") if alternatives.spaced is not None else ""
    if not found.alone:
        return f"cannot tell: no count of prompt tokens{first}"
    if found.bare:
        return f"none seen: one word is {found.alone} prompt tokens, as of a base model{first}"
    return f"one is applied: one word is {found.alone} prompt tokens{first}"


def _system(found: Template) -> str:
    if found.system == template.REFUSED:
        return f"refused ({found.reason})"
    if not (found.alone and found.with_system):
        return _SYSTEMS[found.system]
    return (
        f"{_SYSTEMS[found.system]} ({found.with_system} prompt tokens with it, {found.alone} "
        f"without, {found.joined} with both texts in the user's)"
    )


def _repeats(noise: Noise, temperature: bool) -> str:
    asked = "temperature 0" if temperature else "the same question without a temperature"
    if noise.texts_together == 1:
        return f"{asked} gives the same text each time"
    alone = "the same text" if noise.texts_alone == 1 else f"{noise.texts_alone} texts"
    return f"{asked} gives {alone} alone, {noise.texts_together} with {SIDE_BY_SIDE} at once"


def _noise(noise: Noise) -> str:
    failed = f"; {noise.failed} requests failed" if noise.failed else ""
    if noise.alone is None or noise.together is None:
        return f"no log-probabilities to compare{failed}"
    return (
        f"log-probabilities differ by up to {noise.alone:.2g} nats alone, "
        f"{noise.together:.2g} with {SIDE_BY_SIDE} at once{failed}"
    )


def _cache(found: PrefixCache) -> str:
    if found.verdict == prefix_cache.UNCLEAR:
        return "cannot tell: a reply was lost, or the prompt is too long"
    said = "cached tokens are not reported"
    if found.reported is not None:
        said = f"reported: {found.reported} of {found.tokens} prompt tokens from the cache"
    seen = "" if found.verdict == prefix_cache.FASTER else ", no difference to build on"
    return f"{said}; measured: {found.fresh:.2f} s new, {found.repeated:.2f} s again{seen}"
