"""``[track]`` into the plan of a tracker, with the few variables that its process may see."""

from collections.abc import Mapping
from dataclasses import asdict

from fedbbpt.config.sections import Table
from fedbbpt.plugins import build
from fedbbpt.trackers import Tracker
from fedbbpt.trackers.process import TrackerPlan

_COMMON = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
)
"""Variables that any program needs; keys of endpoints are not among them."""


def tracker_plan(table: Table, environment: Mapping[str, str]) -> TrackerPlan | None:
    """Return how the run's tracker is started, or None for a run without one.

    Raises:
        ConfigError: no such tracker, a setting that cannot be meant, or a library not installed.
    """
    if not table:
        return None
    tracker: Tracker = build("trackers", table, "track")
    needs = tracker.needs()
    given = {name: environment[name] for name in _COMMON + needs.variables if name in environment}
    kind = type(tracker)
    return TrackerPlan(
        plugin=f"{kind.__module__}:{kind.__qualname__}",
        settings=asdict(tracker),  # type: ignore[call-overload]
        destination=needs.destination,
        patience_seconds=tracker.patience_seconds,
        environment={**given, **(needs.environment or {})},
    )
