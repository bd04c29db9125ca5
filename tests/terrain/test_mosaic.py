from __future__ import annotations

import resource
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from rasterio.shutil import copy as raster_copy
from tests.terrain.models import LINE, grid, source, strip, tilted, written

from vallum import examples
from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.terrain.elevation import Elevation
from vallum.terrain.ground import VOID, Ground
from vallum.terrain.header import TerrainError
from vallum.terrain.mosaic import Mosaic
from vallum.terrain.seams import seams

WIDE = grid(41.9, 36.5, 0.001)  # holds the line's strip with room to spare
WIDE_SHAPE = (700, 800)


def at_middles(ground: Ground, strip: Strip) -> tuple[np.ndarray, np.ndarray]:
    row, column = np.indices(ground.shape)
    return strip.to_lonlat(*ground.middle_of(row, column))


def tilted_at(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return np.asarray(500.0 * (lon - 42.0) + 300.0 * (lat - 36.0))


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("plane") / "plane.tif", tilted(WIDE, *WIDE_SHAPE), WIDE)


def test_the_packaged_ground_is_the_model_bilinear_to_two_centimetres() -> None:
    path = examples.path("iraq-syria") / "terrain.tif"
    # In the mountains at the tri-point, where a shift of metres shows.
    line = Frontier("a ridge", "ridge/1", "left", 50.0, np.array([[42.35, 37.1], [42.8, 37.4]]))
    ground = Mosaic([source(path)]).onto(Strip(line, 5_000.0, 100.0))
    expected_m = Elevation.read(path).height_at(*at_middles(ground, Strip(line, 5_000.0, 100.0)))
    assert np.nanmax(ground.heights_m) > 1000.0
    assert np.nanmax(np.abs(ground.heights_m - expected_m)) < 0.02
    assert (ground.grade, ground.void_share, ground.notes) == ("indicative", 0.0, ())


@pytest.mark.parametrize("cell_m", [60.0, 150.0])
def test_a_reach_holds_the_same_ground_to_the_bit_as_the_whole_strip(plane: Path, cell_m: float) -> None:
    mosaic, band = Mosaic([source(plane)]), strip(cell_m)
    whole = mosaic.onto(band)
    windows = [(reach.row_slice, reach.col_slice) for reach in band.reaches(12_000.0, 3_000.0)]
    assert np.array_equal(mosaic.onto(band, band.reaches()[0]).heights_m, whole.heights_m, equal_nan=True)
    for window in (*windows, (slice(3, 20), slice(17, 60))):
        part = mosaic.onto(band, window)
        assert np.array_equal(part.heights_m, whole.heights_m[window], equal_nan=True)
        assert np.array_equal(part.source_of, whole.source_of[window])
        assert part.middle_of(2, 3) == pytest.approx(whole.middle_of(2 + window[0].start, 3 + window[1].start))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    # nowhere as low as what counts as a void
    east=st.floats(-1000, 1000),
    north=st.floats(-1000, 1000),
    cell_deg=st.sampled_from([0.0002, 0.001, 0.004]),
    cell_m=st.sampled_from([40.0, 170.0]),
)
def test_a_tilted_plane_stays_a_tilted_plane_on_any_cells(
    tmp_path: Path, east: float, north: float, cell_deg: float, cell_m: float
) -> None:
    line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.1, 36.1], [42.15, 36.12]]))
    band = strip(cell_m, 800.0, line)
    transform = grid(42.05, 36.17, cell_deg)
    side = round(0.15 / cell_deg)
    path = written(tmp_path / "plane.tif", tilted(transform, side, side, east, north), transform)
    ground = Mosaic([source(path)]).onto(band)
    lon, lat = at_middles(ground, band)
    inside = ~band.mask()
    error_m = ground.heights_m - (east * (lon - 42.0) + north * (lat - 36.0))
    assert np.abs(error_m[inside]).max() < 0.02


def test_ground_is_continuous_from_one_tile_to_the_next(tmp_path: Path, plane: Path) -> None:
    with rasterio.open(plane) as file:
        heights = file.read(1)
    for row in range(0, 700, 350):
        for column in range(0, 800, 200):
            corner = Affine(0.001, 0, 41.9 + column * 0.001, 0, -0.001, 36.5 - row * 0.001)
            written(tmp_path / f"{row}_{column}.tif", heights[row : row + 350, column : column + 200].copy(), corner)
    one, many = (Mosaic([source(path)]).onto(strip()) for path in (plane, tmp_path))
    assert np.nanmax(np.abs(one.heights_m - many.heights_m)) < 1e-4
    assert many.void_share == 0.0


