"""What the server puts around a text, and what becomes of a system's message: by token counts."""

from dataclasses import dataclass

from fedbbpt.chat_form import ChatForm
from fedbbpt.completions import TokenLogprob
from fedbbpt.diagnosis.asking import Asker
from fedbbpt.diagnosis.probes import Probe, Reply

OWN, FOLDED, REPLACES, DROPPED = "own turn", "folded", "replaces", "dropped"
REFUSED, UNCOUNTED, UNCLEAR = "refused", "uncounted", "unclear"

_TEXT, _SYSTEM = "Hi", "Be brief."
_BARE = 2
"""Tokens of the text alone, with a token that marks its beginning."""

_SPACES = (" ", "\u2581", "\u0120")
"""A leading space as text, as SentencePiece and as byte-level BPE write it."""

PROBES = (
    Probe(_TEXT, max_tokens=1),
    Probe(_TEXT, max_tokens=1, system=_SYSTEM),
    Probe(f"{_SYSTEM}\n{_TEXT}", max_tokens=1),
)


@dataclass(frozen=True, slots=True)
class Template:
    """What was found out.

    Attributes:
        system: what becomes of a system's message: ``own turn``; ``folded`` into the user's;
            ``replaces`` one that the template holds itself; ``dropped``; ``refused``; or
            ``uncounted`` where the endpoint counts no tokens, ``unclear`` where a reply was lost.
        alone: prompt tokens of a text of one token.
        with_system: of the same with a system's message, 0 where there is no count.
        joined: of both texts in one message of the user.
        reason: of a refusal, else empty.
    """

    system: str
    alone: int = 0
    with_system: int = 0
    joined: int = 0
    reason: str = ""

    @property
    def bare(self) -> bool:
        """Whether the text seems to reach the model with nothing around it."""
        return 0 < self.alone <= _BARE


async def probe_template(asker: Asker, form: ChatForm) -> Template:
    """Return what three calls of one token say."""
    alone, with_system, joined = [await asker.ask(probe, form) for probe in PROBES]
    return judge_template(alone, with_system, joined)


def judge_template(alone: Reply, with_system: Reply, joined: Reply) -> Template:
    """Return what the replies say; the texts of ``joined`` are those of ``with_system``."""
    counts = (alone.prompt_tokens, with_system.prompt_tokens, joined.prompt_tokens)
    if with_system.refused:
        return Template(REFUSED, counts[0], 0, counts[2], with_system.reason)
    if any(reply.completion is None for reply in (alone, with_system, joined)):
        return Template(UNCLEAR, *counts)
    if not all(counts):
        return Template(UNCOUNTED, *counts)
    if counts[1] == counts[0]:
        return Template(DROPPED, *counts)
    if counts[1] < counts[0]:
        return Template(REPLACES, *counts)
    return Template(FOLDED if abs(counts[1] - counts[2]) <= 1 else OWN, *counts)


def leading_space(alternatives: tuple[TokenLogprob, ...]) -> bool | None:
    """Return whether the likeliest first word comes with a space before it; None without words.

    >>> leading_space((TokenLogprob(" Bright", -0.1),))
    True
    """
    words = (item.token for item in alternatives if any(c.isalpha() for c in item.token[1:]))
    first = next(words, None)
    return None if first is None else first.startswith(_SPACES)
