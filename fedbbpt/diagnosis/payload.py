"""Findings as JSON values, for machines."""

from dataclasses import asdict

from fedbbpt.diagnosis.advice import recommended
from fedbbpt.diagnosis.findings import Findings
from fedbbpt.diagnosis.headroom import Headroom


def findings_payload(findings: Findings) -> dict[str, object]:
    """Return what was found of an endpoint; a key appears only as its variable's name."""
    subject, profile = findings.subject, findings.subject.profile
    return {
        "name": subject.name,
        "destination": profile.destination,
        "local": profile.local,
        "plain_http_elsewhere": subject.exposed,
        "key_env": subject.key_env or None,
        "model": profile.model,
        "named": findings.greeting.model,
        "naming": findings.naming if findings.tier else None,
        "tier": findings.tier or None,
        "usable": not findings.problem,
        "problem": findings.problem,
        "refused": findings.greeted.refused,
        "waited_seconds": findings.greeted.waited,
        "settings": findings.settings,
        "alternatives": asdict(findings.alternatives),
        "exact": asdict(findings.exact) if findings.exact else None,
        "soft": asdict(findings.soft) if findings.soft else None,
        "template": asdict(findings.template) if findings.template else None,
        "prefix_cache": asdict(findings.cache) if findings.cache else None,
        "noise": asdict(findings.noise) if findings.noise else None,
        "seed": findings.seed or None,
        "latency_seconds": findings.latency,
        "paces": [asdict(pace) for pace in findings.paces],
        "calls": findings.calls,
        "recommended": recommended(findings) if findings.tier else None,
    }


def headroom_payload(headroom: Headroom) -> dict[str, object]:
    """Return what a headroom test says."""
    return {
        **asdict(headroom.verdict),
        "spread": asdict(headroom.spread) if headroom.spread else None,
        "calls_made": headroom.calls,
        "missing": headroom.missing,
    }
