from __future__ import annotations

import pytest

from vallum.frontier.calibration import Calibration, reported_to_map_m

TWO_STRETCHES = (
    Calibration("builder", 0.0, 100.0, 0.0, 90.0),
    Calibration("builder", 100.0, 200.0, 90.0, 200.0),
    Calibration("from the south", 0.0, 200.0, 200.0, 0.0),
)


@pytest.mark.parametrize(
    ("reported_m", "map_m"), [(0.0, 0.0), (50.0, 45.0), (100.0, 90.0), (150.0, 145.0), (200.0, 200.0)]
)
def test_a_calibration_in_stretches_is_linear_on_each(reported_m: float, map_m: float) -> None:
    assert reported_to_map_m(TWO_STRETCHES, "builder", reported_m) == map_m


def test_a_count_from_the_other_end_runs_backwards() -> None:
    assert reported_to_map_m(TWO_STRETCHES, "from the south", 50.0) == 150.0


@pytest.mark.parametrize("reported_m", [-0.1, 200.1, float("nan")])
def test_nothing_is_extrapolated(reported_m: float) -> None:
    with pytest.raises(ValueError, match=r"it holds 0-0\.1 km, 0\.1-0\.2 km"):
        reported_to_map_m(TWO_STRETCHES, "builder", reported_m)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match='"builder", "from the south"'):
        reported_to_map_m(TWO_STRETCHES, "JOC", 1.0)


def test_a_line_without_calibrations_says_so() -> None:
    with pytest.raises(ValueError, match="Known calibrations of this line: none"):
        reported_to_map_m((), "JOC", 1.0)


@pytest.mark.parametrize("ends", [(1.0, 1.0, 0.0, 1.0), (2.0, 1.0, 0.0, 1.0), (0.0, float("nan"), 0.0, 1.0)])
def test_a_stretch_that_does_not_increase_is_refused(ends: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match='Calibration "builder"'):
        Calibration("builder", *ends)
