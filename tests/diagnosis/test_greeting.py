"""The greeting: which forms are tried on whom, and how long a loading server is waited for."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from fedbbpt.chat_form import ChatForm
from fedbbpt.completions import Completion
from fedbbpt.diagnosis.greeting import PROBES, greet
from fedbbpt.diagnosis.patience import Patience
from fedbbpt.diagnosis.probes import Probe, Reply
from fedbbpt.diagnosis.thinking import ROOM, thinking_options

GOOD = Reply(0.1, 200, Completion("Bright."))
EMPTY = Reply(0.1, 200, Completion("", finish_reason="length"))
LOADING = Reply(0.1, 503, reason="loading")


@dataclass
class Played:
    """An asker that answers by the form, and keeps the forms."""

    answer: Callable[[ChatForm], Reply]
    raw: bool = True
    forms: list[ChatForm] = field(default_factory=list)

    async def ask(self, probe: Probe, form: ChatForm) -> Reply:
        self.forms.append(form)
        return self.answer(form)

    async def tokens(self, text: str) -> tuple[int, ...]:
        return ()


@dataclass
class Clock:
    """Keeps the pauses in the place of waiting."""

    pauses: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def patience(self, seconds: float) -> Patience:
        return Patience(seconds, self.pause, self.told.append)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


def answered(reply: Reply, _form: ChatForm) -> Reply:
    return reply


def said(text: str, **message: str) -> dict[str, object]:
    return {"choices": [{"message": {"content": text, **message}}]}


def no(said: str) -> Reply:
    return Reply(0.1, 400, reason=said, said=said)


async def test_both_refusals_of_a_reasoning_model_and_its_silence_are_heeded() -> None:
    def answer(form: ChatForm) -> Reply:
        if form.token_limit == "max_tokens":
            return no("use 'max_completion_tokens'")
        if form.temperature:
            return no("'temperature' does not support 0.0")
        if form.extra_body:
            return no("unknown field")
        return GOOD if form.reasoning_tokens else EMPTY

    asker = Played(answer)

    found = await greet(asker, ChatForm(), Patience())

    assert found.answered
    assert found.thinks
    assert found.form == ChatForm("max_completion_tokens", False, ROOM)
    assert found.refused == "use 'max_completion_tokens'"
    assert len(asker.forms) == len(PROBES)


async def test_thinking_is_turned_off_before_it_is_given_room() -> None:
    def answer(form: ChatForm) -> Reply:
        return GOOD if "chat_template_kwargs" in form.extra_body else EMPTY

    found = await greet(Played(answer), ChatForm(), Patience())

    assert found.form == ChatForm(extra_body={"chat_template_kwargs": {"enable_thinking": False}})


async def test_a_short_thought_before_an_answer_is_noticed() -> None:
    thought = replace(GOOD, body=said("Bright.", reasoning_content="At noon."))

    def answer(form: ChatForm) -> Reply:
        return GOOD if form.extra_body == {"reasoning_effort": "none"} else thought

    quiet = await greet(Played(answer), ChatForm(), Patience())
    never = await greet(Played(partial(answered, thought)), ChatForm(), Patience())

    assert quiet.form == ChatForm(extra_body={"reasoning_effort": "none"})
    assert never.form == ChatForm(reasoning_tokens=ROOM)
    assert quiet.answered
    assert never.answered


async def test_what_a_run_file_says_of_thinking_is_not_contradicted() -> None:
    configured = ChatForm(extra_body={"reasoning_effort": "low", "top_p": 1})

    options = thinking_options(configured)

    assert all(option.extra_body["reasoning_effort"] == "low" for option in options)
    assert all(option.extra_body["top_p"] == 1 for option in options)
    assert options[-1] == replace(configured, reasoning_tokens=ROOM)


async def test_an_endpoint_that_fields_do_not_reach_is_asked_once() -> None:
    for reply in (EMPTY, no("max_tokens")):
        asker = Played(partial(answered, reply), raw=False)

        found = await greet(asker, ChatForm(), Patience())

        assert not found.answered
        assert len(asker.forms) == 1


@pytest.mark.parametrize(("busy", "ready"), [(3, True), (99, False)])
async def test_a_loading_server_is_asked_again_within_the_patience(busy: int, ready: bool) -> None:
    clock = Clock()
    asker = Played(lambda _form: LOADING if len(asker.forms) <= busy else GOOD)

    found = await greet(asker, ChatForm(), clock.patience(20.0))

    assert found.answered is ready
    assert found.waited == sum(clock.pauses) <= 20.0
    assert clock.told == ["it is loading (503); asked again for up to 20 s"]


async def test_other_failures_are_not_waited_for() -> None:
    clock = Clock()

    found = await greet(Played(lambda _form: Reply(0.1, 0)), ChatForm(), clock.patience(20.0))

    assert not found.answered
    assert not clock.pauses
    assert not clock.told
