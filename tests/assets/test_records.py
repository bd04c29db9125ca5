from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from vallum.assets.obstacle import ELEMENT_STATES, ObstaclePlanned, planned
from vallum.assets.records import RECORDS, VIEWS
from vallum.assets.sensor import (
    Sensor,
    SensorInstalled,
    SensorReturned,
    SensorRow,
    SensorSilent,
    SensorTested,
    installed,
    returned,
    silent,
)
from vallum.assets.sensor import tested as walked
from vallum.assets.unit import UnitPositioned, UnitRegistered, positioned, registered

NOON = {"occurred": datetime(2021, 3, 17, 12, tzinfo=UTC)}
LATER = {"occurred": datetime(2021, 3, 17, 13, tzinfo=UTC)}
CAMERA: dict[str, Any] = {
    "sensor_id": "T-01-thermal", "kind": "thermal_camera", "tower_id": "T-01", "lon": 42.0, "lat": 36.0, "mast_m": 20,
    "node_id": "672b8f71-d658-4327-aec9-c6b5f5fe95c4", "bearing_deg": 270, "sector_deg": 150, "range_person_m": 2200,
    "range_vehicle_m": 6700, "party": "national_guard", "simulated": True, "performance_source": "assumed",
}  # fmt: skip
PATROL: dict[str, Any] = {
    "unit_id": "U-01", "callsign": "Patrol 1", "kind": "vehicle_patrol", "party": "national_guard", "section_id": "A",
    "lon": 42.0, "lat": 36.0, "readiness_s": 90, "speed_m_s": 8, "sidc": "10031000121213000000", "source": "invented",
}  # fmt: skip
TRENCH: dict[str, Any] = {
    "obstacle_id": "trench-01", "element": "trench", "from_m": 0, "to_m": 1000, "state": "accepted", "depth_m": 3,
    "party": "national_guard", "as_of": date(2021, 3, 17), "placement": "invented", "source": "test",
}  # fmt: skip


def test_a_declared_sensor_is_dead_until_it_is_heard() -> None:
    row = installed(None, SensorInstalled(**CAMERA), NOON)
    assert (row.state, row.state_reason, row.last_heard) == ("dead", "never heard", None)


def test_a_sensor_declared_anew_keeps_its_state() -> None:
    row = returned(installed(None, SensorInstalled(**CAMERA), NOON), SensorReturned(sensor_id="T-01-thermal"), NOON)
    again = installed(row, SensorInstalled(**{**CAMERA, "range_person_m": 1800}), LATER)
    assert (again.state, again.state_since, again.range_person_m) == ("live", NOON["occurred"], 1800)


WALKED: dict[str, Any] = {
    "sensor_id": "T-01-thermal", "target": "person", "light": "night", "weather": "clear", "from_m": 0, "to_m": 1500,
    "walked": 50, "detected": 49, "on": date(2021, 3, 10), "by": "section engineer", "source": "sheet 7",
}  # fmt: skip


def test_a_walk_test_stays_with_its_sensor_once() -> None:
    row = installed(None, SensorInstalled(**CAMERA), NOON)
    row = walked(walked(row, SensorTested(**WALKED), NOON), SensorTested(**WALKED), LATER)
    assert [test.bound for test in row.walk_tests] == [SensorTested(**WALKED).bound]
    kept = installed(row, SensorInstalled(**{**CAMERA, "range_person_m": 1800}), LATER)
    assert kept.walk_tests == row.walk_tests


@pytest.mark.parametrize("changed", [{"lon": 42.1}, {"mast_m": 21}, {"bearing_deg": 271}, {"kind": "day_camera"}])
def test_a_sensor_that_is_moved_or_turned_has_to_be_walked_again(changed: dict[str, Any]) -> None:
    row = walked(installed(None, SensorInstalled(**CAMERA), NOON), SensorTested(**WALKED), NOON)
    moved = installed(row, SensorInstalled(**{**CAMERA, **changed}), LATER)
    assert (moved.walk_tests, moved.moved_at) == ((), LATER["occurred"])
    old, new = SensorTested(**WALKED), SensorTested(**{**WALKED, "on": date(2021, 3, 18)})
    assert walked(moved, old, LATER) == moved
    assert (moved.lacks(old), moved.lacks(new)) == (False, True)
    assert [test.on for test in walked(moved, new, LATER).walk_tests] == [date(2021, 3, 18)]


