import os
from pathlib import Path

import pytest

from fedbbpt.errors import StorageError
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.reading import LogReader


def test_a_log_is_read_while_its_owner_goes_on_writing(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"

    with FramedLog.open(path) as owner:
        owner.append(b"one")
        with LogReader.open(path) as reader:
            owner.append(b"two")
            (first,) = reader.records()
            again = reader.payload(first.offset)
        owner.append(b"three")

    assert (first.payload, again) == (b"one", b"one")


def test_reading_neither_locks_nor_changes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    with FramedLog.open(path) as owner:
        owner.append(b"one")
    torn = path.read_bytes() + b"\xfe\xff\xfb half a record"
    path.write_bytes(torn)
    path.chmod(0o400)

    with LogReader.open(path) as reader:
        records = [record.payload for record in reader.records()]
        left = path.read_bytes()
        with FramedLog.open(path) as owner:
            owner.append(b"two")

    assert records == [b"one"]
    assert left == torn


def test_a_record_that_is_cut_or_spoilt_after_the_opening_is_none(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    with FramedLog.open(path) as owner:
        places = [owner.append(payload) for payload in (b"one", b"two", b"three")]

    with LogReader.open(path) as reader:
        os.truncate(path, places[2] + 5)
        path.write_bytes(path.read_bytes().replace(b"two", b"owt"))
        read = [reader.payload(place) for place in places]

    assert read == [b"one", None, None]


def test_a_replaced_log_is_still_the_one_that_was_opened(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    with FramedLog.open(path) as owner:
        place = owner.append(b"one")
    with FramedLog.open(tmp_path / "new.log") as owner:
        owner.append(b"other")

    with LogReader.open(path) as reader:
        (tmp_path / "new.log").replace(path)
        read = reader.payload(place)

    assert read == b"one"


def test_a_file_that_is_absent_or_no_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("my own notes")

    with pytest.raises(StorageError, match=r"absent: cannot be read"):
        LogReader.open(tmp_path / "absent").__enter__()
    with pytest.raises(StorageError, match=r"notes: not a log"):
        LogReader.open(tmp_path / "notes").__enter__()
