"""Against an explicit graph that scipy solves, and against figures worked out elsewhere."""

from __future__ import annotations

import heapq
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from vallum.terrain.barrier import Barrier, Crossed
from vallum.terrain.pace import Pace
from vallum.terrain.steps import MOVES
from vallum.terrain.travel import CLOSED, END, NO_WAY, OPEN, Going, exposed, mean_rate, outrun, step_time, travel
from vallum.terrain.walking import tobler

Grid = NDArray[np.float32]
PACE = Pace.of("somebody", ["open", "sand"], [tobler, lambda slope: 0.4 * tobler(slope)])


def ground(seed: int, rows: int, columns: int, neighbours: int, *, with_line: bool = False) -> Going:
    rng = np.random.default_rng(seed)
    heights = rng.normal(0.0, 12.0, (rows, columns)).astype(np.float32)
    heights[rng.random((rows, columns)) < 0.04] = np.nan
    classes = (rng.random((rows, columns)) < 0.3).astype(np.uint8)
    classes[rng.random((rows, columns)) < 0.06] = NO_WAY
    barrier = Barrier.of((rows, columns), [line(rng, rows, columns)] if with_line else [])
    return Going(heights, classes, PACE, 50.0, barrier, neighbours)


def line(rng: np.random.Generator, rows: int, columns: int) -> Crossed:
    row, column = rng.uniform(-1, rows, 5), rng.uniform(-1, columns, 5)
    if rng.random() < 0.5:
        row, column = row.round(), column.round()
    return Crossed(row, column, rng.uniform(10.0, 500.0, 4), rng.uniform(0.0, 2.0, 4))


def edges(
    going: Going, rate: Grid | None = None, part: NDArray[np.uint8] | None = None
) -> dict[tuple[int, int], float]:
    """Every step that can be taken, by its cells' numbers, and what it costs."""
    rows, columns = going.heights_m.shape
    found: dict[tuple[int, int], float] = {}
    for row, column in np.ndindex(rows, columns):
        if going.ground[row, column] == NO_WAY or (part is not None and part[row, column] != OPEN):
            continue
        for move, (down, right) in enumerate(MOVES[: going.neighbours]):
            to = row + down, column + right
            if not (0 <= to[0] < rows and 0 <= to[1] < columns) or going.ground[to] == NO_WAY:
                continue
            if part is not None and part[to] == CLOSED:
                continue
            cost = float(
                step_time(going.heights_m, going.ground, going.pace.s_per_m, row, column, move, going.cell_m, 1.0)
            )
            near = going.barrier.index[row, column] if going.barrier.index.size else -1
            if near >= 0:
                cost += float(going.barrier.delay_s[near, move])
            if rate is not None and np.isfinite(cost):
                cost *= float(mean_rate(rate, row, column, move))
                cost += float(going.barrier.exposure[near, move]) if near >= 0 else 0.0
            if np.isfinite(cost):
                found[row * columns + column, to[0] * columns + to[1]] = cost
    return found


def solved(costs: dict[tuple[int, int], float], cells: int, starts: list[int], offsets: list[float]) -> NDArray[Any]:
    """By scipy; its sparse graphs know no edge of cost 0, so that every one costs a little."""
    # One more node, from which every start is as far as it is late.
    late: dict[tuple[int, int], float] = {}
    for start, offset in zip(starts, offsets, strict=True):
        late[cells, start] = min(offset, late.get((cells, start), np.inf))
    every = costs | late
    ends = np.array(list(every), np.int64).reshape(-1, 2)
    values = np.array(list(every.values()), np.float64) + 1e-9
    graph = csr_array((values, (ends[:, 0], ends[:, 1])), shape=(cells + 1, cells + 1))
    found: Any = dijkstra(graph, indices=[cells])
    return np.asarray(found)[0, :cells]


shapes = st.tuples(st.integers(1, 9), st.integers(1, 9))
ways_of_stepping = st.sampled_from([4, 8, 16])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), shapes, ways_of_stepping, st.booleans(), st.booleans())
def test_travel_times_are_those_of_the_explicit_graph(
    seed: int, shape: tuple[int, int], neighbours: int, with_line: bool, backward: bool
) -> None:
    going = ground(seed, *shape, neighbours, with_line=with_line)
    rng = np.random.default_rng(seed + 1)
    starts = np.column_stack([rng.integers(0, shape[0], 3), rng.integers(0, shape[1], 3)])
    offsets = rng.uniform(0.0, 100.0, 3)
    usable = going.ground[starts[:, 0], starts[:, 1]] != NO_WAY
    costs = edges(going)
    if backward:
        costs = {(head, tail): cost for (tail, head), cost in costs.items()}
    flat = starts[:, 0] * shape[1] + starts[:, 1]
    expected = solved(costs, shape[0] * shape[1], flat[usable].tolist(), offsets[usable].tolist())
    found = travel(going, starts, offsets, backward=backward).cost
    np.testing.assert_allclose(found.ravel(), expected, rtol=2e-5, atol=1e-3)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), shapes, st.booleans())
