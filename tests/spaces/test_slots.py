from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt import library
from fedbbpt.data import Task
from fedbbpt.library import Entry, Exemplar, ExemplarSet, LabelWords, SlotLibrary
from fedbbpt.prompts import Message, Prompt
from fedbbpt.spaces import Space
from fedbbpt.spaces.slots import Slots
from fedbbpt.spaces.start import Start, Turn

TASK = Task("mood", "sentiment of the text", ("negative", "positive"))
START = Start(
    system="Classify the sentiment of the text.",
    user="Text: {input}\nSentiment:",
    words=("bad", "good"),
    hint="Answer with one word.",
    shots=(Exemplar("It broke.", "negative"), Turn("Ready?", "Ready.")),
)
PACKAGED = library.merge([library.load("classification"), library.load("sentiment")])
SMALL = SlotLibrary(
    instructions=(Entry("The {topic} is {labels}.", "test"), Entry("", "test")),
    inputs=(Entry("{input}\n{labels}?", "test"),),
    wordings=(LabelWords((("positive", "great"), ("negative", "terrible")), "test"),),
    hints=(Entry("", "test"), Entry("Be brief.", "test")),
    exemplar_sets=(
        ExemplarSet("none", (), "test"),
        ExemplarSet("one", (Exemplar("Lovely.", "Positive"),), "test"),
    ),
)
SLOTS = Slots(TASK, START, PACKAGED)
EMPTY = Start("", "{input}")


def at(space: Slots, *point: int) -> Prompt:
    return space.decode(np.array(point, dtype=np.float64))


@st.composite
def points(draw: st.DrawFn, space: Slots) -> list[int]:
    return [draw(st.integers(0, len(axis.choices) - 1)) for axis in space.axes]


def test_the_origin_is_the_start_prompt() -> None:
    space: Space = SLOTS

    prompt = space.decode(np.zeros(5))

    assert prompt == Prompt(
        (
            Message("system", "Classify the sentiment of the text. Answer with one word."),
            Message("user", "Text: It broke.\nSentiment:"),
            Message("assistant", "bad"),
            Message("user", "Ready?"),
            Message("assistant", "Ready."),
            Message("user", "Text: {input}\nSentiment:"),
        ),
        ("bad", "good"),
    )


words_of_a_prompt = st.text(max_size=30).filter(lambda t: "{" not in t)


@given(words_of_a_prompt, words_of_a_prompt, words_of_a_prompt, st.sampled_from(["bad", "good"]))
def test_the_origin_is_the_prompt_that_was_brought(
    system: str, before: str, shown: str, answer: str
) -> None:
    opening = (Message("system", system),) if system else ()
    question = Message("user", f"{before}{{input}}")
    pairs = (Message("user", f"{before}{shown}"), Message("assistant", answer))
    brought = Prompt((*opening, *pairs, question), ("bad", "good"))

    space = Slots(TASK, Start.from_messages(brought.messages, brought.words), PACKAGED)

    assert at(space, 0, 0, 0, 0, 0) == brought


def test_the_axes_stand_in_order_and_begin_with_the_start() -> None:
    axes = Slots(TASK, START, SMALL).axes

    assert [axis.name for axis in axes] == ["instruction", "input", "wording", "hint", "exemplars"]
    assert [axis.choices[0] for axis in axes] == [
        "Classify the sentiment of the text.",
        "Text: {input} Sentiment:",
        "bad / good",
        "Answer with one word.",
        "(start)",
    ]
    assert [len(axis.choices) for axis in axes] == [3, 2, 2, 3, 3]
    assert axes[4].choices[1:] == ("(none)", "one")


def test_each_axis_changes_its_own_part() -> None:
    space = Slots(TASK, START, SMALL)

    assert at(space, 1, 0, 0, 2, 1).messages == (
        Message("system", "The sentiment of the text is bad or good. Be brief."),
        Message("user", "Text: {input}\nSentiment:"),
    )
    assert at(space, 2, 1, 1, 1, 2) == Prompt(
        (
            Message("user", "Lovely.\nterrible or great?"),
            Message("assistant", "great"),
            Message("user", "{input}\nterrible or great?"),
        ),
        ("terrible", "great"),
    )


def test_a_hint_without_an_instruction_is_the_system_message() -> None:
    space = Slots(TASK, START, SMALL)

    assert at(space, 2, 0, 0, 2, 1).messages[0] == Message("system", "Be brief.")


def test_the_starts_exemplars_follow_the_chosen_template_and_words_and_its_turns_do_not() -> None:
    space = Slots(TASK, START, SMALL)

    messages = at(space, 0, 1, 1, 0, 0).messages

    assert messages[1] == Message("user", "It broke.\nterrible or great?")
    assert messages[2] == Message("assistant", "terrible")
    assert messages[3:5] == (Message("user", "Ready?"), Message("assistant", "Ready."))


