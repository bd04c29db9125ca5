from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from vallum.terrain.paths import CostField, least_cost, lowered
from vallum.terrain.steps import MOVES, step_costs, straight_costs

CELL_M = 30.0

# Noughts and repeated costs are what a search stumbles over; voids are NaN.
PALETTES = ((0.0, 1.0), (0.0, 0.0, 1.0, 2.0), (0.0, 1.0, np.nan), (0.0, 1e-6, 3.0, 1e3, np.nan))


@st.composite
def grids(draw: st.DrawFn, rows: int = 0, columns: int = 0, voids: bool = True) -> np.ndarray:
    """Rates of a few kinds all over a grid, or of many; hypothesis by itself makes nearly even grids."""
    shape = (rows or draw(st.integers(1, 7)), columns or draw(st.integers(1, 9)))
    rng = np.random.default_rng(draw(st.integers(0, 100_000)))
    palette = draw(st.sampled_from([*PALETTES, None]))
    rate = rng.random(shape) if palette is None else rng.choice(palette, shape)
    return np.asarray(rate if voids else np.nan_to_num(rate, nan=5.0), dtype=np.float32)


OPEN_GRIDS = grids(6, 9, voids=False)


def step_by_definition(rate: np.ndarray, down: int, right: int) -> np.ndarray:
    """Cost of one step from every cell: what lies under the middles of eight pieces of its straight line."""
    rows, columns = rate.shape
    around = np.pad(rate.astype(float), 2, constant_values=np.nan)

    def shifted(by_rows: float, by_columns: float) -> np.ndarray:
        row, column = 2 + int(np.floor(by_rows + 0.5)), 2 + int(np.floor(by_columns + 0.5))
        return around[row : row + rows, column : column + columns]

    if abs(down) == abs(right):
        mean = (shifted(0, 0) + shifted(down, right)) / 2
        under = (mean + np.maximum(mean, np.fmin(shifted(down, 0), shifted(0, right)))) / 2
    else:
        shares = (np.arange(8) + 0.5) / 8
        under = np.mean([shifted(share * down, share * right) for share in shares], axis=0)
    return np.asarray(CELL_M * np.hypot(down, right) * under)


def reference(rate: np.ndarray, starts: list[tuple[int, int]], offsets: list[float]) -> np.ndarray:
    columns, source = rate.shape[1], rate.size
    ends, costs = [], []
    for down, right in [(a, b) for a in range(-2, 3) for b in range(-2, 3) if a * a + b * b in (1, 2, 5)]:
        step = step_by_definition(rate, down, right)
        row, column = np.nonzero(np.isfinite(step))
        ends.append(np.stack([row * columns + column, (row + down) * columns + column + right], axis=1))
        costs.append(step[row, column])
    # A start named twice would be added up: the cheaper counts.
    paid = {start: min(o for s, o in zip(starts, offsets, strict=True) if s == start) for start in starts}
    for (at_row, at_column), offset in paid.items():
        if np.isfinite(rate[at_row, at_column]):
            ends.append(np.array([[source, at_row * columns + at_column]]))
            costs.append(np.array([offset]))
    edges = np.concatenate(ends)
    graph = coo_array((np.concatenate(costs), (edges[:, 0], edges[:, 1])), shape=(source + 1, source + 1)).tocsr()
    return np.asarray(dijkstra(graph, indices=np.array([source]))[0, :source].reshape(rate.shape))


def cost_along(found: CostField, way: np.ndarray) -> float:
    columns = found.rate.shape[1]
    steps = np.diff(way, axis=0)
    moves = np.array([int(np.flatnonzero((step == MOVES).all(axis=1))[0]) for step in steps], dtype=np.int64)
    return float(step_costs(found.rate, way[:-1, 0] * columns + way[:-1, 1], moves, found.cell_m).sum())


@st.composite
def grids_with_starts(draw: st.DrawFn) -> tuple[np.ndarray, list[tuple[int, int]], list[float]]:
    rate = draw(grids())
    cells = st.tuples(st.integers(0, rate.shape[0] - 1), st.integers(0, rate.shape[1] - 1))
    starts = draw(st.lists(cells, min_size=1, max_size=4))
    offsets = [draw(st.sampled_from([0.0, 0.0, 25.0, 1000.0])) for _ in starts]
    return rate, starts, offsets


@settings(max_examples=200, deadline=None)
@given(case=grids_with_starts())
def test_costs_are_those_of_dijkstra_on_the_written_out_graph(
    case: tuple[np.ndarray, list[tuple[int, int]], list[float]],
) -> None:
    rate, starts, offsets = case
    found = least_cost(rate, np.array(starts), CELL_M, np.array(offsets))
    np.testing.assert_allclose(found.cost, reference(rate, starts, offsets), rtol=2e-6)


