"""As much of wandb as the tracker uses; every call is a line of calls.jsonl in the root folder."""

import json
from pathlib import Path


class Settings:
    def __init__(self, **said: object) -> None:
        self.said = said


class Summary:
    def __init__(self, run: "Run") -> None:
        self._run = run

    def update(self, figures: dict[str, float]) -> None:
        self._run.note("summary", figures)


class Run:
    def __init__(self, folder: Path) -> None:
        self._calls = folder / "calls.jsonl"
        self.dir = str(folder)
        self.summary = Summary(self)

    def log(self, figures: dict[str, float], step: int) -> None:
        self.note("log", figures, step)

    def save(self, path: str, base_path: str, policy: str) -> None:
        self.note("save", path, Path(path).read_text(encoding="utf-8"))

    def finish(self) -> None:
        self.note("finish")

    def note(self, *said: object) -> None:
        with self._calls.open("a", encoding="utf-8") as file:
            file.write(json.dumps(said) + "\n")


def init(*, settings: Settings, **said: object) -> Run:
    folder = Path(str(settings.said["root_dir"])) / "wandb"
    folder.mkdir(exist_ok=True)
    run = Run(folder)
    run.note("init", said, settings.said)
    return run
