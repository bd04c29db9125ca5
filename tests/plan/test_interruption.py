"""The whole chain on the worked example, in coarse cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from tests.plan.test_mapping import cluster

from vallum.assets.obstacle import Obstacle
from vallum.plan.adversary import HoldCase, times
from vallum.plan.assumptions import ASSUMED
from vallum.plan.course import course
from vallum.plan.escape import AS_IT_IS, Change, escape_on
from vallum.plan.field import Field, rules_for
from vallum.plan.gaps import gaps, held_from_outside, runs
from vallum.plan.grounds import Grounds
from vallum.plan.holdexport import dataset, frame
from vallum.plan.interruption import Holding, hold, response_of
from vallum.plan.mapping import CancelledError
from vallum.plan.scene import lay_out
from vallum.plan.zones import GONE, HOME, OUTER, START, Zones
from vallum.project import Project, load
from vallum.terrain.windows import windows_over

CELL_M = 1_000.0
VEHICLE = HoldCase.named("night-vehicle")
FOOT = HoldCase.named("night-foot")


@pytest.fixture(scope="module")
def project() -> Project:
    return load("iraq-syria")


@pytest.fixture(scope="module")
def field(project: Project) -> Field:
    rules = rules_for(project.sensors, (), project.performance, cell_m=CELL_M)
    scene = lay_out(
        project.frontier, project.terrain_sources, project.sensors, parameters=project.performance, cell_m=CELL_M,
        half_width_m=20_000.0, fineness=rules,
    )  # fmt: skip
    return Field.of(scene, project.units, project.obstacles)


@pytest.fixture(scope="module")
def found(field: Field) -> tuple[Holding, ...]:
    return hold(field, [FOOT, VEHICLE], levels=4)


def test_zones_lie_on_their_sides_and_the_line_is_crossed_at_every_step(field: Field) -> None:
    zones = field.zones
    strip = field.scene.strip
    rng = np.random.default_rng(1)
    for kind, home in ((START, False), (OUTER, False), (HOME, True), (GONE, True)):
        cells = np.argwhere(zones.zone == kind)
        row, column = cells[rng.integers(0, len(cells), 200)].T
        x_m = np.asarray(strip.transform.c + (column + 0.5) * strip.cell_m, np.float64)
        y_m = np.asarray(strip.transform.f - (row + 0.5) * strip.cell_m, np.float64)
        offset_m = strip.frontier.locate(*strip.to_lonlat(x_m, y_m)).offset_m
        # where the line turns sharply a cell's middle may lie beside it by a step of its drawing
        assert ((offset_m > 0.0) == home).mean() > 0.98, kind
    assert len(np.unique(zones.step)) > 0.98 * field.steps


def test_outward_is_the_other_way_round(field: Field) -> None:
    outward = Zones.of(field.scene.strip, 2_000.0, direction="outward").zone
    inward = field.zones.zone
    assert ((outward >= HOME) == ((inward == START) | (inward == OUTER))).mean() > 0.99


def test_probabilities_bounds_and_kinds_of_time_fit_together(found: tuple[Holding, ...]) -> None:
    for held in found:
        weight = np.array([time.weight for time in held.times])
        assert weight.sum() == pytest.approx(1.0)
        np.testing.assert_allclose(held.p, weight @ held.p_by_time)
        assert (held.p >= 0.0).all()
        assert (held.p <= ASSUMED.communication.value + 1e-9).all()
        assert (held.lower <= held.upper + 1e-9).all()
        assert (held.p_by_time <= ASSUMED.communication.value * held.ceiling + 1e-9).all()
        assert held.least.proven.all()
        for name in ("detection", "delay", "response"):
            assert (held.changed[name] >= 0.0).all()
        assert (held.changed["detection"] >= held.p - 1e-9).all()
        # what hardly anybody is out in is worse than what everybody works in
        out = [number for number, time in enumerate(held.times) if time.out]
        assert (held.p_by_time[out] <= held.p_by_time[0] + 1e-9).all()


@pytest.mark.parametrize(("scheduler", "windows"), [("threads", 2), ("threads", 9), ("processes", 3)])
def test_in_pieces_and_wherever_they_run_the_numbers_are_the_same(
    field: Field, found: tuple[Holding, ...], scheduler: str, windows: int
) -> None:
    (split,) = hold(field, [VEHICLE], with_causes=False, levels=0, windows=windows, scheduler=scheduler)
    np.testing.assert_allclose(split.p, found[1].p, atol=1e-6)
    np.testing.assert_allclose(split.least.exposure, found[1].least.exposure, rtol=1e-5, atol=1e-6)


def test_on_a_cluster_the_numbers_are_the_same(field: Field, found: tuple[Holding, ...]) -> None:
    with cluster() as address:
        (spread,) = hold(field, [VEHICLE], with_causes=False, levels=0, windows=2, scheduler=address)
    np.testing.assert_allclose(spread.p, found[1].p, atol=1e-6)


def test_searched_in_windows_everybody_is_there_when_he_is_and_gets_away_as_on_the_whole_grid(field: Field) -> None:
    whole = replace(field, zones=replace(field.zones, boxes=windows_over(field.zones.zone)))
    split = replace(field, zones=replace(field.zones, boxes=windows_over(field.zones.zone, 2_000)))
    assert len(whole.zones.boxes) == 1
    assert len(split.zones.boxes) > 8
    band = field.zones.zone > 0
    for with_obstacles in (False, True):
        one, other = (response_of(of, VEHICLE, with_obstacles=with_obstacles) for of in (whole, split))
        np.testing.assert_allclose(one.seconds[band], other.seconds[band], atol=0.02)
    there = response_of(split, VEHICLE)
    assert (there.who != response_of(whole, VEHICLE).who).mean() < 1e-3
    for change in (AS_IT_IS, Change(delay_s=600.0), Change(response_times=0.7)):
        one_s, other_s = (escape_on(of, VEHICLE, there.seconds, change).cost for of in (whole, split))
        np.testing.assert_allclose(one_s[band], other_s[band], atol=0.05)


def test_a_unit_more_is_there_sooner_and_one_less_later(field: Field, project: Project) -> None:
    all_ = response_of(field, VEHICLE)
    fewer = response_of(replace(field, units=project.units[:5]), VEHICLE)
    assert (fewer.seconds >= all_.seconds - 1e-3).all()
    assert (fewer.seconds > all_.seconds + 60.0).any()
    inside = field.zones.zone > 0
    assert all_.seconds[inside].min() >= ASSUMED.tasked_s
    # who is said to come first stands there himself
    for number, unit_id in enumerate(all_.unit_ids):
        unit = next(one for one in project.units if one.unit_id == unit_id)
        row, column = (int(place[0]) for place in field.scene.strip.cells(np.array([unit.lon]), np.array([unit.lat])))
        assert all_.seconds[row, column] <= ASSUMED.tasked_s + unit.readiness_s + 1.0
        assert all_.who[row, column] == number or all_.seconds[row, column] < ASSUMED.tasked_s + unit.readiness_s


def test_on_alert_units_are_there_sooner(field: Field) -> None:
    alert = response_of(field, HoldCase.named("night-vehicle-alert"))
    assert (alert.seconds <= response_of(field, VEHICLE).seconds + 1e-3).all()
    assert alert.seconds.min() < response_of(field, VEHICLE).seconds.min()


def test_a_unit_outside_the_band_is_left_out_with_its_remedy(field: Field, project: Project) -> None:
    lost = project.units[0].model_copy(update={"lon": 10.0, "lat": 50.0})
    found = response_of(replace(field, units=(lost, *project.units[1:])), VEHICLE)
    assert "widen it" in found.left_out[lost.unit_id]
    with pytest.raises(ValueError, match=r"U-\d\d stands where there is no way"):
        response_of(replace(field, ground=np.full(field.ground.shape, 255, np.uint8)), VEHICLE)


def test_our_obstacles_delay_us_and_that_is_shown_apart(field: Field, found: tuple[Holding, ...]) -> None:
    held = found[1]
    assert held.own_delay_s.max() > 60.0
    assert held.own_delay_s.min() >= -1.0
    bare = hold(replace(field, obstacles=()), [VEHICLE], with_causes=False, levels=0)[0]
    np.testing.assert_array_equal(bare.there.seconds, held.there.seconds)
    assert bare.own_delay_s.max() == 0.0


def test_a_trench_a_unit_and_a_sensor_each_help_where_they_stand(field: Field, project: Project) -> None:
    before = hold(field, [VEHICLE], with_causes=False, levels=0)[0]

    def trench(from_m: float, to_m: float) -> Obstacle:
        return project.obstacles[0].model_copy(
            update={"obstacle_id": "new", "element": "trench", "state": "accepted", "from_m": from_m, "to_m": to_m}
        )

    dug = hold(replace(field, obstacles=(*field.obstacles, trench(226_000.0, 240_000.0))), [VEHICLE],
               with_causes=False, levels=0)[0]  # fmt: skip
    # the delay of a trench shows in the margin or in P_I, and nowhere else than near it
    changed = (np.abs(dug.p - before.p) > 1e-6) | (np.abs(dug.margin_s - before.margin_s) > 1.0)
    assert changed.any()
    at_m = field.zones.edges_m[:-1][changed]
    assert at_m.min() > 180_000.0
    assert at_m.max() < 290_000.0
    base = project.units[0].model_copy(update={"unit_id": "U-99", "kind": "reaction_force"})
    lon, lat = project.frontier.point_at(300_000.0, 3_000.0)
    base = base.model_copy(update={"lon": lon, "lat": lat, "speed_m_s": 11.0})
    with_base = hold(replace(field, units=(*field.units, base)), [VEHICLE], with_causes=False, levels=0)[0]
    assert (with_base.response_s <= before.response_s + 1e-3).all()
    near = np.abs(field.zones.edges_m[:-1] - 300_000.0) < 10_000.0
    assert (with_base.response_s[near] < before.response_s[near] - 600.0).all()


def test_gaps_cover_what_is_not_held_and_nothing_else(field: Field, found: tuple[Holding, ...]) -> None:
    edges_m, required = field.zones.edges_m, ASSUMED.required.value
    middle_m = (edges_m[:-1] + edges_m[1:]) / 2.0
    for held in found:
        inside = np.zeros(field.steps, np.bool_)
        for gap in gaps(held, edges_m, required):
            here = (middle_m > gap.from_m) & (middle_m < gap.to_m)
            inside |= here
            assert gap.p == pytest.approx(held.p[here].min())
            if gap.verdict != "gap":
                assert held.least.across[gap.step]
            # one held step between two gaps does not part them, two do
            assert all(end - first == 1 for first, end in runs(held.p[here] >= required))
        assert inside[held.p < required].all()
        for first, end in held_from_outside(held, edges_m, required):
            here = (middle_m > first) & (middle_m < end)
            assert held.least.across[here].all()
            assert (held.p[here] >= required).all()
    assert runs(np.array([False, True, True, False])) == [(1, 3)]


def test_a_course_tells_the_way_in_order(field: Field, found: tuple[Holding, ...]) -> None:
    held = found[0]
    seen = next(step for step in range(field.steps) if held.p[step] > 0.7)
    events = course(field, held, seen)
    assert [event.clock_s for event in events] == sorted(event.clock_s for event in events)
    words = [event.what for event in events]
    assert words[0] == "start"
    assert words[-1] == "too_late"
    assert {"seen", "line", "expected", "latest"} <= set(words)
    line = next(event for event in events if event.what == "line")
    assert abs(line.offset_m) < 3.0 * CELL_M
    last = events[-1]
    assert last.by in held.there.unit_ids
    assert last.seconds is not None
    assert last.seconds > 0.0
    sensors = {sensor.sensor_id for sensor in field.scene.sensors}
    assert all(event.by in sensors for event in events if event.what == "seen")
    expected = next(event for event in events if event.what == "expected")
    latest = next(event for event in events if event.what == "latest")
    assert held.margin_s[seen] == pytest.approx(latest.clock_s - expected.clock_s, abs=1.0)


def test_a_notebook_gets_a_dataset_and_frames(field: Field, found: tuple[Holding, ...]) -> None:
    whole = dataset(field, found)
    assert whole.p_interruption.sel(case="night-foot").shape == (field.steps,)
    assert float(whole.p_by_time.sel(case="night-vehicle", time="clear").max()) > 0.8
    assert "Not for release" in whole.attrs["marking"]
    shown = frame(field, found, "gaps")
    assert set(shown.case) == {"night-foot", "night-vehicle"}
    assert shown.crs.to_epsg() == 4326
    assert len(frame(field, found, "weakest_ways")) > 0


def test_ground_without_a_way_is_gone_round_and_exits_end_a_way(field: Field, project: Project) -> None:
    lon, lat = project.frontier.point_at(300_000.0, 5_000.0)
    town = shapely.Point(lon, lat).buffer(0.02)
    grounds = Grounds(polygons=((town.buffer(0.2), "sand"),), exits=(town,))
    with_exit = Field.of(field.scene, project.units, project.obstacles, grounds=grounds)
    assert with_exit.classes == ("open", "sand")
    assert (with_exit.zones.zone == GONE).sum() > (field.zones.zone == GONE).sum()
    assert (with_exit.ground == 1).any()
    with pytest.raises(ValueError, match="holds no ground behind the line"):
        Field.of(field.scene, (), (), grounds=Grounds(exits=(shapely.Point(10.0, 50.0).buffer(0.1),)))
    beyond = project.obstacles[0].model_copy(update={"from_m": 0.0, "to_m": 700_000.0})
    with pytest.raises(ValueError, match=r"goes on to km 700\.000"):
        Field.of(field.scene, (), (beyond,))


def test_who_asks_to_stop_is_heard(field: Field) -> None:
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(CancelledError):
        hold(field, [FOOT], cancelled=stop)


def test_progress_never_falls_and_ends_at_one(field: Field) -> None:
    told: list[float] = []
    hold(field, [FOOT, VEHICLE], with_causes=False, levels=0, progress=lambda what, share: told.append(share))
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("name", "weathers"), [("night-foot", 4), ("dust-foot", 1), ("day-vehicle-rain-proven-only", 1)]
)
def test_a_named_weather_is_the_only_one(project: Project, name: str, weathers: int) -> None:
    mixed = times(HoldCase.named(name), project.sensors)
    assert sum(time.weight for time in mixed) == pytest.approx(1.0)
    assert len({time.seen.weather for time in mixed}) == weathers
    assert mixed[0].out == frozenset()


def test_outages_that_leave_no_time_are_refused() -> None:
    share = ASSUMED.outage.link.model_copy(update={"value": 0.6})
    outage = ASSUMED.outage.model_copy(update={"link": share})
    sensors = load("iraq-syria").sensors
    with pytest.raises(ValueError, match="leave none in which everything works"):
        times(FOOT, sensors, ASSUMED.model_copy(update={"outage": outage}))
