from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from vallum.assets.sensor import Sensor
from vallum.assets.unit import Unit
from vallum.frontier.line import Frontier
from vallum.simulate import performance
from vallum.simulate.posts import clear
from vallum.simulate.sensing import Held, look
from vallum.simulate.world import World, crossings_of
from vallum.terrain.elevation import Elevation

SEEDS = range(1, 21)


def night_as_values(world: World) -> list[Any]:
    hours = np.arange(world.start_s, world.end_s, 1_800.0)
    return [world.crossings, *(world.actors_at(float(t_s)) for t_s in hours)]


def test_the_same_seed_is_the_same_night_bit_for_bit(
    frontier: Frontier,
    flat: Elevation,
    sensors: tuple[Sensor, ...],
    units: tuple[Unit, ...],
    dusk: datetime,
) -> None:
    first, second = (
        World.drawn(frontier, flat, sensors, units, seed=7, start=dusk, end=dusk + timedelta(hours=12))
        for _ in range(2)
    )
    assert night_as_values(first) == night_as_values(second)


def test_different_seeds_are_different_nights(world_of: Any) -> None:
    assert night_as_values(world_of(1)) != night_as_values(world_of(2))


def test_truth_does_not_depend_on_what_sensors_report(world_of: Any) -> None:
    world = world_of(3)
    before = night_as_values(world)
    truly = performance.drawn(3, world.posts.sensors)
    chainage_m = world.frontier.locate(world.posts.lon, world.posts.lat).chainage_m
    held = Held()
    for second in range(20):
        held, _ = look(world, truly, chainage_m, held, world.start_s + second)
    assert night_as_values(world) == before


def test_on_a_quiet_night_nobody_comes_from_the_far_side(real_world_of: Any) -> None:
    quiet = real_world_of(0)
    assert {journey.kind for journey in quiet.journeys} == {"herder", "animal", "patrol"}
    assert not [crossing for crossing in quiet.crossings if crossing.kind in ("person", "vehicle")]
    # Herds and patrols stay on the home side all night.
    for journey in quiet.journeys:
        if journey.purpose in ("herds", "grazes", "patrols"):
            assert float(np.min(quiet.frontier.locate(journey.lon, journey.lat).offset_m)) > 50.0, journey.actor_id


def test_any_seed_can_be_made_quiet(
    frontier: Frontier, flat: Elevation, sensors: tuple[Sensor, ...], dusk: datetime
) -> None:
    end = dusk + timedelta(hours=12)
    quiet = World.drawn(frontier, flat, sensors, (), seed=5, start=dusk, end=end, approaching=False)
    assert not {"person", "vehicle"} & {journey.kind for journey in quiet.journeys}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_night_opens_with_somebody_walking_to_the_line_in_sight_of_two_sensors(real_world_of: Any, seed: int) -> None:
    world = real_world_of(seed)
    opening = world.journeys[0]
    offsets_m = []
    for second in (0.0, 15.0, 30.0):
        actor = opening.at(world.start_s + second)
        assert actor is not None
        offsets_m.append(world.frontier.locate(actor.lon, actor.lat).offset_m)
        pairs = world.posts.pairs((actor,))
        sees = clear(world.elevation, world.posts, pairs, (actor,))
        assert len(set(pairs.sensor[sees].tolist())) >= 2
    assert -2_500.0 < offsets_m[0] < -300.0
    assert offsets_m[0] < offsets_m[1] < offsets_m[2]
    arrivals = [crossing.at_s for crossing in world.crossings if crossing.actor_id == opening.actor_id]
    assert arrivals
    assert 120.0 < arrivals[0] - world.start_s < 900.0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_opening_is_reported_within_half_a_minute(real_world_of: Any, seed: int) -> None:
    world = real_world_of(seed)
    truly = performance.drawn(seed, world.posts.sensors)
    chainage_m = world.frontier.locate(world.posts.lon, world.posts.lat).chainage_m
    held, by_sensor = Held(), dict[int, int]()
    for second in range(31):
        held, reports = look(world, truly, chainage_m, held, world.start_s + second)
        for report in reports:
            if report.actor_id == world.journeys[0].actor_id:
                by_sensor[report.sensor_index] = by_sensor.get(report.sensor_index, 0) + 1
    assert sum(by_sensor.values()) >= 6
    assert len(by_sensor) >= 2


def test_own_patrols_never_cross_the_line(real_world_of: Any) -> None:
    for seed in range(1, 6):
        assert not [one for one in real_world_of(seed).crossings if one.kind == "patrol"]


def test_crossings_are_about_ten_a_night(real_world_of: Any) -> None:
    crossed = [
        len({one.actor_id for one in real_world_of(seed).crossings if one.kind in ("person", "vehicle")})
        for seed in SEEDS
    ]
    assert 8.0 < float(np.mean(crossed)) < 15.0


def test_a_crossing_is_where_the_offset_changes_its_sign(real_world_of: Any) -> None:
    world = real_world_of(4)
    ways = {journey.actor_id: journey for journey in world.journeys}
    for crossing in world.crossings:
        placed = world.frontier.locate(crossing.lon, crossing.lat)
        assert abs(placed.offset_m) < 30.0
        assert placed.chainage_m == pytest.approx(crossing.chainage_m, abs=60.0)
        before, after = (ways[crossing.actor_id].at(crossing.at_s + step_s) for step_s in (-20.0, 20.0))
        if before is None or after is None or before.lon == after.lon:
            continue
        offsets_m = world.frontier.locate(np.array([before.lon, after.lon]), np.array([before.lat, after.lat])).offset_m
        toward_home = crossing.direction == "to this side"
        assert (offsets_m[1] > offsets_m[0]) == toward_home


def test_who_stays_on_one_side_does_not_cross(world_of: Any) -> None:
    world = world_of(1)
    for journey in world.journeys:
        offsets_m = world.frontier.locate(journey.lon, journey.lat).offset_m
        if float(offsets_m.min()) > 0.0 or float(offsets_m.max()) < 0.0:
            assert crossings_of(journey, world.frontier) == ()


def test_nobody_is_faster_than_their_kind_can_be(real_world_of: Any) -> None:
    limits_m_s = {"person": 3.0, "herder": 3.0, "animal": 6.0, "vehicle": 30.0, "patrol": 15.0}
    world = real_world_of(2)
    for t_s in np.arange(world.start_s, world.end_s, 600.0):
        for actor in world.actors_at(float(t_s)):
            assert np.hypot(actor.east_m_s, actor.north_m_s) < limits_m_s[actor.kind], actor


def test_a_night_that_ends_before_it_begins_is_refused(frontier: Frontier, flat: Elevation, dusk: datetime) -> None:
    with pytest.raises(ValueError, match="not after its start"):
        World.drawn(frontier, flat, (), (), seed=1, start=dusk, end=dusk)


def test_a_negative_seed_is_refused(frontier: Frontier, flat: Elevation, dusk: datetime) -> None:
    with pytest.raises(ValueError, match="not -1"):
        World.drawn(frontier, flat, (), (), seed=-1, start=dusk, end=dusk + timedelta(hours=1))
