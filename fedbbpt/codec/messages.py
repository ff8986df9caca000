"""Bytes of assignments, reports and states: one strict decoder for all that arrives."""

from collections.abc import Callable, Mapping
from typing import TypeVar, assert_never

import orjson

from fedbbpt.canonical import canonical_json
from fedbbpt.codec.distributions import distribution_payload, read_distribution
from fedbbpt.codec.fields import (
    Json,
    array_payload,
    array_payloads,
    count,
    listed,
    mapped,
    number,
    paired,
    read_array,
    read_arrays,
    shown,
    text,
)
from fedbbpt.errors import MessageError
from fedbbpt.messages import (
    SCHEMA,
    Assignment,
    Block,
    Evaluate,
    Report,
    Score,
    Search,
    State,
    Work,
)

MAX_BYTES = 4 << 20
_Value = TypeVar("_Value")


def encode_report(report: Report) -> bytes:
    """Return the canonical bytes of a report."""
    return _envelope(
        "report",
        {
            "client": report.client,
            "round": report.round,
            "fingerprint": report.fingerprint,
            "statistics": array_payloads(report.statistics),
            "additive": sorted(report.additive),
            "weight": float(report.weight),
            "asked": report.asked,
            "missing": report.missing,
            "unreadable": report.unreadable,
            "calls": report.calls,
        },
    )


def decode_report(data: bytes) -> Report:
    """Return the report in ``data``.

    Raises:
        MessageError: not a well-formed report of this schema.
    """
    return _decoded("report", data, _report)


def encode_assignment(assignment: Assignment) -> bytes:
    """Return the canonical bytes of an assignment."""
    return _envelope(
        "assignment",
        {
            "round": assignment.round,
            "work": _work_payload(assignment.work),
            "distribution": distribution_payload(assignment.distribution),
            "fingerprint": assignment.fingerprint,
            "seed": assignment.seed,
        },
    )


def decode_assignment(data: bytes) -> Assignment:
    """Return the assignment in ``data``.

    Raises:
        MessageError: not a well-formed assignment of this schema.
    """
    return _decoded("assignment", data, _assignment)


def encode_state(state: State) -> bytes:
    """Return the canonical bytes of a server state."""
    return _envelope(
        "state",
        {
            "round": state.round,
            "distribution": distribution_payload(state.distribution),
            "memory": array_payloads(state.memory),
        },
    )


def decode_state(data: bytes) -> State:
    """Return the state in ``data``.

    Raises:
        MessageError: not a well-formed state of this schema.
    """
    return _decoded("state", data, _state)


def _envelope(kind: str, body: Mapping[str, object]) -> bytes:
    return canonical_json({"schema": SCHEMA, "kind": kind, **body})


def _decoded(kind: str, data: bytes, build: Callable[[Json], _Value]) -> _Value:
    if len(data) > MAX_BYTES:
        raise MessageError(f"{kind}: {len(data)} bytes; a message holds at most {MAX_BYTES}")
    try:
        body = orjson.loads(data)
        if not isinstance(body, dict) or body.get("kind") != kind:
            raise ValueError(f"not a {kind}")
        if count(body.get("schema"), "schema") != SCHEMA:
            raise ValueError(
                f"schema {shown(body.get('schema'))}; this version reads schema {SCHEMA}"
            )
        return build(body)
    except (ValueError, TypeError, KeyError) as error:
        raise MessageError(f"{kind}: {error}") from error


def _report(body: Json) -> Report:
    weight = number(body["weight"], "weight")
    if weight < 0:
        raise ValueError("weight: below 0")
    return Report(
        client=text(body["client"], "client"),
        round=count(body["round"], "round"),
        fingerprint=text(body["fingerprint"], "fingerprint"),
        statistics=read_arrays(body["statistics"], "statistics"),
        additive=frozenset(text(n, "additive") for n in listed(body["additive"], "additive")),
        weight=weight,
        asked=count(body["asked"], "asked"),
        missing=count(body["missing"], "missing"),
        unreadable=count(body["unreadable"], "unreadable"),
        calls=count(body["calls"], "calls"),
    )


def _assignment(body: Json) -> Assignment:
    return Assignment(
        round=count(body["round"], "round"),
        work=_work(mapped(body["work"], "work")),
        distribution=read_distribution(body["distribution"]),
        fingerprint=text(body["fingerprint"], "fingerprint"),
        seed=count(body["seed"], "seed"),
    )


def _state(body: Json) -> State:
    return State(
        round=count(body["round"], "round"),
        distribution=read_distribution(body["distribution"]),
        memory=read_arrays(body["memory"], "memory"),
    )


def _block_payload(block: Block) -> list[int]:
    return [block.start, block.size]


def _block(value: object) -> Block:
    start, size = paired(value, "block")
    return Block(count(start, "block.start"), count(size, "block.size"))


def _rows(value: object) -> tuple[int, int]:
    first, second = paired(value, "pairs")
    return count(first, "pairs"), count(second, "pairs")


def _work_payload(work: Work) -> dict[str, object]:
    match work:
        case Score(points, block):
            return {
                "kind": "score",
                "points": array_payload(points),
                "block": _block_payload(block),
            }
        case Search(candidates, generations, block):
            return {
                "kind": "search",
                "candidates": candidates,
                "generations": generations,
                "block": _block_payload(block),
            }
        case Evaluate(points, samples, split, pairs):
            return {
                "kind": "evaluate",
                "points": array_payload(points),
                "samples": list(samples),
                "split": split,
                "pairs": [list(pair) for pair in pairs],
            }
        case _:
            assert_never(work)


def _work(body: Json) -> Work:
    match body.get("kind"):
        case "score":
            return Score(read_array(body["points"], "points"), _block(body["block"]))
        case "search":
            return Search(
                count(body["candidates"], "candidates"),
                count(body["generations"], "generations"),
                _block(body["block"]),
            )
        case "evaluate":
            samples = tuple(count(s, "samples") for s in listed(body["samples"], "samples"))
            split = text(body["split"], "split")
            pairs = tuple(_rows(pair) for pair in listed(body["pairs"], "pairs"))
            return Evaluate(read_array(body["points"], "points"), samples, split, pairs)
        case other:
            raise ValueError(f"work: unknown kind {shown(other)}")
