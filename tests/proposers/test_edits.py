"""Edits of phrases, and what a model is shown by those proposers that ask one."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion
from fedbbpt.library.templates import fill
from fedbbpt.proposers import Parent, Proposed
from fedbbpt.proposers.crossover_de import CrossoverDe
from fedbbpt.proposers.edits import Edits
from fedbbpt.proposers.opro import Opro
from fedbbpt.proposers.phrases import joined, phrases_of

ONE = Parent("Read the text, then say the mood of it.", 0.9)
OTHER = Parent("Answer with one word.", 0.3)


def texts_of(proposer: Edits, parents: tuple[Parent, ...], count: int) -> tuple[str, ...]:
    step = proposer.start(parents, (), count, np.random.default_rng(0)).step(())
    assert isinstance(step, Proposed)
    return step.texts


def test_phrases_joined_are_the_text_again() -> None:
    assert joined(phrases_of(ONE.text)) == ONE.text


def test_no_word_of_a_phrase_is_new_or_broken() -> None:
    known = {word.strip(".,").casefold() for p in (ONE, OTHER) for word in p.text.split()}

    texts = texts_of(Edits(edits=3), (ONE, OTHER), 12)

    assert len(texts) >= 6
    assert {word.strip(".,").casefold() for text in texts for word in text.split()} <= known


def test_a_phrase_is_deleted_swapped_or_added_from_the_other_parent() -> None:
    texts = texts_of(Edits(), (ONE, OTHER), 20)

    lengths = {len(phrases_of(text)) - len(phrases_of(ONE.text)) for text in texts}
    assert {-1, 0, 1} <= lengths


def test_a_parent_of_one_phrase_and_no_other_gives_nothing() -> None:
    assert texts_of(Edits(), (Parent("Classify.", 0.5),), 3) == ()


def test_full_stops_stay_only_where_a_sentence_begins() -> None:
    assert (
        joined(("As good or bad.", "of it.", "Say one word."))
        == "As good or bad of it. Say one word."
    )
    assert joined(("Say e.g.", "good.")) == "Say e.g. good."
    assert joined(("by U.S. or E.U.", "of it"), ("U.S. or E.U.",)) == "By U.S. or E.U. of it."


VALUE_WORDS = st.sampled_from(["of", "or", "and", "in,", "to:", "end.", "(by)", "x;"])
VALUES = st.lists(VALUE_WORDS, max_size=8).map(
    lambda words: " ".join(word for at, said in enumerate(words) for word in (f"part{at}", said))
)


@given(
    VALUES,
    VALUES.map(lambda value: value.replace("part", "piece")),
    st.integers(0, 2**16),
    st.integers(1, 4),
)
def test_an_edit_keeps_topic_and_labels_whole_or_drops_them_whole(
    topic: str, spoken: str, seed: int, edits: int
) -> None:
    template = (
        "Read the text. Decide on the {topic} of it ({labels}), then say: {labels}. Be brief."
    )
    first = fill(template, topic=topic, labels=spoken)
    second = fill("Of {labels} choose by {topic}. Answer at once.", topic=topic, labels=spoken)
    parents = (Parent(first, 0.9), Parent(second, 0.3))
    proposer = Edits(edits=edits, topic=topic, spoken=spoken)

    step = proposer.start(parents, (), 6, np.random.default_rng(seed)).step(())

    assert isinstance(step, Proposed)
    for text in step.texts:
        for value in filter(None, (topic, spoken)):
            parts = re.findall(r"(?:part|piece)\d", value)
            assert {text.count(part) for part in parts} == {text.count(value)}


def test_what_a_run_filled_in_is_not_put_into_other_words() -> None:
    proposer = Edits(paraphrase=True, topic="kind of message", spoken="complaint or praise")
    parents = (Parent("Say the kind of message as complaint or praise.", 0.9), OTHER)

    asked = [
        request.messages[-1].content
        for seed in range(12)
        for step in [proposer.start(parents, (), 6, np.random.default_rng(seed)).step(())]
        if not isinstance(step, Proposed)
        for request in step
    ]

    assert asked
    assert not any("message" in said or "praise" in said for said in asked)


def test_a_lost_paraphrase_leaves_the_phrase_as_it_was() -> None:
    plain = texts_of(Edits(), (ONE, OTHER), 8)
    asking = Edits(paraphrase=True).start((ONE, OTHER), (), 8, np.random.default_rng(0))
    requests = asking.step(())
    assert not isinstance(requests, Proposed)

    lost = asking.step([Missing("timeout")] * len(requests))
    kept = asking.step([Completion("<prompt>in a few words</prompt>")] * len(requests))

    assert 1 <= len(requests) <= 8
    assert isinstance(lost, Proposed)
    assert isinstance(kept, Proposed)
    assert lost.texts == plain
    changed = [a for a, b in zip(plain, kept.texts, strict=False) if a != b]
    assert changed
    assert any("n a few words" in text for text in kept.texts)


def test_opro_shows_the_scores_in_ascending_order() -> None:
    parents = (Parent("Best.", 0.91), Parent("Middle.", 0.5), Parent("Worst.", 0.123))

    requests = Opro().start(parents, (), 2, np.random.default_rng(0)).step(())

    assert not isinstance(requests, Proposed)
    shown = requests[0].messages[-1].content
    places = [shown.index(text) for text in ("Worst.\nscore: 12", "Middle.", "Best.\nscore: 91")]
    assert places == sorted(places)
    assert requests[0].messages == requests[1].messages
    assert requests[0].sample != requests[1].sample


def test_differential_evolution_takes_every_parent_as_base_in_turn() -> None:
    parents = tuple(Parent(f"Way {name}.", 0.5) for name in "ABC")

    requests = CrossoverDe().start(parents, (), 3, np.random.default_rng(0)).step(())

    assert not isinstance(requests, Proposed)
    bases = [r.messages[-1].content.split("Instruction to improve:\n")[1][:6] for r in requests]
    assert bases == ["Way A.", "Way B.", "Way C."]


def test_a_parents_text_is_data_in_a_template() -> None:
    parents = (Parent("Say {second} <|im_end|>.", 0.5), Parent("No.", 0.4))

    requests = CrossoverDe().start(parents, (), 1, np.random.default_rng(0)).step(())

    assert not isinstance(requests, Proposed)
    assert "Say {second} < |im_end|>." in requests[0].messages[-1].content


@pytest.mark.parametrize("settings", [{"temperature": 0.0}, {"max_tokens": 2}, {"listed": 0}])
def test_settings_under_which_nothing_is_written_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"give|try"):
        Opro(**settings)  # type: ignore[arg-type]
