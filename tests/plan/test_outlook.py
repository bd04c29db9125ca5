from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.conftest import blurred, laid_out, made

from vallum.assets.parameters import DEFAULT
from vallum.assets.performance import performance
from vallum.assets.walktest import WalkTest
from vallum.plan.case import Case
from vallum.plan.crossing import Crossings
from vallum.plan.outlook import KNOTS, Outlook, watchers
from vallum.plan.scene import Scene
from vallum.terrain.soft import PERHAPS, SURE, Softness

KINDS = ("ground_radar", "thermal_camera", "day_camera", "ground_sensor", "patrol_observation")
WALKED = WalkTest(
    sensor_id="S", target="person", light="night", weather="clear", from_m=400.0, to_m=1_200.0, walked=50, detected=49,
    on=date(2021, 3, 10), by="section engineer", source="invented",
)  # fmt: skip


@given(st.sampled_from(KINDS), st.sampled_from(["night-person", "day-vehicle", "dust-animal"]), st.booleans())
@settings(deadline=None)
def test_the_tables_say_what_performance_and_softness_say(kind: str, name: str, walked: bool) -> None:
    case, sensor = Case.named(name), made("S", 5_000.0, kind=kind)
    known = performance(sensor, case.conditions, [WALKED] if walked else [])
    soft = blurred(3.0).softness
    target_m = DEFAULT.of_target(case.target).height_m.value
    found = Outlook.of(known, case, target_m, soft)
    assert found.needs_sight == (kind != "ground_sensor")
    assert found.availability == known.availability
    if found.reach_m == 0.0:
        assert not known.probability(np.linspace(0.0, known.reach_m, KNOTS)).any()
        return
    distance_m = np.linspace(0.0, known.reach_m, KNOTS)
    look, rate, sure_m, likely_m, perhaps_m, per_spread, _ = found.by_distance.astype(np.float64)
    assert look == pytest.approx(known.probability(distance_m), abs=1e-6)
    assert rate == pytest.approx(-np.log1p(-look) * known.duty / known.glimpse_s, rel=1e-4, abs=1e-9)
    for limit_m, chance in ((sure_m, SURE), (likely_m, 0.5), (perhaps_m, PERHAPS)):
        assert limit_m == pytest.approx(soft.limits(target_m, distance_m, chance), abs=1e-4)
    assert 1.0 / per_spread == pytest.approx(soft.spread_m(distance_m), rel=1e-5)
    assert found.per_metre * found.reach_m == pytest.approx(KNOTS - 1)
    # Walked from 400 to 1,200 m: the rest of its reach stays assumed.
    assert found.assumed


def test_a_sensor_that_is_walked_all_over_its_reach_rests_on_no_assumption() -> None:
    sensor = made("S", 5_000.0, range_person_m=1_000.0)
    everywhere = WALKED.model_copy(update={"from_m": 0.0, "to_m": 10_000.0})
    case = Case(proven_only=True)
    known = performance(sensor, case.conditions, [everywhere])
    assert not Outlook.of(known, case, 1.0, Softness.none()).assumed
    assert Outlook.of(performance(sensor, case.conditions), case, 1.0, Softness.none()).reach_m == 0.0


def test_watchers_stand_in_order_along_the_line_however_they_were_declared(scene: Callable[..., Scene]) -> None:
    sensors = [made(name, chainage_m) for name, chainage_m in (("C", 15_000.0), ("A", 2_000.0), ("B", 9_000.0))]
    placed, left_out = watchers(scene(sensors).strip, sensors, [Case()])
    assert [(one.sensor_id, one.number) for one in placed] == [("A", 0), ("B", 1), ("C", 2)]
    assert left_out == {}


@given(st.floats(5_000.0, 18_000.0), st.floats(-1_400.0, 1_400.0))
@settings(max_examples=15, deadline=None)
def test_on_open_ground_exposure_is_the_integral_of_looks_over_the_time_on_the_way(
    chainage_m: float, offset_m: float
) -> None:
    sensor = made("S", chainage_m, offset_m, mast_m=30.0)
    scene = laid_out([sensor], relief_m=0.0, blur_m=0.0)
    found = scene.look([Case()], with_sets=False).exposures[0]
    known = performance(sensor, Case().conditions)
    ways = Crossings.over(scene.strip, scene.fineness.step_m, scene.fineness.half_depth_m)
    x_m, y_m = (float(part[0]) for part in scene.strip.to_plane(np.array([sensor.lon]), np.array([sensor.lat])))
    look = known.probability(np.hypot(ways.x_m - x_m, ways.y_m - y_m))
    speed_m_s = DEFAULT.of_target("person").speed_m_s.value
    met = (-np.log1p(-look) * known.duty / known.glimpse_s * ways.sample_m / speed_m_s).sum(axis=1)
    expected = known.availability * -np.expm1(-met)
    for band in found.detected():
        assert band == pytest.approx(expected, abs=0.02)
