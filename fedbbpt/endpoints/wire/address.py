"""Where an endpoint lives: checks that its address can be meant, and that a key is safe there."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from fedbbpt.errors import ConfigError

_SUFFIX = "/chat/completions"
_EXAMPLE = "the base address, such as https://host/v1"
_PROXY_EXAMPLE = "host and port, such as http://proxy:3128"


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


def checked_proxy(proxy: str, address: str, *, with_key: bool) -> str:
    """Return the address of a proxy without a trailing slash; an empty one stays empty.

    Raises:
        ConfigError: it cannot be meant, holds a password, or a key would travel to it in the clear.
    """
    if not proxy:
        return ""
    try:
        parts = urlsplit(proxy)
        shown = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError as error:
        raise ConfigError(f"proxy: it cannot be read ({error}); write {_PROXY_EXAMPLE}") from error
    if "@" in parts.netloc:
        raise ConfigError(
            f"proxy: {shown}: it holds a user or password, which no run file holds; run a proxy "
            "on this machine that knows them, and name that one"
        )
    if problem := _problem(proxy, parts) or _beyond_host(parts):
        raise ConfigError(f"proxy: {shown}: {problem}; write {_PROXY_EXAMPLE}")
    if with_key and address.startswith("http:") and not is_loopback(parts.hostname or ""):
        raise ConfigError(
            f"proxy: {shown}: the url is plain http, and a key would travel to the proxy in the "
            "clear; use https in url"
        )
    return proxy.rstrip("/")


def _beyond_host(parts: SplitResult) -> str:
    return "it holds more than a host and a port" if parts.path.strip("/") else ""


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
