from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from vallum.terrain.ground import VOID, Ground, covered
from vallum.terrain.seams import seams
from vallum.terrain.source import TerrainSource


def named(name: str, cell_m: float = 30.0, sd_m: float = 2.0, length_m: float = 90.0) -> TerrainSource:
    return TerrainSource(name, (), "EPSG:4326", cell_m, "EGM2008", sd_m, length_m, "invented", "invented")


FINE, WIDE = named("fine"), named("wide", 900.0, 18.0, 900.0)


def ground(
    heights: Any, source_of: Any = None, sources: tuple[TerrainSource, ...] = (FINE, WIDE), **more: Any
) -> Ground:
    heights_m = np.asarray(heights, np.float32)
    of = np.zeros(heights_m.shape, np.uint8) if source_of is None else np.asarray(source_of, np.uint8)
    return Ground(heights_m, Affine(10, 0, 100, 0, -10, 500), 10.0, "+proj=omerc", of, sources, **more)


@given(row=st.integers(0, 4), column=st.integers(0, 6))
def test_the_middle_of_a_cell_lies_in_that_cell_and_has_its_height(row: int, column: int) -> None:
    here = ground(np.arange(35).reshape(5, 7))
    x_m, y_m = here.middle_of(row, column)
    assert here.cell_of(x_m, y_m) == (row, column)
    assert here.height_at(x_m, y_m) == pytest.approx(here.heights_m[row, column])


def test_off_the_grid_there_is_no_cell_and_no_height() -> None:
    here = ground(np.zeros((2, 3)))
    rows, columns = here.cell_of(np.array([99.9, 100.0, 130.0, np.nan]), np.array([490.0, 490.0, 490.0, 490.0]))
    assert rows.tolist() == [-1, 1, -1, -1]
    assert columns.tolist() == [-1, 0, -1, -1]
    assert np.isnan(here.height_at(131.0, 490.0))


def test_the_heights_are_held_without_a_copy_and_cannot_be_changed_through_the_ground() -> None:
    heights_m = np.zeros((2, 3), np.float32)
    here = ground(heights_m)
    assert np.shares_memory(here.heights_m, heights_m)
    with pytest.raises(ValueError, match="read-only"):
        here.heights_m[0, 0] = 1.0
    assert heights_m.flags.writeable


@pytest.mark.parametrize(
    ("source_of", "grade", "cell_m", "sd_m", "length_m", "void"),
    [
        ([[0, 0], [0, 0]], "usable", 30.0, 2.0, 90.0, 0.0),
        ([[0, 0], [0, 1]], "indicative", 900.0, 18.0, 900.0, 0.0),
        ([[0, 0], [VOID, VOID]], "usable", 30.0, 2.0, 90.0, 0.5),
        ([[VOID, VOID], [VOID, VOID]], "indicative", np.nan, np.nan, np.nan, 1.0),
    ],
)
def test_ground_is_as_good_as_the_coarsest_source_that_it_uses(
    source_of: list[list[int]], grade: str, cell_m: float, sd_m: float, length_m: float, void: float
) -> None:
    heights_m = np.where(np.asarray(source_of) == VOID, np.nan, 5.0)
    here = ground(heights_m, source_of)
    assert here.grade == grade
    measured = (here.terrain_cell_m, here.error_sd_m, here.error_length_m)
    assert measured == pytest.approx((cell_m, sd_m, length_m), nan_ok=True)
    assert here.void_share == void


def test_only_the_ground_that_is_wanted_decides_its_grade() -> None:
    source_of = np.array([[0, 0], [1, VOID]], np.uint8)
    wanted = np.array([[True, True], [False, False]])
    here = ground(np.zeros((2, 2)), source_of, cover=covered(source_of, 2, wanted))
    assert (here.grade, here.used, here.void_share) == ("usable", (FINE,), 0.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"source_of": np.zeros((3, 3), np.uint8)}, "their sources"),
        ({"transform": Affine(10, 0, 0, 0, -20, 0)}, "square cells"),
        ({"transform": Affine(10, 1, 0, 1, -10, 0)}, "square cells"),
        ({"cell_m": 11.0}, "square cells"),
        ({"heights_m": np.zeros(4, np.float32)}, "expected \\(rows, columns\\)"),
        ({"sources": (FINE,) * 256}, "255 at most"),
    ],
)
def test_ground_that_is_no_grid_is_refused(change: dict[str, Any], said: str) -> None:
    whole: dict[str, Any] = {
        "heights_m": np.zeros((2, 2), np.float32),
        "transform": Affine(10, 0, 0, 0, -10, 0),
        "cell_m": 10.0,
        "projection": "+proj=omerc",
        "source_of": np.zeros((2, 2), np.uint8),
        "sources": (FINE,),
    }
    with pytest.raises(ValueError, match=said):
        Ground(**(whole | change))


def test_ground_of_one_source_has_no_seam_and_voids_make_none() -> None:
    assert seams(ground(np.zeros((3, 3)))) == ()
    holed = np.array([[0, 0, 0], [0, VOID, 0], [0, 0, 0]])
    assert seams(ground(np.zeros((3, 3)), holed)) == ()


def test_a_seam_down_the_rows_is_measured_like_one_along_them() -> None:
    heights_m = np.add.outer(np.arange(6) * 2.0, np.arange(4) * 0.5)
    heights_m[3:] -= 9.0
    source_of = np.repeat([[0], [0], [0], [1], [1], [1]], 4, axis=1)
    (down,) = seams(ground(heights_m, source_of))
    (along,) = seams(ground(heights_m.T, source_of.T))
    assert (down.step_m, down.length_m) == (along.step_m, along.length_m) == (-9.0, 40.0)
    assert set(down.y_m) == {470.0}
    assert set(along.x_m) == {130.0}


def test_a_patch_of_single_cells_has_a_seam_whose_step_the_slope_beyond_still_tells() -> None:
    chequered = np.indices((4, 4)).sum(axis=0) % 2
    (seam,) = seams(ground(np.zeros((4, 4)), chequered))
    assert seam.length_m == 240.0
    assert np.isnan(seam.step_m), "no source has two neighbouring cells: nobody knows the slope"
