from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from affine import Affine
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from vallum.terrain.elevation import Elevation
from vallum.terrain.sight import sight

GEOD = Geod(ellps="WGS84")
LONGITUDES = st.floats(41.90, 42.10)
LATITUDES = st.floats(35.90, 36.10)
HEIGHTS = st.floats(0.0, 60.0)


@pytest.fixture(scope="module")
def walled() -> Elevation:
    """A plain on cells of about 100 m with a wall of 20 m, one cell thick, north to south at 42.05 degrees."""
    heights = np.zeros((200, 200), dtype=np.float32)
    heights[:, 150] = 20.0
    return Elevation(heights, Affine(0.001, 0, 41.9, 0, -0.001, 36.1), "invented wall")


@settings(deadline=None)
@given(lon_1=LONGITUDES, lat_1=LATITUDES, height_1=HEIGHTS, lon_2=LONGITUDES, lat_2=LATITUDES, height_2=HEIGHTS)
def test_whoever_sees_is_seen_to_the_last_bit(
    hills: Elevation, lon_1: float, lat_1: float, height_1: float, lon_2: float, lat_2: float, height_2: float
) -> None:
    there = sight(hills, lon_1, lat_1, height_1, lon_2, lat_2, height_2)
    back = sight(hills, lon_2, lat_2, height_2, lon_1, lat_1, height_1)
    assert there == back


@settings(deadline=None)
@given(lon_1=LONGITUDES, lat_1=LATITUDES, lon_2=LONGITUDES, lat_2=LATITUDES, height=HEIGHTS, raised=HEIGHTS)
def test_raising_the_target_never_loses_sight(
    hills: Elevation, lon_1: float, lat_1: float, lon_2: float, lat_2: float, height: float, raised: float
) -> None:
    low = sight(hills, lon_1, lat_1, 10.0, lon_2, lat_2, height)
    high = sight(hills, lon_1, lat_1, 10.0, lon_2, lat_2, height + raised)
    assert high.clearance_m >= low.clearance_m
    assert high.visible or not low.visible


@settings(deadline=None)
@given(bearing_deg=st.floats(0.0, 360.0), eye_m=st.floats(2.0, 60.0), target_m=st.floats(0.0, 20.0))
def test_over_a_plain_sight_ends_at_the_horizon_of_the_closed_form(
    plain: Elevation, bearing_deg: float, eye_m: float, target_m: float
) -> None:
    radius_m = 6_371_000.0 / (1.0 - 0.13)
    horizon_m = sqrt(2 * radius_m * eye_m) + sqrt(2 * radius_m * target_m)
    assume(horizon_m < 48_000.0)
    # Cells are 1 km: where the line of sight touches is met to half a cell, which is worth centimetres of height.
    for share, visible in ((0.995, True), (1.005, False)):
        lon, lat, _ = GEOD.fwd(42.0, 36.0, bearing_deg, share * horizon_m)
        assert sight(plain, 42.0, 36.0, eye_m, lon, lat, target_m).visible is visible


def test_bending_lets_see_farther_than_straight_rays(plain: Elevation) -> None:
    lon, lat, _ = GEOD.fwd(42.0, 36.0, 90.0, 14_500.0)
    assert sight(plain, 42.0, 36.0, 15.0, lon, lat, 0.0).visible
    assert not sight(plain, 42.0, 36.0, 15.0, lon, lat, 0.0, refraction_k=0.0).visible


def test_distance_is_the_geodesic(plain: Elevation) -> None:
    random = np.random.default_rng(5)
    lon, lat = random.uniform(41.5, 42.5, 500), random.uniform(35.5, 36.5, 500)
    _, _, distance_m = GEOD.inv(np.full(500, 42.0), np.full(500, 36.0), lon, lat)
    np.testing.assert_allclose(sight(plain, 42.0, 36.0, 1.0, lon, lat, 1.0).distance_m, distance_m, rtol=3e-3)


@pytest.mark.parametrize("target_lat", [36.0, 36.0333, 35.951])
def test_a_wall_one_cell_thick_hides_what_is_low_behind_it(walled: Elevation, target_lat: float) -> None:
    behind = sight(walled, 42.0, 36.0, 10.0, 42.09, target_lat, 1.5)
    assert not behind.visible
    assert sight(walled, 42.0, 36.0, 10.0, 42.045, target_lat, 1.5).visible
    assert sight(walled, 42.0, 36.0, 40.0, 42.09, target_lat, 40.0).visible


