"""What the page of the sample run may show besides, since that run is a simulation."""

from sample_results import OWNERS

from fedbbpt.runs.simulation import OwnerCalibration, SimulationView, WorstExample


def sample_inside() -> SimulationView:
    """Return one worst example and one calibration an owner."""
    labels = ("negative", "positive")
    return SimulationView(
        worst=tuple(
            WorstExample(
                name,
                f"a dull start and a fine end, {name}",
                labels[:1],
                "positive",
                "positive",
                1.2,
            )
            for name in OWNERS
        ),
        calibrations=tuple(
            OwnerCalibration(name, labels, (-0.4 - 0.1 * index, 0.4 + 0.1 * index))
            for index, name in enumerate(OWNERS)
        ),
    )
