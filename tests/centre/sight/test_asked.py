"""What people ask of sight agrees with what was worked out: who sees a cell, what a tower sees, a tower elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from tests.house import question

from vallum.assets.walktest import WalkTest
from vallum.centre.sight.asked import looks_at, moved, rehearse, tower_sees, tried
from vallum.centre.sight.found import NOT_SEEN_M, Found
from vallum.centre.sight.kept import KeptCase, kept_case, kept_scene, place
from vallum.plan.case import Case
from vallum.plan.scene import Scene
from vallum.terrain.cog import whole_words
from vallum.terrain.whosees import Bits


@pytest.fixture
def found(seeing_folder: Path) -> Found:
    asked = question(seeing_folder)
    at = place(seeing_folder, asked.digest())
    scene, kept = kept_scene(at, asked), kept_case(at, Case())
    assert scene is not None
    assert kept is not None
    return Found.of(at, scene).with_case(kept)


@pytest.fixture
def scene(found: Found) -> Scene:
    return found.scene


@pytest.fixture
def kept(found: Found) -> KeptCase:
    return found.cases["night-person"]


def sets_of(kept: KeptCase) -> Bits:
    with rasterio.open(kept.who) as raster:
        return whole_words(np.moveaxis(raster.read().reshape(3, -1, *raster.shape), 1, 3))


def test_who_sees_a_cell_is_who_has_a_bit_of_it_there(found: Found, scene: Scene, kept: KeptCase) -> None:
    sets = sets_of(kept)
    seen = np.argwhere(sets[2].any(axis=-1))
    chance = np.random.default_rng(5)
    bands = set()
    for row, column in seen[chance.choice(len(seen), 25, replace=False)]:
        x_m, y_m = scene.ground.middle_of(int(row), int(column))
        lon, lat = scene.strip.to_lonlat(np.array([x_m]), np.array([y_m]))
        ground_m, looks = looks_at(scene, kept, found.heights_m, float(lon[0]), float(lat[0]))
        assert ground_m == scene.ground.heights_m[row, column]
        for band, place_of in (("sure", 0), ("likely", 1), ("possible", 2)):
            named = {kept.exposures.sensor_ids[post] for post in kept.posts.who(sets[place_of], int(row), int(column))}
            surer = ("sure", "likely", "possible")[: place_of + 1]
            assert {look.sensor.sensor_id for look in looks if look.band in surer} == named, band
        for look in looks:
            bands.add(look.band)
            assert look.minimum_visible_height_m is not None
            assert look.distance_m <= 1.5 * max(look.sensor.range_person_m, 1_000.0) + 2 * scene.strip.cell_m
            assert 0.0 < look.probability < 1.0
            assert not look.proven
    assert len(bands) > 1, "a test of surely seen ground alone"


def test_a_place_within_a_walked_band_is_proven(found: Found, scene: Scene, kept: KeptCase) -> None:
    sensor = next(one for one in scene.sensors if one.sensor_id == "T-02-radar")
    walk = WalkTest(
        sensor_id=sensor.sensor_id,
        target="person",
        light="night",
        weather="clear",
        from_m=0.0,
        to_m=4_000.0,
        walked=50,
        detected=49,
        on=date(2021, 3, 10),
        by="engineer",
        source="a test",
    )
    frontier = scene.strip.frontier
    lon, lat = frontier.point_at(frontier.locate(sensor.lon, sensor.lat).chainage_m)
    _, looks = looks_at(replace(scene, tests=(walk,)), kept, found.heights_m, float(lon), float(lat))
    assert {look.sensor.sensor_id: look.proven for look in looks} == {
        look.sensor.sensor_id: look.sensor.sensor_id == sensor.sensor_id for look in looks
    }


def test_a_tower_sees_every_cell_of_which_one_of_its_sensors_has_a_bit(
    found: Found, scene: Scene, kept: KeptCase
) -> None:
    sees = tower_sees(scene, Case(), "T-02", found.heights_m)
    assert sees is not None
    column0 = round((sees.transform.c - scene.strip.transform.c) / scene.strip.cell_m)
    row0 = round((scene.strip.transform.f - sees.transform.f) / scene.strip.cell_m)
    rows, columns = sees.lowest_m.shape
    sets = sets_of(kept)[2, row0 : row0 + rows, column0 : column0 + columns]
    own = np.zeros((rows, columns), np.bool_)
    for number, sensor_id in enumerate(kept.exposures.sensor_ids):
        if sensor_id.startswith("T-02-"):
            bit = number % kept.posts.bits
            own |= (sets[..., bit // 64] >> np.uint64(bit % 64)) & np.uint64(1) == 1
    assert own.any()
    assert np.isfinite(sees.lowest_m[own]).all()
    assert np.isinf(sees.lowest_m).any(), "nothing beyond its reach"


def test_a_tower_s_raster_holds_what_it_sees_and_is_written_once(found: Found, scene: Scene) -> None:
    path = found.tower("T-02", Case())
    assert path is not None
    written = path.stat().st_mtime_ns
    assert found.tower("T-02", Case()) == path
    assert path.stat().st_mtime_ns == written
    sees = tower_sees(scene, Case(), "T-02", found.heights_m)
    assert sees is not None
    with rasterio.open(path) as raster:
        heights_m = raster.read(1)
        assert raster.nodata == NOT_SEEN_M
    assert np.array_equal(heights_m, np.where(np.isinf(sees.lowest_m), np.float32(NOT_SEEN_M), sees.lowest_m))
    assert found.tower("../../T-02", Case()) is None, "a tower that nobody declared"


def test_a_tower_moves_with_all_its_sensors_and_none_goes_below_the_ground(scene: Scene) -> None:
    before = [sensor for sensor in scene.sensors if sensor.tower_id == "T-02"]
    after = moved(scene.sensors, "T-02", 0.01, -0.02, -500.0)
    assert [sensor.sensor_id for sensor in after] == [sensor.sensor_id for sensor in before]
    for old, new in zip(before, after, strict=True):
        assert (new.lon, new.lat, new.mast_m) == (old.lon + 0.01, old.lat - 0.02, 0.0)
    assert moved(scene.sensors, "T-02", 0.0, 0.0, 0.0) == before


def test_a_tower_tried_on_unknown_ground_or_off_the_strip_is_refused_in_words(scene: Scene, kept: KeptCase) -> None:
    heights_m = scene.ground.heights_m.copy()
    sensor = next(one for one in scene.sensors if one.sensor_id == "T-02-radar")
    rows, columns = scene.strip.cells(np.array([sensor.lon]), np.array([sensor.lat]))
    heights_m[rows[0] - 3 : rows[0] + 4, columns[0] - 3 : columns[0] + 4] = np.nan
    holed = replace(scene, ground=replace(scene.ground, heights_m=heights_m))
    with pytest.raises(ValueError, match="unknown"):
        tried(holed.trial(), kept, [sensor], frozenset())
    with pytest.raises(ValueError, match=r"T-02-radar stands .* off the strip"):
        tried(scene.trial(), kept, moved([sensor], "T-02", 5.0, 0.0, 0.0), frozenset())


def test_a_rehearsal_passes_over_sensors_that_cannot_stand(scene: Scene, kept: KeptCase) -> None:
    away = scene.sensors[0].model_copy(update={"lon": 0.0, "lat": 0.0})
    rehearse(scene.trial(), replace(kept, left_out={away.sensor_id: "off the strip"}), [away, *scene.sensors[1:]])
    rehearse(scene.trial(), kept, [])