def test_a_vrt_a_turned_grid_and_a_plane_in_metres_give_the_same_ground(tmp_path: Path, plane: Path) -> None:
    raster_copy(plane, tmp_path / "view.vrt", driver="VRT")
    turned = Affine.translation(41.75, 36.2) @ Affine.rotation(30.0) @ Affine.scale(0.001, -0.001)
    written(tmp_path / "turned.tif", tilted(turned, 900, 900), turned)
    to_lonlat = Transformer.from_crs("EPSG:32638", "EPSG:4326", always_xy=True)
    utm = Affine(90, 0, 225_000, 0, -90, 4_030_000)
    column, row = np.meshgrid(np.arange(640) + 0.5, np.arange(480) + 0.5)
    lon, lat = to_lonlat.transform(225_000 + 90 * column, 4_030_000 - 90 * row)
    written(tmp_path / "utm.tif", tilted_at(lon, lat).astype(np.float32), utm, "EPSG:32638")
    upside_down = Affine(0.001, 0, 41.9, 0, 0.001, 35.8)
    written(tmp_path / "south_up.tif", tilted(upside_down, *WIDE_SHAPE), upside_down)
    expected_m = tilted_at(*at_middles(Mosaic([source(plane)]).onto(strip()), strip()))
    inside = ~strip().mask()
    for name in ("view.vrt", "turned.tif", "utm.tif", "south_up.tif"):
        ground = Mosaic([source(tmp_path / name)]).onto(strip())
        assert ground.void_share == 0.0, name
        assert np.abs(ground.heights_m - expected_m)[inside].max() < 0.02, name


def test_stored_tenths_of_a_metre_become_metres(tmp_path: Path, plane: Path) -> None:
    stored = np.rint((tilted(WIDE, *WIDE_SHAPE) - 50.0) * 10.0).astype(np.int16)
    path = written(tmp_path / "dm.tif", stored, WIDE, scale=0.1, offset=50.0)
    dm, metres = (Mosaic([source(one)]).onto(strip()).heights_m for one in (path, plane))
    assert np.nanmax(np.abs(dm - metres)) < 0.06


def test_a_fine_model_is_averaged_on_wide_cells_and_a_coarse_one_is_not(tmp_path: Path) -> None:
    chequered = np.where(np.indices((3000, 1500)).sum(axis=0) % 2, 0.0, 100.0).astype(np.float32)
    line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.02, 36.02], [42.1, 36.1]]))
    path = written(tmp_path / "c.tif", chequered, grid(42.0, 36.15, 0.0001))
    band = strip(200.0, 500.0, line)
    ground = Mosaic([source(path)]).onto(band)
    assert np.abs(ground.heights_m[~band.mask()] - 50.0).max() < 3.0


# --- several sources -----------------------------------------------------------------------------------------------


def half(tmp_path: Path, until_lon: float = 42.3) -> Path:
    """A fine model, 20 m higher than the plane, that ends in the middle of the strip."""
    transform = grid(41.9, 36.5, 0.0004)
    columns = round((until_lon - 41.9) / 0.0004)
    return written(tmp_path / "half.tif", tilted(transform, 1750, columns) + 20.0, transform)


def test_the_finest_source_is_laid_first_and_coarser_ones_fill_its_voids(tmp_path: Path, plane: Path) -> None:
    fine, coarse = source(half(tmp_path), "fine", sd_m=1.0), source(plane, "coarse", sd_m=5.0)
    band = strip()
    ground = Mosaic([coarse, fine]).onto(band)
    lon, lat = at_middles(ground, band)
    inside = ~band.mask()
    assert [one.name for one in ground.sources] == ["fine", "coarse"]
    assert np.array_equal(ground.source_of[inside], np.where(lon < 42.3, 0, 1)[inside])
    above_m = (ground.heights_m - tilted_at(lon, lat))[inside]
    assert above_m == pytest.approx(np.where(lon < 42.3, 20.0, 0.0)[inside], abs=0.2)
    assert ground.void_share == 0.0
    assert (ground.error_sd_m, ground.grade) == (5.0, "indicative")
    assert ground.terrain_cell_m == pytest.approx(111.0, abs=1.0)
    assert ground.notes == ()


