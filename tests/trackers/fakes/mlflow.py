"""As much of MLflow as the tracker uses; every call is a line of calls.jsonl in its folder."""

import json
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit


class Metric:
    def __init__(self, key: str, value: float, timestamp: int, step: int) -> None:
        self.said = [key, value, step]


entities = SimpleNamespace(Metric=Metric)


class MlflowClient:
    def __init__(self, tracking_uri: str) -> None:
        folder = Path(urlsplit(tracking_uri).path)
        folder.mkdir(parents=True, exist_ok=True)
        self._calls = folder / "calls.jsonl"
        self._note("environment", dict(os.environ))

    def get_experiment_by_name(self, name: str) -> None:
        sys.stdout.write("libraries print what they like\n")
        if name == "refuses":
            raise RuntimeError("no such server \x1b[2J\nat all \x1b[2J")
        if name == "hangs":
            time.sleep(600)
        if name == "dies":
            os._exit(3)

    def create_experiment(self, name: str) -> str:
        return name

    def search_runs(self, places: list[str], filter_string: str) -> list[SimpleNamespace]:
        begun = [line for line in self._lines() if line[0] == "create_run"]
        return [_run(line[1]) for line in begun if f"'{line[1]}'" in filter_string]

    def create_run(self, place: str, tags: dict[str, str]) -> SimpleNamespace:
        self._note("create_run", tags["fedbbpt.run"])
        return _run(tags["fedbbpt.run"])

    def set_tag(self, run: str, name: str, value: str) -> None:
        self._note("set_tag", name, value)

    def log_param(self, run: str, name: str, value: str) -> None:
        self._note("log_param", name, value)

    def update_run(self, run: str, status: str) -> None:
        self._note("update_run", status)

    def log_batch(self, run: str, metrics: list[Metric]) -> None:
        self._note("log_batch", *(metric.said for metric in metrics))

    def log_text(self, run: str, text: str, name: str) -> None:
        self._note("log_text", name, text)

    def set_terminated(self, run: str, status: str) -> None:
        self._note("set_terminated", status)

    def _note(self, *said: object) -> None:
        with self._calls.open("a", encoding="utf-8") as file:
            file.write(json.dumps(said) + "\n")

    def _lines(self) -> list[list[str]]:
        return [json.loads(line) for line in self._calls.read_text(encoding="utf-8").splitlines()]


def _run(token: str) -> SimpleNamespace:
    return SimpleNamespace(info=SimpleNamespace(run_id=token))
