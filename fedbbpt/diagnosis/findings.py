"""What an examination found, and whether an endpoint can be used as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedbbpt.diagnosis.alternatives import Alternatives
from fedbbpt.diagnosis.exact import Exact
from fedbbpt.diagnosis.greeting import Greeting
from fedbbpt.diagnosis.noise import Noise
from fedbbpt.diagnosis.pace import Pace
from fedbbpt.diagnosis.prefix_cache import PrefixCache
from fedbbpt.diagnosis.probes import REPLY_TOKENS, Reply
from fedbbpt.diagnosis.soft import TAKEN, Soft
from fedbbpt.diagnosis.template import Template
from fedbbpt.diagnosis.thinking import ROOM
from fedbbpt.diagnosis.toml_text import toml_lines
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.wire.naming import ANOTHER, SAME, judge_name


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
        calls: made.
        greeted: how the greeting went.
        alternatives: of the first token.
        exact: ways to log-probabilities of chosen tokens; None where they were not asked for.
        template: what stands around a text; None where it cannot be seen.
        noise: of replies to the same request; None where it was not asked.
        seed: ``kept``, ``ignored``, ``refused`` or ``unclear``; empty where it was not asked.
        cache: of beginnings; None where it was not asked.
        paces: at growing concurrency.
        soft: whether prompt embeddings are taken; None where they were not asked for.
        lists: ``taken``, ``absent``, ``refused`` or ``odd``; empty where it was not asked.
    """

    subject: Subject
    calls: int
    greeted: Greeting
    alternatives: Alternatives = Alternatives()
    exact: Exact | None = None
    template: Template | None = None
    noise: Noise | None = None
    seed: str = ""
    cache: PrefixCache | None = None
    paces: tuple[Pace, ...] = ()
    soft: Soft | None = None
    lists: str = ""

    @property
    def greeting(self) -> Reply:
        """The last reply to the greeting."""
        return self.greeted.reply

    @property
    def naming(self) -> str:
        """How the replying model's name relates to the one asked for, see ``judge_name``."""
        # A digest of the weights says more than any name; such servers call a model as they like.
        if self.subject.profile.pinned:
            return SAME
        return judge_name(self.subject.profile.signature, self.greeting.model)

    @property
    def tier(self) -> str:
        """What a run can build on, empty where no answer came.

        ``T0`` text; ``T1`` log-probabilities of the likeliest tokens; ``T2`` of any chosen token;
        ``T3`` prompt embeddings are taken.
        """
        if not self.greeted.answered:
            return ""
        if self.soft is not None and self.soft.state == TAKEN:
            return "T3"
        if self.exact is not None and self.exact.ways:
            return "T2"
        return "T1" if self.alternatives.accepted else "T0"

    @property
    def settings(self) -> dict[str, object]:
        """What the endpoint's table must say beyond what it says, so that a run gets answers."""
        configured = self.subject.profile.form.payload()
        wanted = self.greeted.form.payload()
        changed = {name: value for name, value in wanted.items() if configured.get(name) != value}
        # Its first token belongs to the thinking, and says nothing of the answer.
        return changed | ({"top_logprobs": 0} if "reasoning_tokens" in changed else {})

    @property
    def problem(self) -> str:
        """Why a run cannot use the endpoint as it is, in one line; empty where it can."""
        asked, place = self.subject.profile.model, self.subject.profile.destination
        if self.greeting.completion is None:
            reason = self.greeting.reason
            if reason.startswith(place):
                return reason
            waited = f" after {self.greeted.waited:g} s of waiting" if self.greeted.waited else ""
            return f"{place}: no usable reply ({reason}){waited}; check that the server is up"
        if self.naming == ANOTHER:
            named = self.greeting.model
            return (
                f"{place}: {named!r} answers, not {asked!r}; if it is meant, write that name, or "
                "answers_as where the server wants the other one"
            )
        if not self.greeted.answered:
            return (
                f"{place}: no answer within {REPLY_TOKENS} tokens, neither with thinking turned "
                f"off nor with room for {ROOM:,} tokens of it; choose another model, or turn its "
                "thinking off where it is served"
            )
        return self._misconfigured(place)

    @property
    def latency(self) -> float:
        """Seconds to a short reply when nothing else is asked."""
        alone = [pace.latency for pace in self.paces if pace.concurrency == 1 and pace.latency]
        return alone[0] if alone else self.greeting.seconds

    @property
    def slowest(self) -> float:
        """Seconds to the slowest reply."""
        return max([self.greeting.seconds, *(pace.slowest for pace in self.paces)])

    def _misconfigured(self, place: str) -> str:
        if self.subject.configured is None:
            return ""
        if lines := toml_lines(self.settings):
            return f"{place}: as configured it gives no answer; write {' and '.join(lines)}"
        found, wanted = self.alternatives, self.subject.configured
        short = found.refused is not None and found.refused <= wanted
        if not wanted or not (short or found.silent):
            return ""
        return (
            f"{place}: it does not report top_logprobs = {wanted}, as configured; "
            f"write top_logprobs = {found.accepted}"
        )
