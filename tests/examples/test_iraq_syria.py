"""What the worked example promises."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import astral
import astral.sun
import numpy as np
import pytest
from pyproj import Geod

from vallum import examples
from vallum.assets.sensor import Sensor
from vallum.frontier.line import Side
from vallum.plan.works.progress import WorksRow, closed
from vallum.project import Project, load

WGS84 = Geod(ellps="WGS84")
TOWN_KM = 5.0
CROSSING_KM = 2.0


@pytest.fixture(scope="module")
def project() -> Project:
    return load("iraq-syria")


def nearest_km(lon: float, lat: float, others: list[tuple[float, float]]) -> float:
    return float(min(WGS84.inv(lon, lat, *other)[2] for other in others)) / 1000


def assert_kept_off_towns(project: Project, what: str, lon: float, lat: float) -> None:
    town_km = nearest_km(lon, lat, [(place.lon, place.lat) for place in project.places])
    crossing_km = nearest_km(lon, lat, [(point.lon, point.lat) for point in project.crossing_points])
    assert town_km >= TOWN_KM or crossing_km <= CROSSING_KM, f"{what} is {town_km:.1f} km from a town"


def test_the_map_length_and_the_reported_length_are_two_figures(project: Project) -> None:
    assert project.frontier.map_length_m == pytest.approx(598_900, abs=100)
    assert project.frontier.reported_length_m == 610_000
    assert project.frontier.lateral_uncertainty_m == 2_000


def test_nothing_invented_stands_within_5_km_of_a_town_except_at_crossing_points(project: Project) -> None:
    for tower in project.towers:
        assert_kept_off_towns(project, tower.tower_id, tower.lon, tower.lat)
    for sensor in project.sensors:
        assert_kept_off_towns(project, sensor.sensor_id, sensor.lon, sensor.lat)
    for unit in project.units:
        assert_kept_off_towns(project, unit.unit_id, unit.lon, unit.lat)


def test_nothing_that_is_said_to_be_built_is_placed_within_5_km_of_a_town(project: Project) -> None:
    """Where nothing has been started nothing stands; the 220 km pass one town in such a stretch."""
    near: set[str] = set()
    placed = [(work.report_id, work.state, work.from_m, work.to_m) for work in project.works]
    placed += [(one.obstacle_id, one.state, one.from_m, one.to_m) for one in project.obstacles]
    for what, state, from_m, to_m in placed:
        for lon, lat in project.frontier.interval(from_m, to_m):
            try:
                assert_kept_off_towns(project, what, float(lon), float(lat))
            except AssertionError:
                assert state == "not started", what
                near.add(what)
    assert near == {"W-2021-03-17-trench-03", "trench-03", "berm-03", "wire-03"}


def test_140_of_220_reported_kilometres_are_accepted_in_several_pieces(project: Project) -> None:
    assert project.programme is not None
    rows = [WorksRow(**report.model_dump()) for report in project.works]
    done = closed(project.programme.planned_reported_length_m, rows, project.programme.element)
    assert (done.closed_m, done.planned_m) == (140_000, 220_000)
    pieces = [report for report in project.works if report.element == "trench" and report.state == "accepted"]
    assert len(pieces) >= 3


def test_the_reported_trench_fills_the_programme_without_holes_or_overlaps(project: Project) -> None:
    trench = sorted((r for r in project.works if r.element == "trench"), key=lambda report: report.from_m)
    assert trench[0].from_m == 0
    assert trench[-1].to_m == pytest.approx(project.frontier.reported_to_map_m("reported 2021", 220_000))
    for before, after in pairwise(trench):
        assert before.to_m == pytest.approx(after.from_m)
    assert sum(report.reported_length_m for report in trench) == 220_000


def test_map_extents_of_the_works_agree_with_their_reported_lengths(project: Project) -> None:
    scale = project.frontier.map_length_m / 610_000
    for report in project.works:
        assert report.to_m - report.from_m == pytest.approx(report.reported_length_m * scale, rel=1e-6)


def test_berm_and_wire_lie_beside_every_accepted_trench(project: Project) -> None:
    def accepted(element: str) -> set[tuple[float, float]]:
        return {(r.from_m, r.to_m) for r in project.works if r.element == element and r.state == "accepted"}

    assert accepted("trench") == accepted("berm") == accepted("wire")


def test_the_trench_is_3_m_deep_and_3_m_wide_and_every_placement_is_said_to_be_invented(project: Project) -> None:
    for obstacle in project.obstacles:
        assert obstacle.placement == "invented"
        assert "invented" in obstacle.source
        if obstacle.element == "trench":
            assert (obstacle.depth_m, obstacle.width_m) == (3, 3)
    assert all(report.placement == "invented" for report in project.works)


def test_obstacles_and_works_say_the_same(project: Project) -> None:
    planned = {(o.element, o.from_m, o.to_m): o.state for o in project.obstacles}
    for report in project.works:
        assert planned[report.element, report.from_m, report.to_m] == report.state


def test_sections_run_from_end_to_end_and_somebody_answers_for_each(project: Project) -> None:
    assert [section.id for section in project.sections] == list("ABCDEFG")
    ends = [section.from_m for section in project.sections] + [project.sections[-1].to_m]
    assert ends == [0, 45_000, 120_000, 160_000, 276_000, 360_000, 385_000, project.frontier.map_length_m]
    for section in project.sections:
        first = [r for r in project.responsibilities if r.section_id == section.id and r.role == "first_line"]
        assert first
        assert all(responsibility.source for responsibility in first)


def test_every_tower_stands_on_the_home_side_within_sight_of_the_line(project: Project) -> None:
    for tower in project.towers:
        where = project.frontier.locate(tower.lon, tower.lat)
        assert 300 <= where.offset_m <= 2_500, tower.tower_id
        assert where.side is not Side.THAT


def test_units_start_on_the_home_side_in_the_section_they_name(project: Project) -> None:
    sections = {section.id: section for section in project.sections}
    for unit in project.units:
        where = project.frontier.locate(unit.lon, unit.lat)
        assert 0 < where.offset_m <= 6_000
        assert sections[unit.section_id].from_m <= where.chainage_m < sections[unit.section_id].to_m


def test_units_carry_the_symbol_of_a_friendly_land_unit(project: Project) -> None:
    for unit in project.units:
        assert re.fullmatch(r"100310\d{14}", unit.sidc)


def sees_across(sensor: Sensor, project: Project) -> bool:
    where = project.frontier.locate(sensor.lon, sensor.lat)
    across_deg = (project.frontier.bearing_at(where.chainage_m) + 90.0) % 360.0
    apart_deg = abs((sensor.bearing_deg - across_deg + 180.0) % 360.0 - 180.0)
    return apart_deg <= sensor.sector_deg / 2


def test_every_sensor_looks_across_the_line(project: Project) -> None:
    assert all(sees_across(sensor, project) for sensor in project.sensors)


def test_some_of_the_line_is_within_reach_of_a_sensor_and_much_of_it_is_not(project: Project) -> None:
    chainage_m = np.arange(0.0, project.frontier.map_length_m, 500.0)
    lon, lat = project.frontier.point_at(chainage_m, np.zeros_like(chainage_m))
    reached = np.zeros(chainage_m.shape, dtype=bool)
    for sensor in project.sensors:
        far = np.full(chainage_m.shape, sensor.lon), np.full(chainage_m.shape, sensor.lat)
        reached |= WGS84.inv(lon, lat, *far)[2] <= sensor.range_person_m
    dense = (chainage_m >= 50_000) & (chainage_m <= 195_000)
    assert reached[dense].mean() > 0.8
    assert reached[chainage_m >= 385_000].mean() < 0.05
    assert 0.2 < reached.mean() < 0.6


def test_there_are_thermal_cameras_radars_day_cameras_and_ground_sensors(project: Project) -> None:
    assert {sensor.kind for sensor in project.sensors} == {
        "thermal_camera", "day_camera", "ground_radar", "ground_sensor"
    }  # fmt: skip
    assert 55 <= len(project.sensors) <= 75
    assert all(sensor.simulated for sensor in project.sensors)
    assert all(unit.simulated for unit in project.units)
    assert all("assumed" in sensor.performance_source for sensor in project.sensors)


def test_parties_are_named_by_role_in_three_languages(project: Project) -> None:
    assert [party.role["en"] for party in project.parties] == [
        "national guard", "regional guard", "neighbour A", "neighbour B", "coalition"
    ]  # fmt: skip
    assert all(set(party.role) == {"en", "ar", "ckb"} for party in project.parties)


def test_every_place_and_crossing_point_has_both_names(project: Project) -> None:
    arabic = re.compile(r"[\u0621-\u064a /]+")
    names = [(place.name, place.name_local) for place in project.places]
    names += [(point.name, point.name_local) for point in project.crossing_points]
    for name, name_local in names:
        assert name.isascii()
        assert arabic.fullmatch(name_local), name
    assert len(project.places) == 25
    assert len(project.crossing_points) == 4


def test_the_night_begins_when_civil_twilight_ends(project: Project) -> None:
    assert project.scenario_start is not None
    assert project.scenario_start.astimezone(ZoneInfo(project.local_zone)).date() == date(2021, 3, 17)
    lon, lat = project.frontier.point_at(149_000.0)
    dusk = astral.sun.dusk(astral.Observer(lat, lon), date=date(2021, 3, 17), tzinfo=UTC)
    assert abs(project.scenario_start - dusk) < timedelta(minutes=5)


def test_it_says_that_it_is_no_legal_boundary_and_what_is_invented(project: Project) -> None:
    assert project.notice["en"] == "Not a legal boundary. Posts, sensors and units are invented."
    assert set(project.notice) == {"en", "ar", "ckb"}
    assert all(tower.placement == "invented" for tower in project.towers)


def test_everybody_whose_work_is_used_is_named(project: Project) -> None:
    named = " ".join(f"{one.text} {one.licence}" for one in project.attribution)
    for needed in ("Natural Earth", "public domain", "GeoNames", "CC BY 4.0", "NOAA GLOBE"):
        assert needed in named


def test_every_file_of_the_example_has_a_source(project: Project) -> None:
    sources = (examples.path("iraq-syria") / "SOURCES.md").read_text(encoding="utf-8")
    for file in project.file_hashes:
        assert file in sources or file == "vallum.toml"


def test_no_file_speaks_of_anybody_as_an_enemy(project: Project) -> None:
    for file in project.folder.glob("*.*"):
        if file.suffix != ".tif":
            words = file.read_text(encoding="utf-8").lower()
            assert not re.search(r"hostile|infiltrat|adversar|terror", words), file.name


def test_geojson_files_are_plain_json(project: Project) -> None:
    for file in project.folder.glob("*.geojson"):
        assert json.loads(file.read_text(encoding="utf-8"))["type"] == "FeatureCollection"


def test_an_unknown_packaged_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="iraq-syria"):
        examples.path("atlantis")
