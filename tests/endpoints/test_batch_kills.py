from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_process import COUNT, Left, Striker, left_in, run
from batch_server import BatchServer, serving

MOST_POINTS = 120


@pytest.fixture(scope="module")
def server() -> Iterator[BatchServer]:
    with serving(BatchServer()) as server:
        yield server


@pytest.fixture(scope="module")
def unbroken(server: BatchServer, tmp_path_factory: pytest.TempPathFactory) -> Left:
    folder = tmp_path_factory.mktemp("unbroken")
    server.forget()
    assert run(server, folder)
    return left_in(folder)


def problem(server: BatchServer, folder: Path, unbroken: Left) -> str:
    """Say what is not as it would be without the kill that came before."""
    server.strike = lambda _number, _acted: None
    if not run(server, folder):
        return "died without a kill"
    left = left_in(folder)
    if left.answers != unbroken.answers:
        return "other answers"
    if len(server.billed) != COUNT or set(server.billed.values()) != {1}:
        return f"billed {server.billed.most_common(1)}"
    # Only the lone question that tells the model may have been under way, and may be asked again.
    if left.possibly_billed > 1 or left.calls > COUNT + 2:
        return f"{left}"
    most = left.nanodollars + left.possibly_billed_nanodollars
    if not left.nanodollars <= server.nanodollars <= most:
        return f"billed {server.nanodollars}, {left}"
    return ""


def test_after_a_kill_before_any_write_or_send_nothing_is_billed_twice(
    server: BatchServer, unbroken: Left, tmp_path: Path
) -> None:
    found, points = [], 0

    for point in range(1, MOST_POINTS):
        server.forget()
        if run(server, tmp_path / f"{point}", point):
            break
        points = point
        if text := problem(server, tmp_path / f"{point}", unbroken):
            found.append(f"point {point}: {text}")

    assert not found, "\n".join(found)
    assert points > 20


@pytest.mark.parametrize("acted", [pytest.param(False, marks=pytest.mark.torture), True])
def test_after_a_kill_at_any_call_nothing_is_billed_twice(
    server: BatchServer, unbroken: Left, tmp_path: Path, acted: bool
) -> None:
    found, calls = [], 0

    for call in range(1, MOST_POINTS):
        server.forget()
        server.strike = Striker(call, acted)
        if run(server, tmp_path / f"{call}"):
            break
        calls = call
        if text := problem(server, tmp_path / f"{call}", unbroken):
            found.append(f"call {call}: {text}")

    assert not found, "\n".join(found)
    assert calls > 10


def test_a_process_that_dies_again_and_again_gets_to_its_end(
    server: BatchServer, unbroken: Left, tmp_path: Path
) -> None:
    server.forget()

    ends = [run(server, tmp_path / "run", point) for point in (2, 5, 12, 15, 13, 3)]

    assert not any(ends)
    assert run(server, tmp_path / "run")
    left = left_in(tmp_path / "run")
    assert left.answers == unbroken.answers
    assert len(server.billed) == COUNT
    assert set(server.billed.values()) == {1}
    assert left.nanodollars <= server.nanodollars
