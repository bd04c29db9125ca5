"""Steps across the ground by their definition, one by one, and searches over them by other means than ours."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from vallum.terrain.barrier import NO_BARRIER, Barrier, Crossed
from vallum.terrain.pace import NO_WAY, Pace
from vallum.terrain.stepping import CLOSED, END, OPEN
from vallum.terrain.steps import MOVES
from vallum.terrain.travel import Going
from vallum.terrain.walking import tobler

Grid = NDArray[np.float32]
Cell = tuple[int, int]
Edges = dict[tuple[int, int], float]

# The last cannot take a slope above a tenth: its table is infinite there, and at the knot beside it half.
PACE = Pace.of(
    "somebody",
    ["open", "sand", "gentle only"],
    [tobler, lambda slope: 0.4 * tobler(slope), lambda slope: np.where(np.abs(slope) < 0.105, 0.8, 0.0)],
)
SEEDS = st.integers(0, 2**31)
SHAPES = st.sampled_from([(6, 7), (8, 5), (7, 7), (3, 9), (2, 2), (1, 6), (5, 1), (1, 1)])
NEIGHBOURS = st.sampled_from([4, 8, 16])


@dataclass(frozen=True)
class Drawn:
    """Ground of several classes with voids, a line over it, and all that a search may be asked."""

    going: Going
    starts: NDArray[np.int64]
    offsets_s: NDArray[np.float64]
    rate: Grid
    response_s: Grid
    part: NDArray[np.uint8] | None

    @property
    def columns(self) -> int:
        return int(self.going.heights_m.shape[1])


@st.composite
def drawings(draw: st.DrawFn) -> Drawn:
    """Hypothesis chooses what there is; where it lies is left to chance, or grids would be nearly even."""
    shape, rng = draw(SHAPES), np.random.default_rng(draw(SEEDS))
    heights_m = rng.normal(0.0, draw(st.sampled_from([0.0, 6.0, 15.0])), shape).astype(np.float32)
    heights_m[rng.random(shape) < 0.04] = np.nan
    classes = rng.choice([0, 0, 0, 1, 2, NO_WAY], shape).astype(np.uint8)
    rate = (rng.random(shape) * rng.choice([0.0, 0.0, 0.003, 0.03], shape)).astype(np.float32)
    part = rng.choice([CLOSED, END, *[OPEN] * 6], shape).astype(np.uint8) if draw(st.booleans()) else None
    count = draw(st.integers(1, 4))
    going = Going(heights_m, classes, PACE, 50.0, barrier(draw(st.integers(0, 2)), shape, rng), draw(NEIGHBOURS))
    return Drawn(
        going,
        np.stack([rng.integers(0, shape[0], count), rng.integers(0, shape[1], count)], axis=1),
        rng.choice([0.0, 25.0, 400.0], count),
        rate,
        rng.uniform(30.0, draw(st.sampled_from([31.0, 900.0])), shape).astype(np.float32),
        part,
    )


def barrier(lines: int, shape: tuple[int, ...], rng: np.random.Generator) -> Barrier:
    def line() -> Crossed:
        row, column = rng.uniform(-1, shape[0], 5), rng.uniform(-1, shape[1], 5)
        return Crossed(row, column, rng.uniform(10.0, 500.0, 4), rng.uniform(0.0, 2.0, 4))

    return Barrier.of((shape[0], shape[1]), [line() for _ in range(lines)])


def under(cell: Cell, move: int) -> list[Cell]:
    """Return the cells under the middles of eight pieces of a step's straight line."""
    places = np.array(cell) + (np.arange(8)[:, None] + 0.5) / 8.0 * MOVES[move]
    return [(int(row), int(column)) for row, column in np.floor(places + 0.5)]


