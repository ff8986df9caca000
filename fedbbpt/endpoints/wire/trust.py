"""Whose certificates are believed: those that this machine trusts, or one private authority's."""

import ssl
from pathlib import Path

from fedbbpt.errors import ConfigError


def checked_trust(ca: str, address: str, proxy: str) -> ssl.SSLContext | None:
    """Return what verifies a server by one authority alone, or None for this machine's own trust.

    Verification is never switched off.

    Args:
        ca: PEM file of the authority, or empty.
        address: of the endpoint, already checked.
        proxy: address of the proxy, already checked, or empty.

    Raises:
        ConfigError: no such file, no certificate in it, or nothing that it could verify.
    """
    if not ca:
        return None
    if not any(place.startswith("https:") for place in (address, proxy)):
        raise ConfigError(
            f"ca: {address} is plain http and shows no certificate; write https in url, or "
            "remove ca"
        )
    if not Path(ca).is_file():
        raise ConfigError(f"ca: {ca} is no file; name the PEM file of the authority")
    try:
        return ssl.create_default_context(cafile=ca)
    except (ssl.SSLError, OSError) as error:
        raise ConfigError(
            f"ca: {ca} holds no certificate that can be read; it must be PEM text "
            "(-----BEGIN CERTIFICATE-----)"
        ) from error
