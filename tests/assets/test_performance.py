from __future__ import annotations

from datetime import date
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vallum.assets.conditions import LIGHTS, TARGETS, WEATHERS, Conditions, Light, Target, Weather
from vallum.assets.johnson import transfer_probability
from vallum.assets.parameters import DEFAULT, Basis, Figure, parameters_with
from vallum.assets.performance import TARGET_HEIGHT_M, Performance, performance
from vallum.assets.sensor import SENSOR_KINDS, Sensor, SensorKind
from vallum.assets.walktest import WalkTest

NIGHT = Conditions("person", "night", "clear")


def sensor(kind: SensorKind = "thermal_camera", **changed: Any) -> Sensor:
    said = {
        "sensor_id": "S-1", "kind": kind, "node_id": "672b8f71-d658-4327-aec9-c6b5f5fe95c4", "lon": 42.0, "lat": 36.0,
        "mast_m": 20.0, "bearing_deg": 270.0, "sector_deg": 120.0, "range_person_m": 2200.0, "range_vehicle_m": 6700.0,
        "range_min_m": 50.0, "party": "guard", "performance_source": "invented for the test",
    }  # fmt: skip
    return Sensor.model_validate(said | changed)


def walked(detected: int = 49, n: int = 50, *, to_m: float = 1000.0, **changed: Any) -> WalkTest:
    said = {
        "sensor_id": "S-1", "target": "person", "light": "night", "weather": "clear", "from_m": 500.0, "to_m": to_m,
        "walked": n, "detected": detected, "on": date(2021, 3, 10), "by": "section engineer", "source": "sheet 7",
    }  # fmt: skip
    return WalkTest.model_validate(said | changed)


kinds = st.sampled_from(SENSOR_KINDS)
conditions = st.builds(Conditions, st.sampled_from(TARGETS), st.sampled_from(LIGHTS), st.sampled_from(WEATHERS))
distances = st.floats(0, 30_000)


@st.composite
def walk_tests(draw: st.DrawFn) -> tuple[WalkTest, ...]:
    """Up to four walk tests of the sensor in the conditions NIGHT, wherever and whenever."""
    made = []
    for _ in range(draw(st.integers(0, 4))):
        n, from_m = draw(st.integers(1, 60)), draw(st.floats(0, 8000))
        to_m = from_m + draw(st.floats(1, 4000))
        day = date(2021, 3, draw(st.integers(1, 28)))
        made.append(walked(draw(st.integers(0, n)), n, from_m=from_m, to_m=to_m, on=day))
    return tuple(made)


# --- the assumed curve


@given(kind=kinds, what=conditions, near_m=distances, more_m=distances)
def test_nothing_is_detected_more_surely_further_away(
    kind: SensorKind, what: Conditions, near_m: float, more_m: float
) -> None:
    known = performance(sensor(kind), what)
    near, far = known.probability([max(near_m, known.range_min_m), max(near_m, known.range_min_m) + more_m])
    assert 0.0 <= far <= near <= known.ceiling


@given(kind=kinds, target=st.sampled_from(TARGETS), light=st.sampled_from(LIGHTS), at_m=distances)
def test_worse_weather_never_helps(kind: SensorKind, target: Target, light: Light, at_m: float) -> None:
    def surely(weather: Weather) -> float:
        return float(performance(sensor(kind), Conditions(target, light, weather)).probability(at_m))

    assert surely("dust") <= surely("haze") <= surely("clear")
    assert surely("rain") <= surely("clear")


@given(kind=kinds, what=conditions, mast_m=st.floats(0, 100), more_m=st.floats(0, 100))
def test_a_higher_mast_never_shortens_the_range(
    kind: SensorKind, what: Conditions, mast_m: float, more_m: float
) -> None:
    low, high = (performance(sensor(kind, mast_m=mast), what) for mast in (mast_m, mast_m + more_m))
    assert low.r50_m <= high.r50_m


@given(kind=kinds, what=conditions, narrow=st.floats(1, 360), wider=st.floats(1, 360))
def test_who_pans_a_wider_sector_looks_less_often_at_each_place(
    kind: SensorKind, what: Conditions, narrow: float, wider: float
) -> None:
    less, more = sorted([narrow, wider])
    often, seldom = (performance(sensor(kind, sector_deg=sector), what).duty for sector in (less, more))
    assert 0.0 < seldom <= often <= 1.0


@given(ratio=st.floats(0.01, 10))
def test_the_cameras_curve_is_nowhere_above_the_target_transfer_function(ratio: float) -> None:
    camera = DEFAULT.thermal_camera
    curve = Performance(1000.0, camera.steepness.value, 1.0, 1.0, 1.0, 30.0, 0.0, 1e6, (), "")
    assert float(curve.probability(1000.0 / ratio)) <= float(transfer_probability(ratio)) + 1e-12


