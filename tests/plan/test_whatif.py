from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.conftest import INVENTED, blurred, laid_out, made

from vallum.assets.sensor import Sensor
from vallum.assets.walktest import WalkTest
from vallum.plan.case import Case
from vallum.plan.coverage import Exposures
from vallum.plan.scene import Scene

CASES = (Case(), Case(target="vehicle", light="day"))
SENSORS = (
    made("A", 3_000.0),
    made("B", 9_000.0, -400.0, sector_deg=120.0, bearing_deg=340.0),
    made("C", 15_000.0, kind="thermal_camera"),
)


def on_two_sources(sensors: tuple[Sensor, ...]) -> Scene:
    """A scene whose western half is better known than its eastern."""
    scene = laid_out(sensors)
    source_of = np.array(scene.ground.source_of)
    source_of[:, source_of.shape[1] // 2 :] = 1
    ground = replace(scene.ground, source_of=source_of, sources=(INVENTED, replace(INVENTED, name="worse")))
    return replace(scene, ground=ground, calibrations=(blurred(1.0), blurred(9.0)))


def rows(exposures: Exposures) -> dict[str, np.ndarray]:
    return {name: exposures.added[:, place] for place, name in enumerate(exposures.sensor_ids)}


def assert_same(one: Exposures, other: Exposures) -> None:
    """Each sensor's exposures to the bit, whatever their order."""
    assert set(one.sensor_ids) == set(other.sensor_ids)
    for name, row in rows(one).items():
        assert np.array_equal(row, rows(other)[name]), name
    proven = [dict(zip(each.sensor_ids, each.proven.tolist(), strict=True)) for each in (one, other)]
    assert proven[0] == proven[1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_tower_tried_where_it_stands_changes_not_a_bit(case: Case) -> None:
    scene = on_two_sources(SENSORS)
    standing = scene.look(CASES, with_sets=False).of(case)
    assert_same(scene.trial().with_sensors(standing, case, SENSORS), standing)


moves: Any = st.builds(
    lambda chainage_m, offset_m, mast_m, bearing_deg: made(
        "B", chainage_m, offset_m, mast_m=mast_m, bearing_deg=bearing_deg, sector_deg=120.0
    ),
    st.floats(0.0, 22_000.0),
    st.floats(-4_000.0, 4_000.0),
    st.floats(1.0, 40.0),
    st.floats(0.0, 359.0),
)


@given(moves, st.sampled_from(CASES))
@settings(max_examples=25, deadline=None)
def test_what_is_tried_is_what_a_whole_new_run_finds(moved: Sensor, case: Case) -> None:
    scene = on_two_sources(SENSORS)
    tried = scene.trial().with_sensors(scene.look(CASES, with_sets=False).of(case), case, [moved])
    anew = replace(scene, sensors=(SENSORS[0], moved, SENSORS[2])).look(CASES, with_sets=False).of(case)
    assert_same(tried, anew)


def test_a_new_sensor_is_added_and_the_others_stay(  # as when a tower gets a second sensor
) -> None:
    scene = on_two_sources(SENSORS)
    standing = scene.look(CASES, with_sets=False).of(Case())
    tried = scene.trial().with_sensors(standing, Case(), [made("N", 20_000.0)])
    anew = replace(scene, sensors=(*SENSORS, made("N", 20_000.0))).look(CASES, with_sets=False).of(Case())
    assert_same(tried, anew)
    assert standing.sensor_ids == ("A", "B", "C")


def test_a_place_where_nothing_can_stand_is_refused_and_nothing_changes() -> None:
    scene = on_two_sources(SENSORS)
    standing = scene.look(CASES, with_sets=False).of(Case())
    before = standing.added.copy()
    with pytest.raises(ValueError, match=r"B stands 7\.0 km from the line, off the strip"):
        scene.trial().with_sensors(standing, Case(), [made("B", 9_000.0, 7_000.0)])
    heights_m = np.array(scene.ground.heights_m)
    (row,), (column,) = scene.strip.cells(np.array([SENSORS[1].lon]), np.array([SENSORS[1].lat]))
    heights_m[row, column] = np.nan
    on_a_void = replace(scene, ground=replace(scene.ground, heights_m=heights_m))
    with pytest.raises(ValueError, match=r"unknown|void"):
        on_a_void.trial().with_sensors(standing, Case(), [SENSORS[1]])
    assert np.array_equal(standing.added, before)


def test_a_walked_sensor_that_is_tried_elsewhere_is_no_longer_walked() -> None:
    walked = WalkTest(
        sensor_id="A", target="person", light="night", weather="clear", from_m=100.0, to_m=2_000.0, walked=50,
        detected=50, on=date(2021, 3, 10), by="section engineer", source="invented",
    )  # fmt: skip
    scene, case = laid_out(SENSORS, tests=[walked], relief_m=0.0), Case(proven_only=True)
    standing = scene.look([case], with_sets=False).of(case)
    assert standing.added[:, standing.sensor_ids.index("A")].any()
    for tried in (made("A", 3_300.0), made("A", 3_000.0, mast_m=25.0), made("A", 3_000.0, sector_deg=90.0)):
        moved = scene.trial().with_sensors(standing, case, [tried])
        assert not moved.added[:, moved.sensor_ids.index("A")].any()
        assert not moved.proven[moved.sensor_ids.index("A")].any()
