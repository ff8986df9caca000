"""Bytes of assignments, reports and states: one strict decoder for all that arrives."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import orjson

from fedbbpt.canonical import canonical_json
from fedbbpt.codec.distributions import distribution_payload, read_distribution
from fedbbpt.codec.fields import (
    Json,
    array_payloads,
    count,
    instructions,
    listed,
    mapped,
    number,
    read_arrays,
    shown,
    text,
)
from fedbbpt.codec.works import read_work, work_payload
from fedbbpt.errors import MessageError
from fedbbpt.messages import SCHEMA, Assignment, Report, State

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
            **({"proposals": list(report.proposals)} if report.proposals else {}),
            **({"version": report.version} if report.version else {}),
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
            "work": work_payload(assignment.work),
            "distribution": distribution_payload(assignment.distribution),
            "fingerprint": assignment.fingerprint,
            "seed": assignment.seed,
            **({"texts": list(assignment.texts)} if assignment.texts else {}),
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
            **({"texts": list(state.texts)} if state.texts else {}),
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
        proposals=instructions(body.get("proposals", []), "proposals"),
        version=text(body.get("version", ""), "version"),
    )


def _assignment(body: Json) -> Assignment:
    return Assignment(
        round=count(body["round"], "round"),
        work=read_work(mapped(body["work"], "work")),
        distribution=read_distribution(body["distribution"]),
        fingerprint=text(body["fingerprint"], "fingerprint"),
        seed=count(body["seed"], "seed"),
        texts=instructions(body.get("texts", []), "texts"),
    )


def _state(body: Json) -> State:
    return State(
        round=count(body["round"], "round"),
        distribution=read_distribution(body["distribution"]),
        memory=read_arrays(body["memory"], "memory"),
        texts=instructions(body.get("texts", []), "texts"),
    )
