"""Distributions as JSON values and back."""

from typing import assert_never

from fedbbpt.codec.fields import (
    MAX_DEPTH,
    array_payload,
    listed,
    mapped,
    number,
    paired,
    read_array,
    shown,
    text,
)
from fedbbpt.distributions import Categorical, Distribution, Gaussian, Grouped, Point, Product


def distribution_payload(distribution: Distribution) -> dict[str, object]:
    """Return a distribution as JSON values."""
    match distribution:
        case Categorical(logits):
            return {"kind": "categorical", "logits": [array_payload(slot) for slot in logits]}
        case Gaussian(mean, sigma, cov):
            full = None if cov is None else array_payload(cov)
            return {
                "kind": "gaussian",
                "mean": array_payload(mean),
                "sigma": float(sigma),
                "cov": full,
            }
        case Point(x):
            return {"kind": "point", "x": array_payload(x)}
        case Product(parts):
            return {"kind": "product", "parts": [distribution_payload(part) for part in parts]}
        case Grouped(groups):
            return {
                "kind": "grouped",
                "groups": [[name, distribution_payload(part)] for name, part in groups],
            }
        case _:
            assert_never(distribution)


def read_distribution(value: object, depth: int = 0) -> Distribution:
    """Return the distribution that ``distribution_payload`` described.

    Raises:
        ValueError: malformed, not finite, or nested too deep.
    """
    body = mapped(value, "distribution")
    if depth > MAX_DEPTH:
        raise ValueError("distribution: nested too deep")
    match body.get("kind"):
        case "categorical":
            slots = listed(body["logits"], "logits")
            return Categorical(tuple(read_array(slot, "logits") for slot in slots))
        case "gaussian":
            cov = None if body["cov"] is None else read_array(body["cov"], "cov")
            mean = read_array(body["mean"], "mean")
            return Gaussian(mean, number(body["sigma"], "sigma"), cov)
        case "point":
            return Point(read_array(body["x"], "x"))
        case "product":
            parts = listed(body["parts"], "parts")
            return Product(tuple(read_distribution(part, depth + 1) for part in parts))
        case "grouped":
            pairs = [paired(pair, "groups") for pair in listed(body["groups"], "groups")]
            return Grouped(
                tuple((text(n, "groups"), read_distribution(part, depth + 1)) for n, part in pairs)
            )
        case other:
            raise ValueError(f"distribution: unknown kind {shown(other)}")