def test_where_two_sources_meet_the_step_is_measured(tmp_path: Path, plane: Path) -> None:
    ground = Mosaic([source(plane, "coarse", "EGM96"), source(half(tmp_path), "fine", "EGM2008")]).onto(strip())
    (seam,) = seams(ground, ~strip().mask())
    assert (seam.finer, seam.coarser, seam.same_reference) == ("fine", "coarse", False)
    assert seam.step_m == pytest.approx(-20.0, abs=0.5)
    assert seam.largest_step_m == pytest.approx(20.0, abs=1.0)
    # The meridian crosses a band 4 km wide and is drawn along the sides of cells.
    assert 4_000.0 < seam.length_m < 9_000.0
    lon, _ = strip().to_lonlat(seam.x_m, seam.y_m)
    assert lon == pytest.approx(np.full(lon.shape, 42.3), abs=0.002)


def test_mixed_vertical_references_are_said(tmp_path: Path, plane: Path) -> None:
    (note,) = Mosaic([source(plane, "coarse", "EGM96"), source(half(tmp_path), "fine", "EGM2008")]).onto(strip()).notes
    assert "fine above EGM2008, coarse above EGM96" in note
    alone = Mosaic([source(plane, "coarse", "EGM96"), source(half(tmp_path, 41.95), "apart", "EGM2008")]).onto(strip())
    assert alone.notes == (), "a source that gives no cell is not mixed in"
    assert [one.name for one in alone.used] == ["coarse"]


def test_a_source_that_fills_only_what_lies_outside_of_the_band_does_not_spoil_the_grade(tmp_path: Path) -> None:
    transform = grid(41.9, 36.5, 0.0005)
    narrow = tilted(transform, 1400, 1600)
    lon, lat = np.meshgrid(41.9 + 0.005 * (np.arange(160) + 0.5), 36.5 - 0.005 * (np.arange(140) + 0.5))
    far = np.abs(LINE.locate(lon, lat).offset_m) > 3_500.0
    narrow[np.kron(far, np.ones((10, 10), bool))] = np.nan
    fine = written(tmp_path / "narrow.tif", narrow, transform, nodata=np.nan)
    wide = written(tmp_path / "wide.tif", tilted(grid(41, 37.5, 0.01), 250, 250), grid(41, 37.5, 0.01))
    ground = Mosaic([source(wide, "wide"), source(fine, "narrow")]).onto(strip())
    assert (ground.source_of == 1).any()
    assert (ground.grade, ground.used) == ("usable", (ground.sources[0],))


# --- what is not there ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("void", "nodata", "dtype"),
    [(-9999, -9999, "int16"), (-32768, None, "int16"), (np.nan, None, "float32"), (1e20, None, "float32")],
    ids=["declared", "undeclared", "nan", "absurd"],
)
def test_a_void_is_unknown_ground_and_never_a_height(
    tmp_path: Path, void: float, nodata: float | None, dtype: str
) -> None:
    heights = np.full(WIDE_SHAPE, 300, dtype)
    heights[200:420, 300:330] = void
    more = {} if nodata is None else {"nodata": nodata}
    ground = Mosaic([source(written(tmp_path / "v.tif", heights, WIDE, **more))]).onto(strip())
    known = np.isfinite(ground.heights_m)
    assert np.abs(ground.heights_m[known] - 300.0).max() < 1e-3
    assert np.array_equal(known, ground.source_of != VOID)
    assert 0.04 < ground.void_share < 0.15
    (note,) = ground.notes
    assert "unknown ground is seen by nobody" in note
    assert "none under the line at km" in note


def test_a_model_that_covers_half_the_strip_gives_a_stated_partial_result(tmp_path: Path) -> None:
    ground = Mosaic([source(half(tmp_path))]).onto(strip())
    chainage_km = LINE.locate(np.array([42.3]), np.array([36.23])).chainage_m[0] / 1000
    assert 0.4 < ground.void_share < 0.6
    (note,) = ground.notes
    assert note.startswith(
        f"Terrain covers {1 - ground.void_share:.1%} of the strip; there is none under the line at km"
    )
    first, last = note.split("at km ")[1].split(";")[0].split("-")
    assert float(first) == pytest.approx(chainage_km, abs=1.0)
    assert float(last) == pytest.approx(LINE.map_length_m / 1000, abs=0.1)


