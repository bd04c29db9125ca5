"""Searched in windows it is what one search of the whole grid finds."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vallum.terrain.barrier import Barrier, Crossed
from vallum.terrain.pace import Pace
from vallum.terrain.stepping import CLOSED, OPEN
from vallum.terrain.travel import Going, Reached, travel
from vallum.terrain.walking import langmuir
from vallum.terrain.windows import Begun, Box, spread_in_windows, windowed, windows_over

ROWS, COLUMNS, CELL_M = 30, 90, 50.0
PACE = Pace.of("a walker", ["ground", "bog"], [langmuir, lambda slope: langmuir(slope) / 3.0])


def country(seed: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], tuple[Crossed, ...]]:
    """A band that bends over its grid, hills, bogs and a wall along the middle."""
    rng = np.random.default_rng(seed)
    middle = 15.0 + 8.0 * np.sin(np.arange(COLUMNS) / rng.uniform(8.0, 25.0) + rng.uniform(0.0, 6.0))
    band = (np.abs(np.arange(ROWS)[:, None] - middle) < 6.0).astype(np.uint8)
    heights_m = (rng.uniform(0.0, 60.0, (ROWS, COLUMNS))).astype(np.float32)
    ground = (rng.random((ROWS, COLUMNS)) < 0.2).astype(np.uint8)
    wall = Crossed(middle[::6], np.arange(COLUMNS, dtype=np.float64)[::6], rng.uniform(0.0, 900.0, 14), np.zeros(14))
    return band, heights_m, ground, (wall,)


def searched(seed: int, boxes: tuple[Box, ...], starts: NDArray[Any], begun_s: NDArray[Any]) -> NDArray[Any]:
    band, heights_m, ground, lines = country(seed)
    seconds = np.full(band.shape, np.inf, np.float32)
    came = np.zeros(band.shape, np.uint8)

    def search(box: Box, begun: Begun) -> Reached:
        part = np.where(windowed(band, box) == 0, np.uint8(CLOSED), np.uint8(OPEN))
        barrier = Barrier.of(part.shape, lines, (box[0], box[2]))
        going = Going(windowed(heights_m, box), windowed(ground, box), PACE, CELL_M, barrier)
        return travel(going, begun.cells, begun.seconds, part=part, known=begun.known, with_ways=True)

    def took(box: Box, begun: Begun, found: Reached, sooner: NDArray[Any]) -> None:
        assert found.came is not None
        windowed(came, box)[sooner] = found.came[sooner]

    spread_in_windows(boxes, seconds, starts, begun_s, search, took)
    # ways that were found in several windows lead to a start all the same
    whole = Reached(seconds, came, False)
    for row, column in np.argwhere(np.isfinite(seconds))[::37]:
        assert whole.way(row, column)[0].tolist() in starts.tolist()
    return seconds


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 6), st.integers(40, 400))
def test_in_windows_every_time_is_that_of_one_search(seed: int, many: int, cells: int) -> None:
    band = country(seed)[0]
    rng = np.random.default_rng(seed + 1)
    starts = np.argwhere(band > 0)[rng.integers(0, int(band.sum()), many)]
    begun_s = rng.uniform(0.0, 3_000.0, many)
    boxes = windows_over(band, cells)
    found = searched(seed, boxes, starts, begun_s)
    whole = searched(seed, ((0, ROWS, 0, COLUMNS),), starts, begun_s)
    np.testing.assert_allclose(found, whole, rtol=1e-6, atol=0.05)


@given(st.integers(0, 2**31), st.integers(10, 800))
def test_windows_hold_the_whole_band_and_only_neighbours_share_cells(seed: int, cells: int) -> None:
    band = country(seed)[0]
    boxes = windows_over(band, cells)
    held = np.zeros(band.shape, np.int64)
    for box in boxes:
        windowed(held, box)[:] += 1
    assert (held[band > 0] >= 1).all()
    for number, box in enumerate(boxes):
        for other in boxes[number + 2 :]:
            assert box[3] <= other[2]
    for box, after in pairwise(boxes):
        assert box[3] - after[2] == 4


def test_an_empty_band_is_one_small_window() -> None:
    assert windows_over(np.zeros((5, 9))) == ((0, 1, 0, 9),)


def test_what_progress_raises_ends_the_work() -> None:
    band = country(3)[0]
    boxes = windows_over(band, 100)
    told: list[float] = []

    def search(box: Box, begun: Begun) -> Reached:
        return Reached(np.minimum(begun.known, np.float32(5.0)), None, False)

    def stop(share: float) -> None:
        told.append(share)
        raise InterruptedError

    seconds = np.full(band.shape, np.inf, np.float32)
    with pytest.raises(InterruptedError):
        spread_in_windows(boxes, seconds, np.array([[15, 2]]), np.array([0.0]), search, progress=stop)
    assert len(told) == 1
    # only the window of the start was worked on
    assert np.isinf(seconds[:, boxes[1][3] :]).all()