def test_exposures_are_those_of_the_explicit_graph_also_over_unseen_ground(
    seed: int, shape: tuple[int, int], backward: bool
) -> None:
    going = ground(seed, *shape, 16, with_line=True)
    rng = np.random.default_rng(seed + 1)
    rate = np.where(rng.random(shape) < 0.5, 0.0, rng.uniform(0.0, 0.05, shape)).astype(np.float32)
    part = rng.choice([CLOSED, END, OPEN, OPEN, OPEN], shape).astype(np.uint8)
    start = np.array([[rng.integers(0, shape[0]), rng.integers(0, shape[1])]])
    costs = edges(going, rate)
    if backward:
        costs = {(head, tail): cost for (tail, head), cost in costs.items()}
    flat_part = part.ravel()
    costs = {
        (tail, head): cost
        for (tail, head), cost in costs.items()
        if flat_part[tail] == OPEN and flat_part[head] != CLOSED
    }
    at = int(start[0, 0] * shape[1] + start[0, 1])
    usable = going.ground.ravel()[at] != NO_WAY and flat_part[at] != CLOSED
    expected = solved(costs, shape[0] * shape[1], [at] if usable else [], [0.0] if usable else [])
    found = exposed(going, start, rate, backward=backward, part=part).cost
    np.testing.assert_allclose(found.ravel(), expected, rtol=5e-5, atol=1e-4)


def escapes(going: Going, exits: list[int], response: NDArray[Any]) -> NDArray[Any]:
    """By the definition, with a heap: E = A at exits, E(v) = min(A(v), max(E(u) - t(v, u)))."""
    costs = edges(going)
    into: dict[int, list[tuple[int, float]]] = {}
    for (tail, head), cost in costs.items():
        into.setdefault(head, []).append((tail, cost))
    left = np.full(response.size, -np.inf)
    waiting = [(-response[at], at) for at in exits]
    heapq.heapify(waiting)
    for at in exits:
        left[at] = response[at]
    while waiting:
        negative, at = heapq.heappop(waiting)
        if -negative < left[at]:
            continue
        for tail, cost in into.get(at, []):
            new = min(response[tail], left[at] - cost)
            if new > left[tail]:
                left[tail] = new
                heapq.heappush(waiting, (-new, tail))
    return left


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), shapes)
def test_the_latest_moments_of_alarm_are_those_of_the_definition(seed: int, shape: tuple[int, int]) -> None:
    going = ground(seed, *shape, 16, with_line=True)
    rng = np.random.default_rng(seed + 1)
    response = rng.uniform(30.0, 900.0, shape).astype(np.float32)
    exits = np.column_stack([rng.integers(0, shape[0], 2), rng.integers(0, shape[1], 2)])
    usable = going.ground[exits[:, 0], exits[:, 1]] != NO_WAY
    flat = (exits[:, 0] * shape[1] + exits[:, 1])[usable]
    expected = escapes(going, sorted(set(flat.tolist())), response.ravel().astype(np.float64))
    found = outrun(going, exits, response).cost
    np.testing.assert_allclose(found.ravel(), expected, rtol=2e-5, atol=2e-2)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), shapes)
def test_a_way_costs_what_its_steps_cost(seed: int, shape: tuple[int, int]) -> None:
    going = ground(seed, *shape, 16, with_line=True)
    start = np.argwhere(going.ground != NO_WAY)[:1]
    found = travel(going, start, with_ways=True)
    costs = edges(going)
    for row, column in np.argwhere(np.isfinite(found.cost)):
        way = found.way(int(row), int(column))
        assert tuple(way[-1]) == (row, column)
        assert not len(start) or tuple(way[0]) == tuple(start[0])
        numbers = way[:, 0] * shape[1] + way[:, 1]
        walked = sum(costs[int(a), int(b)] for a, b in pairwise(numbers))
        assert walked == pytest.approx(float(found.cost[row, column]), rel=1e-4, abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.floats(1.0, 3.0))
def test_what_others_found_before_makes_no_difference(seed: int, slower: float) -> None:
    going = ground(seed, 9, 9, 16)
    table = np.asarray(PACE.s_per_m * slower, np.float32)
    other = Going(going.heights_m, going.ground, Pace("slower", PACE.grounds, table), 50.0)
    one, two = np.array([[0, 0]]), np.array([[8, 8]])
    first = travel(going, one).cost
    alone = np.minimum(first, travel(other, two, np.array([30.0])).cost)
    np.testing.assert_allclose(travel(other, two, np.array([30.0]), known=first).cost, alone, rtol=1e-6)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**31), ways_of_stepping)