def test_a_reach_without_ground_is_void_where_another_has_some(tmp_path: Path) -> None:
    reach = strip().reaches(8_000.0, 0.0)[-1]
    ground = Mosaic([source(half(tmp_path, 42.2))]).onto(strip(), reach)
    assert ground.void_share == 1.0
    assert np.isnan(ground.terrain_cell_m)
    assert ground.grade == "indicative"
    assert ground.notes[0].startswith("Terrain covers 0.0% of the strip")


def test_terrain_of_another_country_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    elsewhere = written(tmp_path / "e.tif", np.zeros((100, 100), np.float32), grid(10.0, 50.0, 0.001))
    with pytest.raises(
        TerrainError, match=r"no ground of a fence, which lies between 42\.\d+ and 42\.\d+ degrees east"
    ):
        Mosaic([source(elsewhere)]).onto(strip())


def test_nothing_but_voids_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "v.tif", np.full(WIDE_SHAPE, -9999, np.int16), WIDE, nodata=-9999)
    with pytest.raises(TerrainError, match="all voids"):
        Mosaic([source(path)]).onto(strip())


def test_a_part_that_cannot_be_read_names_its_file(tmp_path: Path, plane: Path) -> None:
    raster_copy(plane, tmp_path / "tiled.tif", driver="GTiff", tiled=True, compress="deflate")
    raw = bytearray((tmp_path / "tiled.tif").read_bytes())
    raw[len(raw) // 3 : len(raw) // 2] = bytes(len(raw) // 2 - len(raw) // 3)
    (tmp_path / "tiled.tif").write_bytes(raw)
    with pytest.raises(TerrainError, match=r"tiled\.tif: a part of it cannot be read"):
        Mosaic([source(tmp_path / "tiled.tif")]).onto(strip())


# --- size ----------------------------------------------------------------------------------------------------------


def test_a_model_of_more_than_40_gb_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    # 10.7 thousand million cells of about a metre, none of them stored.
    rows, columns = 90_000, 130_000
    assert rows * columns * 4 > 40e9
    with rasterio.open(
        tmp_path / "huge.tif", "w", driver="GTiff", height=rows, width=columns, count=1, dtype="float32",
        crs="EPSG:4326", transform=grid(41.6, 36.6, 0.00001), tiled=True, blockxsize=1024, blockysize=1024,
        sparse_ok=True, bigtiff="yes",
    ):  # fmt: skip
        pass
    line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.1, 36.1], [42.15, 36.12]]))
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    mosaic, band = Mosaic([source(tmp_path / "huge.tif")]), strip(250.0, 1_000.0, line)
    mosaic.onto(band, (slice(0, 1), slice(0, 1)))  # the kernel is compiled before anything is counted
    tracemalloc.start()
    try:
        ground = mosaic.onto(band)
        arrays_mb = tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
    assert ground.void_share == 0.0
    assert arrays_mb < 200.0
    # What GDAL takes besides; nothing to see where an earlier test took more.
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1000 < 400.0


def test_a_grid_that_does_not_fit_is_refused_with_its_size_and_a_cell_that_would(plane: Path) -> None:
    with pytest.raises(TerrainError, match=r"cells of 1 m is .* needs \d+\.\d GB, where 0\.1 GB may be used") as raised:
        Mosaic([source(plane)]).onto(strip(1.0), memory_bytes=100_000_000)
    cell_m = float(raised.value.remedy.split("cells of ")[1].split(" m")[0])
    assert Mosaic([source(plane)]).onto(strip(cell_m), memory_bytes=100_000_000).void_share == 0.0


def test_progress_grows_to_one_and_may_end_the_work(plane: Path) -> None:
    told: list[float] = []
    Mosaic([source(plane)]).onto(strip(20.0), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 3

    class CancelledError(Exception):
        pass

    def cancel(_: float) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        Mosaic([source(plane)]).onto(strip(20.0), progress=cancel)


def test_a_mosaic_of_nothing_and_of_two_sources_of_one_name_are_refused(plane: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Mosaic([])
    with pytest.raises(ValueError, match="a name of its own"):
        Mosaic([source(plane), replace(source(plane), cell_m=5.0)])
