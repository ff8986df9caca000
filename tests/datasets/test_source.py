"""What names a place of examples is understood, and said back so that it means the same."""

from pathlib import Path

import pytest

from fedbbpt.datasets.source import Source, source_of
from fedbbpt.errors import DataError


def test_a_path_is_taken_from_the_folder_of_the_file_that_names_it() -> None:
    assert source_of("a/d.CSV.gz", Path("/base")) == Source("/base/a/d.CSV.gz")
    assert source_of("/abs/d.csv", Path("/base")) == Source("/abs/d.csv")


def test_after_the_mark_a_path_is_a_folder_and_a_name_is_of_the_hub(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()

    assert source_of("hf:./x#test", tmp_path) == Source(str(tmp_path / "x"), "saved", "test")
    assert source_of("hf:../x", tmp_path).kind == "saved"
    assert source_of("hf:/abs/x#", tmp_path) == Source("/abs/x", "saved")
    assert source_of("hf:there", tmp_path) == Source(str(tmp_path / "there"), "saved")
    assert source_of("hf:team/set", tmp_path) == Source("team/set", "hub")
    assert source_of("hf:set:sub#dev", tmp_path) == Source("set", "hub", "dev", "sub")


@pytest.mark.parametrize("text", ["hf:", "hf:#train", "hf:a b", "hf:a/b/c", "hf:a/b:c:d"])
def test_what_is_neither_folder_nor_name_is_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"write hf:\./FOLDER or hf:OWNER/NAME"):
        source_of(text)


@pytest.mark.parametrize(
    "text", ["d.csv", "hf:./gone", "hf:../gone#x", "hf:/gone#x", "hf:set", "hf:team/set:sub#dev"]
)
def test_a_source_said_back_means_the_same(text: str) -> None:
    source = source_of(text)

    assert source_of(str(source)) == source


def test_a_saved_folder_never_turns_into_a_name_of_the_hub(tmp_path: Path) -> None:
    folder = tmp_path / "set"

    seen = source_of(f"hf:{folder}#train").seen_from(tmp_path)

    assert seen == "hf:./set#train"
    assert source_of(seen, tmp_path) == Source(str(folder), "saved", "train")


@pytest.mark.parametrize(
    ("name", "suffix", "stem"),
    [
        ("a/north.jsonl", ".jsonl", "north"),
        ("v1.2.CSV", ".csv", "v1.2"),
        ("v1.2.csv.GZ", ".csv.gz", "v1.2"),
        ("plain", "", "plain"),
        ("x.gz", ".gz", "x"),
    ],
)
def test_the_end_of_a_name_says_the_kind(name: str, suffix: str, stem: str) -> None:
    source = source_of(name)

    assert (source.suffix, source.stem) == (suffix, stem)
