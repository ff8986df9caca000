"""A run's folder belongs to one run and is written whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from fedbbpt.completions import Completion
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.errors import StorageError
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.storage.framed_log import FramedLog

PAYLOAD = {"seed": 3, "task": {"name": "tiny"}, "owners": ["anna", "bert"]}


def claimed(path: Path) -> RunDirectory:
    directory = RunDirectory(path)
    directory.make()
    directory.claim("identity", PAYLOAD)
    return directory


def asked(directory: RunDirectory, reply: Completion | None) -> None:
    """Leave one attempt in the folder's journal, refused where there is no reply."""
    with FramedLog.open(directory.calls) as log:
        journal = Journal(log)
        journal.intend("key", "anna")
        if reply is None:
            journal.fail("key", "refused", billed=True)
        else:
            journal.complete("key", reply)


def test_a_fresh_folder_is_made_and_becomes_this_runs(tmp_path: Path) -> None:
    directory = claimed(tmp_path / "a" / "run")

    assert directory.settings() == {"identity": "identity", "run": PAYLOAD}


def test_the_same_run_claims_its_folder_again_without_touching_it(tmp_path: Path) -> None:
    directory = claimed(tmp_path)
    before = (tmp_path / "run.json").read_bytes()

    directory.claim("identity", {"seed": 4})

    assert (tmp_path / "run.json").read_bytes() == before


def test_a_folder_without_any_reply_is_the_next_runs_whose_settings_are_mended(
    tmp_path: Path,
) -> None:
    directory = claimed(tmp_path)
    asked(directory, None)

    directory.claim("another", {**PAYLOAD, "seed": 4})

    assert directory.settings() == {"identity": "another", "run": {**PAYLOAD, "seed": 4}}


@pytest.mark.parametrize("name", ["calls.log", "rounds.log"])
def test_a_folder_with_a_damaged_log_is_not_given_away(tmp_path: Path, name: str) -> None:
    directory = claimed(tmp_path)
    with FramedLog.open(tmp_path / name) as log:
        log.append(b"a" * 64)
        log.append(b"b" * 64)
    damaged = bytearray((tmp_path / name).read_bytes())
    damaged[damaged.index(b"a" * 64)] = 0
    (tmp_path / name).write_bytes(bytes(damaged))

    with pytest.raises(StorageError, match="holds another run"):
        directory.claim("another", PAYLOAD)


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        ({**PAYLOAD, "seed": 4}, "different: seed"),
        ({**PAYLOAD, "seed": 4, "task": {"name": "huge"}}, "different: seed, task"),
        ({**PAYLOAD, "recipe": "halving"}, "different: recipe"),
        ({"seed": 3, "task": {"name": "tiny"}}, "different: owners"),
        ({**PAYLOAD, "owners": ("anna", "bert")}, "different data"),
    ],
)
def test_another_runs_folder_is_refused_with_what_differs(
    tmp_path: Path, payload: dict[str, object], named: str
) -> None:
    directory = claimed(tmp_path)
    asked(directory, Completion("yes"))
    before = (tmp_path / "run.json").read_bytes()

    with pytest.raises(StorageError) as refused:
        directory.claim("another", payload)

    assert f"holds another run ({named})" in str(refused.value)
    assert "--dir" in str(refused.value)
    assert (tmp_path / "run.json").read_bytes() == before


def test_a_folder_whose_settings_say_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(b'{"identity": "old", "run": null}')
    asked(RunDirectory(tmp_path), Completion("yes"))

    with pytest.raises(StorageError, match="cannot be compared"):
        RunDirectory(tmp_path).claim("identity", PAYLOAD)


@pytest.mark.parametrize("content", [b"not json", b"[]", b"{}", b'{"identity": "x"}', b""])
def test_settings_that_are_none_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)

    with pytest.raises(StorageError, match=r"run\.json: (cannot be read|not the settings)"):
        RunDirectory(tmp_path).claim("identity", PAYLOAD)


def test_a_fresh_folder_has_no_settings(tmp_path: Path) -> None:
    assert RunDirectory(tmp_path / "absent").settings() is None


def in_the_way(tmp_path: Path) -> Path:
    blocking = tmp_path / "taken"
    blocking.write_bytes(b"a file where a folder should be")
    return blocking


@pytest.mark.parametrize("inside", [".", "run", "deep/run"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, inside: str) -> None:
    path = in_the_way(tmp_path) / inside

    with pytest.raises(StorageError, match=r"taken.*cannot be made"):
        RunDirectory(path).make()
    with pytest.raises(StorageError, match="taken"):
        RunDirectory(path).claim("identity", PAYLOAD)


WRITES: list[Callable[[RunDirectory], object]] = [
    lambda directory: directory.write("taken/report.html", b"page"),
    lambda directory: directory.write_json("taken/deep/results.json", {}),
]


@pytest.mark.parametrize("write", WRITES)
def test_a_file_that_cannot_be_written_is_refused(
    tmp_path: Path, write: Callable[[RunDirectory], object]
) -> None:
    in_the_way(tmp_path)

    with pytest.raises(StorageError, match="taken"):
        write(claimed(tmp_path))


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path)

    path = directory.write("prompts/tuned.txt", b"a long first text")
    directory.write("prompts/tuned.txt", b"second")

    assert path == tmp_path / "prompts" / "tuned.txt"
    assert path.read_bytes() == b"second"
    assert [p.name for p in path.parent.iterdir()] == ["tuned.txt"]


def test_json_is_written_for_people_and_in_one_form(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path)

    first = directory.write_json("a.json", {"b": 1, "a": ("ü",)}).read_bytes()
    second = directory.write_json("b.json", {"a": ["ü"], "b": 1}).read_bytes()

    assert first == second == '{\n  "a": [\n    "ü"\n  ],\n  "b": 1\n}\n'.encode()
    assert orjson.loads(first) == {"a": ["ü"], "b": 1}


def test_the_log_of_openings_is_shared_by_the_runs_beside_each_other(tmp_path: Path) -> None:
    one, other = RunDirectory(tmp_path / "one"), RunDirectory(tmp_path / "other")

    assert one.openings == other.openings
    assert one.calls != other.calls
    assert one.rounds.parent == one.calls.parent == tmp_path / "one"
