from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vallum.terrain.barrier import NO_BARRIER, Barrier, Crossed
from vallum.terrain.pace import Pace
from vallum.terrain.steps import MOVES
from vallum.terrain.travel import Going, travel

FloatArray = NDArray[np.float64]

CELL_M, DELAY_S = 10.0, 10_000.0
SIDE = 17
# As the module has it: cells lie a bit further down, and by less again to the right. Small beside anything that corners
# on 1024ths of a cell can make on a grid of this size, and exact in double precision.
DOWN, RIGHT = 2.0**-27, 2.0**-44


def corners(kind: str, shape: tuple[int, ...], rng: np.random.Generator, low: float, high: float) -> FloatArray:
    """Return places where trouble is: on middles of cells, between, in line with both, or anywhere."""
    places = rng.uniform(low, high, shape)
    if kind == "middles":
        places = places.round()
    if kind == "halves":
        places = (2.0 * places).round() / 2.0
    if kind == "mixed":
        places = np.where(rng.random(shape) < 0.6, places.round(), places)
    return np.asarray((places * 1024.0).round() / 1024.0)


KINDS = st.sampled_from(["middles", "halves", "mixed", "anywhere"])
SEEDS = st.integers(0, 2**31)


def line(vertices: FloatArray, delay_s: float = DELAY_S, exposure: float = 0.0) -> Crossed:
    pieces = len(vertices) - 1
    return Crossed(vertices[:, 0].copy(), vertices[:, 1].copy(), np.full(pieces, delay_s), np.full(pieces, exposure))


def spread_out(barrier: Barrier) -> NDArray[np.float32]:
    """Return delays by row, column and move, 0 where nothing is near."""
    delays = np.zeros((*barrier.shape, 16), np.float32)
    near = barrier.index >= 0
    delays[near] = barrier.delay_s[barrier.index[near]]
    return delays


def crossings_by_shapely(vertices: FloatArray, side: int) -> NDArray[np.int64]:
    """Return how many pieces every step crosses, cells moved aside as the module's docstring says."""
    rows, columns, moves = np.indices((side, side, 16)).reshape(3, -1)
    at = np.stack([rows + DOWN, columns + RIGHT], axis=1)
    steps: Any = shapely.linestrings(np.stack([at, at + MOVES[moves]], axis=1))
    found = np.zeros(len(steps), np.int64)
    for one, other in pairwise(vertices):
        if (one != other).any():
            found += shapely.intersects(steps, shapely.LineString([one, other]))
    return found.reshape(side, side, 16)


def walk(barrier: Barrier, neighbours: int, start: tuple[int, ...]) -> NDArray[np.float32]:
    rows, columns = shape = (SIDE, SIDE) if barrier is NO_BARRIER else barrier.shape
    going = Going(
        np.zeros((rows, columns), np.float32), np.zeros(shape, np.uint8), Pace.constant("somebody", [1.0]), CELL_M,
        barrier, neighbours,
    )  # fmt: skip
    return travel(going, np.array([start])).cost


@settings(max_examples=200, deadline=None)
@given(SEEDS, KINDS, st.integers(2, 7), st.booleans())
def test_steps_cross_the_pieces_that_geos_finds(seed: int, kind: str, vertices: int, closed: bool) -> None:
    side = 9
    places = corners(kind, (vertices, 2), np.random.default_rng(seed), -2.0, side + 1.0)
    if closed:
        places = np.vstack([places, places[:1]])
    found = spread_out(Barrier.of((side, side), [line(places, 1.0)]))
    np.testing.assert_array_equal(found, crossings_by_shapely(places, side))


@settings(max_examples=150, deadline=None)
@given(SEEDS, KINDS, st.integers(3, 8), st.sampled_from([4, 8, 16]))
def test_nobody_gets_into_a_ring_or_out_of_it_without_paying(
    seed: int, kind: str, vertices: int, neighbours: int
) -> None:
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0.0, 2.0 * np.pi, vertices))
    reach = rng.uniform(2.0, SIDE / 2 - 1.5, vertices)
    places = SIDE // 2 + np.stack([reach * np.sin(angles), reach * np.cos(angles)], axis=1)
    at = corners(kind, places.shape, rng, 0.0, 1.0)
    # Only how finely the corner lies is that of its kind; where, is that of the ring.
    places = np.floor(places) + at
    places = np.vstack([places, places[:1]])
    area = shapely.Polygon(places)
    assume(area.is_valid and area.area > 0.0)
    paid = walk(Barrier.of((SIDE, SIDE), [line(places)]), neighbours, (0, 0)) - walk(NO_BARRIER, neighbours, (0, 0))
    inside = shapely.contains_xy(area, *np.indices((SIDE, SIDE)).astype(float))
    within_or_on = shapely.intersects_xy(area, *np.indices((SIDE, SIDE)).astype(float))
    assert (paid[inside] > DELAY_S - 1.0).all()
    # Once is enough, and outside nothing is; in a notch or a spike narrower than a step every way crosses twice more.
    times = np.floor((paid + 1.0) / DELAY_S)
    outside = ~within_or_on
    assert (times[inside] % 2 == 1).all()
    assert (times[outside] % 2 == 0).all()
    assert (paid > -0.01).all()


