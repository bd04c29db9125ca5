"""Nothing that a sensor can say, and no fault of ours over it, stops or freezes the tracks of a centre."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from tests.gateways.sapient.frames import camera, frame, point, report
from tests.house import House, until

from vallum.centre.tracking import Tracking
from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.journal.observations import Observations
from vallum.watch.detection import Detection, PointMeasurement, RangeBearingMeasurement
from vallum.watch.forecast import forecast
from vallum.watch.plausibility import implausible
from vallum.watch.quarantine import QuarantineRow
from vallum.watch.tracker import Tracker, TrackerState

START_S = 1_600_000_000.0
# a camera 3 km from a line that runs north, and looks at it
LINE = Frontier("a fence", "fence/1", "left", 50.0, np.array([[40.97, 35.9], [40.97, 36.1]]))
PLANE = Strip(LINE, 30_000.0, 1_000.0)
CAMERA = camera()
GEOD = Geod(ellps="WGS84")
WIDEST_M = 2.0 * CAMERA.range_vehicle_m
# What the door refuses: past it, it stands for any fault that a detection may lay bare in the tracker.
POISON = PointMeasurement(40.98, 36.0, 1e200, 10.0)


def seen(
    number: int, measurement: PointMeasurement | RangeBearingMeasurement, event_s: float, **more: Any
) -> Detection:
    known: dict[str, Any] = {"sensor_id": CAMERA.sensor_id, "object_id": "walker", "clock_sd_s": 0.1, **more}
    return Detection(
        node_id=CAMERA.node_id,
        session=1,
        report_id=f"r{number}",
        sent_s=event_s,
        received_s=event_s,
        event_s=event_s,
        measurement=measurement,
        **known,
    )


def walking(second: int) -> Detection:
    lon, lat, _ = GEOD.fwd(41.0, 36.0, 270.0, 1500.0 + 4.0 * second)
    return seen(second, PointMeasurement(lon, lat, 10.0, 10.0), START_S + second)


@st.composite
def measurements(draw: st.DrawFn) -> PointMeasurement | RangeBearingMeasurement:
    """Anything near what the camera may say: `implausible` has the last word."""
    azimuth_deg = draw(st.sampled_from([270.0, 230.0, 314.0]) | st.floats(-1e6, 1e6))
    distance_m = draw(st.sampled_from([0.0, 1e-9, 1500.0, 4000.0]) | st.floats(0.0, 6_000.0))
    sd_m = st.sampled_from([0.0, 1e-300, 10.0, WIDEST_M]) | st.floats(0.0, WIDEST_M)
    if draw(st.booleans()):
        lon, lat, _ = GEOD.fwd(41.0, 36.0, azimuth_deg, distance_m)
        return PointMeasurement(lon, lat, draw(sd_m), draw(sd_m))
    azimuth_sd_deg = draw(st.sampled_from([0.0, 1e-300, 0.1, 180.0]) | st.floats(0.0, 180.0))
    range_m = draw(st.none() | st.just(distance_m))
    range_sd_m = None if range_m is None else draw(st.none() | sd_m)
    return RangeBearingMeasurement(41.0, 36.0, azimuth_deg, azimuth_sd_deg, range_m, range_sd_m)


@st.composite
def batches(draw: st.DrawFn) -> list[Detection]:
    found = [
        seen(
            number,
            draw(measurements()),
            START_S + draw(st.sampled_from([0.0, 10.0, 11.0]) | st.floats(-1e4, 1e4)),
            object_id=draw(st.sampled_from(["a", "b", "c"])),
            sensor_id=draw(st.sampled_from(["C-1", "C-2"])),
            clock_sd_s=draw(st.sampled_from([0.0, 0.1]) | st.floats(0.0, 3600.0)),
            late=draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 6)))
    ]
    return [one for one in found if implausible(one, CAMERA) is None]


@pytest.fixture(scope="module")
def believed() -> TrackerState:
    """Somebody who has run towards the line for ten seconds."""
    tracker, state = Tracker(PLANE), TrackerState()
    for second in range(10):
        state = tracker.step(state, [walking(second)], START_S + second).state
    assert any(track.live for track in state.tracks)
    return state


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(said=st.lists(batches(), min_size=1, max_size=4))
def test_whatever_is_plausible_raises_neither_in_the_tracker_nor_in_the_forecast(
    believed: TrackerState, said: list[list[Detection]]
) -> None:
    tracker, state = Tracker(PLANE), believed
    for second, batch in enumerate(said):
        now_s = START_S + 10.0 + second
        state = tracker.step(state, batch, now_s).state
        for track in state.tracks:
            if track.live:
                assert all(map(math.isfinite, (track.lon, track.lat, track.position_sd_m)))
                forecast(track, LINE, now_s)


@pytest.fixture
def observations(tmp_path: Path) -> Iterator[Observations]:
    with Observations.open(tmp_path) as opened:
        yield opened


def tracked(observations: Observations, unusable: list[Detection], horizon_s: float = 1800.0) -> Tracking:
    return Tracking(LINE, PLANE, observations, 1, horizon_s, unusable.append)


def walk(tracking: Tracking, seconds: range) -> None:
    for second in seconds:
        tracking.detected(walking(second), b"")
        tracking.step(START_S + second)


def test_a_detection_that_the_tracker_fails_on_is_handed_back_and_the_others_of_its_batch_are_used(
    observations: Observations,
) -> None:
    unusable: list[Detection] = []
    tracking = tracked(observations, unusable)
    for second in range(10):
        tracking.detected(seen(100 + second, POISON, START_S + second, object_id="bad"), b"")
        walk(tracking, range(second, second + 1))
    (walker,) = tracking.situations()
    assert walker.track.updated_s == START_S + 9
    assert [one.report_id for one in unusable] == [f"r{100 + second}" for second in range(10)]


def test_a_track_that_cannot_be_carried_on_is_given_up_and_the_others_go_on(observations: Observations) -> None:
    unusable: list[Detection] = []
    tracking = tracked(observations, unusable)
    walk(tracking, range(10))
    sound = next(track for track in tracking._state.tracks if track.live)
    no_trail: Any = (("when", 0.0, 0.0),)
    broken = replace(sound, number=7, trail=no_trail)
    tracking._state = replace(tracking._state, tracks=(broken, sound))
    walk(tracking, range(10, 13))
    (walker,) = tracking.situations()
    assert (walker.track.number, walker.track.updated_s) == (sound.number, START_S + 12)
    assert unusable == []


def test_a_forecast_that_fails_is_logged_once_and_its_track_goes_on_without(
    observations: Observations, caplog: pytest.LogCaptureFixture
) -> None:
    never: Any = None
    tracking = tracked(observations, [], horizon_s=never)
    walk(tracking, range(60))
    (walker,) = tracking.situations()
    assert walker.forecast is None
    assert caplog.text.count("has no forecast because of a fault of ours") == 1


async def test_a_centre_goes_on_after_an_absurd_error_and_shows_it_in_quarantine(running: House) -> None:
    sensor = running.sensor()
    node = await running.connect(sensor)
    frontier = running.centre.project.frontier
    lon, lat = frontier.point_at(frontier.locate(sensor.lon, sensor.lat).chainage_m, -900.0)
    absurd = report(location=point(lon, lat, x_error=1e200, y_error=1e200))
    node.send(frame(running.centre.clock.now_s(), node=sensor.node_id, detection_report=absurd))
    await until(lambda: bool(running.centre.rows("quarantine", QuarantineRow)))
    (line,) = (await running.get("/api/picture"))["quarantine"]
    assert (line["reason_code"], line["sensor_id"]) == ("error_absurd", sensor.sensor_id)
    await running.walk_in(node, sensor, seconds=8)
    await until(lambda: bool(running.centre.live.tracks()))
    node.hang_up()


async def test_a_centre_goes_on_after_a_detection_that_its_tracker_fails_on_and_says_so_once(running: House) -> None:
    sensor = running.sensor()
    now_s = running.centre.clock.now_s()
    for number in range(3):
        bad = replace(seen(number, POISON, now_s), node_id=sensor.node_id, sensor_id=sensor.sensor_id)
        running.centre.live.detected(bad, b"")
    await until(lambda: len(running.centre.rows("quarantine", QuarantineRow)) == 2)
    lines = running.centre.rows("quarantine", QuarantineRow)
    assert {line.reason_code for line in lines} == {"not usable"}
    assert sorted(line.repeats for line in lines) == [1, 2]
    node = await running.connect(sensor)
    await running.walk_in(node, sensor, seconds=8)
    await until(lambda: bool(running.centre.live.tracks()))
    node.hang_up()