@given(points(SLOTS), st.text(max_size=40))
def test_every_point_is_a_prompt_with_one_place_for_the_input(point: list[int], text: str) -> None:
    prompt = at(SLOTS, *point)

    assert prompt == at(SLOTS, *point)
    assert sum(message.content.count("{input}") for message in prompt.messages) == 1
    assert prompt.messages[-1].role == "user"
    assert len(prompt.words) == 2
    assert "{topic}" not in prompt.text()
    assert "{labels}" not in prompt.text()
    assert "{input}" not in "".join(m.content for m in prompt.render(text.replace("{", "")))
    answers = [m.content for m in prompt.messages if m.role == "assistant"]
    assert set(answers) <= {*prompt.words, "Ready."}


def test_a_frozen_axis_keeps_the_start() -> None:
    space = Slots(TASK, START, SMALL, frozen=("wording", "exemplars"))

    assert [len(axis.choices) for axis in space.axes] == [3, 2, 1, 3, 1]
    with pytest.raises(ValueError, match="no choice of axis 'wording'"):
        at(space, 0, 0, 1, 0, 0)


def test_a_limit_counts_the_starts_own_part() -> None:
    assert [len(a.choices) for a in Slots(TASK, START, SMALL, limit=2).axes] == [2, 2, 2, 2, 2]
    assert [len(a.choices) for a in Slots(TASK, START, SMALL, limit=1).axes] == [1] * 5


def test_all_choices_are_equally_likely_at_first() -> None:
    probabilities = Slots(TASK, START, SMALL).initial().probabilities

    assert [p.size for p in probabilities] == [3, 2, 2, 3, 3]
    assert all(np.allclose(p, 1 / p.size) for p in probabilities)


@pytest.mark.parametrize(
    "point", [[0] * 4, [0] * 6, [0.5, 0, 0, 0, 0], [0, 0, 0, 0, 99], [-1, 0, 0, 0, 0], [np.nan] * 5]
)
def test_a_point_outside_is_refused(point: list[float]) -> None:
    with pytest.raises(ValueError, match=r"^point: "):
        SLOTS.decode(np.array(point, dtype=np.float64))


def test_an_unknown_axis_or_a_negative_limit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^frozen: 'hnt' is no axis; did you mean 'hint'\?"):
        Slots(TASK, START, SMALL, frozen=("hnt",))
    with pytest.raises(ValueError, match=r"^limit: -1 is below 0"):
        Slots(TASK, START, SMALL, limit=-1)


def test_a_start_whose_exemplar_has_another_label_is_refused() -> None:
    start = replace(START, shots=(Exemplar("x", "mixed"),))

    with pytest.raises(ValueError, match=r"label 'mixed'; expected one of negative, positive"):
        Slots(TASK, start)


def test_the_fingerprint_changes_with_every_text_and_not_with_a_source() -> None:
    def with_library(**parts: object) -> Slots:
        return Slots(TASK, START, replace(SMALL, **parts))  # type: ignore[arg-type]

    plain = Slots(TASK, START, SMALL)
    variants = [
        Slots(replace(TASK, topic="mood of the text"), START, SMALL),
        Slots(replace(TASK, labels=("NEGATIVE", "positive")), START, SMALL),
        Slots(TASK, replace(START, system="Classify."), SMALL),
        Slots(TASK, replace(START, user="{input}"), SMALL),
        Slots(TASK, replace(START, words=("low", "high")), SMALL),
        Slots(TASK, replace(START, hint="Answer."), SMALL),
        Slots(TASK, replace(START, shots=START.shots[1:]), SMALL),
        with_library(instructions=(Entry("Else.", "test"),)),
        with_library(instructions=SMALL.instructions[::-1]),
        with_library(inputs=(Entry("Else: {input}", "test"),)),
        with_library(wordings=(LabelWords((("positive", "u"), ("negative", "d")), "test"),)),
        with_library(hints=(Entry("Else.", "test"),)),
        with_library(exemplar_sets=(ExemplarSet("one", (Exemplar("Else.", "positive"),), "t"),)),
        with_library(exemplar_sets=(ExemplarSet("one", (Exemplar("Lovely.", "negative"),), "t"),)),
        Slots(TASK, START, SMALL, frozen=("hint",)),
        Slots(TASK, START, SMALL, limit=2),
    ]

    prints = {space.fingerprint for space in variants}

    assert len(prints) == len(variants)
    assert plain.fingerprint not in prints
    assert plain.fingerprint == Slots(TASK, START, SMALL).fingerprint
    other_source = replace(SMALL.instructions[0], source="elsewhere")
    same = with_library(instructions=(other_source, *SMALL.instructions[1:]))
    assert plain.fingerprint == same.fingerprint
