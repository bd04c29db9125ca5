from __future__ import annotations

from datetime import datetime

import numpy as np

from vallum.assets.sensor import Sensor
from vallum.assets.unit import Unit
from vallum.frontier.line import Frontier
from vallum.simulate.opening import CLEAR_OF_OWN_M, opening
from vallum.simulate.posts import Posts
from vallum.terrain.elevation import Elevation


def opened(
    frontier: Frontier,
    elevation: Elevation,
    sensors: tuple[Sensor, ...],
    units: tuple[Unit, ...],
    seed: int,
    start_s: float,
) -> float:
    """Return where along the line the opening is when the night begins."""
    journey = opening(
        np.random.Generator(np.random.PCG64(seed)),
        frontier,
        elevation,
        Posts.of(sensors),
        units,
        actor_id="A01",
        start_s=start_s,
    )
    here = journey.at(start_s)
    assert here is not None
    placed = frontier.locate(here.lon, here.lat)
    assert -2_500.0 < placed.offset_m < -300.0
    return placed.chainage_m


def test_the_opening_keeps_clear_of_own_units(
    frontier: Frontier, flat: Elevation, sensors: tuple[Sensor, ...], units: tuple[Unit, ...], dusk: datetime
) -> None:
    for seed in range(10):
        chainage_m = opened(frontier, flat, sensors, units, seed, dusk.timestamp())
        own_m = [frontier.locate(unit.lon, unit.lat).chainage_m for unit in units]
        assert min(abs(chainage_m - each_m) for each_m in own_m) > CLEAR_OF_OWN_M - 400.0


def test_without_sensors_somebody_comes_all_the_same(frontier: Frontier, flat: Elevation, dusk: datetime) -> None:
    assert 0.0 < opened(frontier, flat, (), (), 1, dusk.timestamp()) < frontier.map_length_m


def test_where_no_two_sensors_see_across_the_best_place_is_taken(
    frontier: Frontier, flat: Elevation, sensors: tuple[Sensor, ...], dusk: datetime
) -> None:
    lonely = next(sensor for sensor in sensors if sensor.kind == "ground_radar")
    near_m = frontier.locate(lonely.lon, lonely.lat).chainage_m
    assert abs(opened(frontier, flat, (lonely,), (), 1, dusk.timestamp()) - near_m) < 5_000.0
