"""Edits of phrases, and what a model is shown by those proposers that ask one."""

import numpy as np
import pytest

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion
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