def test_the_clearance_is_how_far_the_wall_stands_above_the_ray(walled: Elevation) -> None:
    over = sight(walled, 42.0105, 36.0, 10.0, 42.0905, 36.0, 10.0, refraction_k=0.0)
    half_m = over.distance_m / 2
    assert over.clearance_m == pytest.approx(10.0 - 20.0 - half_m**2 / (2 * 6_371_000.0), abs=0.02)


def test_a_ridge_between_two_middles_of_cells_is_not_stepped_over(hills: Elevation) -> None:
    random = np.random.default_rng(11)
    lon_1, lat_1, lon_2, lat_2 = (random.uniform(low, high, 300) for low, high in [(41.9, 42.1), (35.9, 36.1)] * 2)
    found = sight(hills, lon_1, lat_1, 2.0, lon_2, lat_2, 2.0)
    # The same lines walked in 4,000 small steps by another road: along the geodesic, on the closed formula.
    for row in range(0, 300, 10):
        ends = (lon_1[row], lat_1[row], lon_2[row], lat_2[row])
        steps = np.array(GEOD.npts(*ends, 3_999))
        share = np.arange(1, 4_000) / 4_000.0
        first_m = hills.height_at(float(lon_1[row]), float(lat_1[row])) + 2.0
        last_m = hills.height_at(float(lon_2[row]), float(lat_2[row])) + 2.0
        distance_m = found.distance_m[row]
        bulge_m = share * (1 - share) * distance_m**2 * 0.87 / (2 * 6_371_000.0)
        ray_m = first_m + share * (last_m - first_m) - bulge_m
        least_m = float((ray_m - hills.height_at(steps[:, 0], steps[:, 1])).min())
        assert found.clearance_m[row] == pytest.approx(min(least_m, 2.0), abs=0.3)


def test_arrays_of_targets_broadcast_and_agree_with_single_ones(hills: Elevation) -> None:
    lon, lat = np.meshgrid(np.linspace(41.92, 42.08, 5), np.linspace(35.92, 36.08, 4))
    many = sight(hills, 42.0, 36.0, 15.0, lon, lat, 1.5)
    assert many.visible.shape == (4, 5)
    for row, column in np.ndindex(4, 5):
        one = sight(hills, 42.0, 36.0, 15.0, float(lon[row, column]), float(lat[row, column]), 1.5)
        assert one.visible == many.visible[row, column]
        assert one.clearance_m == many.clearance_m[row, column]


def test_many_thousands_at_once_agree_with_a_few(hills: Elevation) -> None:
    random = np.random.default_rng(13)
    lon, lat = random.uniform(41.9, 42.1, 9_000), random.uniform(35.9, 36.1, 9_000)
    many = sight(hills, 42.0, 36.0, 15.0, lon, lat, 1.5)
    few = sight(hills, 42.0, 36.0, 15.0, lon[::100], lat[::100], 1.5)
    np.testing.assert_array_equal(many.clearance_m[::100], few.clearance_m)


def test_no_targets_give_no_answers(hills: Elevation) -> None:
    assert sight(hills, 42.0, 36.0, 15.0, np.empty(0), np.empty(0), 1.5).visible.shape == (0,)


def test_ground_that_is_unknown_is_never_seen_through() -> None:
    heights = np.zeros((20, 20), dtype=np.float32)
    heights[:, 10] = np.nan
    torn = Elevation(heights, Affine(0.01, 0, 42.0, 0, -0.01, 36.0), "invented")
    across = sight(torn, 42.05, 35.9, 500.0, 42.15, 35.9, 500.0)
    assert not across.visible
    assert np.isnan(across.clearance_m)


@pytest.mark.parametrize(("lon", "lat"), [(50.0, 36.0), (42.0, 10.0), (float("nan"), 36.0)])
def test_a_target_outside_the_terrain_is_not_seen(hills: Elevation, lon: float, lat: float) -> None:
    away = sight(hills, 42.0, 36.0, 15.0, lon, lat, 1.5)
    assert not away.visible
    assert np.isnan(away.clearance_m)


def test_one_sees_the_ground_one_stands_on(hills: Elevation) -> None:
    here = sight(hills, 42.0, 36.0, 15.0, 42.0, 36.0, 0.0)
    assert here.visible
    assert here.distance_m == 0.0


def test_heights_below_the_ground_and_impossible_bending_are_refused(hills: Elevation) -> None:
    with pytest.raises(ValueError, match="heights of 0 m or more"):
        sight(hills, 42.0, 36.0, -1.0, 42.0, 36.0, 0.0)
    with pytest.raises(ValueError, match="below 1"):
        sight(hills, 42.0, 36.0, 1.0, 42.0, 36.0, 0.0, refraction_k=1.0)
