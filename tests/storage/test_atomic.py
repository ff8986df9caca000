import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fedbbpt.errors import StorageError
from fedbbpt.storage.atomic import write_atomic


def test_the_new_bytes_replace_the_old_and_nothing_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "state.json"

    write_atomic(path, b"old")
    write_atomic(path, b"new")

    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_keeps_the_old_bytes_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write_atomic(path, b"old")

    def failing(descriptor: int, data: memoryview) -> int:
        os.write(descriptor, data[:2])
        raise OSError(errno.ENOSPC, "no space left on device")

    with pytest.raises(StorageError, match=r"state\.json: cannot be written \(no space"):
        write_atomic(path, b"new", write=failing)

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_takes_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    for folder in (tmp_path / "absent", tmp_path / "file"):
        with pytest.raises(StorageError, match="check the folder's rights"):
            write_atomic(folder / "state.json", b"new")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_write_right_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)

    with pytest.raises(StorageError, match="check the folder's rights"):
        write_atomic(folder / "state.json", b"new")


def test_a_folder_in_the_place_of_the_file_is_refused_without_a_trace(tmp_path: Path) -> None:
    (tmp_path / "state.json" / "inside").mkdir(parents=True)

    with pytest.raises(StorageError, match="cannot be written"):
        write_atomic(tmp_path / "state.json", b"new")

    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


PROGRAM = """
import sys
from pathlib import Path
from fedbbpt.storage.atomic import write_atomic
from fedbbpt.storage.crash import arm
arm(int(sys.argv[2]))
write_atomic(Path(sys.argv[1]), b"new")
"""


@pytest.mark.parametrize(("at", "content"), [(1, b"old"), (2, b"old"), (3, b"old"), (4, b"new")])
def test_killed_at_every_crash_point_the_file_is_whole(
    tmp_path: Path, at: int, content: bytes
) -> None:
    path = tmp_path / "state.json"
    write_atomic(path, b"old")

    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path), str(at)],
        stderr=subprocess.DEVNULL,
        check=False,
    )

    assert run.returncode == -9
    assert path.read_bytes() == content
    write_atomic(path, b"next")
    assert list(tmp_path.iterdir()) == [path]
