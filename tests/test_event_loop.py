import asyncio
import importlib.util

import pytest

from fedbbpt.event_loop import FASTER, run_until_done


async def name_of_the_loop() -> str:
    await asyncio.sleep(0)
    return type(asyncio.get_running_loop()).__module__


def test_what_is_run_returns_its_result() -> None:
    name = run_until_done(name_of_the_loop())

    faster = importlib.util.find_spec(FASTER) is not None
    assert name.startswith(FASTER if faster else "asyncio")


def test_without_the_faster_loop_the_usual_one_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == FASTER else find(name)
    )

    assert run_until_done(name_of_the_loop()).startswith("asyncio")


def test_an_error_comes_through_and_the_loop_ends() -> None:
    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        run_until_done(fail())

    assert run_until_done(name_of_the_loop())


async def test_inside_a_running_loop_it_refuses() -> None:
    with pytest.raises(RuntimeError, match="runs in this thread"):
        run_until_done(name_of_the_loop())