def test_a_sensor_that_is_not_installed_cannot_be_tested() -> None:
    with pytest.raises(ValueError, match="is not installed"):
        walked(None, SensorTested(**WALKED), NOON)


@given(st.lists(st.sampled_from(["late", "dead", "goodbye", "not detecting", "live"]), min_size=1, max_size=12))
def test_a_sensor_is_in_the_state_that_was_last_recorded(states: list[str]) -> None:
    row = installed(None, SensorInstalled(**CAMERA), NOON)
    for state in states:
        if state == "live":
            row = returned(row, SensorReturned(sensor_id=row.sensor_id), LATER)
            assert row.last_heard == LATER["occurred"]
        else:
            body = {"sensor_id": row.sensor_id, "state": state, "last_heard": None, "reason": "test"}
            row = silent(row, SensorSilent.model_validate(body), LATER)
        assert row.state == state
        assert row.simulated, "the mark of a simulated sensor never goes"


def test_a_sensor_that_nobody_declared_is_told_with_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"declare it in the project's sensors\.csv first"):
        returned(None, SensorReturned(sensor_id="T-99"), NOON)


@pytest.mark.parametrize("field", ["mast_m", "bearing_deg", "sector_deg", "range_person_m", "lat"])
def test_a_sensor_with_an_impossible_number_is_refused(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Sensor(**{**CAMERA, field: -400})


def test_a_unit_that_has_moved_is_not_moved_back_by_a_new_declaration() -> None:
    row = registered(None, UnitRegistered(**PATROL), NOON)
    moved = positioned(row, UnitPositioned(unit_id="U-01", lon=42.5, lat=36.5), LATER)
    again = registered(moved, UnitRegistered(**{**PATROL, "callsign": "Patrol 7"}), LATER)
    assert (again.lon, again.lat, again.callsign) == (42.5, 36.5, "Patrol 7")
    assert again.positioned_at == LATER["occurred"]


def test_a_unit_that_has_not_moved_takes_its_declared_place() -> None:
    row = registered(None, UnitRegistered(**PATROL), NOON)
    assert registered(row, UnitRegistered(**{**PATROL, "lon": 41.0}), LATER).lon == 41.0


def test_a_unit_that_nobody_registered_is_told_with_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"declare it in the project's units\.csv first"):
        positioned(None, UnitPositioned(unit_id="U-99", lon=42, lat=36), NOON)


@pytest.mark.parametrize("sidc", ["", "1003100012121300000", "100310001212130000000", "SFGPUCI----K---"])
def test_a_unit_needs_a_numeric_symbol_code_of_twenty_digits(sidc: str) -> None:
    with pytest.raises(ValidationError, match="sidc"):
        UnitRegistered(**{**PATROL, "sidc": sidc})


@given(st.sampled_from(ELEMENT_STATES), st.sampled_from(ELEMENT_STATES))
def test_an_obstacle_is_as_it_was_last_planned(first: str, second: str) -> None:
    row = planned(None, ObstaclePlanned(**{**TRENCH, "state": first}), NOON)
    assert planned(row, ObstaclePlanned(**{**TRENCH, "state": second}), LATER).state == second


def test_an_obstacle_runs_along_increasing_chainage() -> None:
    with pytest.raises(ValidationError, match="to_m must be greater than from_m"):
        ObstaclePlanned(**{**TRENCH, "to_m": 0})


@pytest.mark.parametrize("record_type", sorted(RECORDS))
def test_every_record_names_the_key_of_its_row(record_type: str) -> None:
    body, view, reducer = RECORDS[record_type]
    assert view is not None
    key = next(iter(VIEWS[view].model_fields))
    assert key in body.model_fields
    assert callable(reducer)


@pytest.mark.parametrize("model", [*VIEWS.values(), *(body for body, _, _ in RECORDS.values())])
def test_bodies_and_rows_are_frozen(model: type[BaseModel]) -> None:
    assert model.model_config.get("frozen")
    assert model.model_config.get("extra") == "forbid"


def test_a_row_can_be_stored_and_read_again() -> None:
    row = installed(None, SensorInstalled(**CAMERA), NOON)
    assert SensorRow.model_validate_json(row.model_dump_json()) == row
