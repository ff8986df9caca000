"""The promises of docs/endpoint-layer.md about CPU time, as ratios measured in one run."""

import sys
from collections.abc import Mapping

import pytest
from hot_path import Cost, Setting, compared, loops, table

pytestmark = pytest.mark.benchmark

REPEATS = 5


def measured(setting: Setting, *clients: str) -> Mapping[str, Cost]:
    costs = compared(setting, clients, REPEATS)
    sys.stdout.write("\n" + table(setting, costs, clients[0]))
    return costs


@pytest.mark.parametrize("loop", loops())
@pytest.mark.parametrize("concurrency", [64, 256])
def test_a_completion_costs_at_most_1_7_times_bare_aiohttp(concurrency: int, loop: str) -> None:
    setting = Setting(concurrency, 0, loop)

    costs = measured(setting, "aiohttp", "fedbbpt")

    assert costs["fedbbpt"].least <= 1.7 * costs["aiohttp"].least


@pytest.mark.parametrize("concurrency", [64, 256])
def test_a_completion_costs_a_tenth_of_the_vendors_client(concurrency: int) -> None:
    setting = Setting(concurrency, 0, "asyncio")

    costs = measured(setting, "fedbbpt", "openai")

    assert 10 * costs["fedbbpt"].least <= costs["openai"].least


@pytest.mark.parametrize("alternatives", [0, 20])
def test_a_hit_costs_less_than_a_fifth_of_a_call(alternatives: int) -> None:
    setting = Setting(64, alternatives, "asyncio")

    costs = measured(setting, "fedbbpt", "fedbbpt hits")

    assert 5 * costs["fedbbpt hits"].least < costs["fedbbpt"].least
