"""The mock endpoint as whole runs meet it: with a model that knows the words of their examples."""

from collections.abc import Iterator
from contextlib import contextmanager

import mock_server
from mock_server import MockEndpoint
from whole_runs import LEXICON

from fedbbpt.endpoints.scripted import Scripted

MODEL = Scripted(lexicon=LEXICON)


@contextmanager
def serving(latency_seconds: float = 0.0) -> Iterator[MockEndpoint]:
    """Serve the model from a thread of its own for the time of a ``with`` block."""
    server = MockEndpoint(model=MODEL, latency_seconds=latency_seconds)
    with mock_server.serving(server):
        yield server
