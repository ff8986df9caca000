"""An endpoint that cannot be meant is refused, and no key is ever shown."""

from pathlib import Path

import pytest
from tiny_run import Table, put, refusal, tiny_tables

SERVER = {"use": "openai", "url": "http://127.0.0.1:8000/v1", "model": "m"}
REMOTE = {**SERVER, "url": "http://10.1.2.3:8000/v1"}
ENVIRONMENT = {"OWN_KEY": "sk-canary", "EMPTY": "", "BROKEN": "sk-\ncanary"}


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ({}, '[endpoint] use: no endpoint is named; write use = "embedded"'),
        ({"model": "m"}, "[endpoint] use: name a plugin"),
        ({"use": "openai", "url": "http://localhost"}, "[endpoint] model: openai needs it"),
        ({**SERVER, "key": "sk-canary"}, "[endpoint] key: a key does not belong in a file"),
        ({**SERVER, "key_env": "NOT_THERE"}, "key_env: the variable NOT_THERE is not set; export"),
        ({**SERVER, "key_env": "EMPTY"}, "key_env: EMPTY: key: it is empty; check the variable"),
        ({**SERVER, "key_env": "BROKEN"}, "key_env: BROKEN: key: it holds a space, a line break"),
        ({**SERVER, "key_env": 5}, "[endpoint] key_env: expected the name of a variable"),
        ({**REMOTE, "key_env": "OWN_KEY"}, "[endpoint] url: http://10.1.2.3:8000: a key would"),
        ({**SERVER, "url": "ftp://x/v1"}, "[endpoint] url: ftp://x: it is neither http nor https"),
        ({**SERVER, "headers": {"X-Api-Key": "sk-canary"}}, "headers: X-Api-Key looks like a"),
    ],
)
def test_a_bad_endpoint_is_refused_and_no_key_is_shown(
    tmp_path: Path, endpoint: Table, said: str
) -> None:
    assert said in refusal(tmp_path, tiny_tables(endpoint=endpoint), ENVIRONMENT)


def test_a_bad_endpoint_of_an_owner_is_named_by_its_owner(tmp_path: Path) -> None:
    endpoint = {**REMOTE, "key_env": "OWN_KEY"}

    text = refusal(tmp_path, put(tiny_tables(), "owner.2.endpoint", endpoint), ENVIRONMENT)

    assert text.startswith("[owner it.endpoint] url: http://10.1.2.3:8000: ")


def test_log_probabilities_are_not_asked_where_there_are_none(tmp_path: Path) -> None:
    tables = tiny_tables(scoring={"read": "logprobs"}, endpoint={**SERVER, "top_logprobs": 0})

    assert "openai m reports none" in refusal(tmp_path, tables)
