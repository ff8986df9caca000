"""A user's function in the place of an endpoint: candidate and example in, score and info out."""

import ast
import asyncio
import inspect
import textwrap
import traceback
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson

from fedbbpt.canonical import digest
from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError, Profile, Wire
from fedbbpt.errors import ConfigError
from fedbbpt.metrics.returned import checked_score, name_of

ATTEMPTS = 3
"""Tries at one evaluation; what still raises then is missing."""

LONGEST_INFO = 20_000
"""Characters of info that are kept."""

EvaluatorFunction = Callable[[Mapping[str, object], Mapping[str, object]], object]


@dataclass(frozen=True, slots=True)
class FunctionConnector:
    """An evaluator's function as a connector.

    Attributes:
        function: ``(candidate, example) -> score`` or ``(score, info)``, plain or async.
        concurrency: calls under way at once, >= 1.

    Raises:
        ConfigError: it does not take the two arguments.
        ValueError: ``concurrency`` is below 1.
    """

    function: EvaluatorFunction
    concurrency: int = 8

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise ValueError(f"concurrency: {self.concurrency} is too few; give at least 1")
        try:
            inspect.signature(self.function).bind({}, {})
        except TypeError as error:
            raise ConfigError(
                f"evaluator {name_of(self.function)}: {error}; it must take (candidate, example)"
            ) from error
        except ValueError:
            return  # a function written in C may not tell its arguments

    @property
    def name(self) -> str:
        """Where the function is defined, as ``package.module:name``."""
        return name_of(self.function)

    def profile(self) -> Profile:
        """Describe the function; its own code is part of the identity, what it calls is not."""
        return Profile(
            name=f"evaluator {self.name}",
            destination=f"this process, the function {self.name} (it decides where they go)",
            identity=digest({"evaluator": self.name, "code": _code(self.function)}),
            model=self.name,
            top_logprobs=0,
            concurrency=self.concurrency,
            local=True,
            pinned=True,
            price=None,
        )

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Give a wire for the time of a ``with`` block."""
        pool = ThreadPoolExecutor(self.concurrency, thread_name_prefix="evaluator")
        try:
            yield _FunctionWire(self.function, self.name, pool)
        finally:
            # Not waited for: an evaluation that hangs must not hold a run that was stopped.
            pool.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _FunctionWire:
    function: EvaluatorFunction
    name: str
    pool: Executor

    async def send(self, request: Request) -> Completion:
        """Evaluate once; see ``Wire``.

        Raises:
            AttemptError: the function raised; the reason holds the kind and the place, no text. It
                lies in the moment where something could not be reached in time.
            ConfigError: what it returned is no score.
        """
        candidate, example = (orjson.loads(message.content) for message in request.messages)
        identifier = str(example["id"])
        # As a value, because any exception of a stranger's function means the same: no score.
        (outcome,) = await asyncio.gather(self._called(candidate, example), return_exceptions=True)
        if isinstance(outcome, Exception):
            lies_in_the_item = not isinstance(outcome, ConnectionError | TimeoutError)
            raise AttemptError(
                _reason(outcome), billed=True, unusable=lies_in_the_item
            ) from outcome
        if isinstance(outcome, BaseException):
            raise outcome
        score, info = outcome if isinstance(outcome, tuple) and len(outcome) == 2 else (outcome, "")
        kept = {"score": checked_score(score, self.name, identifier), "info": _text(info)}
        return Completion(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode())

    async def _called(
        self, candidate: Mapping[str, object], example: Mapping[str, object]
    ) -> object:
        if _is_async(self.function):
            outcome = self.function(candidate, example)
        else:
            loop = asyncio.get_running_loop()
            outcome = await loop.run_in_executor(self.pool, self._guarded, candidate, example)
        return await outcome if inspect.isawaitable(outcome) else outcome

    def _guarded(self, candidate: Mapping[str, object], example: Mapping[str, object]) -> object:
        try:
            return self.function(candidate, example)
        except StopIteration as error:
            # A future cannot carry it, and whoever waits for the future would wait for ever.
            raise RuntimeError("the evaluator raised StopIteration") from error


def _is_async(function: EvaluatorFunction) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        type(function).__call__
    )


def _reason(error: Exception) -> str:
    """Return the kind of an error and the place where it came up; its text may quote an input."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}"


def _text(info: object) -> str:
    """Return the info as a text: a text itself, anything else as JSON, or as Python shows it."""
    if isinstance(info, str):
        text = info
    else:
        try:
            text = orjson.dumps(info, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
        except TypeError:
            text = repr(info)
    return text.encode(errors="replace").decode()[:LONGEST_INFO]


def _code(function: EvaluatorFunction) -> str:
    """Return the code of a function without comments and layout; empty where there is none."""
    inner = function.func if isinstance(function, partial) else function
    written = inner if inspect.isroutine(inner) or isinstance(inner, type) else type(inner)
    try:
        return ast.dump(ast.parse(textwrap.dedent(inspect.getsource(written))))
    except (OSError, TypeError, SyntaxError):
        return ""
