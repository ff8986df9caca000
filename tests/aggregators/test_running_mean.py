"""A mean that is fed one report after the other is the one made at once."""

import numpy as np
import pytest
from gaussian_reports import START, Told, deviations, diagonals, merged, owners, report
from hypothesis import given

from fedbbpt.aggregators.fedavg_gaussian import FedavgGaussian
from fedbbpt.aggregators.running_mean import RunningMean
from fedbbpt.distributions import Gaussian
from fedbbpt.messages import State

BEGIN = State(0, START)


@given(owners(diagonals, 2))
def test_a_running_mean_comes_to_the_bits_of_merging_at_once(told: list[Told]) -> None:
    coming = [report(f"owner {i:02d}", one) for i, one in enumerate(told * 7)]

    at_once = merged(FedavgGaussian()(BEGIN, coming))
    stream, single = RunningMean(BEGIN), RunningMean(BEGIN)
    stream.add_all(iter(coming))
    for one in coming:
        single.add(one)

    for other in (stream.gaussian, single.gaussian):
        assert other.mean.tobytes() == at_once.mean.tobytes()
        assert deviations(other).tobytes() == deviations(at_once).tobytes()


def test_a_running_mean_takes_every_owner_once_and_in_order() -> None:
    told = Told(Gaussian(np.zeros(3), 1.0, np.ones(3)))
    stream = RunningMean(BEGIN)
    stream.add_all([report("b", told), report("c", told)])

    for name in ("a", "c"):
        with pytest.raises(ValueError, match=f"client: {name} after c"):
            stream.add_all([report(name, told)])


def test_a_running_mean_refuses_a_collapsed_owner_in_the_middle_of_many() -> None:
    told = Told(Gaussian(np.zeros(3), 1.0, np.ones(3)))
    sick = Told(Gaussian(np.zeros(3), 1e-12, np.ones(3)))
    stream = RunningMean(BEGIN)

    with pytest.raises(ValueError, match=r"b: .*sigma: .* collapsed or blew up"):
        stream.add_all([report("a", told), report("b", sick), report("c", told)])


def test_a_running_mean_of_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="nothing can be merged"):
        _ = RunningMean(BEGIN).gaussian