@settings(max_examples=150, deadline=None)
@given(SEEDS, KINDS, st.sampled_from([4, 8, 16]))
def test_a_straight_line_at_any_angle_parts_the_ground(seed: int, kind: str, neighbours: int) -> None:
    rng = np.random.default_rng(seed)
    ends = corners(kind, (2, 2), rng, 3.0, SIDE - 4.0)
    direction = ends[1] - ends[0]
    assume(np.abs(direction).max() > 0.0)
    # Made longer by whole times its length, its ends stay as they lie, beyond the edges of the grid.
    times = np.ceil(2.0 * SIDE / np.abs(direction).max())
    assume(times * np.abs(direction).max() < 2.0**19)
    ends = np.array([ends[0] - times * direction, ends[1] + times * direction])
    row, column = np.indices((SIDE, SIDE))
    side = direction[1] * (row - ends[0, 0]) - direction[0] * (column - ends[0, 1])
    start = tuple(int(part) for part in np.unravel_index(int(np.argmin(side)), side.shape))
    assume(side.min() < 0.0)
    paid = walk(Barrier.of((SIDE, SIDE), [line(ends)]), neighbours, start) - walk(NO_BARRIER, neighbours, start)
    assert (paid[side > 0.0] > DELAY_S - 1.0).all()
    assert (paid[side < 0.0] < 0.01).all()
    assert (paid < 2.0 * DELAY_S).all()


@settings(max_examples=60, deadline=None)
@given(SEEDS, KINDS, st.floats(5.0, 300.0))
def test_who_meets_a_wall_pays_its_delay_or_goes_round_it(seed: int, kind: str, delay_s: float) -> None:
    ends = corners(kind, (2, 2), np.random.default_rng(seed), 1.0, SIDE - 2.0)
    free = walk(NO_BARRIER, 16, (0, 0))
    round_it = walk(Barrier.of((SIDE, SIDE), [line(ends, 1e6)]), 16, (0, 0))
    found = walk(Barrier.of((SIDE, SIDE), [line(ends, delay_s)]), 16, (0, 0))
    assert (found >= np.minimum(free + delay_s, round_it) - 0.01).all()
    assert (found <= np.minimum(free + 3.0 * delay_s, round_it) + 0.01).all()


@settings(max_examples=60, deadline=None)
@given(SEEDS, KINDS, st.integers(2, 6))
def test_neither_the_direction_of_a_line_nor_that_of_a_step_matters(seed: int, kind: str, vertices: int) -> None:
    places = corners(kind, (vertices, 2), np.random.default_rng(seed), -1.0, SIDE)
    there = spread_out(Barrier.of((SIDE, SIDE), [line(places)]))
    np.testing.assert_array_equal(there, spread_out(Barrier.of((SIDE, SIDE), [line(places[::-1])])))
    row, column, move = np.nonzero(there)
    to_row, to_column = row + MOVES[move, 0], column + MOVES[move, 1]
    on = (to_row >= 0) & (to_row < SIDE) & (to_column >= 0) & (to_column < SIDE)
    back = np.array([int(np.flatnonzero((-step == MOVES).all(axis=1))[0]) for step in MOVES])
    np.testing.assert_array_equal(there[row, column, move][on], there[to_row[on], to_column[on], back[move][on]])


def test_a_vertex_named_twice_changes_nothing() -> None:
    places = np.array([[-1.0, 4.0], [4.0, 4.0], [9.0, 7.5]])
    twice = places[[0, 1, 1, 2, 2]]
    once, again = (Barrier.of((9, 9), [line(which)]) for which in (places, twice))
    np.testing.assert_array_equal(spread_out(once), spread_out(again))


def test_who_crosses_two_lines_pays_twice_and_each_piece_has_its_own_price() -> None:
    trench = Crossed(
        np.array([-1.0, 1.5, 4.0]), np.array([0.5, 0.5, 0.5]), np.array([60.0, 90.0]), np.array([0.0, 0.4])
    )
    fence = line(np.array([[-1.0, 0.7], [4.0, 0.7]]), 8.0, 0.1)
    barrier = Barrier.of((4, 3), [trench, fence])
    east = barrier.index[:, 0]
    assert barrier.delay_s[east, 0].tolist() == [68.0, 68.0, 98.0, 98.0]
    np.testing.assert_allclose(barrier.exposure[east, 0], [0.1, 0.1, 0.5, 0.5])


def test_far_from_a_line_nothing_is_kept() -> None:
    barrier = Barrier.of((200, 200), [line(np.array([[100.2, -500.0], [100.2, 700.0]]))])
    assert (barrier.index[90] == -1).all()
    assert 200 * 4 <= len(barrier.delay_s) <= 200 * 8
    assert Barrier.of((5, 5), []) is NO_BARRIER
    beside = Barrier.of((5, 5), [line(np.array([[50.0, 50.0], [60.0, 50.0]]))])
    assert not beside.delay_s.any()


@pytest.mark.parametrize(
    ("row", "column", "delay_s", "exposure", "words"),
    [
        ([0.0], [0.0], [], [], "two vertices"),
        ([0.0, 1.0], [0.0], [1.0], [0.0], "two vertices"),
        ([0.0, np.nan], [0.0, 1.0], [1.0], [0.0], "not on the plane"),
        ([0.0, 1.0], [0.0, 2e6], [1.0], [0.0], "beyond 1,048,576 cells"),
        ([0.0, 1.0], [0.0, 1.0], [-1.0], [0.0], "finite delay_s"),
        ([0.0, 1.0], [0.0, 1.0], [np.inf], [0.0], "finite delay_s"),
        ([0.0, 1.0], [0.0, 1.0], [1.0], [np.nan], "finite exposure"),
        ([0.0, 1.0], [0.0, 1.0], [1.0, 2.0], [0.0], "Each of the 1 pieces"),
    ],
)
def test_what_is_no_line_is_refused(
    row: list[float], column: list[float], delay_s: list[float], exposure: list[float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Crossed(*(np.array(each, np.float64) for each in (row, column, delay_s, exposure)))