def test_the_radars_steepness_is_that_of_a_fluctuating_target() -> None:
    # Swerling 1: Pd = Pfa^(1 / (1 + SNR)), SNR falling with the fourth power of range
    def detects(r: float, false_alarm: float = 1e-6) -> float:
        at_half = np.log(false_alarm) / np.log(0.5) - 1.0
        return float(false_alarm ** (1.0 / (1.0 + at_half * r**-4)))

    slope = (detects(1.001) - detects(0.999)) / 0.002
    assert detects(1.0) == pytest.approx(0.5)
    # of 1 / (1 + r^n) at r = 1 the slope is -n / 4
    assert DEFAULT.ground_radar.steepness.value <= -4.0 * slope <= 5.5


def test_a_day_camera_sees_nothing_at_night_and_no_camera_anything_in_a_dust_storm() -> None:
    assert performance(sensor("day_camera"), NIGHT).reach_m == 0.0
    for kind in ("day_camera", "thermal_camera"):
        out = performance(sensor(kind), Conditions("vehicle", "day", "dust"))
        assert out.reach_m == 0.0
        assert not out.probability([0.0, 100.0, 5000.0]).any()
    assert performance(sensor("ground_radar"), Conditions("vehicle", "night", "dust")).reach_m > 0.0


def test_thermal_cameras_come_back_where_a_project_says_that_its_dust_is_thin() -> None:
    thin = {"value": 3000, "unit": "m", "basis": "assumption", "source": "blowing dust, not a storm"}
    parameters = parameters_with({"visibility_m": {"dust": thin}})
    in_dust, clear = (
        performance(sensor(), Conditions("person", "night", weather), (), parameters).r50_m
        for weather in ("dust", "clear")
    )
    assert 0.0 < in_dust < clear


@given(kind=kinds)
def test_a_declared_range_has_the_probability_it_stands_for_before_derating(kind: SensorKind) -> None:
    one = {"value": 1.0, "unit": "share", "basis": "assumption", "source": "no derating"}
    undiminished = parameters_with({kind: {"field_share": one, "light": {"night": one}}})
    for share in (0.5, 0.8, 0.9):
        declared = sensor(kind, range_probability=share)
        known = performance(declared, NIGHT, (), undiminished)
        assert float(known.probability(declared.range_person_m)) == pytest.approx(share * known.ceiling)


def test_a_range_that_stands_for_more_reaches_farther() -> None:
    half, nearly_all = (performance(sensor(range_probability=share), NIGHT).r50_m for share in (None, 0.9))
    assert half < nearly_all


def test_an_animal_is_seen_less_far_than_a_person_and_a_vehicle_as_declared() -> None:
    person, vehicle, animal = (
        performance(sensor(), Conditions(target, "night", "clear")).r50_m for target in ("person", "vehicle", "animal")
    )
    assert animal < person < vehicle
    assert vehicle / person == pytest.approx(6700 / 2200)


def test_under_the_mast_there_is_ground_that_is_not_seen() -> None:
    assert performance(sensor("ground_radar", mast_m=27.0), NIGHT).range_min_m == pytest.approx(74.2, abs=0.1)
    assert performance(sensor("ground_sensor", mast_m=0.0, range_min_m=0.0), NIGHT).range_min_m == 0.0
    assert float(performance(sensor(), NIGHT).probability(49.9)) == 0.0


def test_a_buried_sensor_needs_no_sight_and_all_others_do() -> None:
    needing = {kind for kind in SENSOR_KINDS if performance(sensor(kind), NIGHT).needs_sight}
    assert needing == set(SENSOR_KINDS) - {"ground_sensor"}


@pytest.mark.parametrize("odd", [np.nan, np.inf, -1.0, 1e300])
def test_a_distance_that_is_none_has_no_probability(odd: float) -> None:
    known = performance(sensor(range_min_m=0.0), NIGHT, (walked(),))
    assert known.probability([odd, 700.0])[0] == 0.0


def test_distances_of_any_shape_come_back_in_that_shape() -> None:
    known = performance(sensor(), NIGHT, (walked(),))
    assert known.probability(100.0).shape == ()
    assert known.probability(np.ones((3, 4), dtype=np.float32)).shape == (3, 4)
    assert known.probability(np.zeros((0, 2))).shape == (0, 2)


def test_what_must_show_of_a_target_is_less_than_its_height() -> None:
    assert TARGET_HEIGHT_M == {"person": 1.0, "vehicle": 1.4, "animal": 0.7}


# --- what a walk test changes


@given(known=walk_tests(), near_m=distances, more_m=distances)
def test_nothing_is_detected_more_surely_further_away_whatever_was_walked(
    known: tuple[WalkTest, ...], near_m: float, more_m: float
) -> None:
    found = performance(sensor(), NIGHT, known)
    start_m = max(near_m, found.range_min_m)
    near, far = found.probability([start_m, start_m + more_m])
    assert 0.0 <= far <= near <= 1.0


@given(known=walk_tests(), better=st.integers(0, 3), at_m=distances, proven_only=st.booleans())
def test_a_walk_test_with_more_detections_never_lowers(
    known: tuple[WalkTest, ...], better: int, at_m: float, proven_only: bool
) -> None:
    if better >= len(known) or known[better].detected == known[better].walked:
        return
    more = known[better].model_copy(update={"detected": known[better].detected + 1})
    improved = (*known[:better], more, *known[better + 1 :])
    before, after = (
        float(performance(sensor(), NIGHT, each).probability(at_m, proven_only)) for each in (known, improved)
    )
    assert after >= before


