"""The work of an assignment as JSON values, and its strict reading."""

from typing import assert_never

from fedbbpt.codec.fields import (
    Json,
    array_payload,
    count,
    flag,
    listed,
    paired,
    read_array,
    shown,
    text,
)
from fedbbpt.messages import Block, Evaluate, Propose, Score, Search, Work


def work_payload(work: Work) -> dict[str, object]:
    """Return the work as JSON values; ``read_work`` is its inverse."""
    match work:
        case Score(points, block):
            return {
                "kind": "score",
                "points": array_payload(points),
                "block": _block_payload(block),
            }
        case Search(candidates, generations, block, compare, scalars):
            return {
                "kind": "search",
                "candidates": candidates,
                "generations": generations,
                "block": _block_payload(block),
                "compare": compare,
                **({"scalars": True} if scalars else {}),
            }
        case Evaluate(points, samples, split, pairs):
            return {
                "kind": "evaluate",
                "points": array_payload(points),
                "samples": list(samples),
                "split": split,
                "pairs": [list(pair) for pair in pairs],
            }
        case Propose(points, scores, wanted, seen):
            return {
                "kind": "propose",
                "points": array_payload(points),
                "scores": array_payload(scores),
                "count": wanted,
                **({} if seen is None else {"block": _block_payload(seen)}),
            }
        case _:
            assert_never(work)


def read_work(body: Json) -> Work:
    """Return the work that ``work_payload`` described.

    Raises:
        ValueError: another shape; the text names the field.
    """
    match body.get("kind"):
        case "score":
            return Score(read_array(body["points"], "points"), _block(body["block"]))
        case "search":
            return Search(
                count(body["candidates"], "candidates"),
                count(body["generations"], "generations"),
                _block(body["block"]),
                flag(body["compare"], "compare"),
                flag(body.get("scalars", False), "scalars"),
            )
        case "evaluate":
            samples = tuple(count(s, "samples") for s in listed(body["samples"], "samples"))
            split = text(body["split"], "split")
            pairs = tuple(_rows(pair) for pair in listed(body["pairs"], "pairs"))
            return Evaluate(read_array(body["points"], "points"), samples, split, pairs)
        case "propose":
            return Propose(
                read_array(body["points"], "points"),
                read_array(body["scores"], "scores"),
                count(body["count"], "count"),
                _block(body["block"]) if "block" in body else None,
            )
        case other:
            raise ValueError(f"work: unknown kind {shown(other)}")


def _block_payload(block: Block) -> list[int]:
    return [block.start, block.size]


def _block(value: object) -> Block:
    start, size = paired(value, "block")
    return Block(count(start, "block.start"), count(size, "block.size"))


def _rows(value: object) -> tuple[int, int]:
    first, second = paired(value, "pairs")
    return count(first, "pairs"), count(second, "pairs")
