"""What is tried is what a solve of the whole line gives: the worked example in coarse cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vallum.assets.obstacle import Obstacle
from vallum.plan.adversary import HoldCase
from vallum.plan.field import Field, rules_for
from vallum.plan.interruption import Holding, hold
from vallum.plan.mapping import CancelledError
from vallum.plan.scene import lay_out
from vallum.plan.tried import try_out
from vallum.project import load

CELL_M = 1_000.0
CASES = (HoldCase.named("night-vehicle"), HoldCase.named("night-foot"))


@pytest.fixture(scope="module")
def field() -> Field:
    project = load("iraq-syria")
    rules = rules_for(project.sensors, (), project.performance, cell_m=CELL_M)
    scene = lay_out(
        project.frontier, project.terrain_sources, project.sensors, parameters=project.performance, cell_m=CELL_M,
        half_width_m=20_000.0, fineness=rules,
    )  # fmt: skip
    return Field.of(scene, project.units, project.obstacles)


@pytest.fixture(scope="module")
def found(field: Field) -> tuple[Holding, ...]:
    return hold(field, CASES, with_causes=False, levels=0)


def trench(from_km: float, to_km: float) -> Obstacle:
    return Obstacle(
        obstacle_id="T-new", element="trench", from_m=from_km * 1e3, to_m=to_km * 1e3, state="accepted", depth_m=3,
        width_m=3, party="national_guard", as_of="2021-03-17", placement="invented", source="a test",
    )  # fmt: skip


def changed(field: Field, what: str, which: int, at: float) -> Field:
    """Make one of the changes that a planner tries."""
    sensors, units = field.scene.sensors, field.units
    length_m = field.scene.strip.frontier.map_length_m
    if what == "dig":
        from_km = at * (length_m / 1e3 - 20.0)
        return field.with_(obstacles=[*field.obstacles, trench(from_km, from_km + 15.0)])
    if what == "unit":
        lon, lat = field.scene.strip.frontier.point_at(at * length_m, 3_000.0)
        moved = units[which % len(units)].model_copy(update={"lon": float(lon), "lat": float(lat)})
        return field.with_(units=[moved if one.unit_id == moved.unit_id else one for one in units])
    if what == "no radars":
        # then there is no time in which radars are out together
        return field.with_(sensors=[sensor for sensor in sensors if sensor.kind != "ground_radar"])
    one = sensors[which % len(sensors)]
    if what == "kill":
        return field.with_(sensors=[sensor for sensor in sensors if sensor is not one])
    lon, lat = field.scene.strip.frontier.point_at(at * length_m, 500.0)
    new = one.model_copy(update={"lon": float(lon), "lat": float(lat), "mast_m": 25.0})
    if what == "add":
        return field.with_(sensors=[*sensors, new.model_copy(update={"sensor_id": "S-new"})])
    return field.with_(sensors=[new if sensor is one else sensor for sensor in sensors])


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["kill", "move", "add", "dig", "unit"]), st.integers(0, 200), st.floats(0, 1), st.booleans())
@example("dig", 0, 0.0, False)
@example("no radars", 0, 0.0, True)
@example("add", 3, 1.0, True)
@example("unit", 5, 0.5, False)
def test_what_if_equals_a_full_solve(
    field: Field, found: tuple[Holding, ...], what: str, which: int, at: float, vehicle: bool
) -> None:
    held = found[0 if vehicle else 1]
    now = changed(field, what, which, at)
    tried = try_out(field, held, now).holding
    (whole,) = hold(now, [held.case], with_causes=False, levels=0)
    assert np.allclose(tried.p, whole.p, rtol=0, atol=1e-8)
    assert np.array_equal(tried.ceiling, whole.ceiling)
    assert np.array_equal(tried.own_delay_s, whole.own_delay_s)
    assert tried.least.ways.keys() == whole.least.ways.keys()
    # of two ways that are equally exposed a piece may know only one
    same = [step for step, way in whole.least.ways.items() if np.array_equal(way.cells, tried.least.ways[step].cells)]
    assert len(same) > 0.98 * len(whole.least.ways)
    assert np.allclose(tried.margin_s[same], whole.margin_s[same], rtol=0, atol=1e-3)


def test_only_the_steps_near_a_change_are_solved_again(field: Field, found: tuple[Holding, ...]) -> None:
    sensor = field.scene.sensors[0]
    tried = try_out(field, found[0], changed(field, "kill", 0, 0.0))
    assert 0 < tried.again.sum() < 0.4 * field.steps
    at = int(field.scene.strip.frontier.locate(sensor.lon, sensor.lat).chainage_m // 2_000.0)
    assert tried.again[at]


def test_nothing_is_solved_again_when_nothing_is_another(field: Field, found: tuple[Holding, ...]) -> None:
    tried = try_out(field, found[0], field.with_(sensors=list(field.scene.sensors)))
    assert not tried.again.any()
    assert np.array_equal(tried.holding.p, found[0].p)


def test_a_trench_raises_the_probability_of_interruption_of_vehicles_where_it_is_dug(
    field: Field, found: tuple[Holding, ...]
) -> None:
    # where it is seen and something is missing, longer at the line is more time to come
    rises = [
        float((try_out(field, found[0], field.with_(obstacles=[*field.obstacles, trench(at, at + 15)])).holding.p
               - found[0].p).max())
        for at in (45.0, 150.0, 250.0, 400.0)
    ]  # fmt: skip
    assert max(rises) > 0.05
    assert min(rises) >= 0.0


def test_what_lies_off_the_strip_is_refused_in_words(field: Field) -> None:
    far = field.scene.sensors[0].model_copy(update={"lon": 10.0})
    with pytest.raises(ValueError, match="off the strip"):
        field.with_(sensors=[far, *field.scene.sensors[1:]])
    with pytest.raises(ValueError, match="the line ends at km"):
        field.with_(obstacles=[trench(590.0, 700.0)])


def test_fields_of_other_ground_are_not_compared(field: Field, found: tuple[Holding, ...]) -> None:
    other = replace(field, zones=replace(field.zones))
    with pytest.raises(ValueError, match=r"Field\.with_"):
        try_out(other, found[0], field)


def test_a_sensor_that_is_moved_has_no_walk_tests(field: Field) -> None:
    sensor = field.scene.sensors[0]
    moved = field.with_(sensors=[sensor.model_copy(update={"mast_m": 3.0}), *field.scene.sensors[1:]])
    assert all(test.sensor_id != sensor.sensor_id for test in moved.scene.tests)


def test_it_stops_when_asked(field: Field, found: tuple[Holding, ...]) -> None:
    with pytest.raises(CancelledError):
        try_out(field, found[0], changed(field, "kill", 1, 0.0), cancelled=lambda: True)
