"""What an examination found, and whether an endpoint can be used as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedbbpt.diagnosis.alternatives import Alternatives
from fedbbpt.diagnosis.naming import ANOTHER, SAME, judge_name
from fedbbpt.diagnosis.noise import Noise
from fedbbpt.diagnosis.pace import Pace
from fedbbpt.diagnosis.probes import REPLY_TOKENS, Manners, Reply
from fedbbpt.endpoints import Profile

THINKING = "<think"
"""How models that think aloud begin."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An endpoint as it is configured.

    Attributes:
        name: of the owner, or a word for an endpoint that several share.
        profile: contacting nobody.
        table: the settings as a run file writes them.
        configured: alternatives that a run would ask for, or None where nothing says so yet.
    """

    name: str
    profile: Profile
    table: Mapping[str, object] = field(default_factory=dict)
    configured: int | None = None

    @property
    def key_env(self) -> str:
        """The name of the variable that holds the key, empty for none."""
        return str(self.table.get("key_env", ""))

    @property
    def exposed(self) -> bool:
        """Whether examples would travel to another machine where others can read along."""
        return not self.profile.local and self.profile.destination.startswith("http://")


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of one endpoint.

    Attributes:
        subject: what was examined.
        calls: sent.
        greeting: the last reply to the greeting.
        manners: that the greeting was asked in then.
        refused: why an earlier greeting was refused, empty where none was.
        alternatives: of the first token.
        noise: of replies to the same request; None where it was not asked.
        seed: ``kept``, ``ignored``, ``refused`` or ``unclear``; empty where it was not asked.
        paces: at growing concurrency.
    """

    subject: Subject
    calls: int
    greeting: Reply
    manners: Manners = Manners()
    refused: str = ""
    alternatives: Alternatives = Alternatives()
    noise: Noise | None = None
    seed: str = ""
    paces: tuple[Pace, ...] = ()

    @property
    def naming(self) -> str:
        """How the replying model's name relates to the one asked for, see ``judge_name``."""
        # A digest of the weights says more than any name; such servers call a model as they like.
        if self.subject.profile.pinned:
            return SAME
        return judge_name(self.subject.profile.model, self.greeting.model)

    @property
    def tier(self) -> str:
        """``T1`` with log-probabilities, ``T0`` with text only, empty where nothing came."""
        if self.greeting.completion is None:
            return ""
        return "T1" if self.alternatives.accepted else "T0"

    @property
    def problem(self) -> str:
        """Why a run cannot use the endpoint as it is, in one line; empty where it can."""
        asked, place = self.subject.profile.model, self.subject.profile.destination
        if self.greeting.completion is None:
            reason = self.greeting.reason
            if reason.startswith(place):
                return reason
            return f"{place}: no usable reply ({reason}); check that the server is up"
        if self.naming == ANOTHER:
            named = self.greeting.model
            return f"{place}: {named!r} answers, not {asked!r}; if it is meant, write that name"
        return self._ill_mannered(place) or self._misconfigured(place)

    @property
    def latency(self) -> float:
        """Seconds to a short reply when nothing else is asked."""
        alone = [pace.latency for pace in self.paces if pace.concurrency == 1 and pace.latency]
        return alone[0] if alone else self.greeting.seconds

    @property
    def slowest(self) -> float:
        """Seconds to the slowest reply."""
        return max([self.greeting.seconds, *(pace.slowest for pace in self.paces)])

    def _ill_mannered(self, place: str) -> str:
        if self.manners.limit != "max_tokens":
            return (
                f"{place}: it wants {self.manners.limit}, and a run sends max_tokens; choose a "
                "model or a gateway that takes max_tokens"
            )
        if not self.manners.temperature:
            return f"{place}: it refuses temperature 0, and figures of other draws are no figures"
        text = self.greeting.text.strip()
        if not text or text.startswith(THINKING):
            return (
                f"{place}: no answer within {REPLY_TOKENS} tokens; a model that thinks first "
                "cannot be read by its first token: turn its thinking off, or choose another"
            )
        return ""

    def _misconfigured(self, place: str) -> str:
        found, wanted = self.alternatives, self.subject.configured or 0
        short = found.refused is not None and found.refused <= wanted
        if not wanted or not (short or found.silent):
            return ""
        return (
            f"{place}: it does not report top_logprobs = {wanted}, as configured; "
            f"write top_logprobs = {found.accepted}"
        )