def step_by_definition(drawn: Drawn, cell: Cell, move: int) -> tuple[float, float]:
    """Return the seconds and the exposure of a step to a cell on the grid."""
    going = drawn.going
    down, right = (int(part) for part in MOVES[move])
    to = cell[0] + down, cell[1] + right
    length_m = going.cell_m * float(np.hypot(down, right))
    slope = (float(going.heights_m[to]) - float(going.heights_m[cell])) / length_m
    passed = [cell, to] if abs(down) == abs(right) else under(cell, move)

    def pace(where: Cell) -> float:
        number = int(going.ground[where])
        return float("inf") if number == NO_WAY else going.pace.at(number, slope)

    s_per_m = float(np.mean([pace(where) for where in passed]))
    if abs(down) == abs(right):
        beside = (to[0], cell[1]), (cell[0], to[1])
        classes = [int(going.ground[where]) for where in beside]
        if classes not in ([int(going.ground[end])] * 2 for end in (cell, to)):
            s_per_m = 0.5 * (s_per_m + max(s_per_m, min(pace(where) for where in beside)))
    taken_s, added = s_per_m * length_m, 0.0
    if going.barrier is not NO_BARRIER and (near := int(going.barrier.index[cell])) >= 0:
        taken_s += float(going.barrier.delay_s[near, move])
        added = float(going.barrier.exposure[near, move])
    seen = float(np.mean([float(drawn.rate[where]) for where in passed]))
    return taken_s, taken_s * seen + added if taken_s < np.inf else taken_s


def edges(drawn: Drawn, *, exposure: bool = False, backward: bool = False) -> Edges:
    """Return every step that can be taken, by its cells' numbers in the order of the search, and what it costs."""
    going, found = drawn.going, {}
    rows, columns = going.heights_m.shape
    part = np.full((rows, columns), OPEN) if drawn.part is None else drawn.part
    for cell in np.ndindex(rows, columns):
        for move in range(going.neighbours):
            to = cell[0] + int(MOVES[move, 0]), cell[1] + int(MOVES[move, 1])
            if not (0 <= to[0] < rows and 0 <= to[1] < columns):
                continue
            first, second = (to, cell) if backward else (cell, to)
            if NO_WAY in (going.ground[first], going.ground[second]) or part[first] != OPEN or part[second] == CLOSED:
                continue
            cost = step_by_definition(drawn, cell, move)[exposure]
            if cost < np.inf:
                found[first[0] * columns + first[1], second[0] * columns + second[1]] = cost
    return found


def usable(drawn: Drawn) -> NDArray[np.bool_]:
    row, column = drawn.starts.T
    free = drawn.going.ground[row, column] != NO_WAY
    if drawn.part is not None:
        free &= drawn.part[row, column] != CLOSED
    return np.asarray(free)


def solved(drawn: Drawn, costs: Edges, offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """By scipy; its sparse graphs know no edge of cost 0, so that each costs next to nothing more."""
    cells = drawn.going.heights_m.size
    begun: dict[int, float] = {}
    for (row, column), offset, good in zip(drawn.starts, offsets, usable(drawn), strict=True):
        if good:
            at = int(row) * drawn.columns + int(column)
            begun[at] = min(float(offset), begun.get(at, np.inf))
    # One more node, from which every start is as far as it is late.
    written = {**costs, **{(cells, at): offset for at, offset in begun.items()}}
    if not written:
        return np.full(drawn.going.heights_m.shape, np.inf)
    tails, heads = np.array(list(written)).T
    values = np.array(list(written.values())) + 1e-9
    graph = coo_array((values, (tails, heads)), shape=(cells + 1, cells + 1)).tocsr()
    return np.asarray(dijkstra(graph, indices=np.array([cells]))[0, :cells].reshape(drawn.going.heights_m.shape))


def escapes(drawn: Drawn, costs: Edges) -> NDArray[np.float64]:
    """By the definition: E = A at exits, E(v) = min(A(v), max(E(u) - t(v, u))), latest first; costs are backward."""
    response_s = drawn.response_s.ravel().astype(float)
    steps: dict[int, list[tuple[int, float]]] = {}
    for (later, earlier), cost in costs.items():
        steps.setdefault(later, []).append((earlier, cost))
    latest = np.full(response_s.size, -np.inf)
    exits = drawn.starts[usable(drawn)]
    waiting = [(-response_s[at], int(at)) for at in exits[:, 0] * drawn.columns + exits[:, 1]]
    for _, at in waiting:
        latest[at] = response_s[at]
    heapq.heapify(waiting)
    while waiting:
        moment, at = heapq.heappop(waiting)
        for before, cost in steps.get(at, []) if -moment == latest[at] else []:
            new = min(response_s[before], latest[at] - cost)
            if new > latest[before]:
                latest[before] = new
                heapq.heappush(waiting, (-new, before))
    return latest.reshape(drawn.response_s.shape)
