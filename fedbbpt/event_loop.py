"""The one place where an event loop begins: the fastest that is installed."""

import asyncio
import importlib
import importlib.util
from collections.abc import Coroutine
from typing import TypeVar

Result = TypeVar("Result")

FASTER = "uvloop"
"""A loop in compiled code, installed with the extra of this name; it changes no result."""


def run_until_done(work: Coroutine[object, object, Result]) -> Result:
    """Run ``work`` in an event loop of its own and return what it returns.

    Raises:
        RuntimeError: an event loop is running in this thread already.
    """
    if _is_running():
        work.close()
        raise RuntimeError("an event loop runs in this thread; call this from a thread of its own")
    factory = None
    if importlib.util.find_spec(FASTER) is not None:
        # Late, because whoever asks for help only needs no loop.
        factory = importlib.import_module(FASTER).new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)


def _is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
