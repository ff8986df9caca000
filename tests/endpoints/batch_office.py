"""Batches as an endpoint works on them: files, their answers in any order, and the bill."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from mock_model import Tariff, answer_to, asked, reply_to

from fedbbpt.endpoints.scripted import Scripted

STEPS = ("validating", "in_progress", "finalizing")
TARIFF = Tariff()

Body = dict[str, Any]
ItemFault = Callable[[str, int], Body | None]
"""From the custom id and how often it came, the line that answers it; None for the usual one."""


def no_fault(_key: str, _times: int) -> Body | None:
    return None


def absent(_key: str, _times: int) -> Body | None:
    """A line that never comes."""
    return {}


@dataclass
class BatchOffice:
    """Batches walk one step a look; what a completed line says is billed at half the tariff.

    Attributes:
        model: what answers.
        fates: how the coming batches end, in order; then all complete.
        faults: what happens to single items.
        files: bytes by id.
        batches: by id, in the order they were made.
        names: of files by id.
        uploads: the files that were sent, in order.
        billed: how often each custom id was billed.
        nanodollars: of all bills, online ones included.
    """

    model: Scripted = field(default_factory=Scripted)
    fates: list[str] = field(default_factory=list)
    faults: ItemFault = no_fault
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, Body] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    uploads: list[bytes] = field(default_factory=list)
    billed: "Counter[str]" = field(default_factory=Counter)
    nanodollars: int = 0
    _times: "Counter[str]" = field(default_factory=Counter)

    def forget(self) -> None:
        """Be as new."""
        for held in (self.files, self.batches, self.names, self.uploads, self.billed, self._times):
            held.clear()
        self.nanodollars = 0

    def made(self, sent: Body, *, metadata: object) -> Body:
        """Make a batch of a file and return it."""
        batch = {
            "id": f"batch-{len(self.batches)}",
            "object": "batch",
            "input_file_id": sent["input_file_id"],
            "completion_window": sent["completion_window"],
            "status": STEPS[0],
            "output_file_id": None,
            "error_file_id": None,
            "errors": None,
            "metadata": metadata,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
        }
        self.batches[str(batch["id"])] = batch
        return batch

    def walk(self, batch: Body) -> None:
        """Go one step on with a batch that is not over."""
        if batch["status"] not in STEPS:
            return
        step = STEPS.index(batch["status"]) + 1
        if step < len(STEPS):
            batch["status"] = STEPS[step]
            return
        fate, _, code = (self.fates.pop(0) if self.fates else "completed").partition(":")
        if fate == "failed":
            batch["errors"] = {"data": [{"code": code, "message": f"because of {code}"}]}
        else:
            self._answer(batch, fate)
        batch["status"] = fate

    def _answer(self, batch: Body, fate: str) -> None:
        sent = [orjson.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]
        half = sent if fate == "completed" else sent[: len(sent) // 2]
        lines = [self._line(item) for item in half]
        good = [line for line in lines if line and line["error"] is None and _status(line) == 200]
        bad = [line for line in lines if line and line not in good]
        if fate == "expired":
            error = {"code": "batch_expired", "message": "too late"}
            late = [item["custom_id"] for item in sent[len(half) :]]
            bad += [{"custom_id": key, "response": None, "error": error} for key in late]
        batch["output_file_id"] = self._keep("output", good)
        batch["error_file_id"] = self._keep("errors", bad)
        batch["request_counts"] = {"total": len(sent), "completed": len(good), "failed": len(bad)}

    def _line(self, item: Body) -> Body:
        key = item["custom_id"]
        self._times[key] += 1
        fault = self.faults(key, self._times[key])
        if fault is not None:
            return fault and {"custom_id": key, "response": None, "error": None, **fault}
        completion = answer_to(self.model, asked(orjson.dumps(item["body"])))
        self.billed[key] += 1
        self.nanodollars += -(-TARIFF.charge(completion.usage) // 2)
        reply = orjson.loads(reply_to(completion, item["body"]["model"], 0))
        return {"custom_id": key, "response": {"status_code": 200, "body": reply}, "error": None}

    def _keep(self, kind: str, lines: list[Body]) -> str | None:
        if not lines:
            return None
        file_id = f"file-{len(self.names)}"
        self.names[file_id] = f"{kind}.jsonl"
        # Answers come in any order.
        self.files[file_id] = b"\n".join(orjson.dumps(line) for line in reversed(lines))
        return file_id


def item_error(status: int, message: str) -> Body:
    """What a line of an item says that was refused."""
    return {"response": {"status_code": status, "body": {"error": {"message": message}}}}


def _status(line: Body) -> int:
    found: int = (line["response"] or {}).get("status_code", 0)
    return found
