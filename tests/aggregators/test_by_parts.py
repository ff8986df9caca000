"""Rules for tables and Gaussians, applied to a product."""

from typing import cast

import numpy as np
import pytest
from gaussian_reports import START, Told, merged, reports

from fedbbpt.aggregators import Aggregator
from fedbbpt.aggregators.by_parts import ByParts
from fedbbpt.aggregators.dirichlet_pool import DirichletPool
from fedbbpt.aggregators.fedavg_gaussian import FedavgGaussian
from fedbbpt.aggregators.fedbpt import FedBPT
from fedbbpt.aggregators.linear_pool import LinearPool
from fedbbpt.aggregators.log_linear_pool import LogLinearPool
from fedbbpt.aggregators.partwise import SHARED, rebuilt
from fedbbpt.distributions import Categorical, Floats, Gaussian, Product
from fedbbpt.messages import Report, State

TABLES = Categorical((np.zeros(2),))
PRODUCT = Product((START, TABLES))
TOLD = [Told(Gaussian(np.full(3, i), 0.5), 10.0 + i, (1.0, 0.1 * i)) for i in range(3)]


def clouds() -> list[Report]:
    return reports(TOLD)


def tables() -> list[Report]:
    return [
        Report(
            f"owner {i}",
            0,
            "f",
            {"logits_0": np.array([float(i), -float(i)]), "counts_0": np.array([float(i), 1.0])},
            frozenset(),
            10.0 + i,
            9,
            0,
            0,
            9,
        )
        for i in range(3)
    ]


def products() -> list[Report]:
    """Return the same reports side by side."""
    joined = []
    for cloud, table in zip(clouds(), tables(), strict=True):
        statistics: dict[str, Floats] = {
            n if n in SHARED else f"part_0.{n}": a for n, a in cloud.statistics.items()
        }
        statistics |= {f"part_1.{n}": a for n, a in table.statistics.items()}
        joined.append(
            Report(cloud.client, 0, "f", statistics, frozenset(), cloud.weight, 9, 0, 0, 9)
        )
    return joined


@pytest.mark.parametrize(
    ("gaussian", "alone"), [("fedavg_gaussian", FedavgGaussian()), ("fedbpt", FedBPT())]
)
@pytest.mark.parametrize(
    ("categorical", "pool"),
    [
        ("log_linear_pool", LogLinearPool()),
        ("linear_pool", LinearPool()),
        ("dirichlet_pool", DirichletPool()),
    ],
)
def test_parts_are_merged_as_they_would_be_alone(
    gaussian: str, alone: Aggregator, categorical: str, pool: Aggregator
) -> None:
    state = State(2, PRODUCT)
    for _ in range(2):  # memory is carried part by part
        state = ByParts(gaussian, categorical)(state, products())

    cloud, table = State(2, START), State(2, TABLES)
    for _ in range(2):
        cloud, table = alone(cloud, clouds()), pool(table, tables())
    found = cast(Product, state.distribution)
    first, second = found.parts
    assert state.round == 4
    assert cast(Gaussian, first).mean.tolist() == merged(cloud).mean.tolist()
    expected = cast(Categorical, table.distribution).logits[0].tolist()
    assert cast(Categorical, second).logits[0].tolist() == expected


def test_unknown_rules_are_refused() -> None:
    with pytest.raises(ValueError, match="gaussian: 'median' is unknown"):
        ByParts(gaussian="median")
    with pytest.raises(ValueError, match="categorical: 'fedbpt' is unknown"):
        ByParts(categorical="fedbpt")


def test_a_gaussian_rule_says_what_to_use_for_a_product() -> None:
    with pytest.raises(ValueError, match="by_parts for a product"):
        FedavgGaussian()(State(0, PRODUCT), products())


def test_a_nested_product_is_rebuilt_as_it_was() -> None:
    nested = Product((TABLES, Product((START, TABLES))))

    again = rebuilt(nested, [TABLES, START, TABLES])

    assert again == nested or repr(again) == repr(nested)
    with pytest.raises(ValueError, match="2 for 3 parts"):
        rebuilt(nested, [TABLES, START])
    with pytest.raises(ValueError, match="2 for one part"):
        rebuilt(TABLES, [TABLES, TABLES])
