import subprocess
import sys
from pathlib import Path

from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.reading import read_log

WRITER = """
import sys
from pathlib import Path
from fedbbpt.storage.framed_log import FramedLog
with FramedLog.open(Path(sys.argv[1])) as log:
    number = len(log.records())
    while True:
        log.append(b"%d " % number + b"x" * (number % 400))
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()
        number += 1
"""


def test_every_acknowledged_record_survives_repeated_kills(tmp_path: Path) -> None:
    path = tmp_path / "a.log"

    for acknowledgements in (1, 50, 7, 200):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline() for _ in range(acknowledgements)]
            writer.kill()
            lines += writer.stdout.readlines()
        acknowledged = max(int(line) for line in lines if line.endswith(b"\n"))
        frames = read_log(path)
        numbers = [int(record.split(b" ")[0]) for record in frames.records]

        assert frames.damaged == ()
        assert numbers == list(range(len(numbers)))
        assert acknowledged + 1 <= len(numbers) <= acknowledged + 2


APPENDER = """
import sys
from pathlib import Path
from fedbbpt.storage.crash import arm
from fedbbpt.storage.framed_log import FramedLog
arm(int(sys.argv[2]))
with FramedLog.open(Path(sys.argv[1])) as log:
    for number in range(len(log.records()), 3):
        log.append(b"%d" % number)
        log.sync()
"""


def test_killed_at_every_crash_point_the_same_command_ends_with_the_same_bytes(
    tmp_path: Path,
) -> None:
    unbroken = tmp_path / "unbroken.log"
    with FramedLog.open(unbroken) as log:
        for payload in (b"0", b"1", b"2"):
            log.append(payload)

    for at in range(1, 9):
        path = tmp_path / f"{at}.log"
        codes = [
            subprocess.run(
                [sys.executable, "-c", APPENDER, str(path), str(number)],
                stderr=subprocess.DEVNULL,
                check=False,
            ).returncode
            for number in (at, 99)
        ]
        assert codes == [-9 if at <= 7 else 0, 0]
        assert path.read_bytes() == unbroken.read_bytes()