@settings(max_examples=200, deadline=None)
@given(case=grids_with_starts())
def test_a_way_walked_back_costs_what_the_field_says(
    case: tuple[np.ndarray, list[tuple[int, int]], list[float]],
) -> None:
    rate, starts, offsets = case
    found = least_cost(rate, np.array(starts), CELL_M, np.array(offsets))
    for row, column in np.argwhere(np.isfinite(found.cost)):
        way = found.way_to(int(row), int(column))
        assert way[-1].tolist() == [row, column]
        paid = min(offset for start, offset in zip(starts, offsets, strict=True) if start == tuple(way[0].tolist()))
        assert paid + cost_along(found, way) == pytest.approx(float(found.cost[row, column]), rel=2e-6)


@settings(max_examples=100, deadline=None)
@given(
    rate=OPEN_GRIDS,
    seed=st.integers(0, 10_000),
    limit=st.sampled_from([np.inf, 100.0, 40.0]),
)
def test_costs_lowered_in_a_window_are_those_found_anew(rate: np.ndarray, seed: int, limit: float) -> None:
    rng = np.random.default_rng(seed)
    share, again = rng.choice([0.0, 0.5, 0.9, 1.0], (3, 4)), rng.random((2, 5))
    starts = np.stack([np.zeros(9, np.int64), np.arange(9)], axis=1)
    found = least_cost(rate, starts, CELL_M)
    before = found.cost.copy()

    def anew() -> np.ndarray:
        cost = least_cost(found.rate.copy(), starts, CELL_M).cost
        return np.where(cost < limit, cost, before)

    found.rate[1:4, 3:7] *= share.astype(np.float32)
    with lowered(found, slice(1, 4), slice(3, 7), limit) as fell:
        np.testing.assert_array_equal(found.cost, anew())
        np.testing.assert_array_equal(fell, np.flatnonzero(found.cost < before))
        once = found.cost.copy()
        found.rate[3:5, 0:5] *= again.astype(np.float32)
        with lowered(found, slice(3, 5), slice(0, 5), limit):
            np.testing.assert_array_equal(found.cost, anew())
        np.testing.assert_array_equal(found.cost, once)
    np.testing.assert_array_equal(found.cost, before)


def wall_at(angle_deg: float, size: int = 41) -> np.ndarray:
    """A wall one cell thick through the middle, its cells touching by their corners where it slants."""
    along, across = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    rate = np.zeros((size, size), dtype=np.float32)
    half = size // 2
    for step in range(-half, half + 1):
        if abs(along) >= abs(across):
            row, column = half + round(step * across / along), half + step
        else:
            row, column = half + step, half + round(step * along / across)
        rate[row, column] = 1.0
    return rate


@pytest.mark.parametrize("angle_deg", range(0, 180, 7))
def test_a_wall_one_cell_thick_is_never_jumped_at_any_angle(angle_deg: float) -> None:
    wall = wall_at(angle_deg)
    row, column = np.indices(wall.shape) - 20
    beyond = column * np.sin(np.radians(angle_deg)) - row * np.cos(np.radians(angle_deg))
    far = np.argwhere((beyond > 3.0) & (wall == 0.0))
    cost = least_cost(wall, np.argwhere((beyond < -3.0) & (wall == 0.0)), CELL_M).cost[far[:, 0], far[:, 1]]
    # Dearest is a wall crossed square, a cell's side; cheapest a step of the wall, crossed by the knight.
    assert cost.min() >= CELL_M * np.sqrt(5.0) / 4 * 0.999
    assert cost.max() <= CELL_M * 1.001
    blocked = np.where(wall > 0.0, np.nan, 0.0)
    assert np.isinf(least_cost(blocked, np.argwhere(beyond < -3.0), CELL_M).cost[far[:, 0], far[:, 1]]).all()


def test_ways_go_round_a_void_and_never_through_it() -> None:
    rate = np.ones((9, 9), dtype=np.float32)
    rate[2:, 4] = np.nan
    found = least_cost(rate, np.array([[8, 0]]), CELL_M)
    way = found.way_to(8, 8)
    assert np.isfinite(rate[way[:, 0], way[:, 1]]).all()
    assert way[:, 0].min() == 1
    assert np.isinf(found.cost[2:, 4]).all()
    assert np.isnan(rate[2, 4]), "the caller's array is not written to"


def test_a_corner_between_a_void_and_open_ground_is_passed_but_not_one_between_two_voids() -> None:
    one = np.array([[1.0, np.nan], [1.0, 1.0]])
    both = np.array([[1.0, np.nan], [np.nan, 1.0]])
    assert least_cost(one, np.array([[0, 0]]), 10.0).cost[1, 1] == pytest.approx(10.0 * np.sqrt(2.0))
    assert np.isinf(least_cost(both, np.array([[0, 0]]), 10.0).cost[1, 1])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.0, 0.2, 0.4]), price=st.sampled_from([0.0, 1e-9]))
