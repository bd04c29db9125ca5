from __future__ import annotations

import pickle
import re
import shutil
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from rasterio.shutil import copy as raster_copy
from tests.terrain.models import grid, source, tilted, written

from vallum.terrain.header import Header, TerrainError
from vallum.terrain.source import expanded

GRID = grid(42.0, 36.5, 0.001)
FLAT = np.full((50, 60), 100.0, np.float32)
UTM = Affine(30, 0, 250_000, 0, -30, 4_000_000)


@pytest.mark.parametrize("name", ["a.tif", "cog.tif", "e042.dt0", "N36E042.hgt", "a.vrt", "a.asc"])
def test_every_format_that_people_have_opens(tmp_path: Path, name: str) -> None:
    # SRTM and DTED tiles are a degree wide and hold its edges twice.
    side, drivers = 121, {".dt0": "DTED", ".hgt": "SRTMHGT", ".vrt": "VRT", ".asc": "AAIGrid"}
    if name.endswith(".hgt"):
        side = 1201
    cell = 1.0 / (side - 1)
    whole = written(
        tmp_path / "whole.tif",
        np.full((side, side), 312, np.int16),
        grid(42.0 - cell / 2, 37.0 + cell / 2, cell),
        nodata=-32767 if name.endswith(".dt0") else -32768,
    )
    path = tmp_path / "made" / name
    path.parent.mkdir()
    raster_copy(whole, path, driver="COG" if name.startswith("cog") else drivers.get(path.suffix, "GTiff"))
    header = Header.read(path)
    assert header.shape == (side, side)
    assert header.crs == "EPSG:4326"
    assert header.cell_m == pytest.approx(111_000.0 * cell, rel=0.002)


def test_a_folder_is_its_tiles_at_any_depth_without_masks_error_maps_and_views(tmp_path: Path) -> None:
    for name in ("N36/tile_DEM.tif", "tile_2.TIF", "AUX/tile_HEM.tif", "AUX/tile_WBM.tif", "num/N36_num.tif"):
        written(tmp_path / name, FLAT, GRID)
    (tmp_path / "index.txt").write_text("two tiles")
    shutil.copy(tmp_path / "tile_2.TIF", tmp_path / ".part.tif")
    raster_copy(tmp_path / "tile_2.TIF", tmp_path / "all.vrt", driver="VRT")
    assert [path.name for path in expanded(tmp_path)] == ["tile_DEM.tif", "tile_2.TIF"]


def test_the_cell_of_a_source_is_measured_on_the_ground(tmp_path: Path) -> None:
    # Web Mercator's metres are shorter than metres by the cosine of the latitude.
    mercator = written(tmp_path / "m.tif", FLAT, Affine(30, 0, 4_680_000, 0, -30, 4_321_000), "EPSG:3857")
    utm = written(tmp_path / "u.tif", FLAT, UTM, "EPSG:32638")
    assert Header.read(mercator).cell_m == pytest.approx(30.0 * np.cos(np.radians(36.1)), rel=0.005)
    assert Header.read(utm).cell_m == pytest.approx(30.0, rel=0.001)


def test_a_source_knows_its_vertical_reference_from_a_file_that_declares_it(tmp_path: Path) -> None:
    declared = written(tmp_path / "a.tif", FLAT, GRID, "EPSG:4326+3855")
    assert source(declared, reference=None).vertical_reference == "EGM2008"
    assert source(declared, reference="EGM2008 (as delivered)").vertical_reference == "EGM2008 (as delivered)"
    with pytest.raises(TerrainError, match="above EGM2008 height, not EGM96"):
        source(declared, reference="EGM96")
    with pytest.raises(TerrainError, match="does not say what its heights are above"):
        source(written(tmp_path / "b.tif", FLAT, GRID), reference=None)


def palette(path: Path) -> Path:
    written(path, np.ones((50, 60), np.uint8), GRID, photometric="palette")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {1: (255, 0, 0, 255)})
    return path


