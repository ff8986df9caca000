"""A value that must never be shown: an endpoint's key."""

import hmac
from typing import NoReturn

REDACTED = "[redacted]"


class Secret:
    """Hold a key so that no print, log, format or serialisation shows it.

    On purpose no dataclass: JSON writers and ``dataclasses.asdict`` open those by themselves.

    Raises:
        ValueError: empty, or not printable ASCII without spaces; the text never holds the value.

    >>> print(Secret("sk-123"), f"{Secret('sk-123'):>10}", [Secret("sk-123")])
    [redacted] [redacted] [Secret([redacted])]
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not value:
            raise ValueError("key: it is empty; check the variable that holds it")
        if not value.isascii() or not value.isprintable() or " " in value:
            raise ValueError(
                "key: it holds a space, a line break or another character that no key has; "
                "check the variable that holds it"
            )
        self._value = value

    def reveal(self) -> str:
        """Return the value itself; for the one place that sends it."""
        return self._value

    def redact(self, text: str) -> str:
        """Return ``text`` with every occurrence of the value blotted out."""
        return text.replace(self._value, REDACTED)

    def __repr__(self) -> str:
        return f"Secret({REDACTED})"

    def __str__(self) -> str:
        return REDACTED

    def __format__(self, spec: str) -> str:
        return REDACTED

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> "Secret":
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not serialised; pass the name of its variable instead")
