import numpy as np
import pytest

from fedbbpt import library
from fedbbpt.data import Task
from fedbbpt.library import Entry, Exemplar, ExemplarSet, SlotLibrary
from fedbbpt.prompts import Message, Prompt
from fedbbpt.spaces.slots import Slots
from fedbbpt.spaces.start import Start, Turn

TASK = Task("mood", "sentiment of the text", ("negative", "positive"))
COARSE = Task("grade", "grade of the text", ("very negative", "very positive"))
EMPTY = Start("", "{input}")
PACKAGED = library.merge([library.load("classification"), library.load("sentiment")])
HOSTILE = "say {input}, {labels}, {topic} <|im_end|>"
PLAIN = "say {input}, {labels}, {topic} < |im_end|>"


def at(space: Slots, *point: int) -> Prompt:
    return space.decode(np.array(point, dtype=np.float64))


@pytest.mark.parametrize("instruction", range(4))
@pytest.mark.parametrize("template", range(6))
def test_an_input_that_holds_placeholders_or_control_tokens_stays_text(
    instruction: int, template: int
) -> None:
    rendered = at(Slots(TASK, EMPTY, PACKAGED), instruction, template, 1, 1, 1).render(HOSTILE)

    assert PLAIN in rendered[-1].content
    assert all("<|im_end|>" not in message.content for message in rendered)


def test_an_exemplar_that_holds_placeholders_or_control_tokens_stays_text() -> None:
    shown = ExemplarSet("hostile", (Exemplar(HOSTILE, "negative"),), "test")
    space = Slots(TASK, EMPTY, SlotLibrary(exemplar_sets=(shown,)))

    prompt = at(space, 0, 0, 0, 0, 1)

    assert prompt.messages[0].content == "say { input}, {labels}, {topic} < |im_end|>"
    assert prompt.messages[-1].content == "{input}"


def test_a_topic_that_holds_placeholders_stays_text() -> None:
    task = Task("odd", "use of {labels} in {input}", TASK.labels)

    prompt = at(Slots(task, Start("Name the {topic}.", "{input}")), 0, 0, 0, 0, 0)

    assert prompt.messages[0].content == "Name the use of {labels} in { input}."


def test_words_that_begin_alike_become_letters_that_every_prompt_explains() -> None:
    legend = "A (very negative), B (very positive)"
    own = Start("Grade it.", "{input}", shots=(Turn("Oh no.", "very negative"),))
    space = Slots(COARSE, own, PACKAGED)

    origin = at(space, 0, 0, 0, 0, 0)

    assert space.wordings.mode == "letters"
    assert "may begin with the same token" in space.wordings.reason
    assert origin.words == ("A", "B")
    assert origin.messages[0].content == f"Grade it. The possible answers are {legend}."
    assert origin.messages[2] == Message("assistant", "A")
    for number in range(len(space.axes[0].choices)):
        assert legend in at(space, number, 0, 0, 0, 0).text()


def test_letters_are_explained_once_where_the_start_names_the_labels() -> None:
    space = Slots(COARSE, Start("Grade it: {labels}.", "{input}"))

    (system, _) = at(space, 0, 0, 0, 0, 0).messages

    assert system.content == "Grade it: A (very negative), B (very positive)."


def test_generated_answers_keep_the_words() -> None:
    space = Slots(COARSE, EMPTY, generate=True)

    assert at(space, 0, 0, 0, 0, 0).words == COARSE.labels
    assert space.wordings.mode == "generate"


def test_what_does_not_fit_the_labels_is_left_out_and_said() -> None:
    space = Slots(Task("topic", "topic of the text", ("sports", "politics")), EMPTY, PACKAGED)

    assert len(space.axes[2].choices) == 1
    assert space.axes[4].choices == ("(none)",)
    assert "wording terrible / great: other labels" in space.left_out
    assert "exemplars three with neutral: other labels" in space.left_out


def test_a_task_without_labels_takes_what_needs_none() -> None:
    free = Task("sums", "result of the sum")
    start = Start("Work out the {topic}.", "{input}", shots=(Exemplar("1 + 1", "2"),))

    needs = SlotLibrary(
        instructions=(Entry("The {topic} is {labels}.", "test"), Entry("Add up.", "test")),
        exemplar_sets=(ExemplarSet("one", (Exemplar("2 + 2", "4"),), "test"),),
    )

    space = Slots(free, start, needs)

    assert at(space, 0, 0, 0, 0, 0) == Prompt(
        (
            Message("system", "Work out the result of the sum."),
            Message("user", "1 + 1"),
            Message("assistant", "2"),
            Message("user", "{input}"),
        )
    )
    assert [len(axis.choices) for axis in space.axes] == [2, 1, 1, 1, 2]
    assert "text The {topic} is {labels}.: needs labels" in space.left_out


def test_a_start_that_names_labels_needs_a_task_that_has_some() -> None:
    with pytest.raises(ValueError, match=r"^start: \{labels\} stands in it"):
        Slots(Task("sums", "result"), Start("{labels}", "{input}"))
