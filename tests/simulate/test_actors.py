from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from vallum.simulate.actors import Journey, metres_per_degree, step_lengths_m

GEOD = Geod(ellps="WGS84")


def journey(times_s: list[float], lon: list[float]) -> Journey:
    return Journey("a", "person", "crosses", 2, np.array(times_s), np.array(lon), np.full(len(lon), 36.0))


@given(lat=st.floats(-70, 70))
def test_metres_per_degree_agree_with_the_geodesic(lat: float) -> None:
    east_m, north_m = metres_per_degree(lat)
    _, _, east_geodesic_m = GEOD.inv(41.0, lat, 41.001, lat)
    _, _, north_geodesic_m = GEOD.inv(41.0, lat - 0.0005, 41.0, lat + 0.0005)
    assert east_m * 0.001 == pytest.approx(east_geodesic_m, rel=1e-6)
    assert north_m * 0.001 == pytest.approx(north_geodesic_m, rel=1e-6)


def test_nobody_is_there_before_or_after_its_journey() -> None:
    way = journey([10.0, 20.0], [41.0, 41.001])
    assert way.at(9.9) is None
    assert way.at(20.1) is None
    assert way.at(10.0) is not None
    assert way.at(20.0) is not None


def test_somebody_who_pauses_has_no_speed() -> None:
    way = journey([0.0, 10.0, 40.0, 50.0], [41.0, 41.001, 41.001, 41.002])
    standing = way.at(25.0)
    walking = way.at(45.0)
    assert standing is not None
    assert walking is not None
    assert standing.east_m_s == 0.0
    assert walking.east_m_s == pytest.approx(9.02, abs=0.01)


@given(share=st.floats(0.0, 1.0))
def test_an_actor_moves_evenly_between_two_instants(share: float) -> None:
    actor = journey([0.0, 100.0], [41.0, 41.01]).at(100.0 * share)
    assert actor is not None
    assert actor.lon == pytest.approx(41.0 + 0.01 * share)


def test_a_moment_that_lasts_no_time_is_no_error() -> None:
    actor = journey([0.0, 10.0, 10.0], [41.0, 41.001, 41.001]).at(10.0)
    assert actor is not None
    assert actor.east_m_s == 0.0


def test_steps_of_a_path_are_as_long_as_the_geodesic() -> None:
    lon, lat = np.array([41.0, 41.01, 41.02]), np.array([36.0, 36.01, 36.0])
    _, _, geodesic_m = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert step_lengths_m(lon, lat) == pytest.approx(geodesic_m, rel=1e-4)
