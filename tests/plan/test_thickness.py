from __future__ import annotations

from functools import cache
from itertools import pairwise
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.plan.band import Band
from vallum.plan.thickness import thickness
from vallum.terrain.whosees import Posts

CELL_M = 50.0


@st.composite
def sets_of(draw: st.DrawFn, rows: int, columns: int, words: int, palette: tuple[int, ...]) -> np.ndarray:
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    kinds = draw(st.lists(st.sampled_from(palette), min_size=2, max_size=len(palette)))
    return rng.choice(np.array(kinds, np.uint64), (rows, columns, words))


SETS = sets_of(4, 4, 1, (0, 1, 2, 4, 3, 5, 6, 7))
WIDE_SETS = sets_of(6, 9, 2, (0, 1, 2, 3, 1 << 63, (1 << 40) - 1))
BLOCKED = st.tuples(st.integers(0, 10_000), st.sampled_from([0.0, 0.2, 0.4])).map(
    lambda drawn: np.random.default_rng(drawn[0]).random((4, 4)) < drawn[1]
)


def band(rows: int = 4, columns: int = 4, step_m: float = CELL_M) -> Band:
    return Band.straight(rows, columns, CELL_M, step_m)


@cache
def every_way(rows: int = 4, columns: int = 4) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Every way over neighbours from the first row to the last that visits no cell twice."""
    found = []

    def go_on(way: list[tuple[int, int]]) -> None:
        row, column = way[-1]
        if row == rows - 1:
            found.append(tuple(way))
            return
        for cell in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            # Back to the first row would be a longer way than to begin there.
            if 0 < cell[0] < rows and 0 <= cell[1] < columns and cell not in way:
                way.append(cell)
                go_on(way)
                way.pop()

    for column in range(columns):
        go_on([(0, column)])
    return tuple(found)


def entries(sets: np.ndarray, way: tuple[tuple[int, int], ...]) -> int:
    met = [int(sets[cell][0]) for cell in way]
    return met[0].bit_count() + sum((after & ~before).bit_count() for before, after in pairwise(met))


@settings(max_examples=25, deadline=None)
@given(sets=SETS, blocked=BLOCKED)
def test_thickness_and_its_bounds_hold_against_every_way_there_is(sets: np.ndarray, blocked: np.ndarray) -> None:
    ways = [way for way in every_way() if not any(blocked[cell] for cell in way)]
    found = thickness(band(), sets, blocked)
    if not ways:
        assert found.thickness == -1
        assert (found.entered == -1).all()
        assert (found.at_once == -1).all()
        with pytest.raises(ValueError, match="No way crosses"):
            found.way()
        return
    assert found.thickness == min(entries(sets, way) for way in ways)
    assert entries(sets, tuple((int(a), int(b)) for a, b in found.way())) == found.thickness
    masks = [[int(sets[cell][0]) for cell in way] for way in ways]
    assert found.at_once[found.at_once >= 0].min() == min(max(m.bit_count() for m in mask) for mask in masks)
    resilience = min(int(np.bitwise_or.reduce(np.array(mask, np.uint64))).bit_count() for mask in masks)
    posts = Posts.of([2, 2, 2], [0, 2, 4], [9.0, 9.0, 9.0])
    bounds = found.resilience(posts)
    assert bounds.at_least <= resilience <= bounds.at_most <= found.thickness
    assert bounds.at_least_of_discs == ceil(found.thickness / 3)
    # To lose the sensors named leaves the way shown unseen.
    lost = sum(1 << sensor for sensor in bounds.sensors)
    assert all(int(sets[row, column, 0]) & ~lost == 0 for row, column in found.way())
    assert len(bounds.sensors) == bounds.at_most


def relaxed(sets: np.ndarray, starts: np.ndarray, at_once: bool) -> np.ndarray:
    """Least count from some cells, by trying every step again until nothing falls; from the top not past the line."""
    counts = np.bitwise_count(sets).sum(axis=2).astype(int)
    least = np.where(starts, counts, 10_000)
    while True:
        before = least.copy()
        for axis, shift in ((0, 1), (0, -1), (1, 1), (1, -1)):
            came, cost = np.roll(least, shift, axis), np.roll(sets, shift, axis)
            new = np.bitwise_count(sets & ~cost).sum(axis=2).astype(int)
            step = np.maximum(came, counts) if at_once else came + new
            edge = [slice(None), slice(None)]
            edge[axis] = slice(0, 1) if shift == 1 else slice(-1, None)
            step[tuple(edge)] = 10_000
            step[3:] = np.where(starts[0].any(), 10_000, step[3:])
            least = np.minimum(least, step)
        if (least == before).all():
            return least


@settings(max_examples=60, deadline=None)
@given(sets=WIDE_SETS)
def test_counts_by_where_ways_cross_are_those_of_trying_every_step(sets: np.ndarray) -> None:
    found = thickness(band(6, 9), sets)
    starts = np.zeros((2, 6, 9), dtype=bool)
    starts[0, 0], starts[1, 5] = True, True
    entered = [relaxed(sets, start, False) for start in starts]
    both = np.bitwise_count(sets[2] & sets[3]).sum(axis=1)
    assert found.entered.tolist() == (entered[0][2] + entered[1][3] - both).tolist()
    most = [relaxed(sets, start, True) for start in starts]
    assert found.at_once.tolist() == np.maximum(most[0][2], most[1][3]).tolist()
    assert (found.at_once <= found.entered).all()
    for step in range(9):
        way = found.way((step + 0.5) * CELL_M)
        assert [2, step] in way.tolist()
        assert [3, step] in way.tolist()


@settings(max_examples=60, deadline=None)
@given(sets=WIDE_SETS, more=WIDE_SETS)
def test_a_sensor_more_never_makes_the_line_less_covered(sets: np.ndarray, more: np.ndarray) -> None:
    # Another sensor: bits that nobody had.
    seen = (more[..., :1] & np.uint64(1)) << np.uint64(40)
    with_it = sets.copy()
    with_it[..., 0] |= seen[..., 0]
    before, after = thickness(band(6, 9), sets), thickness(band(6, 9), with_it)
    assert (after.entered >= before.entered).all()
    assert (after.at_once >= before.at_once).all()


@settings(max_examples=60, deadline=None)
@given(sets=WIDE_SETS)
def test_told_backwards_the_counts_are_the_same_backwards(sets: np.ndarray) -> None:
    forth, back = thickness(band(6, 9), sets), thickness(band(6, 9), sets[:, ::-1].copy())
    assert forth.entered.tolist() == back.entered[::-1].tolist()
    assert forth.at_once.tolist() == back.at_once[::-1].tolist()


def test_a_wall_whose_cells_touch_by_their_corners_is_not_slipped_through() -> None:
    sets = np.zeros((10, 9, 1), dtype=np.uint64)
    sets[np.abs(np.arange(9) - 4), np.arange(9)] = 1
    sets[[9, 9, 9, 9, 9, 9, 9, 9, 9], np.arange(9)] = 2
    assert thickness(band(10, 9), sets).entered.tolist() == [2] * 9


def test_a_sensor_met_twice_counts_twice_in_thickness_and_once_in_resilience() -> None:
    sets = np.zeros((6, 3, 1), dtype=np.uint64)
    sets[1], sets[4] = 1, 1
    found = thickness(band(6, 3), sets)
    assert found.thickness == 2
    bounds = found.resilience(Posts.of([3], [1], [9.0]))
    assert (bounds.at_least, bounds.at_least_of_discs, bounds.at_most, bounds.sensors) == (1, 1, 1, (0,))


def test_sensors_of_one_bit_are_told_apart_by_where_they_stand() -> None:
    posts = Posts.of(np.full(65, 3), np.arange(65) * 10, np.full(65, 4.0))
    sets = posts.empty((6, 660))
    sets[2:4, :10], sets[2:4, 636:] = 1, 1
    found = thickness(band(6, 660, 6_600.0), sets)
    assert found.thickness == 0
    sets[2:4, 10:636] = 2
    bounds = thickness(band(6, 660, 33_000.0), sets).resilience(posts)
    assert bounds.at_most == 1
    at_the_end = thickness(band(6, 660, 50.0), sets)
    cells = at_the_end.way(645 * 50.0)
    assert {post for row, column in cells for post in posts.who(sets, int(row), int(column))} == {64}


def test_sets_of_another_grid_or_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="uint64 of the band"):
        thickness(band(), np.zeros((4, 5, 1), np.uint64))
    with pytest.raises(ValueError, match="uint64 of the band"):
        thickness(band(), np.zeros((4, 4, 1), np.int64))
