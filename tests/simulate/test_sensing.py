from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.simulate import performance
from vallum.simulate.posts import GEOD
from vallum.simulate.sensing import HOLD_S, Held, Report, look, ulid
from vallum.simulate.world import World


def watched(world: World, seconds: int, from_s: float = 0.0) -> list[tuple[Report, ...]]:
    truly = performance.drawn(world.seed, world.posts.sensors)
    chainage_m = world.frontier.locate(world.posts.lon, world.posts.lat).chainage_m
    held, looks = Held(), []
    for second in range(seconds):
        held, reports = look(world, truly, chainage_m, held, world.start_s + from_s + second)
        looks.append(reports)
    return looks


def test_the_same_night_is_reported_alike_bit_for_bit(real_world_of: Any) -> None:
    assert watched(real_world_of(6), 60) == watched(real_world_of(6), 60)


def test_other_seeds_are_reported_otherwise(real_world_of: Any) -> None:
    assert watched(real_world_of(6), 10) != watched(real_world_of(7), 10)


def test_reports_stay_within_sector_and_declared_range(real_world_of: Any) -> None:
    world = real_world_of(8)
    for reports in watched(world, 120):
        for report in reports:
            sensor = world.posts.sensors[report.sensor_index]
            if report.azimuth_deg is None:
                assert sensor.kind == "ground_sensor"
                continue
            off_axis_deg = abs((report.azimuth_deg - sensor.bearing_deg + 180.0) % 360.0 - 180.0)
            assert off_axis_deg <= sensor.sector_deg / 2.0 + 1e-9
            assert 0.0 < report.range_m <= max(sensor.range_person_m, sensor.range_vehicle_m) * 1.05


def test_reports_are_near_the_truth_by_what_they_say_of_their_error(real_world_of: Any) -> None:
    world = real_world_of(8)
    misses_sd = []
    for second, reports in enumerate(watched(world, 120)):
        actors = {actor.actor_id: actor for actor in world.actors_at(world.start_s + second)}
        for report in reports:
            if report.actor_id is None or report.azimuth_deg is None:
                continue
            sensor, actor = world.posts.sensors[report.sensor_index], actors[report.actor_id]
            azimuth_deg, _, distance_m = GEOD.inv(sensor.lon, sensor.lat, actor.lon, actor.lat)
            off_deg = (report.azimuth_deg - azimuth_deg + 180.0) % 360.0 - 180.0
            misses_sd.append(off_deg / report.azimuth_sd_deg)
            if report.range_sd_m < 0.3 * report.range_m:
                misses_sd.append((report.range_m - distance_m) / report.range_sd_m)
    assert len(misses_sd) > 200
    assert 0.3 < float(np.median(np.abs(misses_sd))) < 1.5
    assert float(np.max(np.abs(misses_sd))) > 3.0, "tails are meant to be heavy"


def test_sensors_miss_and_err(real_world_of: Any) -> None:
    world = real_world_of(8)
    looks = watched(world, 120)
    opening = [sum(report.actor_id == "A01" for report in reports) for reports in looks]
    assert 0 in opening or 1 in opening
    assert any(report.actor_id is None for reports in watched(world, 600, 3_600.0) for report in reports)
    named_first = {report.classes[0][0] for reports in looks for report in reports if report.actor_id == "A01"}
    assert len(named_first) > 1


def test_class_confidences_sum_to_one(real_world_of: Any) -> None:
    for reports in watched(real_world_of(8), 60):
        for report in reports:
            assert sum(sure for _, sure in report.classes) == pytest.approx(1.0, abs=0.002)
            assert {name for name, _ in report.classes} == {"Human", "Vehicle", "Animal"}


def test_an_object_keeps_its_name_until_it_is_missed_too_long(real_world_of: Any) -> None:
    named: dict[tuple[int, str], tuple[str, float]] = {}
    renamed = 0
    for reports in watched(real_world_of(10), 180):
        for report in reports:
            if report.actor_id is None:
                continue
            key = (report.sensor_index, report.actor_id)
            if key in named:
                object_id, last_s = named[key]
                assert (object_id == report.object_id) == (report.at_s - last_s <= HOLD_S)
                renamed += object_id != report.object_id
            named[key] = (report.object_id, report.at_s)
    assert renamed > 0


def test_report_names_are_never_used_twice(real_world_of: Any) -> None:
    names = [report.report_id for reports in watched(real_world_of(13), 120) for report in reports]
    assert len(set(names)) == len(names) > 100


def test_a_first_detection_by_a_thermal_camera_brings_a_still(real_world_of: Any) -> None:
    world = real_world_of(9)
    seen: set[str] = set()
    for reports in watched(world, 60):
        for report in reports:
            thermal = world.posts.sensors[report.sensor_index].kind == "thermal_camera"
            if report.object_id not in seen:
                assert report.with_still == thermal or report.actor_id is not None
                if thermal and report.actor_id is None:
                    assert report.with_still
            assert thermal or not report.with_still
            seen.add(report.object_id)
    stills = [
        report.at_s
        for reports in watched(world, 60)
        for report in reports
        if report.with_still and report.actor_id == "A01"
    ]
    assert stills
    assert stills[0] - world.start_s < 15.0


def test_radars_do_not_see_what_stands_still(real_world_of: Any) -> None:
    world = real_world_of(0)
    radars = {index for index, sensor in enumerate(world.posts.sensors) if sensor.kind == "ground_radar"}
    for second, reports in enumerate(watched(world, 120)):
        resting = {
            actor.actor_id
            for actor in world.actors_at(world.start_s + second)
            if actor.east_m_s == 0.0 == actor.north_m_s
        }
        assert not [report for report in reports if report.sensor_index in radars and report.actor_id in resting]


@given(t_s=st.floats(0, 4e9), text=st.text())
def test_a_ulid_carries_its_instant(t_s: float, text: str) -> None:
    from ulid import ULID

    assert ULID.from_str(ulid(t_s, text)).milliseconds == int(t_s * 1000.0)
