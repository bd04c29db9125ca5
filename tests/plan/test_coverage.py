"""What holds whatever stands where: more sensors never see less, bands are in order, cutting changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod
from tests.plan.conftest import CELL_M, LINE, laid_out, made

from vallum.assets.sensor import Sensor
from vallum.assets.walktest import WalkTest
from vallum.frontier import Frontier
from vallum.plan.case import Case
from vallum.plan.coverage import Coverage, cover
from vallum.plan.outlook import watchers
from vallum.plan.scene import Held, Scene
from vallum.plan.sweep import HIGH, LOW, NOMINAL
from vallum.terrain.whosees import seen_by

CASES = (Case(), Case(target="vehicle", light="day"), Case(weather="dust"))
BY_NIGHT = CASES[:1]
GEOD = Geod(ellps="WGS84")

stands = st.builds(
    lambda chainage_m, offset_m, **said: (chainage_m, offset_m, said),
    st.floats(0.0, 22_000.0),
    st.floats(-2_500.0, 2_500.0),
    kind=st.sampled_from(["ground_radar", "thermal_camera", "ground_sensor"]),
    mast_m=st.floats(0.5, 40.0),
    bearing_deg=st.floats(0.0, 359.0),
    sector_deg=st.sampled_from([60.0, 150.0, 360.0]),
    range_person_m=st.floats(300.0, 4_000.0),
)


def placed(several: list[tuple[float, float, dict[str, Any]]]) -> list[Sensor]:
    return [
        made(f"S-{number}", chainage_m, offset_m, **said) for number, (chainage_m, offset_m, said) in enumerate(several)
    ]


def rasters(found: Coverage, case: int = 0) -> tuple[NDArray[np.uint64], NDArray[np.float32], NDArray[np.float32]]:
    """Sets, rates and lowest heights on the whole strip."""
    sets = np.zeros((3, *found.strip.shape, found.posts.words), np.uint64)
    rate = np.zeros((3, *found.strip.shape), np.float32)
    lowest_m = np.full(found.strip.shape, np.inf, np.float32)
    for part in found.seen:
        assert part.sets is not None
        assert part.rate is not None
        assert part.lowest_m is not None
        box = slice(*part.cells[:2]), slice(*part.cells[2:])
        sets[(slice(None), *box)] = part.sets[case]
        rate[(slice(None), *box)] = part.rate[case]
        lowest_m[box] = part.lowest_m[case]
    return sets, rate, lowest_m


@given(st.lists(stands, min_size=1, max_size=5), stands)
@settings(max_examples=20, deadline=None)
def test_one_more_sensor_never_lowers_any_figure(
    several: list[tuple[float, float, dict[str, Any]]], more: tuple[float, float, dict[str, Any]]
) -> None:
    few = laid_out(placed(several)).look(BY_NIGHT, with_rate=True)
    many = laid_out(placed([*several, more])).look(BY_NIGHT, with_rate=True)
    assert (many.exposures[0].detected() >= few.exposures[0].detected() - 1e-12).all()
    for before, after in zip(rasters(few)[:1], rasters(many)[:1], strict=True):
        assert (np.stack([seen_by(b) for b in after]) >= np.stack([seen_by(b) for b in before])).all()
    assert (rasters(many)[1] >= rasters(few)[1] * np.float32(1 - 1e-6)).all()
    assert (rasters(many)[2] <= rasters(few)[2]).all()


@given(st.lists(stands, min_size=1, max_size=5), st.sampled_from(CASES))
@settings(max_examples=20, deadline=None)
def test_low_is_never_above_nominal_nor_nominal_above_high(
    several: list[tuple[float, float, dict[str, Any]]], case: Case
) -> None:
    found = laid_out(placed(several)).look([case], with_rate=True)
    added = found.exposures[0].added
    assert (np.diff(added, axis=0) >= -1e-12).all()
    sets, rate, _ = rasters(found)
    assert (np.diff(rate, axis=0) >= 0.0).all()
    assert not (sets[0] & ~sets[1]).any()
    assert not (sets[1] & ~sets[2]).any()


@given(st.lists(stands, min_size=2, max_size=5), st.integers(0, 4))
@settings(max_examples=20, deadline=None)
def test_a_dead_sensor_is_a_sensor_that_is_not_there(
    several: list[tuple[float, float, dict[str, Any]]], which: int
) -> None:
    sensors = placed(several)
    dead = sensors[which % len(sensors)].sensor_id
    whole = laid_out(sensors).look(BY_NIGHT, with_rate=True)
    without = laid_out([one for one in sensors if one.sensor_id != dead]).look(BY_NIGHT, with_rate=True)
    counted = [name != dead for name in whole.exposures[0].sensor_ids]
    assert np.array_equal(whole.exposures[0].added[:, counted], without.exposures[0].added)
    assert whole.exposures[0].detected(without={dead}) == pytest.approx(without.exposures[0].detected(), abs=1e-12)
    sets, left = rasters(whole)[0], rasters(without)[0]
    number = whole.exposures[0].sensor_ids.index(dead)
    for before, after in zip(sets, left, strict=True):
        assert np.array_equal(seen_by(whole.posts.without(before, number)), seen_by(after))


@given(st.lists(stands, min_size=1, max_size=6))
@settings(max_examples=10, deadline=None)
def test_in_however_many_parts_every_number_is_the_same_to_the_bit(
    several: list[tuple[float, float, dict[str, Any]]],
) -> None:
    scene = laid_out(placed(several))

    def in_parts(parts: int) -> Coverage:
        return cover(
            scene.strip,
            scene.sensors,
            CASES,
            Held(scene.ground.heights_m),
            softness_of=scene.softness_of,
            fineness=scene.fineness,
            parts=parts,
        )

    whole = in_parts(1)
    for parts in (2, 5):
        found = in_parts(parts)
        assert len(found.seen) == parts
        for case in range(len(CASES)):
            assert np.array_equal(found.exposures[case].added, whole.exposures[case].added)
            # Beside the band a part may hold cells that another does not.
            beside = scene.strip.mask()
            ours, theirs = rasters(found, case), rasters(whole, case)
            assert not (ours[0] != theirs[0])[:, ~beside].any()
            assert not (ours[1] != theirs[1])[:, ~beside].any()
            assert not (ours[2] != theirs[2])[~beside].any()


@given(stands)
@settings(max_examples=20, deadline=None)
def test_no_crossing_is_surer_than_the_share_of_time_in_which_the_sensor_works(
    stand: tuple[float, float, dict[str, Any]],
) -> None:
    scene = laid_out(placed([stand]))
    (watcher,), _ = watchers(scene.strip, scene.sensors, BY_NIGHT, softness_of=scene.softness_of)
    detected = scene.look(BY_NIGHT, with_sets=False).exposures[0].detected()
    assert (detected <= watcher.outlooks[0].availability + 1e-12).all()


def test_a_sensor_right_on_the_way_comes_close_to_its_availability_and_no_more(scene: Callable[..., Scene]) -> None:
    buried = scene([made("B", 10_000.0, 0.0, kind="ground_sensor", range_person_m=2_000.0)], relief_m=0.0)
    (watcher,), _ = watchers(buried.strip, buried.sensors, BY_NIGHT)
    detected = buried.look(BY_NIGHT, with_sets=False).exposures[0].detected()
    assert detected.max() <= watcher.outlooks[0].availability
    assert detected.max() > 0.9 * watcher.outlooks[0].availability


@given(st.floats(0.0, 359.0), st.sampled_from([30.0, 90.0, 200.0]), st.sampled_from([0.0, 47.0, 121.0]))
@settings(max_examples=15, deadline=None)
def test_a_sector_looks_where_its_true_bearing_points_however_the_plane_lies(
    bearing_deg: float, sector_deg: float, along_deg: float
) -> None:
    lon, lat, _ = GEOD.fwd(42.0, 36.0, along_deg, 20_000.0)
    line = Frontier("a fence", "fence/2", "left", 100.0, np.array([[42.0, 36.0], [lon, lat]]))
    at = line.point_at(10_000.0, 0.0)
    eye = made("E", 0.0, lon=at[0], lat=at[1], bearing_deg=bearing_deg, sector_deg=sector_deg, mast_m=30.0)
    scene = laid_out([eye], relief_m=0.0, blur_m=0.0, line=line)
    found = scene.look(BY_NIGHT, with_rate=True)
    reach_m = watchers(scene.strip, [eye], BY_NIGHT)[0][0].reach_m
    row, column = np.indices(scene.strip.shape, dtype=np.float64)
    x_m = scene.strip.transform.c + (column + 0.5) * CELL_M
    y_m = scene.strip.transform.f - (row + 0.5) * CELL_M
    azimuth_deg, _, away_m = GEOD.inv(
        np.full(x_m.shape, at[0]), np.full(x_m.shape, at[1]), *scene.strip.to_lonlat(x_m, y_m)
    )
    off_deg = np.abs((np.asarray(azimuth_deg) - bearing_deg + 180.0) % 360.0 - 180.0)
    seen = rasters(found)[1][HIGH] > 0.0
    assert off_deg[seen].max() <= sector_deg / 2.0 + 0.1
    surely = (off_deg < sector_deg / 2.0 - 0.1) & (away_m > 300.0) & (away_m < reach_m - 10.0)
    assert surely.any()
    assert seen[surely].all()


WALKED = WalkTest(
    sensor_id="A", target="person", light="night", weather="clear", from_m=500.0, to_m=1_500.0, walked=50, detected=49,
    on=date(2021, 3, 10), by="section engineer", source="invented",
)  # fmt: skip


def test_proven_only_counts_nothing_but_the_bands_that_were_walked(scene: Callable[..., Scene]) -> None:
    proven = (Case(proven_only=True),)
    sensors = [made("A", 8_000.0, 0.0), made("B", 12_000.0, 0.0)]
    assert not scene(sensors).look(proven).exposures[0].added.any()
    laid = scene(sensors, tests=[WALKED], relief_m=0.0)
    found = laid.look(proven, with_rate=True)
    added = dict(zip(found.exposures[0].sensor_ids, found.exposures[0].added[NOMINAL], strict=True))
    assert added["A"].any()
    assert not added["B"].any()
    assert np.array_equal(found.exposures[0].proven, found.exposures[0].added[LOW])
    rate = rasters(found)[1][HIGH]
    x_m, y_m = (float(part[0]) for part in laid.strip.to_plane(*(np.array([part]) for part in LINE.point_at(8_000.0))))
    row, column = np.indices(laid.strip.shape)
    away_m = np.hypot(
        laid.strip.transform.c + (column + 0.5) * CELL_M - x_m, laid.strip.transform.f - (row + 0.5) * CELL_M - y_m
    )
    # Tables are by distance in steps of some metres.
    assert (away_m[rate > 0.0] >= 495.0).all()
    assert (away_m[rate > 0.0] <= 1_505.0).all()
    assert (rate[(away_m > 510.0) & (away_m < 1_490.0)] > 0.0).all()
    # In other weather the test proves nothing.
    assert not laid.look([Case(weather="dust", proven_only=True)]).exposures[0].added.any()


def test_exposures_of_a_case_that_was_not_asked_are_refused_by_name(scene: Callable[..., Scene]) -> None:
    found = scene([made("A", 8_000.0)]).look(BY_NIGHT)
    with pytest.raises(KeyError, match="night-dust-person was not worked out; these were: night-person"):
        found.of(Case(weather="dust"))


def test_a_sensor_on_a_void_or_off_the_strip_sees_nothing_and_the_others_do(scene: Callable[..., Scene]) -> None:
    sensors = [made("A", 5_000.0), made("V", 12_000.0), made("O", 18_000.0, 9_000.0)]
    heights_m = np.array(scene(sensors).ground.heights_m)
    laid = scene(sensors)
    (row,), (column,) = laid.strip.cells(np.array([sensors[1].lon]), np.array([sensors[1].lat]))
    heights_m[row, column] = np.nan
    found = scene(sensors, heights_m=heights_m).look(BY_NIGHT, with_rate=True)
    assert set(found.left_out) == {"V", "O"}
    assert "9.0 km from the line, off the strip of 6 km" in found.left_out["O"]
    added = dict(zip(found.exposures[0].sensor_ids, found.exposures[0].added[LOW], strict=True))
    assert added["A"].any()
    assert not added["V"].any()