@given(n=st.integers(1, 100), from_m=st.floats(50, 3000), wide_m=st.floats(20, 3000), data=st.data())
def test_the_looks_of_one_pass_add_up_to_what_was_proven_and_no_more(
    n: int, from_m: float, wide_m: float, data: st.DataObject
) -> None:
    test = walked(data.draw(st.integers(0, n)), n, from_m=from_m, to_m=from_m + wide_m)
    found = performance(sensor(), NIGHT, (test,))
    look = float(found.probability(from_m + wide_m / 2))
    looks = wide_m / DEFAULT.target.person.speed_m_s.value * found.duty / found.glimpse_s
    a_pass = 1.0 - (1.0 - look) ** looks
    assert a_pass <= test.bound + 1e-9
    if looks >= 1.0:
        assert a_pass == pytest.approx(test.bound, abs=1e-9)


def test_a_test_in_which_a_pass_lasts_one_look_proves_that_look() -> None:
    short = walked(from_m=500.0, to_m=520.0, pass_s=20.0)
    found = performance(sensor(), NIGHT, (short,))
    assert float(found.probability(510.0)) == pytest.approx(0.909, abs=0.0005)


def test_proven_only_counts_nothing_outside_the_band_that_was_walked() -> None:
    found = performance(sensor(), NIGHT, (walked(),))
    proven = found.probability([400.0, 500.0, 1000.0, 1001.0], proven_only=True)
    assert (proven > 0.0).tolist() == [False, True, True, False]
    assert not performance(sensor(), NIGHT).probability([100.0, 700.0], proven_only=True).any()


def test_a_test_counts_for_its_sensor_and_its_conditions_only() -> None:
    assumed = performance(sensor(), NIGHT)
    for other in (
        walked(sensor_id="S-2"), walked(target="vehicle"), walked(light="day"), walked(weather="haze")
    ):  # fmt: skip
        assert performance(sensor(), NIGHT, (other,)) == assumed


def test_the_newest_test_stands_in_whichever_order_they_are_given() -> None:
    good = walked(50, on=date(2021, 3, 1))
    bad = walked(10, on=date(2021, 3, 9))
    one, other = (performance(sensor(), NIGHT, order).probability(700.0) for order in ((good, bad), (bad, good)))
    assert one == other == performance(sensor(), NIGHT, (bad,)).probability(700.0)


def test_a_camera_that_is_assumed_blind_is_believed_when_it_was_walked() -> None:
    in_dust = Conditions("person", "night", "dust")
    found = performance(sensor(), in_dust, (walked(weather="dust"),))
    assert found.reach_m == 1000.0
    assert float(found.probability(900.0)) > 0.0
    assert float(found.probability(1100.0)) == 0.0


def test_the_source_names_the_test_and_the_assumption() -> None:
    words = performance(sensor(), NIGHT, (walked(),)).source
    assert "49 of 50 on 2021-03-10 by section engineer, proves 0.909 a pass (sheet 7)" in words
    assert "assumed: 2200 m for a probability of 0.5 (invented for the test)" in words


# --- the figures


def figures(model: Any) -> list[Figure]:
    if isinstance(model, Figure):
        return [model]
    return [figure for _, inner in model if not isinstance(inner, bool) for figure in figures(inner)]


def test_every_figure_says_where_it_comes_from_and_most_admit_that_nobody_measured() -> None:
    found = figures(DEFAULT)
    assert len(found) > 80
    assert all(figure.source and figure.basis in get_args(Basis) for figure in found)
    assert {figure.basis for figure in found} == set(get_args(Basis))


def test_every_decorrelation_time_is_within_the_ten_to_sixty_seconds_of_the_literature() -> None:
    assert all(10.0 <= DEFAULT.of(kind).glimpse_s.value <= 60.0 for kind in SENSOR_KINDS)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"thermal_camera": {"ceiling": 0.9}}, "thermal_camera.ceiling"),
        ({"thermal_camera": {"ceiling": {"value": 0.9}}}, "thermal_camera.ceiling.unit"),
        ({"ground_radar": {"glimpse_s": {"value": 0, "unit": "s", "basis": "assumption", "source": "x"}}},
         "ground_radar.glimpse_s.value"),
        ({"ground_radar": {"weather": {"dust": {"value": 1.1, "unit": "share", "basis": "assumption", "source": "x"}}}},
         "ground_radar.weather.dust.value"),
        ({"least_share": {"value": 0.2, "unit": "%", "basis": "assumption", "source": "x"}}, "least_share.unit"),
        ({"lidar": {}}, "lidar"),
    ],
)  # fmt: skip
def test_a_figure_without_unit_or_source_or_sense_is_refused_with_its_place(
    changes: dict[str, Any], place: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        parameters_with(changes)
    assert place in {".".join(str(part) for part in error["loc"]) for error in refused.value.errors()}
