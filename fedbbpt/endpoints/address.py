"""Where an endpoint lives: checks that its address can be meant, and that a key is safe there."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from fedbbpt.errors import ConfigError

_SUFFIX = "/chat/completions"
_EXAMPLE = "the base address, such as https://host/v1"


def checked_address(url: str, *, with_key: bool) -> str:
    """Return the base address without a trailing slash.

    Raises:
        ConfigError: not http or https, no host, or holding a user, a query or a fragment; or a
            key would travel over plain http to another machine.
    """
    try:
        parts = urlsplit(url)
        shown = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError as error:
        raise ConfigError(f"url: it cannot be read ({error}); write {_EXAMPLE}") from error
    if problem := _problem(url, parts):
        raise ConfigError(f"url: {shown}: {problem}; write {_EXAMPLE}")
    if with_key and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ConfigError(
            f"url: {shown}: a key would travel over plain http to another machine; "
            "use https, or a loopback address such as 127.0.0.1"
        )
    return url.rstrip("/")


def _problem(url: str, parts: SplitResult) -> str:
    faults = {
        "it is neither http nor https": parts.scheme not in {"http", "https"},
        "it names no host": not parts.hostname,
        "it holds a space or another character that no address has": not _plain(url),
        "it holds a user or password, which do not belong there": "@" in parts.netloc,
        "it holds a query or a fragment": "?" in url or "#" in url,
        f"{_SUFFIX} is added by itself": parts.path.rstrip("/").endswith(_SUFFIX),
    }
    return next((fault for fault, found in faults.items() if found), "")


def _plain(url: str) -> bool:
    return url.isascii() and url.isprintable() and " " not in url


def is_loopback(host: str) -> bool:
    """Tell whether a host name means this machine without asking a name server.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("10.0.0.1")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Return only the host of any address, empty where there is none or it cannot be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
