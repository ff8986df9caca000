"""What of a run can change what is computed, as one digest."""

from collections.abc import Mapping
from typing import Any

from fedbbpt.canonical import digest

_NOWHERE = ("directory", "base", "caps", "prices", "cache", "track")
_PACE = {"concurrency", "timeout_seconds", "slots", "threads"}
_PACE |= {"requests_per_minute", "tokens_per_minute", "together"}
_WORTH = {"prices"}
_WAY = {"proxy", "ca", "key_header"}
"""How the same place is reached."""


def run_identity(payload: Mapping[str, Any], space: object) -> str:
    """Return the digest of a run without caps, places and endpoint speed.

    What a run does not name is not in it, so that runs of before keep their identity.

    Args:
        payload: of the run file.
        space: what of its space can change what is computed.
    """
    kept = {name: value for name, value in payload.items() if name not in _NOWHERE}
    simulation = kept["simulation"]
    kept["simulation"] = simulation and {"texts": simulation["texts"]}
    kept["space"] = space
    kept["roles"] = {
        name: value for name, value in kept["roles"].items() if name != "seed" or value is not None
    }
    for name in ("endpoint", "judge", "evaluator"):
        kept[name] = _speedless(kept[name])
    proposer = kept["proposer"]
    kept["proposer"] = {**proposer, "endpoint": _speedless(proposer.get("endpoint", {}))}
    encoder = kept.pop("encoder")
    if encoder:
        kept["encoder"] = {**encoder, "endpoint": _speedless(encoder["endpoint"])}
    kept["owners"] = [_owner(owner) for owner in kept["owners"]]
    if not kept["reasoning"]:
        del kept["reasoning"]
    kept["task"] = {n: value for n, value in kept["task"].items() if n != "answer" or value}
    return digest(kept)


def _owner(owner: Mapping[str, Any]) -> dict[str, object]:
    kept: dict[str, object] = {name: value for name, value in owner.items() if name != "grant"}
    kept |= {"data": "", "file": ""}  # what lies there counts, and is digested by itself
    return {**kept, **{name: _speedless(owner[name]) for name in ("endpoint", "judge")}}


def _speedless(endpoint: Mapping[str, object]) -> dict[str, object]:
    left_out = _PACE | _WAY | _WORTH
    return {name: value for name, value in endpoint.items() if name not in left_out}
