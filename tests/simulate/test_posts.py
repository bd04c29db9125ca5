from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from vallum.assets.sensor import Sensor
from vallum.assets.unit import Unit
from vallum.frontier.line import Frontier
from vallum.simulate import performance
from vallum.simulate.actors import Actor
from vallum.simulate.posts import Posts, clear
from vallum.simulate.sensing import Held, look
from vallum.simulate.world import World
from vallum.terrain.elevation import Elevation

GEOD = Geod(ellps="WGS84")
SENSOR = Sensor(
    sensor_id="c1",
    kind="thermal_camera",
    node_id="n",
    lon=41.0,
    lat=36.0,
    mast_m=20.0,
    bearing_deg=350.0,
    sector_deg=60.0,
    range_person_m=2_000.0,
    range_vehicle_m=6_000.0,
    range_min_m=100.0,
    party="p",
    performance_source="test",
)


def walker(azimuth_deg: float, distance_m: float, *, motorised: bool = False) -> Actor:
    lon, lat, _ = GEOD.fwd(SENSOR.lon, SENSOR.lat, azimuth_deg, distance_m)
    return Actor("a", "vehicle" if motorised else "person", "crosses", 1, lon, lat, 0.0, 0.0, motorised)


@given(azimuth_deg=st.floats(0.0, 359.9), distance_m=st.floats(10.0, 9_000.0), motorised=st.booleans())
def test_only_what_is_in_sector_and_range_is_a_pair(azimuth_deg: float, distance_m: float, motorised: bool) -> None:
    pairs = Posts.of([SENSOR]).pairs((walker(azimuth_deg, distance_m, motorised=motorised),))
    off_axis_deg = abs((azimuth_deg - 350.0 + 180.0) % 360.0 - 180.0)
    reach_m = 6_000.0 if motorised else 2_000.0
    if abs(off_axis_deg - 30.0) < 1e-6 or min(abs(distance_m - reach_m), abs(distance_m - 100.0)) < 1e-3:
        return
    assert (len(pairs.sensor) == 1) == (off_axis_deg < 30.0 and 100.0 < distance_m < reach_m)
    if len(pairs.sensor):
        assert pairs.distance_m[0] == pytest.approx(distance_m, abs=1e-3)
        assert abs((pairs.azimuth_deg[0] - azimuth_deg + 180.0) % 360.0 - 180.0) < 1e-6


def test_no_detection_through_a_hill(
    frontier: Frontier, walled: Elevation, sensors: tuple[Sensor, ...], units: tuple[Unit, ...], dusk: datetime
) -> None:
    world = World.drawn(frontier, walled, sensors, units, seed=2, start=dusk, end=dusk + timedelta(hours=2))
    beyond_the_ridge = {
        journey.actor_id
        for journey in world.journeys
        if float(np.max(frontier.locate(journey.lon, journey.lat).offset_m)) < -700.0
    } | {"A01"}
    truly = performance.drawn(2, sensors)
    chainage_m = frontier.locate(world.posts.lon, world.posts.lat).chainage_m
    held, reported = Held(), set[str | None]()
    for second in range(120):
        actors = {actor.actor_id: actor for actor in world.actors_at(world.start_s + second)}
        held, reports = look(world, truly, chainage_m, held, world.start_s + second)
        # The opening walker itself stays beyond the ridge's foot for these two minutes.
        assert frontier.locate(actors["A01"].lon, actors["A01"].lat).offset_m < 0.0
        reported |= {report.actor_id for report in reports}
    assert not reported & beyond_the_ridge


def test_the_same_night_without_the_hill_is_seen(
    frontier: Frontier, flat: Elevation, sensors: tuple[Sensor, ...], units: tuple[Unit, ...], dusk: datetime
) -> None:
    world = World.drawn(frontier, flat, sensors, units, seed=2, start=dusk, end=dusk + timedelta(hours=2))
    truly = performance.drawn(2, sensors)
    chainage_m = frontier.locate(world.posts.lon, world.posts.lat).chainage_m
    _, reports = look(world, truly, chainage_m, Held(), world.start_s)
    for second in range(1, 20):
        reports += look(world, truly, chainage_m, Held(), world.start_s + second)[1]
    assert "A01" in {report.actor_id for report in reports}


def test_a_buried_sensor_needs_no_sight_line(
    frontier: Frontier, walled: Elevation, sensors: tuple[Sensor, ...]
) -> None:
    buried = next(sensor for sensor in sensors if sensor.kind == "ground_sensor")
    posts = Posts.of([buried])
    near = Actor("a", "person", "crosses", 1, buried.lon + 1e-4, buried.lat, 0.0, 0.0)
    pairs = posts.pairs((near,))
    assert clear(walled, posts, pairs, (near,)).tolist() == [True]


def test_nobody_on_the_ground_makes_no_pairs() -> None:
    assert len(Posts.of([SENSOR]).pairs(()).sensor) == 0
