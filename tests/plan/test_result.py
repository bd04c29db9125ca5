from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely

from vallum.assets.sensor import Sensor
from vallum.plan import frames
from vallum.plan.case import Case
from vallum.plan.export import CHAINAGE, GEOPACKAGE, RECORD, export, new_folder
from vallum.plan.frames import MissingExtraError, dataset, frame
from vallum.plan.mapping import CancelledError
from vallum.plan.rasters import COUNT_NODATA, LOWEST_NODATA
from vallum.plan.result import Result, work_out
from vallum.plan.scene import Scene
from vallum.plan.sight import Sight
from vallum.plan.strong import strong
from vallum.terrain.cog import whole_words
from vallum.terrain.whosees import seen_by

CASES = (Case(), Case(target="vehicle"))


@pytest.fixture(scope="module")
def laid(scene: Callable[..., Scene], posts: tuple[Sensor, ...]) -> Scene:
    return scene(posts)


@pytest.fixture(scope="module")
def held(laid: Scene) -> Sight:
    """The same, with every cell kept."""
    return Sight.of(laid, laid.look(CASES, with_rate=True))


@pytest.fixture(scope="module")
def exported(laid: Scene, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    folder = tmp_path_factory.mktemp("out") / "result"
    result = export(folder, laid, CASES, not_counted={"X": "it is dead"})
    return result, folder


@pytest.fixture
def result_of(exported: tuple[Result, Path]) -> Result:
    return exported[0]


def test_what_is_written_part_by_part_is_what_is_held_as_a_whole(exported: tuple[Result, Path], held: Sight) -> None:
    _, folder = exported
    for number, case in enumerate(CASES):
        sets = np.zeros((3, *held.strip.shape, held.coverage.posts.words), np.uint64)
        lowest_m = np.full(held.strip.shape, np.inf)
        for part in held.coverage.seen:
            box = slice(*part.cells[:2]), slice(*part.cells[2:])
            assert part.sets is not None
            assert part.lowest_m is not None
            sets[(slice(None), *box)] = part.sets[number]
            lowest_m[box] = part.lowest_m[number]
        outside = held.strip.mask()
        with rasterio.open(folder / f"{case.name}.seen.tif") as raster:
            counts = raster.read()
            assert raster.profile["nodata"] == COUNT_NODATA
            assert raster.dtypes == ("uint8",) * 3
        assert np.array_equal(counts[:, ~outside], np.stack([seen_by(band) for band in sets])[:, ~outside])
        assert (counts[:, outside] == COUNT_NODATA).all()
        with rasterio.open(folder / f"{case.name}.lowest.tif") as raster:
            lowest = raster.read(1)
            assert raster.units == ("dm",)
        shown = np.isfinite(lowest_m) & ~outside
        assert ((lowest == LOWEST_NODATA) == ~shown).all()
        # At the foot of a sensor the reserve is without end, and 3 km in the file.
        kept_m = np.maximum(lowest_m[shown], -3_276.7)
        assert np.abs(lowest[shown] / 10.0 - kept_m).max() <= 0.1 + 1e-5
        assert (lowest[shown] / 10.0 >= kept_m - 1e-5).all()
        with rasterio.open(folder / f"{case.name}.who.tif") as raster:
            halves = raster.read()
        words = whole_words(np.ascontiguousarray(np.moveaxis(halves.reshape(3, -1, *held.strip.shape), 1, 3)))
        assert np.array_equal(words[:, ~outside], sets[:, ~outside])


def test_every_map_is_a_cog_on_the_strips_plane_and_carries_the_record(exported: tuple[Result, Path]) -> None:
    result, folder = exported
    maps = sorted(folder.glob("*.tif"))
    assert len(maps) == 3 * len(CASES)
    for file in maps:
        with rasterio.open(file) as raster:
            assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert raster.shape == result.sight.strip.shape
            assert raster.transform == result.sight.strip.transform
            assert all(raster.descriptions)
            assert json.loads(raster.tags()["record"])["cases"] == [case.name for case in CASES]
            assert file.name.startswith(raster.tags()["case"])
            x_m, y_m = result.sight.strip.to_plane(np.array([42.1]), np.array([36.0]))
            lon, lat = rasterio.warp.transform(raster.crs, "EPSG:4326", x_m, y_m)
            assert (lon[0], lat[0]) == (pytest.approx(42.1, abs=1e-7), pytest.approx(36.0, abs=1e-7))


def test_the_geopackage_holds_lanes_gaps_ways_failures_and_sensors(exported: tuple[Result, Path]) -> None:
    result, folder = exported
    layers = dict(pyogrio.list_layers(folder / GEOPACKAGE).tolist())
    assert layers == {
        "lanes": "LineString", "gaps": "LineString", "least_detected_ways": "LineString",
        "failures": "MultiLineString", "sensors": "Point",
    }  # fmt: skip
    meta, _, shapes, fields = pyogrio.raw.read(folder / GEOPACKAGE, layer="lanes")
    lanes = dict(zip(meta["fields"], fields, strict=True))
    assert meta["crs"] == "EPSG:4326"
    total = (lanes["to_km"] - lanes["from_km"])[lanes["case"] == "night-person"].sum()
    assert total == pytest.approx(result.sight.strip.frontier.map_length_m / 1000.0, abs=0.01)
    assert all(shapely.from_wkb(shape).is_valid for shape in shapes)
    meta, _, shapes, fields = pyogrio.raw.read(folder / GEOPACKAGE, layer="sensors")
    sensors = dict(zip(meta["fields"], fields, strict=True))
    assert len(shapes) == len(CASES) * len(result.sight.sensors)
    assert sorted(set(sensors["bit"])) == list(range(len(result.sight.sensors)))


def test_chainages_have_a_row_for_each_step_and_case_with_units_in_the_names(exported: tuple[Result, Path]) -> None:
    result, folder = exported
    with (folder / CHAINAGE).open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == len(CASES) * len(result.sight.coverage.crossings)
    for row in rows:
        straight = [float(row[f"straight_p_{band}"]) for band in ("low", "nominal", "high")]
        any_way = [float(row[f"any_way_p_{band}"]) for band in ("low", "nominal", "high")]
        assert straight == sorted(straight)
        assert any_way == sorted(any_way)
        assert all(one <= other for one, other in zip(any_way, straight, strict=True))
        assert row["assumed"] in ("true", "false")


def test_the_record_knows_every_file_by_its_hash_and_says_who_does_not_count(exported: tuple[Result, Path]) -> None:
    _, folder = exported
    record = json.loads((folder / RECORD).read_bytes())
    assert set(record["files"]) == {file.name for file in folder.iterdir()} - {RECORD}
    assert record["sensors_that_do_not_count"] == {"X": "it is dead"}
    assert any("X does not count: it is dead." in note for note in record["notes"])


def test_a_run_that_forgets_cells_finds_the_same_as_one_that_keeps_them(
    exported: tuple[Result, Path], held: Sight
) -> None:
    result, _ = exported
    assert all(part.sets is None and part.rate is None for part in result.sight.coverage.seen)
    for kept, forgotten in zip(held.coverage.exposures, result.sight.coverage.exposures, strict=True):
        assert np.array_equal(kept.added, forgotten.added)
    for case, found in strong(held).items():
        assert np.array_equal(found.detected, result.strong[case].detected)


def test_who_stops_a_run_finds_nothing_in_the_folder_nor_beside_it(laid: Scene, tmp_path: Path) -> None:
    # Asked again and again: while it looks, while it goes round, and before each map is completed.
    for end in (3, 12, 20):
        asked = iter(range(1_000))
        with pytest.raises(CancelledError):
            export(tmp_path / "result", laid, CASES, cancelled=lambda: next(asked) > end)  # noqa: B023
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty"), new_folder(tmp_path / "mine"):
        pass
    (tmp_path / "empty").mkdir()
    with new_folder(tmp_path / "empty") as filling:
        (filling / "a").write_text("a")
    assert (tmp_path / "empty" / "a").read_text() == "a"


def test_a_notebook_gets_the_same_cells_and_things(exported: tuple[Result, Path], held: Sight) -> None:
    result, folder = exported
    cells = dataset(held)
    with rasterio.open(folder / "night-vehicle.seen.tif") as raster:
        likely = raster.read(2)
    inside = likely != COUNT_NODATA
    assert np.array_equal(cells.seen_by.sel(case="night-vehicle", seen="likely").values[inside], likely[inside])
    detection = cells.detection_100_m
    assert bool((detection.diff("band") >= 0.0).all())
    assert 0.0 < float(detection.max()) <= 1.0
    assert float(cells.x[1] - cells.x[0]) == held.strip.cell_m
    assert dataset(held, [Case()]).sizes["case"] == 1
    for table in frames.TABLES:
        assert len(frame(result, table)) > 0, table
    assert frame(result, "gaps").crs.to_epsg() == 4326
    with pytest.raises(ValueError, match="these are: lanes"):
        frame(result, "fences")
    with pytest.raises(KeyError, match="dust"):
        dataset(held, [Case(weather="dust")])
    with pytest.raises(ValueError, match="no cells"):
        dataset(result.sight)


def test_without_the_extra_the_words_say_which_one(held: Sight, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(frames, "import_module", nowhere)
    with pytest.raises(MissingExtraError, match=r"vallum\[analysis\]"):
        dataset(held)


def test_kinds_of_night_are_averaged_for_each_target_and_light_that_was_asked(result_of: Result) -> None:
    assert [(one.target, one.light) for one in result_of.mixtures] == [("person", "night"), ("vehicle", "night")]
    for one, case in zip(result_of.mixtures, CASES, strict=True):
        clear = result_of.sight.coverage.of(case).detected()
        # Clear air is the best of the kinds of night: the average is never above it.
        assert (one.detected <= clear + 1e-12).all()
        assert (np.diff(one.detected, axis=0) >= -1e-12).all()
        assert sum(state.weight for state in one.states) == pytest.approx(1.0)


def test_a_frontier_without_a_sensor_that_counts_is_unwatched_and_nothing_fails(scene: Callable[..., Scene]) -> None:
    result = work_out(scene(()), CASES)
    for case in CASES:
        assert result.sight.lane(case).length_m("unwatched") == pytest.approx(result.sight.strip.frontier.map_length_m)
        assert not result.strong[case].detected.any()
        assert result.strong[case].singles == ()
