"""A life of a client that asks the mock endpoint, in a process that may be killed at any moment."""

import asyncio
from pathlib import Path

from mock_asking import ask_all, connector_of, questions
from whole_runs import HurriedLoop


def live(url: str, log: str, count: int) -> None:
    """Ask so many questions, going on where an earlier life ended."""
    connector = connector_of(url, concurrency=8)
    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        runner.run(ask_all(connector, Path(log), questions(count)))
