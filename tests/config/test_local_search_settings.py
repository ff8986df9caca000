"""``[search] compare`` and ``replace``: what they need, cost and mean for owners."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tiny_run import tiny_prepared, tiny_tables

from fedbbpt.config.prepare import Prepared
from fedbbpt.errors import ConfigError

LOCAL = {"work": "local", "nested": False, "candidates": 4, "block": 8, "requests": 4000}


def prepared(folder: Path, search: Mapping[str, object], use: str = "log_linear_pool") -> Prepared:
    return tiny_prepared(
        folder,
        tiny_tables(
            recipe="fed-policy-gradient",
            optimizer={"use": "policy_gradient"},
            aggregator={"use": use},
            search={**LOCAL, "rounds": 2, "generations": 3, **search},
        ),
    )


@pytest.mark.parametrize(
    ("search", "requests"),
    [
        ({}, 2 * 4 * 8 * 3 * 4),
        ({"compare": True}, 2 * 4 * 8 * (3 * 4 + 2)),
        ({"replace": 0.5}, 2 * 4 * 8 * 3 * 4 * 2),
        ({"compare": True, "replace": 0.5}, 2 * 4 * 8 * (3 * 4 + 2) * 2),
    ],
)
def test_what_is_asked_besides_is_planned(
    tmp_path: Path, search: dict[str, object], requests: int
) -> None:
    assert prepared(tmp_path, search).plan.requests == requests


def test_owners_must_agree_on_what_is_replaced(tmp_path: Path) -> None:
    settings: dict[str, dict[str, object]] = {
        "a": {},
        "b": {"replace": 0.5},
        "c": {"replace": 0.3},
        "d": {"replace": 0.5, "replace_over": "mean"},
    }

    found = {prepared(tmp_path / name, search).fingerprint for name, search in settings.items()}

    assert len(found) == 4


@pytest.mark.parametrize(
    ("search", "use", "said"),
    [
        ({"replace": 1.0}, "log_linear_pool", r"\[search\] replace: 1.0 is not in"),
        ({"replace": 0.5, "replace_words": "comon"}, "log_linear_pool", "did you mean 'common'"),
        ({"replace_over": "all"}, "log_linear_pool", "replace_over: 'all' is unknown"),
        ({"replace": 0.5, "work": "score"}, "mean", "in local searches only"),
        ({}, "fedbpt", "by_parts for a product"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    tmp_path: Path, search: dict[str, object], use: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        prepared(tmp_path, search, use)
