from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.terrain.elevation import Elevation

GRID = Affine(0.001, 0.0, 42.0, 0.0, -0.001, 36.0)


def written(path: Path, heights: np.ndarray, crs: str | None, nodata: float | None = None) -> Path:
    rows, columns = heights.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=rows,
        width=columns,
        count=1,
        dtype=heights.dtype,
        crs=crs,
        transform=GRID,
        nodata=nodata,
    ) as file:
        file.write(heights, 1)
    return path


def test_the_real_terrain_is_indicative_and_its_summit_is_where_it_was_measured(real_terrain: Elevation) -> None:
    assert real_terrain.grade == "indicative"
    assert real_terrain.cell_m == pytest.approx(926.6, abs=1.0)
    assert real_terrain.height_at(41.8458, 36.3875) == pytest.approx(1415.0, abs=1.0)
    assert np.isfinite(real_terrain.heights_m).all()


@pytest.mark.parametrize(("cell_deg", "grade"), [(0.00028, "usable"), (0.00083, "usable"), (0.0014, "indicative")])
def test_thirty_and_ninety_metre_cells_are_usable_and_wider_ones_indicative(cell_deg: float, grade: str) -> None:
    assert (
        Elevation(np.zeros((2, 2), dtype=np.float32), Affine(cell_deg, 0, 42, 0, -cell_deg, 36), "invented").grade
        == grade
    )


@settings(deadline=None)
@given(east=st.floats(0.0005, 0.0085), south=st.floats(0.0005, 0.0055))
def test_bilinear_ground_is_exact_on_a_tilted_plane(east: float, south: float) -> None:
    columns, rows = np.meshgrid(np.arange(9), np.arange(6))
    tilted = Elevation((10.0 * columns + 7.0 * rows).astype(np.float32), GRID, "invented")
    expected_m = 10.0 * (east / 0.001 - 0.5) + 7.0 * (south / 0.001 - 0.5)
    assert tilted.height_at(42.0 + east, 36.0 - south) == pytest.approx(expected_m, abs=1e-4)


def test_outside_the_model_there_is_no_height_and_to_its_very_edge_there_is() -> None:
    ground = Elevation(np.full((3, 4), 5.0, dtype=np.float32), GRID, "invented")
    west, south, east, north = ground.bounds
    corners = ground.height_at(np.array([west, west, east, east]), np.array([south, north, south, north]))
    assert corners.tolist() == [5.0, 5.0, 5.0, 5.0]
    outside = ground.height_at(
        np.array([west - 1e-6, east + 1e-6, 42.001, 42.001, np.nan, np.inf]),
        np.array([35.999, 35.999, south - 1e-6, north + 1e-6, 35.999, 35.999]),
    )
    assert np.isnan(outside).all()


def test_beside_a_void_the_height_is_unknown_but_not_on_the_next_cell() -> None:
    heights = np.full((3, 5), 5.0, dtype=np.float32)
    heights[1, 2] = np.nan
    ground = Elevation(heights, GRID, "invented")
    found = ground.height_at(42.0005 + np.array([0.0, 0.001, 0.0011, 0.002, 0.003]), np.full(5, 35.9985))
    assert np.isnan(found).tolist() == [False, False, True, True, False]


def test_one_place_and_many_places_have_the_same_height(hills: Elevation) -> None:
    lon, lat = np.array([42.01, 42.02]), np.array([36.03, 36.01])
    assert [hills.height_at(42.01, 36.03), hills.height_at(42.02, 36.01)] == hills.height_at(lon, lat).tolist()


def test_missing_heights_of_a_file_are_voids(tmp_path: Path) -> None:
    heights = np.array([[10, -500], [30, 40]], dtype=np.int16)
    ground = Elevation.read(written(tmp_path / "holes.tif", heights, "EPSG:4326", nodata=-500), source="invented")
    np.testing.assert_array_equal(ground.heights_m, [[10.0, np.nan], [30.0, 40.0]])
    assert ground.source == "invented"


@pytest.mark.parametrize("crs", ["EPSG:32637", None])
def test_terrain_on_another_system_is_refused_with_the_command_that_mends_it(tmp_path: Path, crs: str | None) -> None:
    path = written(tmp_path / "other.tif", np.zeros((2, 2), dtype=np.float32), crs)
    with pytest.raises(ValueError, match="gdalwarp -t_srs EPSG:4326"):
        Elevation.read(path)


def test_a_file_that_is_no_raster_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "notes.tif"
    path.write_text("not a raster")
    with pytest.raises(ValueError, match=r"notes\.tif: not a raster of heights"):
        Elevation.read(path)
    with pytest.raises(ValueError, match=r"missing\.tif: not a raster of heights"):
        Elevation.read(tmp_path / "missing.tif")


@pytest.mark.parametrize("transform", [Affine(0.001, 0, 42, 0, 0.001, 36), Affine(0.001, 0.0001, 42, 0, -0.001, 36)])
def test_a_grid_that_is_not_north_up_is_refused(transform: Affine) -> None:
    with pytest.raises(ValueError, match="warp it north-up"):
        Elevation(np.zeros((2, 2), dtype=np.float32), transform, "invented")


@pytest.mark.parametrize("shape", [(0, 0), (4,), (2, 2, 2)])
def test_heights_that_are_no_grid_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Elevation(np.zeros(shape, dtype=np.float32), GRID, "invented")


def test_heights_cannot_be_changed(hills: Elevation) -> None:
    with pytest.raises(ValueError, match="read-only"):
        hills.heights_m[0, 0] = 0.0
