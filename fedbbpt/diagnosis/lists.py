"""Whether an endpoint answers several conversations in one call, as vLLM's list route does."""

from fedbbpt.chat_form import ChatForm
from fedbbpt.diagnosis.asking import Asker
from fedbbpt.diagnosis.exact import BY_IDS, Exact
from fedbbpt.diagnosis.findings import Subject
from fedbbpt.diagnosis.probes import GREETING, Probe, Reply
from fedbbpt.endpoints.wire.lists import ROUTE, replies_of

TAKEN, ABSENT, REFUSED, ODD = "taken", "absent", "refused", "odd"

_OTHER = "Is the sea at midnight bright or dark? Answer with one word."
_ASKED = [[{"role": "user", "content": text}] for text in (GREETING, _OTHER)]
_PROBE = Probe(GREETING, max_tokens=1, fields={"messages": _ASKED}, route=ROUTE)

PROBES = (_PROBE, Probe(_OTHER, max_tokens=1))
"""One call; the model reads both."""


def may_take_lists(subject: Subject, exact: Exact | None) -> bool:
    """Tell whether the endpoint is said to be vLLM, or so much like it that it is worth a call."""
    return subject.table.get("use") == "vllm" or (exact is not None and BY_IDS in exact.ways)


async def probe_lists(asker: Asker, form: ChatForm) -> str:
    """Return whether two conversations in one call come back as two choices; one call."""
    return judge_lists(await asker.ask(_PROBE, form))


def judge_lists(reply: Reply) -> str:
    """Return ``taken``, ``absent`` (no such route), ``refused`` or ``odd`` (no usable reply)."""
    if reply.status in {404, 405, 501}:
        return ABSENT
    if reply.refused:
        return REFUSED
    try:
        replies_of(reply.body, [probe.request() for probe in PROBES])
    except ValueError:
        return ODD
    return TAKEN
