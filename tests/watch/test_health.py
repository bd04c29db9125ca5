"""Whether a sensor still watches, and which ground nobody watches."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from vallum.assets.sensor import SENSOR_STATES, Sensor, SensorState
from vallum.frontier.line import Frontier
from vallum.watch.health import Footprint, SensorHealth, Stretch, changes, covered, heard, judged, watched

GEOD = Geod(ellps="WGS84")
LINE = Frontier.from_geojson(
    {"type": "LineString", "coordinates": [[41.0, 36.0], [41.4, 36.0]]},
    name="straight",
    version="test",
    home_side="left",
    lateral_uncertainty_m=100.0,
)


def sensor(sensor_id: str, chainage_m: float, **changed: object) -> Sensor:
    """A radar on the line that looks all around to 3 km."""
    lon, lat = LINE.point_at(chainage_m)
    declared = {
        "sensor_id": sensor_id,
        "kind": "ground_radar",
        "node_id": "9f1c1d3e-0000-4000-8000-000000000001",
        "lon": lon,
        "lat": lat,
        "mast_m": 20.0,
        "bearing_deg": 0.0,
        "sector_deg": 360.0,
        "range_person_m": 3000.0,
        "range_vehicle_m": 6000.0,
        "party": "guard",
        "performance_source": "invented for a test",
    }
    return Sensor.model_validate({**declared, **changed})


SENSORS = (sensor("R-1", 6_000.0), sensor("R-2", 9_000.0), sensor("R-3", 25_000.0))


def state_at(stretches: tuple[Stretch, ...], chainage_m: float) -> str:
    return next(one.state for one in stretches if one.from_m <= chainage_m <= one.to_m)


def test_a_sensor_is_dead_until_it_is_heard() -> None:
    never = SensorHealth("R-1")
    assert judged(never, 1e9).state == "dead"
    assert heard(never, 1e9).state == "live"


@pytest.mark.parametrize(
    ("interval_s", "late_s", "dead_s"), [(10.0, 15.0, 30.0), (5.0, 7.5, 30.0), (20.0, 30.0, 60.0), (60.0, 90.0, 180.0)]
)
def test_silence_makes_a_sensor_late_and_then_dead(interval_s: float, late_s: float, dead_s: float) -> None:
    live = heard(SensorHealth("R-1"), 1000.0, status_interval_s=interval_s)
    assert judged(live, 1000.0 + late_s).state == "live"
    assert judged(live, 1000.0 + late_s + 0.1).state == "late"
    assert judged(live, 1000.0 + dead_s).state == "late"
    dead = judged(live, 1000.0 + dead_s + 0.1)
    assert dead.state == "dead"
    assert "silent for" in dead.reason


def test_a_leave_is_kept_until_the_sensor_is_heard_again() -> None:
    gone = heard(heard(SensorHealth("R-1"), 0.0), 5.0, goodbye=True)
    assert judged(gone, 1e6).state == "goodbye"
    assert heard(gone, 1e6).state == "live"


def test_a_sensor_that_sees_nothing_is_not_live_however_often_it_says_so() -> None:
    blind = heard(SensorHealth("R-1"), 0.0, not_detecting=True)
    assert blind.state == "not detecting"
    assert heard(blind, 5.0).state == "not detecting"
    assert judged(blind, 16.0).state == "late"
    assert heard(blind, 20.0, not_detecting=False).state == "live"


def test_being_heard_out_of_order_does_not_make_a_sensor_older() -> None:
    assert heard(heard(SensorHealth("R-1"), 100.0), 50.0).last_heard_s == 100.0


@given(steps=st.lists(st.tuples(st.floats(0.0, 100.0), st.booleans()), max_size=30))
def test_the_state_depends_only_on_what_was_heard_not_on_how_often_it_was_asked(
    steps: list[tuple[float, bool]],
) -> None:
    asked = unasked = SensorHealth("R-1")
    now_s = 0.0
    for gap_s, speaks in steps:
        now_s += gap_s
        asked = judged(asked, now_s)
        if speaks:
            asked, unasked = heard(asked, now_s), heard(unasked, now_s)
    assert judged(asked, now_s).state == judged(unasked, now_s).state


def test_only_what_changed_is_told() -> None:
    before = {"R-1": heard(SensorHealth("R-1"), 0.0), "R-2": SensorHealth("R-2")}
    after = {name: judged(health, 31.0) for name, health in before.items()}
    (change,) = changes(before, after)
    assert (change.sensor_id, change.before, change.after, change.at_s, change.last_heard_s) == (
        "R-1",
        "live",
        "dead",
        31.0,
        0.0,
    )
    assert changes(after, after) == ()
    assert [one.after for one in changes({}, before)] == ["live"]


def test_a_dead_sensor_is_never_shown_as_clear() -> None:
    states: dict[str, SensorState] = {"R-1": "live", "R-2": "live", "R-3": "live"}
    assert state_at(watched(SENSORS, states, LINE), 25_000.0) == "watched"
    footprint = Footprint.of(SENSORS, LINE)
    for state in SENSOR_STATES:
        shown = state_at(footprint.watched({**states, "R-3": state}), 25_000.0)
        assert shown == ("watched" if state == "live" else "lost")


def test_nothing_is_shown_as_clear_where_no_sensor_is_healthy() -> None:
    assert {one.state for one in watched(SENSORS, {}, LINE)} == {"lost", "unwatched"}
    (whole,) = watched((), {}, LINE)
    assert (whole.state, whole.sensors) == ("unwatched", ())
    assert (whole.from_m, whole.to_m) == pytest.approx((0.0, LINE.map_length_m))


def test_ground_that_another_sensor_still_sees_is_not_lost_and_the_lost_names_who_is_missing() -> None:
    stretches = watched(SENSORS, {"R-1": "live", "R-2": "dead", "R-3": "live"}, LINE)
    assert state_at(stretches, 8_500.0) == "watched"
    (lost,) = [one for one in stretches if one.state == "lost"]
    assert lost.sensors == ("R-2",)
    assert lost.from_m == pytest.approx(9_000.0, abs=300.0)
    assert lost.to_m == pytest.approx(12_000.0, abs=300.0)


@settings(max_examples=40, deadline=None)
@given(
    places=st.lists(st.tuples(st.floats(0.0, 35_000.0), st.floats(0, 359), st.floats(10, 360)), max_size=5),
    states=st.lists(st.sampled_from(SENSOR_STATES), min_size=5, max_size=5),
)
def test_the_stretches_cover_the_line_once_and_watched_means_seen_by_a_live_sensor(
    places: list[tuple[float, float, float]], states: list[SensorState]
) -> None:
    sensors = [
        sensor(f"R-{number}", chainage_m, bearing_deg=bearing_deg, sector_deg=sector_deg)
        for number, (chainage_m, bearing_deg, sector_deg) in enumerate(places)
    ]
    by_id = {one.sensor_id: state for one, state in zip(sensors, states, strict=False)}
    stretches = watched(sensors, by_id, LINE)
    assert stretches[0].from_m == 0.0
    assert stretches[-1].to_m == pytest.approx(LINE.map_length_m)
    assert all(one.to_m == following.from_m for one, following in pairwise(stretches))
    for stretch in stretches:
        if stretch.state == "watched":
            ends = np.array([LINE.point_at(stretch.from_m), LINE.point_at(stretch.to_m)])
            live = [covered(one, ends[:, 0], ends[:, 1]) for one in sensors if by_id[one.sensor_id] == "live"]
            assert np.any(live, axis=0).all()
        assert (stretch.state == "lost") == bool(stretch.sensors)
        assert all(by_id[name] != "live" for name in stretch.sensors)


@given(azimuth_deg=st.floats(0.0, 360.0), distance_m=st.floats(10.0, 5000.0))
def test_a_sector_covers_what_lies_in_its_ring_and_angle(azimuth_deg: float, distance_m: float) -> None:
    one = sensor("R-9", 0.0, bearing_deg=350.0, sector_deg=60.0, range_min_m=100.0)
    lon, lat, _ = GEOD.fwd(one.lon, one.lat, azimuth_deg, distance_m)
    off_deg = abs((azimuth_deg - 350.0 + 180.0) % 360.0 - 180.0)
    clear_of_edges = min(abs(off_deg - 30.0), 1.0) > 1e-6 and min(abs(distance_m - 3000), abs(distance_m - 100)) > 1e-3
    if clear_of_edges:
        expected = off_deg < 30.0 and 100.0 < distance_m < 3000.0
        assert covered(one, np.array([lon]), np.array([lat]))[0] == expected


def test_a_sector_reaches_across_the_antimeridian() -> None:
    one = sensor("R-9", 0.0, lon=179.999, lat=10.0)
    assert covered(one, np.array([-179.99]), np.array([10.0]))[0]


def test_a_step_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0 m"):
        Footprint.of(SENSORS, LINE, step_m=0.0)
