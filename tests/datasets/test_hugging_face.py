"""A data set of the ``datasets`` library, saved to disk or (played by a stand-in) of a hub."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fedbbpt.data import Example
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.reading import read_examples
from fedbbpt.datasets.source import source_of
from fedbbpt.errors import DataError

library = pytest.importorskip("datasets", reason="the extra hf is not installed")

LABELS = ("complaint", "praise")
COLUMNS = Columns(input="text", target="label")


@pytest.fixture(autouse=True)
def quiet() -> None:
    """Keep the library's progress bars out of the way."""
    library.disable_progress_bars()


def made(texts: list[str]) -> Any:  # noqa: ANN401 - the library has no types
    label = library.ClassLabel(names=list(LABELS))
    features = library.Features(
        {
            "text": library.Value("string"),
            "label": label,
            "targets": library.List(label),
            "rating": library.Value("float32"),
        }
    )
    count = len(texts)
    numbers = [place % 2 for place in range(count)]
    columns = {"text": texts, "label": numbers, "targets": [[]] * count, "rating": [0.1] * count}
    return library.Dataset.from_dict(columns, features=features)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one data set of two splits, one of a single split, and one of none."""
    library.disable_progress_bars()
    folder = tmp_path_factory.mktemp("sets")
    pair = {"train": made(["broken", "thanks"]), "test": made(["late"])}
    library.DatasetDict(pair).save_to_disk(folder / "two")
    library.DatasetDict(train=pair["train"]).save_to_disk(folder / "one")
    pair["train"].save_to_disk(folder / "bare")
    library.DatasetDict().save_to_disk(folder / "none")
    return folder


def refused(text: str, columns: Columns = COLUMNS) -> str:
    with pytest.raises(DataError) as caught:
        read_examples(source_of(text), columns, ())
    message = str(caught.value)
    assert message.startswith(text)
    return message


@pytest.mark.parametrize("name", ["two#train", "one", "one#train", "bare"])
def test_a_saved_split_is_read_and_classes_become_their_names(saved: Path, name: str) -> None:
    examples = read_examples(f"hf:{saved / name}", COLUMNS, LABELS)

    stem = name.partition("#")[0]
    assert examples == (
        Example(f"{stem}-1", "broken", ("complaint",)),
        Example(f"{stem}-2", "thanks", ("praise",)),
    )


def test_numbers_keep_their_plain_literal(saved: Path) -> None:
    columns = Columns(input="text", target="rating")

    examples = read_examples(f"hf:{saved / 'bare'}", columns, ())

    assert [e.targets for e in examples] == [("0.1",), ("0.1",)]


def test_a_list_of_classes_holds_further_answers_and_minus_one_none(tmp_path: Path) -> None:
    rows = {"text": ["x"], "label": [0], "targets": [[1, 0]], "rating": [None]}
    library.Dataset.from_dict(rows, features=made([]).features).save_to_disk(tmp_path / "good")
    library.Dataset.from_dict({**rows, "label": [-1]}, features=made([]).features).save_to_disk(
        tmp_path / "unlabelled"
    )

    (example,) = read_examples(f"hf:{tmp_path / 'good'}", COLUMNS, LABELS)

    assert example.targets == ("complaint", "praise")
    assert "row 1: 'label' is neither" in refused(f"hf:{tmp_path / 'unlabelled'}")


def test_a_view_of_a_data_set_is_read_in_its_own_order(tmp_path: Path) -> None:
    made(["a", "b", "c"]).select([2, 0]).save_to_disk(tmp_path / "view")

    assert [e.input for e in read_examples(f"hf:{tmp_path / 'view'}", COLUMNS, ())] == ["c", "a"]


def test_the_splits_are_listed_where_none_or_a_wrong_one_is_named(saved: Path) -> None:
    two = f"hf:{saved / 'two'}"

    assert f"say which, for example {two}#train (present: 'test', 'train')" in refused(two)
    assert "no split 'tran'; did you mean 'train'?" in refused(f"{two}#tran")
    assert "was saved without splits; leave out #train" in refused(f"hf:{saved / 'bare'}#train")
    assert "0 splits and none is named" in refused(f"hf:{saved / 'none'}")


def test_a_folder_that_is_no_data_set_is_refused(saved: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn"
    made(["a"]).save_to_disk(torn)
    for file in torn.glob("*.arrow"):
        file.write_bytes(b"torn")

    assert "no such folder" in refused(f"hf:{tmp_path / 'gone'}")
    assert "not a data set (" in refused(f"hf:{saved}")
    assert "not a data set (" in refused(f"hf:{torn}")


def test_without_the_library_the_remedy_is_said(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)

    assert 'needs datasets, which is not installed; pip install "fedbbpt[hf]"' in refused(
        f"hf:{saved / 'bare'}"
    )


Loader = Callable[..., object]


@dataclass
class Hub:
    """As much of the library as loading from a hub needs; it remembers what it was asked."""

    answer: Loader
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def load_dataset(self, path: str, name: str | None = None, *, split: str | None) -> object:
        self.asked.append((path, name, split))
        return self.answer(split)


def on_hub(monkeypatch: pytest.MonkeyPatch, answer: Loader) -> Hub:
    hub = Hub(answer)
    stand_in = ModuleType("datasets")
    stand_in.__spec__ = ModuleSpec("datasets", None)
    vars(stand_in).update(load_dataset=hub.load_dataset, exceptions=library.exceptions)
    monkeypatch.setitem(sys.modules, "datasets", stand_in)
    return hub


def test_a_name_is_loaded_from_the_hub_with_subset_and_split(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = {"train": made(["broken", "thanks"]), "test": made(["late"])}
    hub = on_hub(monkeypatch, lambda split: both[split] if split else library.DatasetDict(both))

    examples = read_examples("hf:team/notes:en#test", COLUMNS, LABELS)

    assert examples == (Example("notes-1", "late", ("complaint",)),)
    assert "2 splits and none is named" in refused("hf:team/notes")
    assert hub.asked == [("team/notes", "en", "test"), ("team/notes", None, None)]


@pytest.mark.parametrize(
    "error",
    [
        ConnectionError("Couldn't reach\nit"),
        ValueError("Unknown split"),
        RuntimeError("Dataset scripts are no longer supported"),
        library.exceptions.DatasetNotFoundError("doesn't exist"),
        library.exceptions.DatasetGenerationError("broke"),
    ],
)
def test_what_the_hub_refuses_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_split: str | None) -> object:
        raise error

    on_hub(monkeypatch, fail)

    message = refused("hf:team/notes#x")

    assert " ".join(str(error).split()) in message
    assert "give hf:./FOLDER" in message
    assert "\n" not in message
