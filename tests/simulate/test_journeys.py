from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator

from vallum.assets.unit import Unit
from vallum.frontier.line import Frontier
from vallum.simulate.actors import step_lengths_m
from vallum.simulate.journeys import OWN_CLEARANCE_M, Pace, along, approach, follow, patrol, straight, timed

# A line with a sharp bend, where a way parallel to it cuts the corner.
BENT = Frontier.from_geojson(
    {"type": "LineString", "coordinates": [[41.0, 36.6], [41.0, 36.3], [41.3, 36.35], [41.3, 36.0]]},
    name="bent",
    version="test/1",
    home_side="left",
    lateral_uncertainty_m=500.0,
)
seeds = st.integers(0, 2**32)


def chance(seed: int) -> Generator:
    return np.random.Generator(np.random.PCG64(seed))


@given(seed=seeds, speed_m_s=st.floats(0.3, 14.0), pause_chance=st.floats(0.0, 0.5))
def test_time_never_runs_back_on_a_way(seed: int, speed_m_s: float, pause_chance: float) -> None:
    lon, lat = straight(chance(seed), ((41.0, 36.0), (41.03, 36.01)), sway_m=4.0)
    times_s, *_ = timed(chance(seed), lon, lat, start_s=100.0, pace=Pace(speed_m_s, 0.2, pause_chance, 60.0))
    assert times_s[0] == 100.0
    assert float(np.diff(times_s).min()) >= 0.0
    least_s = float(step_lengths_m(lon, lat).sum()) / speed_m_s / 2.5
    assert times_s[-1] - 100.0 > least_s


def test_an_even_pace_takes_distance_over_speed() -> None:
    lon, lat = np.array([41.0, 41.01, 41.02]), np.full(3, 36.0)
    times_s, *_ = timed(chance(1), lon, lat, start_s=0.0, pace=Pace(2.0, 0.0))
    assert times_s[-1] == pytest.approx(float(step_lengths_m(lon, lat).sum()) / 2.0)


def test_no_pause_is_made_while_calm() -> None:
    lon, lat = straight(chance(1), ((41.0, 36.0), (41.03, 36.0)), sway_m=0.0)
    always = Pace(1.0, 0.0, 1.0, 300.0)
    times_s, *_ = timed(chance(1), lon, lat, start_s=0.0, pace=always, calm_s=1_000.0)
    early = times_s[times_s < 950.0]
    walked = np.unique(early)
    assert float(np.diff(walked).max()) < 100.0
    assert times_s[-1] > 3_500.0


@given(seed=seeds, sway_m=st.floats(0.0, 20.0))
def test_a_way_begins_and_ends_where_it_was_meant_to(seed: int, sway_m: float) -> None:
    lon, lat = straight(chance(seed), ((41.0, 36.0), (41.02, 36.01), (41.05, 36.0)), sway_m=sway_m)
    assert (lon[0], lat[0]) == pytest.approx((41.0, 36.0))
    assert (lon[-1], lat[-1]) == pytest.approx((41.05, 36.0))


@given(seed=seeds, chainage_m=st.floats(5_000.0, 25_000.0), turn_m=st.floats(150.0, 900.0))
def test_who_turns_back_stays_on_the_far_side(seed: int, chainage_m: float, turn_m: float) -> None:
    way = approach(
        chance(seed),
        BENT,
        "a",
        kind="person",
        count=1,
        chainage_m=chainage_m,
        from_offset_m=-2_000.0,
        turn_at_offset_m=-turn_m,
        to_offset_m=-2_000.0,
        start_s=0.0,
        pace=Pace(1.2),
    )
    assert way.purpose == "turns back"
    assert float(BENT.locate(way.lon, way.lat).offset_m.max()) < 0.0


@given(seed=seeds, chainage_m=st.floats(3_000.0, 90_000.0))
def test_patrols_keep_to_their_own_side_even_where_the_line_bends(seed: int, chainage_m: float) -> None:
    lon, lat = BENT.point_at(chainage_m, 900.0)
    if BENT.locate(lon, lat).offset_m < 500.0:
        return
    unit = Unit(
        unit_id="u",
        callsign="u",
        kind="vehicle_patrol",
        party="p",
        section_id="A",
        lon=lon,
        lat=lat,
        readiness_s=0,
        speed_m_s=8,
        sidc="1" * 20,
        source="test",
    )
    way = patrol(chance(seed), BENT, unit, start_s=0.0, end_s=20_000.0)
    position = np.linspace(0.0, len(way.lon) - 1.0, 4 * len(way.lon))
    number = np.arange(len(way.lon))
    offsets_m = BENT.locate(np.interp(position, number, way.lon), np.interp(position, number, way.lat)).offset_m
    assert float(offsets_m.min()) > OWN_CLEARANCE_M / 2.0
    assert way.times_s[-1] >= 20_000.0


@given(seed=seeds)
def test_a_wanderer_keeps_its_distance_on_a_straight_line(seed: int) -> None:
    straight_line = Frontier.from_geojson(
        {"type": "LineString", "coordinates": [[41.0, 36.6], [41.0, 35.7]]},
        name="straight",
        version="test/1",
        home_side="left",
        lateral_uncertainty_m=500.0,
    )
    way = along(
        chance(seed),
        straight_line,
        "h",
        kind="herder",
        purpose="herds",
        count=1,
        chainage_m=40_000.0,
        reach_m=1_000.0,
        offsets_m=(400.0, 1_200.0),
        start_s=0.0,
        end_s=7_200.0,
        pace=Pace(0.5),
    )
    placed = straight_line.locate(way.lon, way.lat)
    assert 395.0 < float(placed.offset_m.min()) <= float(placed.offset_m.max()) < 1_205.0
    assert float(np.abs(placed.chainage_m - 40_000.0).max()) < 1_005.0
    herd = follow(chance(seed), way, "ha", kind="animal", count=20, behind_m=30.0)
    assert herd.times_s is way.times_s
    apart_m = step_lengths_m(np.array([way.lon[0], herd.lon[0]]), np.array([way.lat[0], herd.lat[0]]))
    assert apart_m[0] == pytest.approx(30.0, rel=0.05)
