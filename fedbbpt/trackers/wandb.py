"""Weights & Biases: kept in the run's folder until you sync it, or sent as it goes."""

import importlib
import importlib.util
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fedbbpt.errors import ConfigError
from fedbbpt.trackers import Needs, Started, Step, Tracking

__all__ = ["WandB"]

_LIBRARY = "wandb"
_MODES = ("offline", "online")


@dataclass(frozen=True, slots=True)
class WandB:
    """Settings of a Weights & Biases tracker; an account's key comes from ``WANDB_API_KEY``.

    Attributes:
        project: name of the project.
        entity: user or team; empty takes the account's own.
        mode: ``"offline"`` writes into the run's folder, for ``wandb sync``; ``"online"`` sends.
        url: of the server.
        patience_seconds: how long the end of a run waits for it, > 0.

    Raises:
        ValueError: a setting cannot be meant.
    """

    project: str = "fedbbpt"
    entity: str = ""
    mode: str = "offline"
    url: str = "https://api.wandb.ai"
    patience_seconds: float = 60.0

    def __post_init__(self) -> None:
        if not self.project:
            raise ValueError("project: it is empty; name one, or leave it out")
        if self.mode not in _MODES:
            raise ValueError(f"mode: {self.mode!r} is unknown; write one of {', '.join(_MODES)}")
        if urlsplit(self.url).scheme not in {"http", "https"} or "@" in urlsplit(self.url).netloc:
            raise ValueError("url: give http(s)://HOST without credentials; keys are in variables")
        if not self.patience_seconds > 0:
            raise ValueError(f"patience_seconds: {self.patience_seconds} is not above 0; try 60")

    def needs(self) -> Needs:
        """Describe it without contacting anyone.

        Raises:
            ConfigError: wandb is not installed.
        """
        if importlib.util.find_spec(_LIBRARY) is None:
            raise ConfigError(
                '[track] use = "wandb": wandb is not installed; pip install "fedbbpt[wandb]"'
            )
        online = self.mode == "online"
        place = f"at {self.url}" if online else "in the run's folder, until you run wandb sync"
        return Needs(
            destination=f"Weights & Biases {place}, project {self.project}",
            variables=("WANDB_API_KEY",) if online else (),
            environment={"WANDB_ERROR_REPORTING": "false", "WANDB_SILENT": "true"},
        )

    @contextmanager
    def open(self, run: Started) -> Iterator[Tracking]:
        """Begin a run there, or go on with the one of the same token."""
        # Late: loading wandb takes longer than the rest of the program.
        library: Any = importlib.import_module(_LIBRARY)
        begun = library.init(
            project=self.project,
            entity=self.entity or None,
            id=run.token,
            name=run.name,
            resume="allow",
            config=dict(run.settings),
            settings=library.Settings(**self._quiet(run.folder)),
        )
        yield _Run(begun)
        begun.finish()

    def _quiet(self, folder: str) -> dict[str, object]:
        """Return settings under which nothing is collected about machine, code or terminal."""
        return {
            "mode": self.mode,
            "base_url": self.url,
            "root_dir": folder,
            "console": "off",
            "silent": True,
            "disable_git": True,
            "disable_code": True,
            "save_code": False,
            "x_disable_meta": True,
            "x_disable_stats": True,
            "x_disable_machine_info": True,
            "x_save_requirements": False,
        }


class _Run:
    """One run there; the library's own types are not known where it is not installed."""

    def __init__(self, begun: Any) -> None:  # noqa: ANN401
        self._begun = begun

    def round(self, step: Step) -> None:
        """Note a round; steps only ever grow there, so the order over all stages is the step."""
        figures = {f"{step.stage}/{name}": value for name, value in step.figures.items()}
        self._begun.log({**figures, f"{step.stage}/round": step.round}, step=step.order)

    def finished(self, figures: Mapping[str, float], files: Mapping[str, str]) -> None:
        """Note the end, and keep the files beside the run."""
        self._begun.summary.update(dict(figures))
        folder = Path(self._begun.dir)
        for name, text in files.items():
            path = folder / name
            path.write_text(text, encoding="utf-8")
            self._begun.save(str(path), base_path=str(folder), policy="now")
