"""Settings of trackers say what cannot be meant, and what is missing."""

import importlib.util
from collections.abc import Mapping

import pytest
from plugin_folders import offered
from tracked_runs import KEY, fakes

from fedbbpt.config.tracking import tracker_plan
from fedbbpt.errors import ConfigError
from fedbbpt.trackers.mlflow import MLflow
from fedbbpt.trackers.wandb import WandB

HERE: Mapping[str, str] = {"PATH": "/bin", "OTHER_KEY": KEY, "WANDB_API_KEY": KEY}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"use": "mlfow"}, "did you mean 'mlflow'"),
        ({"use": "mlflow", "url": "x"}, r"\[track\] url: unknown"),
        ({"use": "mlflow", "uri": ""}, "must be named"),
        ({"use": "mlflow", "uri": "https://me:pw@host"}, "it holds credentials"),
        ({"use": "mlflow", "patience_seconds": 0.0}, "not above 0; try 60"),
        ({"use": "wandb", "project": ""}, "name one"),
        ({"use": "wandb", "mode": "on"}, "write one of offline, online"),
        ({"use": "wandb", "url": "https://key@host"}, "without credentials"),
        ({"use": "wandb", "url": "file:///x"}, r"give http\(s\)"),
        ({"use": "wandb", "patience_seconds": -1.0}, "not above 0; try 60"),
    ],
)
def test_what_cannot_be_meant_is_refused(table: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        tracker_plan(table, HERE)

    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("use", ["mlflow", "wandb"])
def test_a_library_that_is_not_installed_is_named(
    use: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(ConfigError, match=rf'pip install "fedbbpt\[{use}\]"'):
        tracker_plan({"use": use}, HERE)


@pytest.mark.usefixtures(fakes.__name__)
@pytest.mark.parametrize(
    ("table", "holds_key"),
    [
        ({"use": "mlflow"}, False),
        ({"use": "wandb"}, False),
        ({"use": "wandb", "mode": "online"}, True),
    ],
)
def test_a_tracker_sees_its_own_key_only_and_only_where_it_sends(
    table: dict[str, object], holds_key: bool
) -> None:
    plan = tracker_plan(table, HERE)

    assert plan is not None
    assert plan.environment["PATH"] == "/bin"
    assert ("WANDB_API_KEY" in plan.environment) is holds_key
    assert "OTHER_KEY" not in plan.environment
    assert KEY not in repr(plan)


@pytest.mark.usefixtures(fakes.__name__)
def test_destinations_say_what_leaves_this_machine() -> None:
    server = MLflow(uri="http://127.0.0.1:5000").needs().destination
    kept, sent = (WandB(mode=mode).needs().destination for mode in ("offline", "online"))

    assert server == "MLflow at http://127.0.0.1:5000, experiment fedbbpt"
    assert "in the run's folder, until you run wandb sync" in kept
    assert "at https://api.wandb.ai" in sent


def test_no_table_is_no_tracker() -> None:
    assert tracker_plan({}, HERE) is None
    assert set(offered("trackers")) == {"mlflow", "wandb"}
