"""Every coordinate system of the standard leads to the same place."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from tests.gateways.sapient.frames import bearing, point

from vallum.gateways.sapient.location import (
    DEFAULT_AZIMUTH_SD_DEG,
    DEFAULT_POINT_SD_M,
    DEFAULT_RANGE_SD_SHARE,
    LARGEST_AZIMUTH_SD_DEG,
    LARGEST_SD_M,
    SMALLEST_AZIMUTH_SD_DEG,
    SMALLEST_POINT_SD_M,
    convergence_deg,
    point_of,
    range_bearing_of,
)
from vallum.gateways.sapient.messages import Location, LocationCoordinateSystem, RangeBearing, RangeBearingDatum
from vallum.watch.detection import PointMeasurement, RangeBearingMeasurement
from vallum.watch.plausibility import Reason

RADIANS = LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_LAT_LNG_RAD_M
UTM = LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_UTM_M
GEOD = Geod(ellps="WGS84")


def understood(location: Location, zone: str = "") -> PointMeasurement:
    result = point_of(location, zone)
    assert isinstance(result, PointMeasurement)
    return result


def seen(measured: RangeBearing) -> RangeBearingMeasurement:
    result = range_bearing_of(measured, 41.0, 36.0)
    assert isinstance(result, RangeBearingMeasurement)
    return result


def why_not(result: object) -> str:
    assert isinstance(result, Reason)
    return result.code


@given(lon=st.floats(36.0, 47.9), lat=st.floats(1.0, 71.0))
def test_degrees_radians_and_utm_metres_name_the_same_place(lon: float, lat: float) -> None:
    zone = int((lon + 180) // 6) + 1
    east, north = Transformer.from_crs("EPSG:4326", f"EPSG:{32600 + zone}", always_xy=True).transform(lon, lat)
    for location in (
        point(lon, lat),
        Location(x=math.radians(lon), y=math.radians(lat), coordinate_system=RADIANS),
        Location(x=east, y=north, coordinate_system=UTM, utm_zone=f"{zone}N"),
    ):
        place = understood(location)
        assert GEOD.inv(lon, lat, place.lon, place.lat)[2] < 0.01


def test_errors_in_the_units_of_their_axes_become_metres() -> None:
    _, _, east_m = GEOD.inv(41.0, 36.0, 41.001, 36.0)
    _, _, north_m = GEOD.inv(41.0, 36.0, 41.0, 36.001)
    for location in (
        point(41.0, 36.0, x_error=0.001, y_error=0.001),
        Location(
            x=math.radians(41.0),
            y=math.radians(36.0),
            x_error=math.radians(0.001),
            y_error=math.radians(0.001),
            coordinate_system=RADIANS,
        ),
    ):
        place = understood(location)
        assert place.east_sd_m == pytest.approx(east_m, rel=0.005)
        assert place.north_sd_m == pytest.approx(north_m, rel=0.005)
    metres = Location(x=500_000, y=4_000_000, x_error=12.0, y_error=7.0, coordinate_system=UTM, utm_zone="37S")
    assert (understood(metres).east_sd_m, understood(metres).north_sd_m) == (12.0, 7.0)


def test_errors_that_are_missing_or_nonsense_become_the_stated_default_and_none_is_too_good() -> None:
    for error in (0.0, -1.0, math.nan, -math.inf):
        assert understood(point(41.0, 36.0, x_error=error)).east_sd_m == DEFAULT_POINT_SD_M
        assert seen(bearing(azimuth_error=error)).azimuth_sd_deg == DEFAULT_AZIMUTH_SD_DEG
    assert understood(point(41.0, 36.0, x_error=1e-12)).east_sd_m == SMALLEST_POINT_SD_M
    assert seen(bearing(azimuth_error=1e-9)).azimuth_sd_deg == SMALLEST_AZIMUTH_SD_DEG
    bare = bearing()
    bare.ClearField("range_error")
    assert seen(bare).range_sd_m == pytest.approx(1500.0 * DEFAULT_RANGE_SD_SHARE)


@pytest.mark.parametrize("error", [1e9, 1e200, 1e308, math.inf])
def test_no_stated_error_is_taken_over_larger_than_the_bound(error: float) -> None:
    place = understood(point(41.0, 36.0, x_error=error, y_error=error))
    assert (place.east_sd_m, place.north_sd_m) == (LARGEST_SD_M, LARGEST_SD_M)
    assert seen(bearing(azimuth_error=error)).azimuth_sd_deg == LARGEST_AZIMUTH_SD_DEG
    assert seen(bearing(range_error=error)).range_sd_m is None


def test_the_letter_of_a_zone_is_a_latitude_band() -> None:
    north = Location(x=500_000, y=4_000_000, coordinate_system=UTM, utm_zone="37S")
    south = Location(x=500_000, y=4_000_000, coordinate_system=UTM, utm_zone="37G")
    assert understood(north).lat == pytest.approx(36.14, abs=0.01)
    assert understood(south).lat < -50.0


def test_a_zone_may_come_from_the_registration() -> None:
    bare = Location(x=500_000, y=4_000_000, coordinate_system=UTM)
    assert understood(bare, "37S").lon == pytest.approx(39.0)
    assert why_not(point_of(bare)) == "utm_zone_missing"
    assert why_not(point_of(bare, "61N")) == "utm_zone_missing"


def test_degrees_said_to_be_utm_are_refused_with_a_hint() -> None:
    # The sample message of the standard's own test harness makes this mistake.
    sample = Location(x=51.17, y=-1.82, coordinate_system=UTM, utm_zone="30U")
    refused = point_of(sample)
    assert why_not(refused) == "utm_outside_zone"
    assert isinstance(refused, Reason)
    assert "degrees" in refused.words
    assert why_not(point_of(Location(x=math.nan, y=4e6, coordinate_system=UTM, utm_zone="37S"))) == "utm_outside_zone"
    assert why_not(point_of(Location(x=1.0, y=1.0))) == "no_coordinate_system"


DEGREE = math.pi / 180.0


@pytest.mark.parametrize(
    ("name", "angle", "length"),
    [("DEGREES_M", 1.0, 1.0), ("RADIANS_M", DEGREE, 1.0), ("DEGREES_KM", 1.0, 1e-3), ("RADIANS_KM", DEGREE, 1e-3)],
)
def test_degrees_radians_metres_and_kilometres_name_the_same_bearing(name: str, angle: float, length: float) -> None:
    said = RangeBearing(
        azimuth=270.0 * angle,
        azimuth_error=0.5 * angle,
        range=1500.0 * length,
        range_error=30.0 * length,
        datum=RangeBearingDatum.RANGE_BEARING_DATUM_TRUE,
        coordinate_system=f"RANGE_BEARING_COORDINATE_SYSTEM_{name}",
    )
    measured = seen(said)
    assert (measured.sensor_lon, measured.sensor_lat) == (41.0, 36.0)
    assert measured.azimuth_deg == pytest.approx(270.0)
    assert measured.azimuth_sd_deg == pytest.approx(0.5)
    assert measured.range_m == pytest.approx(1500.0)
    assert measured.range_sd_m == pytest.approx(30.0)


def test_a_range_that_is_hardly_known_leaves_a_bearing() -> None:
    assert seen(bearing(range_m=1000.0, range_error_m=300.0)).range_m == 1000.0
    assert seen(bearing(range_m=1000.0, range_error_m=301.0)).range_m is None
    alone = bearing()
    alone.ClearField("range")
    assert (seen(alone).range_m, seen(alone).range_sd_m) == (None, None)
    assert why_not(range_bearing_of(bearing(range_m=0.0), 41.0, 36.0)) == "range_not_positive"
    without = bearing()
    without.ClearField("azimuth")
    assert why_not(range_bearing_of(without, 41.0, 36.0)) == "no_azimuth"


def test_a_range_up_a_slope_is_shorter_along_the_ground() -> None:
    assert seen(bearing(range_m=1000.0, elevation=60.0)).range_m == pytest.approx(500.0)


@given(lon=st.floats(30.1, 53.9), lat=st.floats(-60.0, 60.0))
def test_grid_north_is_turned_to_true_north(lon: float, lat: float) -> None:
    zone = int((lon + 180) // 6) + 1
    to_grid = Transformer.from_crs("EPSG:4326", f"EPSG:{(32600 if lat >= 0 else 32700) + zone}", always_xy=True)
    east, north = to_grid.transform(lon, lat)
    ahead = to_grid.transform(east, north + 100.0, direction="INVERSE")
    azimuth_deg, _, _ = GEOD.inv(lon, lat, *ahead)
    assert convergence_deg(lon, lat) == pytest.approx(azimuth_deg, abs=0.001)


def test_a_bearing_from_grid_north_is_corrected_and_from_an_unknown_north_refused() -> None:
    grid, magnetic, platform, unsaid = (bearing(0.0) for _ in range(4))
    grid.datum = RangeBearingDatum.RANGE_BEARING_DATUM_GRID
    magnetic.datum = RangeBearingDatum.RANGE_BEARING_DATUM_MAGNETIC
    platform.datum = RangeBearingDatum.RANGE_BEARING_DATUM_PLATFORM
    unsaid.ClearField("datum")
    assert seen(grid).azimuth_deg == pytest.approx(convergence_deg(41.0, 36.0))
    for said, code in ((magnetic, "magnetic_bearing"), (platform, "platform_bearing"), (unsaid, "no_datum")):
        assert why_not(range_bearing_of(said, 41.0, 36.0)) == code