def test_a_wall_without_thickness_at_any_angle_is_never_jumped(seed: int, neighbours: int) -> None:
    """A closed ring delays whoever gets in or out, wherever its corners lie: on cells' middles, between, along rows."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(3, 7)
    angles = np.sort(rng.uniform(0.0, 2.0 * np.pi, corners))
    row, column = 10.0 + rng.uniform(2.0, 8.0) * np.sin(angles), 10.0 + rng.uniform(2.0, 8.0) * np.cos(angles)
    if seed % 3 == 0:
        row, column = row.round(), column.round()
    if seed % 3 == 1:
        row, column = (2.0 * row).round() / 2.0, (2.0 * column).round() / 2.0
    row, column = np.append(row, row[0]), np.append(column, column[0])
    ring = Crossed(row, column, np.full(corners, 10_000.0), np.zeros(corners))
    flat = np.zeros((21, 21), np.float32)
    pace = Pace.constant("somebody", [1.0])
    free = Going(flat, np.zeros((21, 21), np.uint8), pace, 10.0, neighbours=neighbours)
    walled = Going(flat, free.ground, pace, 10.0, Barrier.of((21, 21), [ring]), neighbours)
    start = np.array([[0, 0]])
    before, behind = travel(free, start).cost, travel(walled, start).cost
    paid = behind - before
    area = shapely.Polygon(np.column_stack([column, row]))
    assume(area.is_valid)
    for at in np.ndindex(21, 21):
        if shapely.contains_properly(area, shapely.Point(at[1], at[0])):
            assert paid[at] > 9_990.0, f"seed {seed}: the wall is jumped on the way to {at}"
    assert paid.min() > -1e-3


def test_a_line_that_detects_adds_its_share_once() -> None:
    fence = Crossed(np.array([-1.0, 3.0]), np.array([1.5, 1.5]), np.array([0.0]), np.array([0.7]))
    flat = np.zeros((3, 5), np.float32)
    going = Going(flat, np.zeros((3, 5), np.uint8), Pace.constant("a", [1.0]), 10.0, Barrier.of((3, 5), [fence]))
    found = exposed(going, np.array([[1, 0]]), np.zeros((3, 5), np.float32)).cost
    np.testing.assert_allclose(found[1], [0.0, 0.0, 0.7, 0.7, 0.7], rtol=1e-6)


def test_the_worked_wall_is_paid_for_as_grass_does_it() -> None:
    """A row of cost 1000 among cells of cost 1: 1079 from (50.5, 90.5) to (50.5, 10.5), as r.cost and r.walk give."""
    classes = np.zeros((101, 101), np.uint8)
    classes[50] = 1
    pace = Pace.constant("cost", [1.0, 1000.0])
    going = Going(np.zeros((101, 101), np.float32), classes, pace, 1.0, neighbours=8)
    assert travel(going, np.array([[10, 50]])).cost[90, 50] == pytest.approx(1079.0)


def test_minimal_exposure_between_corners_is_the_published_one_within_half_a_percent() -> None:
    """One sensor of rate 1/d in the middle of a square: 2 asinh(1) + pi / 2 from corner to corner."""
    side = 201
    at = np.linspace(-1.0, 1.0, side)
    rate = (1.0 / np.maximum(np.hypot(*np.meshgrid(at, at)), 1e-3)).astype(np.float32)
    flat = np.zeros((side, side), np.float32)
    going = Going(flat, np.zeros((side, side), np.uint8), Pace.constant("a", [1.0]), 2.0 / (side - 1))
    found = float(exposed(going, np.array([[side - 1, side - 1]]), rate).cost[0, 0])
    assert found == pytest.approx(2.0 * np.arcsinh(1.0) + np.pi / 2.0, rel=5e-3)


def test_progress_never_falls_ends_at_one_and_what_it_raises_ends_the_work() -> None:
    going = Going(np.zeros((700, 700), np.float32), np.zeros((700, 700), np.uint8), Pace.constant("a", [1.0]), 10.0)
    told: list[float] = []
    travel(going, np.array([[0, 0]]), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 1

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        travel(going, np.array([[0, 0]]), progress=stop)


def test_what_cannot_be_is_refused_with_a_reason() -> None:
    flat, classes, pace = np.zeros((3, 3), np.float32), np.zeros((3, 3), np.uint8), Pace.constant("a", [1.0])
    with pytest.raises(ValueError, match="Ground of class 1"):
        Going(flat, np.ones((3, 3), np.uint8), pace, 10.0)
    with pytest.raises(ValueError, match="neighbours to step to"):
        Going(flat, classes, pace, 10.0, neighbours=5)
    going = Going(flat, classes, pace, 10.0)
    with pytest.raises(ValueError, match="not on the grid"):
        travel(going, np.array([[3, 0]]))
    with pytest.raises(ValueError, match="offset of 0 or more"):
        travel(going, np.array([[0, 0]]), np.array([-1.0]))
    with pytest.raises(ValueError, match="finite number of seconds"):
        outrun(going, np.array([[0, 0]]), np.full((3, 3), np.inf, np.float32))
    with pytest.raises(ValueError, match="rate of 0 or more"):
        exposed(going, np.array([[0, 0]]), np.full((3, 3), -1.0, np.float32))
