"""``[space] use = "tokens"``, and optimizers that must not see the same examples twice."""

from pathlib import Path

import numpy as np
import pytest
from tiny_run import tiny_prepared, tiny_tables

from fedbbpt.config.prepare import Prepared
from fedbbpt.errors import ConfigError
from fedbbpt.optimizers.reading import Reading

TOKENS = {"use": "tokens", "words": ["well", "hm"], "positions": 2}


def prepared(folder: Path, **changes: object) -> Prepared:
    return tiny_prepared(folder, tiny_tables(**changes))


def test_words_of_the_run_file_are_the_vocabulary(tmp_path: Path) -> None:
    space = prepared(tmp_path, space=TOKENS).space

    assert [axis.choices for axis in space.axes] == [("(none)", "well", "hm")] * 2
    assert space.decode(np.array([2.0, 1.0])).messages[-1].content.startswith("hm well ")


def test_without_words_the_packaged_list_is_taken_up_to_the_limit(tmp_path: Path) -> None:
    space = prepared(tmp_path, space={"use": "tokens", "limit": 50}).space

    assert [len(axis.choices) for axis in space.axes] == [51] * 10


@pytest.mark.parametrize(
    ("space", "said"),
    [
        ({"use": "tokens", "library": ["comon"]}, r"\[space\] library: .*'comon'.*common"),
        ({"use": "tokens", "words": "well"}, r"\[space\] words: list the words"),
        ({"use": "tokens", "words": ["{x}"]}, "means something in a template"),
        ({"use": "tokens", "positions": 0}, r"positions: 0 is not in \[1, 100\]"),
        ({"use": "tokens", "postions": 3}, r"\[space\] postions: unknown; did you mean"),
    ],
)
def test_a_space_that_cannot_be_meant_is_refused(
    tmp_path: Path, space: dict[str, object], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        prepared(tmp_path, space=space)


@pytest.mark.parametrize("use", ["top_two", "surrogate", "bandit", "duels", "triple_sh"])
def test_an_optimizer_of_fresh_evidence_refuses_nested_blocks(tmp_path: Path, use: str) -> None:
    search = {"nested": True, "requests": 600, "candidates": 4}

    with pytest.raises(ConfigError, match=rf"\[search\] nested: {use} .*set nested = false"):
        prepared(tmp_path, optimizer={"use": use}, search=search)

    fresh = prepared(tmp_path, optimizer={"use": use}, search={**search, "nested": False})
    assert fresh.plan.rounds >= 1


def test_an_optimizer_that_reads_is_told_what_points_say(tmp_path: Path) -> None:
    search = {"nested": False, "requests": 600, "candidates": 4}

    ready = prepared(tmp_path, optimizer={"use": "surrogate"}, search=search)

    assert isinstance(ready.optimizer, Reading)
    start = ready.space.decode(np.zeros(len(ready.space.axes)))
    assert ready.optimizer.describe(np.zeros(len(ready.space.axes))) == start.text()
