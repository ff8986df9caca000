"""The first question: asked until there is an answer, in whatever form the endpoint wants it."""

from dataclasses import dataclass

from fedbbpt.chat_form import PLAIN, ChatForm
from fedbbpt.diagnosis.asking import Asker
from fedbbpt.diagnosis.patience import LOADING, Patience
from fedbbpt.diagnosis.probes import GREETING, REPLY_TOKENS, Probe, Reply, adapted
from fedbbpt.diagnosis.thinking import MOST_OPTIONS, ROOM, thinking_options, thinks, unanswered

ADAPTATIONS = 2
PROBES = (
    *(Probe(GREETING) for _ in range(ADAPTATIONS + MOST_OPTIONS)),
    Probe(GREETING, max_tokens=REPLY_TOKENS + ROOM),
)


@dataclass(frozen=True, slots=True)
class Greeting:
    """How it went.

    Attributes:
        reply: the last one, or the first one without an answer where nothing brought any.
        form: that it was asked in.
        refused: why an earlier form was refused, empty where none was.
        waited: seconds until a loading server was ready, 0 where it was.
        thinks: whether the usual form brought thinking, or no answer at all.
    """

    reply: Reply
    form: ChatForm = PLAIN
    refused: str = ""
    waited: float = 0.0
    thinks: bool = False

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return self.reply.completion is not None and not unanswered(self.reply)


async def greet(asker: Asker, form: ChatForm, patience: Patience) -> Greeting:
    """Return what became of the greeting, asked in ``form`` and in others that refusals suggest.

    While the server says that it is loading, it is asked again for as long as there is patience.
    """
    reply, waited = await asker.ask(Probe(GREETING), form), 0.0
    for pause in patience.pauses():
        if reply.status != LOADING:
            break
        if not waited:
            patience.tell(f"it is loading (503); asked again for up to {patience.seconds:g} s")
        await patience.pause(pause)
        waited += pause
        reply = await asker.ask(Probe(GREETING), form)
    refused = ""
    while asker.raw and (better := adapted(form, reply)) is not None:
        refused, form = refused or reply.reason, better
        reply = await asker.ask(Probe(GREETING), form)
    if not thinks(reply) or (form.reasoning_tokens and not unanswered(reply)):
        return Greeting(reply, form, refused, waited)
    for option in thinking_options(form) if asker.raw else ():
        again = await asker.ask(Probe(GREETING), option)
        roomy = option.reasoning_tokens > form.reasoning_tokens
        if again.completion is not None and not (unanswered(again) if roomy else thinks(again)):
            return Greeting(again, option, refused, waited, thinks=True)
    return Greeting(reply, form, refused, waited, thinks=True)
