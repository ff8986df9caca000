"""A pool for products: Gaussians by one rule, tables by another."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.aggregators import Aggregator
from fedbbpt.aggregators.dirichlet_pool import DirichletPool
from fedbbpt.aggregators.fedavg_gaussian import FedavgGaussian
from fedbbpt.aggregators.fedbpt import FedBPT
from fedbbpt.aggregators.linear_pool import LinearPool
from fedbbpt.aggregators.log_linear_pool import LogLinearPool
from fedbbpt.aggregators.moment_matching import MomentMatching
from fedbbpt.aggregators.partwise import Partwise
from fedbbpt.aggregators.precision_pool import PrecisionPool
from fedbbpt.aggregators.product_of_experts import ProductOfExperts
from fedbbpt.messages import Report, State

__all__ = ["ByParts"]


@dataclass(frozen=True, slots=True)
class ByParts:
    """Merge every part of a product by the rule of its kind, with the rule's defaults.

    Law: the parts of the result are what the rules make of the parts alone.

    Attributes:
        gaussian: ``"fedavg_gaussian"``, ``"precision_pool"``, ``"product_of_experts"``,
            ``"moment_matching"`` or ``"fedbpt"``.
        categorical: ``"log_linear_pool"``, ``"linear_pool"`` or ``"dirichlet_pool"``.

    Raises:
        ValueError: an unknown rule.
    """

    gaussian: str = "fedavg_gaussian"
    categorical: str = "log_linear_pool"

    def __post_init__(self) -> None:
        _named("gaussian", self.gaussian, _gaussian_rules())
        _named("categorical", self.categorical, _categorical_rules())

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with every part merged.

        Raises:
            ValueError: no report has weight, or lacks what a rule needs.
        """
        rules = Partwise(_gaussian_rules()[self.gaussian], _categorical_rules()[self.categorical])
        return rules.merged(state, reports)


def _gaussian_rules() -> dict[str, Aggregator]:
    return {
        "fedavg_gaussian": FedavgGaussian(),
        "precision_pool": PrecisionPool(),
        "product_of_experts": ProductOfExperts(),
        "moment_matching": MomentMatching(),
        "fedbpt": FedBPT(),
    }


def _categorical_rules() -> dict[str, Aggregator]:
    return {
        "log_linear_pool": LogLinearPool(),
        "linear_pool": LinearPool(),
        "dirichlet_pool": DirichletPool(),
    }


def _named(field: str, name: str, rules: dict[str, Aggregator]) -> None:
    if name not in rules:
        raise ValueError(f"{field}: {name!r} is unknown; expected one of {', '.join(rules)}")
