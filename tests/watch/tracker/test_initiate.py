import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.watch.tracker.initiate import begin, confirmed, crossed_bearing
from vallum.watch.tracker.measure import BearingSighting, PositionSighting, sight
from vallum.watch.tracker.motion import VELOCITY_SD_M_S
from vallum.watch.tracker.state import TrackerSettings

SETTINGS = TrackerSettings()


@pytest.fixture
def ray(strip: Strip, stand: Callable[..., Any], fence: Frontier) -> Callable[..., BearingSighting]:
    """Look from a chainage on this side at a place on that side."""

    def look(sensor_id: str, chainage_m: float, event_s: float = 0.0, to_offset_m: float = -2000.0) -> BearingSighting:
        lon, lat = fence.point_at(20_000.0, to_offset_m)
        detection = stand(sensor_id, chainage_m, 500.0).polar(lon, lat, event_s, range_sd_m=None)
        (sighting,) = sight([detection], strip, 5.0)
        assert isinstance(sighting, BearingSighting)
        return sighting

    return look


def test_two_bearings_place_a_thing_where_they_cross(
    strip: Strip, fence: Frontier, ray: Callable[..., BearingSighting]
) -> None:
    crossing = crossed_bearing(ray("a", 19_000.0), [ray("b", 22_000.0)], SETTINGS)
    assert crossing is not None
    lon, lat = fence.point_at(20_000.0, -2000.0)
    x_m, y_m = strip.to_plane(np.array([lon]), np.array([lat]))
    assert np.hypot(crossing[0].x_m - x_m[0], crossing[0].y_m - y_m[0]) < 2.0


def test_the_spread_of_a_crossing_is_what_its_bearings_scatter(ray: Callable[..., BearingSighting]) -> None:
    first, second = ray("a", 19_000.0), ray("b", 22_000.0)
    crossing = crossed_bearing(first, [second], TrackerSettings(sensor_position_sd_m=0.0))
    assert crossing is not None
    draw = np.random.default_rng(7)
    found = []
    for one, other in draw.standard_normal((2000, 2)) * first.bearing_sd_rad:
        moved = crossed_bearing(
            dataclasses.replace(first, bearing_rad=first.bearing_rad + one),
            [dataclasses.replace(second, bearing_rad=second.bearing_rad + other)],
            SETTINGS,
        )
        assert moved is not None
        found.append((moved[0].x_m, moved[0].y_m))
    point = crossing[0]
    stated = np.array([[point.xx_m2, point.xy_m2], [point.xy_m2, point.yy_m2]])
    np.testing.assert_allclose(np.cov(np.array(found).T), stated, atol=0.1 * np.trace(stated))


@pytest.mark.parametrize(
    ("sensor_id", "chainage_m", "event_s", "why"),
    [
        ("a", 22_000.0, 0.0, "the same sensor"),
        ("b", 22_000.0, 4.0, "too long ago"),
        ("b", 19_200.0, 0.0, "too flat an angle"),
    ],
)
def test_bearings_that_say_nothing_together_place_nothing(
    ray: Callable[..., BearingSighting], sensor_id: str, chainage_m: float, event_s: float, why: str
) -> None:
    assert crossed_bearing(ray("a", 19_000.0), [ray(sensor_id, chainage_m, event_s)], SETTINGS) is None, why


def test_rays_that_only_cross_behind_the_sensors_place_nothing(ray: Callable[..., BearingSighting]) -> None:
    first, second = ray("a", 19_000.0), ray("b", 22_000.0)
    turned = [dataclasses.replace(one, bearing_rad=one.bearing_rad + np.pi) for one in (first, second)]
    assert crossed_bearing(turned[0], [turned[1]], SETTINGS) is None


def test_of_several_crossings_the_squarest_is_taken(ray: Callable[..., BearingSighting]) -> None:
    square, flat = ray("b", 22_500.0), ray("c", 20_000.0)
    crossing = crossed_bearing(ray("a", 18_500.0), [flat, square, flat], SETTINGS)
    assert crossing is not None
    assert crossing[1] is square


def test_a_track_begins_as_unsure_of_its_speed_as_its_class_is_free(ray: Callable[..., BearingSighting]) -> None:
    sighting = PositionSighting(ray("a", 19_000.0).detection, 0.0, 1.0, 2.0, 9.0, 1.0, 16.0)
    mean, covariance = begin(sighting, "vehicle")
    assert mean.tolist() == [1.0, 2.0, 0.0, 0.0]
    assert covariance[2, 2] == VELOCITY_SD_M_S["vehicle"] ** 2
    assert np.linalg.eigvalsh(covariance).min() > 0.0


@pytest.mark.parametrize(
    ("hits_s", "expected"),
    [((), False), ((0.0, 1.0), False), ((0.0, 7.0, 15.0), True), ((15.0, 0.0, 7.0), True), ((0.0, 7.0, 15.1), False)],
)
def test_so_many_hits_in_so_many_seconds_make_a_track(hits_s: tuple[float, ...], expected: bool) -> None:
    assert confirmed(hits_s, SETTINGS) is expected
