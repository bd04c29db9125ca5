"""What cannot be true is set aside with words that name the value, the sensor and what to do."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from vallum.assets.sensor import Sensor
from vallum.watch.detection import Detection, PointMeasurement, RangeBearingMeasurement
from vallum.watch.plausibility import implausible

GEOD = Geod(ellps="WGS84")

CAMERA = Sensor(
    sensor_id="C-1",
    kind="thermal_camera",
    node_id="9f1c1d3e-0000-4000-8000-000000000001",
    lon=41.0,
    lat=36.0,
    mast_m=20.0,
    bearing_deg=350.0,
    sector_deg=60.0,
    range_person_m=2000.0,
    range_vehicle_m=4000.0,
    party="guard",
    performance_source="invented for a test",
)


def seen(measurement: PointMeasurement | RangeBearingMeasurement, event_s: float = 0.0) -> Detection:
    return Detection(
        node_id=CAMERA.node_id,
        session=1,
        report_id="01F10CXN73W692Y47DE58KJF4S",
        sensor_id="C-1",
        object_id="01F10CXN73W692Y47DE58KJF4T",
        sent_s=event_s,
        received_s=event_s,
        event_s=event_s,
        clock_sd_s=0.0,
        measurement=measurement,
    )


def at(azimuth_deg: float, distance_m: float, sd_m: float = 10.0) -> PointMeasurement:
    lon, lat, _ = GEOD.fwd(CAMERA.lon, CAMERA.lat, azimuth_deg, distance_m)
    return PointMeasurement(lon, lat, sd_m, sd_m)


def polar(azimuth_deg: float, range_m: float | None, range_sd_m: float | None = 50.0) -> RangeBearingMeasurement:
    return RangeBearingMeasurement(CAMERA.lon, CAMERA.lat, azimuth_deg, 0.1, range_m, range_sd_m)


def code(measurement: PointMeasurement | RangeBearingMeasurement) -> str | None:
    reason = implausible(seen(measurement), CAMERA)
    return None if reason is None else reason.code


@given(off_deg=st.floats(-30.0, 30.0), distance_m=st.floats(1.0, 4000.0))
def test_whatever_lies_in_the_declared_sector_and_range_is_believed(off_deg: float, distance_m: float) -> None:
    azimuth_deg = (350.0 + off_deg) % 360.0
    assert code(at(azimuth_deg, distance_m)) is None
    assert code(polar(azimuth_deg, distance_m)) is None
    assert code(polar(azimuth_deg, None, None)) is None


@given(off_deg=st.floats(45.0, 315.0), distance_m=st.floats(400.0, 4000.0))
def test_whatever_lies_well_outside_the_sector_is_not(off_deg: float, distance_m: float) -> None:
    azimuth_deg = (350.0 + off_deg) % 360.0
    assert code(at(azimuth_deg, distance_m)) == "outside_sector"
    assert code(polar(azimuth_deg, distance_m)) == "outside_sector"
    assert code(polar(azimuth_deg, None, None)) == "outside_sector"


def test_the_range_has_a_margin_of_a_fifth_and_of_its_own_error() -> None:
    assert code(polar(350.0, 4800.0, 1.0)) is None
    assert code(polar(350.0, 4810.0, 1.0)) == "outside_range"
    assert code(polar(350.0, 5300.0, 200.0)) is None
    assert code(at(350.0, 4790.0)) is None
    assert code(at(350.0, 4900.0)) == "outside_range"


def test_a_wild_error_does_not_excuse_a_wild_position() -> None:
    assert code(at(350.0, 100_000.0, sd_m=7_900.0)) == "outside_range"
    assert code(polar(350.0, 100_000.0, 7_900.0)) == "outside_range"


@pytest.mark.parametrize("sd_m", [8_001.0, 1e200, -1.0, math.nan, math.inf, -math.inf])
def test_an_absurd_error_is_set_aside_whatever_the_position(sd_m: float) -> None:
    near = at(350.0, 1000.0)
    for measurement in (
        replace(near, east_sd_m=sd_m),
        replace(near, north_sd_m=sd_m),
        polar(350.0, 1000.0, sd_m),
        replace(polar(350.0, 1000.0), azimuth_sd_deg=sd_m),
    ):
        reason = implausible(seen(measurement), CAMERA)
        assert reason is not None
        assert reason.code == "error_absurd"
        assert "C-1" in reason.words
        assert f"{sd_m:g} " in reason.words


def test_the_largest_errors_that_can_be_are_believed() -> None:
    assert code(at(350.0, 1000.0, sd_m=8_000.0)) is None
    assert code(replace(polar(350.0, 1000.0, 8_000.0), azimuth_sd_deg=180.0)) is None


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_set_aside(broken: float) -> None:
    assert code(PointMeasurement(broken, 36.0, 1.0, 1.0)) == "not_a_number"
    assert code(PointMeasurement(41.0, broken, 1.0, 1.0)) == "not_a_number"
    assert code(polar(broken, 100.0)) == "not_a_number"
    assert code(polar(350.0, broken)) == "not_a_number"


@pytest.mark.parametrize(("lon", "lat"), [(41.0, 95.0), (41.0, -90.01), (181.0, 36.0), (-1e12, 36.0)])
def test_what_is_not_on_the_globe_is_set_aside(lon: float, lat: float) -> None:
    assert code(PointMeasurement(lon, lat, 1.0, 1.0)) == "off_the_globe"


def test_swapped_axes_are_recognised_and_named() -> None:
    true = at(350.0, 1000.0)
    reason = implausible(seen(PointMeasurement(true.lat, true.lon, 10.0, 10.0)), CAMERA)
    assert reason is not None
    assert reason.code == "swapped_axes"
    assert "C-1" in reason.words
    assert "x = longitude" in reason.words


def test_swapped_axes_are_recognised_where_longitude_is_no_latitude() -> None:
    east = CAMERA.model_copy(update={"lon": 117.0})
    reason = implausible(seen(PointMeasurement(36.0, 117.0, 10.0, 10.0)), east)
    assert reason is not None
    assert reason.code == "swapped_axes"


def test_every_reason_names_the_sensor_and_what_to_do() -> None:
    for measurement in (at(90.0, 1000.0), at(350.0, 9000.0), polar(90.0, 100.0), PointMeasurement(0.0, 95.0, 1.0, 1.0)):
        reason = implausible(seen(measurement), CAMERA)
        assert reason is not None
        assert "C-1" in reason.words
        assert any(verb in reason.words for verb in ("check", "set ", "restart"))
        assert len(reason.words) < 260


def test_one_object_does_not_jump_faster_than_anything_drives() -> None:
    before, near, far = at(350.0, 1000.0), at(350.0, 1140.0), at(350.0, 1250.0)
    assert implausible(seen(near, 1.0), CAMERA, seen(before)) is None
    reason = implausible(seen(far, 1.0), CAMERA, seen(before))
    assert reason is not None
    assert reason.code == "impossible_speed"
    assert implausible(seen(far, 3.0), CAMERA, seen(before)) is None
    unsure = replace(seen(far, 1.0), clock_sd_s=2.0)
    assert implausible(unsure, CAMERA, seen(before)) is None
