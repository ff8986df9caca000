import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fedbbpt.errors import StorageError
from fedbbpt.storage.lock import LOCK_NAME, RunLock

OWNER = """
import sys
from pathlib import Path
from fedbbpt.storage.lock import RunLock
with RunLock(Path(sys.argv[1])):
    sys.stdout.write("owned\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


@contextmanager
def other_owner(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"owned\n"
        yield owner
        owner.kill()


def test_a_folder_in_use_is_refused_and_its_owner_named(tmp_path: Path) -> None:
    with (
        other_owner(tmp_path) as owner,
        pytest.raises(StorageError, match=rf"in use by process {owner.pid} on .*; wait"),
        RunLock(tmp_path),
    ):
        pass


def test_a_killed_owner_leaves_the_folder_free(tmp_path: Path) -> None:
    with other_owner(tmp_path) as owner:
        owner.kill()
        owner.wait()
        left_behind = (tmp_path / LOCK_NAME).read_text()

        with RunLock(tmp_path):
            own = (tmp_path / LOCK_NAME).read_text()

    assert str(owner.pid) in left_behind
    assert own.startswith(f"process {os.getpid()} on ")


def test_a_lock_can_be_taken_again_after_use(tmp_path: Path) -> None:
    with RunLock(tmp_path):
        pass

    with RunLock(tmp_path):
        pass

    assert (tmp_path / LOCK_NAME).read_bytes() == b""


def test_one_process_cannot_own_a_folder_twice(tmp_path: Path) -> None:
    with RunLock(tmp_path), pytest.raises(StorageError, match=str(os.getpid())), RunLock(tmp_path):
        pass


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="use an existing folder"), RunLock(tmp_path / "absent"):
        pass


def test_an_error_inside_the_block_gives_the_folder_back(tmp_path: Path) -> None:
    with pytest.raises(KeyError), RunLock(tmp_path):
        raise KeyError

    with RunLock(tmp_path):
        pass