def one_block(path: Path) -> Path:
    with rasterio.open(
        path, "w", driver="GTiff", height=20_000, width=20_000, count=1, dtype="float32", crs="EPSG:4326",
        transform=grid(42.0, 36.5, 1e-5), blockysize=20_000, sparse_ok=True, compress="deflate",
    ):  # fmt: skip
        pass
    return path


def unplaced(path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return written(path, FLAT, Affine.identity())


def no_raster(path: Path) -> Path:
    path.write_text("hills")
    return path


BAD: list[tuple[str, Callable[[Path], Path], str, str]] = [
    ("no CRS", lambda p: written(p, FLAT, GRID, None), "no coordinate system", "gdal_edit.py -a_srs EPSG:4326"),
    ("two bands", lambda p: written(p, np.stack([FLAT] * 2), GRID, count=2), "2 bands", "gdal_translate -b 1"),
    ("degrees as metres", lambda p: written(p, FLAT, GRID, "EPSG:32638"), "can only be degrees", "-a_srs EPSG:4326"),
    ("coarse degrees as metres", lambda p: written(p, FLAT, grid(-180, 90, 0.5), "EPSG:3857"), "only be degrees", ""),
    ("metres as degrees", lambda p: written(p, FLAT, UTM, "EPSG:4326"), "can only be metres", "-a_srs EPSG:code"),
    ("feet", lambda p: written(p, FLAT, GRID, unit="ft"), "heights are in ft", "A*0.3048"),
    ("vertical feet", lambda p: written(p, FLAT, GRID, "EPSG:4326+8228"), "heights are in", "A*0.3048"),
    ("engineering", lambda p: written(p, FLAT, UTM, 'LOCAL_CS["site",UNIT["metre",1]]'), "no place on the", "gdalwarp"),
    ("picture", palette, "a picture", "the terrain model that"),
    ("one block", one_block, "pieces of 20,000 x 20,000 cells, 1.6 GB each", "gdal_translate -of COG"),
    ("unplaced", unplaced, "does not say where on the earth", "-a_ullr"),
    ("words", no_raster, "cannot be read as a raster", "GeoTIFF, DTED"),
    ("nothing", lambda p: p, "no such file", "Give the path"),
]


@pytest.mark.parametrize(("make", "found", "remedy"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_cannot_be_ground_is_refused_with_file_finding_and_remedy(
    tmp_path: Path, make: Callable[[Path], Path], found: str, remedy: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        path = make(tmp_path / "model.tif")
        with pytest.raises(TerrainError) as raised:
            source(path)
    assert raised.value.file == str(path)
    assert found in raised.value.found
    assert remedy in raised.value.remedy
    assert re.fullmatch(r".+\.", str(raised.value))
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


def test_a_folder_without_tiles_and_one_of_two_kinds_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(TerrainError, match="holds no terrain tile"):
        source(tmp_path / "empty")
    written(tmp_path / "two" / "a.tif", FLAT, GRID)
    written(tmp_path / "two" / "b.tif", FLAT, UTM, "EPSG:32638")
    with pytest.raises(TerrainError, match=r"a\.tif on EPSG:4326, b\.tif on EPSG:32638"):
        source(tmp_path / "two")


def test_all_bad_tiles_of_a_folder_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif", "c.tif"):
        written(tmp_path / name, FLAT, GRID, None if name < "c" else "EPSG:4326")
    with pytest.raises(TerrainError, match=r"2 of 3 files cannot be used \(a\.tif: it has no .*; b\.tif"):
        source(tmp_path)


def test_a_turned_model_is_read(tmp_path: Path) -> None:
    turned = Affine.translation(42.0, 36.5) @ Affine.rotation(30.0) @ Affine.scale(0.001, -0.001)
    header = Header.read(written(tmp_path / "a.tif", tilted(turned, 50, 60), turned))
    assert header.transform.almost_equals(turned)


@pytest.mark.parametrize(
    ("field", "value"), [("error_sd_m", 0.0), ("error_sd_m", float("nan")), ("error_length_m", -1.0), ("name", " ")]
)
def test_a_source_without_figures_of_its_error_is_refused(tmp_path: Path, field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=field):
        replace(source(written(tmp_path / "a.tif", FLAT, GRID)), **{field: value})