def test_over_ground_that_costs_nothing_a_way_is_as_short_as_can_be(seed: int, share: float, price: float) -> None:
    voids = np.random.default_rng(seed).random((9, 11)) < share
    voids[0, 0] = False
    # A price too low to show in single precision, on top of what was paid before, is as good as none.
    found = least_cost(np.where(voids, np.nan, price), np.array([[0, 0]]), 1.0, np.array([100.0]))
    lengths_m = least_cost(np.where(voids, np.nan, 1.0), np.array([[0, 0]]), 1.0).cost
    for row, column in np.argwhere(np.isfinite(lengths_m)):
        way = found.way_to(int(row), int(column))
        assert np.hypot(*np.diff(way, axis=0).T).sum() == pytest.approx(float(lengths_m[row, column]), rel=1e-5)


def test_over_ground_that_costs_nothing_a_way_finds_the_gap() -> None:
    rate = np.zeros((40, 60), dtype=np.float32)
    rate[:, 30] = 1.0
    rate[20, 30] = 0.0
    way = least_cost(rate, np.array([[5, 5]]), 1.0).way_to(35, 55)
    length = np.hypot(*np.diff(way, axis=0).T).sum()
    # The knight cannot pass the gap slantwise for nothing: it goes through along the row.
    assert [20, 30] in way.tolist()
    assert length < 1.03 * (np.hypot(15, 24) * 2 + 2)


def test_no_cost_from_the_limit_on_is_kept() -> None:
    found = least_cost(np.ones((1, 20), dtype=np.float32), np.array([[0, 0]]), 10.0, limit=50.0)
    assert found.cost[0, :5].tolist() == [0.0, 10.0, 20.0, 30.0, 40.0]
    assert np.isinf(found.cost[0, 5:]).all()


def test_progress_ends_at_one_and_what_it_raises_stops_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vallum.terrain.paths._CELLS_AT_ONCE", 50)
    rate, start = np.ones((20, 20), dtype=np.float32), np.array([[0, 0]])
    shares: list[float] = []
    whole = least_cost(rate, start, 10.0, progress=shares.append)
    assert len(shares) >= ceil(400 / 50)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    monkeypatch.undo()
    np.testing.assert_array_equal(whole.cost, least_cost(rate, start, 10.0).cost)

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        least_cost(rate, start, 10.0, progress=stop)


@settings(max_examples=100, deadline=None)
@given(rate=OPEN_GRIDS, ends=st.tuples(*[st.integers(0, 5), st.integers(0, 8)] * 2))
def test_a_straight_way_costs_no_less_than_the_cheapest_to_the_bit(
    rate: np.ndarray, ends: tuple[int, int, int, int]
) -> None:
    start, end = np.array([ends[:2]]), np.array([ends[2:]])
    straight = straight_costs(rate, start, end, CELL_M)[0]
    assert straight >= least_cost(rate, start, CELL_M).cost[tuple(end[0])]
    level = straight_costs(np.ones_like(rate), start, end, CELL_M)[0]
    assert level == pytest.approx(least_cost(np.ones_like(rate), start, CELL_M).cost[tuple(end[0])], rel=1e-6)


def test_ways_that_do_not_exist_are_refused() -> None:
    rate = np.array([[0.0, np.nan, 0.0]])
    found = least_cost(rate, np.array([[0, 0]]), 10.0)
    with pytest.raises(ValueError, match="No way leads"):
        found.way_to(0, 2)
    with pytest.raises(ValueError, match="not on the grid"):
        found.way_to(3, 0)
    changed = least_cost(np.ones((1, 4), dtype=np.float32), np.array([[0, 0]]), 10.0)
    changed.rate[0, 2] = 5.0
    with pytest.raises(ValueError, match="rates changed"):
        changed.way_to(0, 3)


def test_a_start_on_a_void_is_passed_over() -> None:
    found = least_cost(np.array([[np.nan, 1.0, 1.0]]), np.array([[0, 0], [0, 1]]), 10.0)
    assert found.cost.tolist() == [[np.inf, 0.0, 10.0]]
    assert np.isinf(least_cost(np.array([[np.nan, 1.0]]), np.array([[0, 0]]), 10.0).cost).all()


@pytest.mark.parametrize(
    ("rate", "starts", "cell_m", "offsets", "words"),
    [
        (np.full((2, 2), -1.0), [[0, 0]], 10.0, None, "0 or more"),
        (np.zeros(4), [[0, 0]], 10.0, None, "rows and columns"),
        (np.zeros((0, 3)), [[0, 0]], 10.0, None, "rows and columns"),
        (np.zeros((2, 2)), [[0, 2]], 10.0, None, "not on the grid"),
        (np.zeros((2, 2)), [[0, 0]], 0.0, None, "side of a cell"),
        (np.zeros((2, 2)), [[0, 0]], np.nan, None, "side of a cell"),
        (np.zeros((2, 2)), [[0, 0]], 10.0, [-1.0], "offset"),
        (np.zeros((2, 2)), [[0, 0]], 10.0, [1.0, 2.0], "offset"),
    ],
)
def test_what_is_no_cost_is_refused(
    rate: np.ndarray, starts: list[list[int]], cell_m: float, offsets: list[float] | None, words: str
) -> None:
    paid = None if offsets is None else np.array(offsets)
    with pytest.raises(ValueError, match=words):
        least_cost(rate, np.array(starts), cell_m, paid)
