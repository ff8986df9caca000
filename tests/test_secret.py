import copy
import dataclasses
import logging

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.secret import Secret

VALUE = "sk-canary-4711"


@dataclasses.dataclass(frozen=True)
class Settings:
    url: str
    key: Secret


@pytest.mark.parametrize("form", ["{}", "{!s}", "{!r}", "{:>40}", "{0!a}"])
def test_no_way_of_formatting_shows_the_value(form: str) -> None:
    shown = form.format(Secret(VALUE))

    assert "canary" not in shown
    assert "[redacted]" in shown


def test_what_holds_a_secret_does_not_show_it_either(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings("https://host", Secret(VALUE))

    logging.getLogger("test").warning("settings %s %r", settings, [settings.key])

    assert VALUE not in repr(settings) + str(dataclasses.asdict(settings)) + caplog.text
    assert settings.key.reveal() == VALUE


def test_a_secret_is_never_written_as_json() -> None:
    with pytest.raises(TypeError):
        orjson.dumps(Settings("https://host", Secret(VALUE)))


def test_a_secret_cannot_be_serialised_as_an_object() -> None:
    with pytest.raises(TypeError, match="name of its variable"):
        Secret(VALUE).__reduce__()


def test_copies_and_equal_values_are_equal() -> None:
    secret = Secret(VALUE)

    assert copy.deepcopy(secret) == copy.copy(secret) == secret == Secret(VALUE)
    assert secret != Secret("another")
    assert secret != VALUE
    assert len({secret, Secret(VALUE)}) == 1


@pytest.mark.parametrize("value", ["", "sk canary", "canary\n", "canary\r\nHost: x", "cänary"])
def test_a_value_that_no_header_can_carry_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(ValueError, match="check the variable") as caught:
        Secret(value)

    assert "nary" not in str(caught.value)


@given(before=st.text(), after=st.text())
def test_redaction_leaves_no_trace_of_the_value(before: str, after: str) -> None:
    redacted = Secret(VALUE).redact(f"{before}{VALUE}{after}{VALUE}")

    assert VALUE not in redacted
