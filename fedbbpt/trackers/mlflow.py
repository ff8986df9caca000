"""MLflow: a server of the team's own, or a folder."""

import importlib
import importlib.util
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fedbbpt.errors import ConfigError
from fedbbpt.trackers import Needs, Started, Step, Tracking

__all__ = ["MLflow"]

_LIBRARY = "mlflow"
_TOKEN = "fedbbpt.run"


@dataclass(frozen=True, slots=True)
class MLflow:
    """Settings of an MLflow tracker.

    Attributes:
        uri: address of a tracking server, or a folder; credentials come from
            ``MLFLOW_TRACKING_USERNAME``, ``MLFLOW_TRACKING_PASSWORD`` or ``MLFLOW_TRACKING_TOKEN``.
        experiment: name of the experiment.
        patience_seconds: how long the end of a run waits for the server, > 0.

    Raises:
        ValueError: a setting cannot be meant.
    """

    uri: str = "mlruns"
    experiment: str = "fedbbpt"
    patience_seconds: float = 60.0

    def __post_init__(self) -> None:
        if not self.uri or not self.experiment:
            raise ValueError("uri: both uri and experiment must be named; leave out for defaults")
        if "@" in urlsplit(self.uri).netloc:
            raise ValueError(
                "uri: it holds credentials; leave them out and export MLFLOW_TRACKING_USERNAME and "
                "MLFLOW_TRACKING_PASSWORD"
            )
        if not self.patience_seconds > 0:
            raise ValueError(f"patience_seconds: {self.patience_seconds} is not above 0; try 60")

    def needs(self) -> Needs:
        """Describe it without contacting anyone.

        Raises:
            ConfigError: mlflow is not installed.
        """
        if importlib.util.find_spec(_LIBRARY) is None:
            raise ConfigError(
                '[track] use = "mlflow": mlflow is not installed; pip install "fedbbpt[mlflow]"'
            )
        names = ("USERNAME", "PASSWORD", "TOKEN", "SERVER_CERT_PATH")
        return Needs(
            destination=f"MLflow at {self._address}, experiment {self.experiment}",
            variables=tuple(f"MLFLOW_TRACKING_{name}" for name in names),
            environment={
                "MLFLOW_DISABLE_TELEMETRY": "true",
                "MLFLOW_ALLOW_FILE_STORE": "true",
                "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
                "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
            },
        )

    @contextmanager
    def open(self, run: Started) -> Iterator[Tracking]:
        """Begin a run there, or go on with the one of the same token."""
        # Late: loading mlflow takes longer than the rest of the program.
        library: Any = importlib.import_module(_LIBRARY)
        client = library.MlflowClient(tracking_uri=self._address)
        known = client.get_experiment_by_name(self.experiment)
        place = known.experiment_id if known else client.create_experiment(self.experiment)
        found = client.search_runs([place], filter_string=f"tags.`{_TOKEN}` = '{run.token}'")
        begun = found[0] if found else client.create_run(place, tags={_TOKEN: run.token})
        tracking = _Run(library, client, begun.info.run_id)
        client.set_tag(tracking.id, "mlflow.runName", run.name)
        if not found:
            for name, value in run.settings.items():
                client.log_param(tracking.id, name, value)
        client.update_run(tracking.id, status="RUNNING")
        yield tracking
        client.set_terminated(tracking.id, status=tracking.status)

    @property
    def _address(self) -> str:
        return self.uri if "://" in self.uri else Path(self.uri).absolute().as_uri()


class _Run:
    """One run at the server; MLflow's own types are not known where it is not installed."""

    def __init__(self, library: Any, client: Any, id: str) -> None:  # noqa: ANN401
        self._library = library
        self._client = client
        self.id = id
        self.status = "KILLED"

    def round(self, step: Step) -> None:
        """Note a round under its own number."""
        figures = {f"{step.stage}/{name}": value for name, value in step.figures.items()}
        self._log(figures, step.round)

    def finished(self, figures: Mapping[str, float], files: Mapping[str, str]) -> None:
        """Note the end, and keep the files as artifacts."""
        self._log(figures, 0)
        for name, text in files.items():
            self._client.log_text(self.id, text, name)
        self.status = "FINISHED"

    def _log(self, figures: Mapping[str, float], number: int) -> None:
        now = int(1000 * time.time())
        metric = self._library.entities.Metric
        values = [metric(_plain(name), value, now, number) for name, value in figures.items()]
        self._client.log_batch(self.id, metrics=values)


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "/._- " else "_" for letter in name)
