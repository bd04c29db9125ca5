import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from vallum.frontier.strip import Strip
from vallum.watch.tracker.measure import BearingSighting, PositionSighting, converted, frame_at, sight

WGS84 = Geod(ellps="WGS84")


@pytest.mark.parametrize(("range_m", "range_sd_m", "bearing_sd_rad"), [(4000.0, 30.0, 0.02), (800.0, 100.0, 0.15)])
def test_the_conversion_is_without_bias_and_as_wide_as_its_errors(
    range_m: float, range_sd_m: float, bearing_sd_rad: float
) -> None:
    draw = np.random.default_rng(20210317)
    count = 200_000
    ranges_m = range_m + range_sd_m * draw.standard_normal(count)
    angles_rad = bearing_sd_rad * draw.standard_normal(count)
    unbiased_m = np.array([converted(r, range_sd_m, bearing_sd_rad)[0] for r in ranges_m.tolist()])
    along_m, across_m = unbiased_m * np.cos(angles_rad), unbiased_m * np.sin(angles_rad)
    _, along_m2, across_m2 = converted(range_m, range_sd_m, bearing_sd_rad)
    assert along_m.mean() == pytest.approx(range_m, abs=4.0 * along_m.std() / count**0.5)
    # what is stated belongs to a measured range, so it exceeds the spread around the true one by a little
    assert along_m.std() == pytest.approx(along_m2**0.5, rel=0.06)
    assert across_m.std() == pytest.approx(across_m2**0.5, rel=0.06)


@given(st.floats(0.0, 359.9), st.floats(100.0, 8000.0), st.floats(5_000.0, 40_000.0), st.floats(-3000.0, 3000.0))
def test_range_and_bearing_lead_to_the_place_that_was_measured(
    strip: Strip,
    stand: Callable[..., Any],
    azimuth_deg: float,
    range_m: float,
    chainage_m: float,
    offset_m: float,
) -> None:
    sensor = stand("T-01-radar", chainage_m, offset_m)
    lon, lat, _ = WGS84.fwd(sensor.lon, sensor.lat, azimuth_deg, range_m)
    (sighting,) = sight([sensor.polar(lon, lat, 0.0, azimuth_sd_deg=1e-4)], strip, 0.0)
    assert isinstance(sighting, PositionSighting)
    x_m, y_m = strip.to_plane(np.array([lon]), np.array([lat]))
    assert np.hypot(sighting.x_m - x_m[0], sighting.y_m - y_m[0]) < 0.5


def test_a_sharp_bearing_with_a_poor_range_is_long_along_the_ray(strip: Strip, stand: Callable[..., Any]) -> None:
    sensor = stand("T-01-thermal", 20_000.0, 600.0)
    lon, lat, _ = WGS84.fwd(sensor.lon, sensor.lat, 70.0, 3000.0)
    (sighting,) = sight([sensor.polar(lon, lat, 0.0, azimuth_sd_deg=0.1, range_sd_m=600.0)], strip, 0.0)
    assert isinstance(sighting, PositionSighting)
    here = np.array([sighting.x_m, sighting.y_m]) - np.concatenate(
        strip.to_plane(np.array([sensor.lon]), np.array([sensor.lat]))
    )
    ray = here / np.linalg.norm(here)
    covariance = np.array([[sighting.xx_m2, sighting.xy_m2], [sighting.xy_m2, sighting.yy_m2]])
    assert float(ray @ covariance @ ray) ** 0.5 == pytest.approx(600.0, rel=0.01)
    assert np.sqrt(np.linalg.eigvalsh(covariance)[0]) == pytest.approx(3000.0 * np.radians(0.1), rel=0.05)


def test_east_and_north_of_a_point_are_turned_into_the_plane(strip: Strip, make_point: Callable[..., Any]) -> None:
    detection = make_point(42.1, 35.9, 0.0)
    detection = dataclasses.replace(
        detection, measurement=dataclasses.replace(detection.measurement, east_sd_m=200.0, north_sd_m=10.0)
    )
    (sighting,) = sight([detection], strip, 0.0)
    assert isinstance(sighting, PositionSighting)
    x_m, y_m = strip.to_plane(np.array([42.1, 42.101]), np.array([35.9, 35.9]))
    step = np.array([x_m[1] - x_m[0], y_m[1] - y_m[0]])
    east = step / np.linalg.norm(step)
    covariance = np.array([[sighting.xx_m2, sighting.xy_m2], [sighting.xy_m2, sighting.yy_m2]])
    assert float(east @ covariance @ east) ** 0.5 == pytest.approx(200.0, rel=1e-3)


def test_without_a_range_that_is_known_how_well_only_the_bearing_is_used(
    strip: Strip, stand: Callable[..., Any]
) -> None:
    sensor = stand("T-01-thermal", 20_000.0, 600.0)
    (sighting,) = sight([sensor.polar(42.2, 36.0, 0.0, range_sd_m=None)], strip, 5.0)
    assert isinstance(sighting, BearingSighting)


def test_no_detections_are_no_sightings(strip: Strip) -> None:
    assert sight([], strip, 5.0) == ()


@given(st.floats(5_000.0, 40_000.0), st.floats(-10_000.0, 10_000.0))
def test_the_frame_says_where_north_is_and_how_long_a_metre(
    strip: Strip, stand: Callable[..., Any], chainage_m: float, offset_m: float
) -> None:
    here = stand("", chainage_m, offset_m)
    frame = frame_at(strip, np.array([here.lon]), np.array([here.lat]))
    lon, lat, _ = WGS84.fwd(here.lon, here.lat, 0.0, 100.0)
    x_m, y_m = strip.to_plane(np.array([here.lon, lon]), np.array([here.lat, lat]))
    assert np.hypot(x_m[1] - x_m[0], y_m[1] - y_m[0]) / 100.0 == pytest.approx(frame.scale[0], abs=1e-5)
    assert np.arctan2(x_m[1] - x_m[0], y_m[1] - y_m[0]) == pytest.approx(frame.north_bearing_rad[0], abs=1e-5)
