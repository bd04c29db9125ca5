from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from vallum.plan.band import Band, Way
from vallum.plan.barrier import strong_barrier, weak_barrier
from vallum.terrain.steps import MOVES, step_costs

CELL_M = 50.0
ROWS, COLUMNS = 8, 12
PALETTES = ((0.0, 1.0), (0.0, 0.0, 0.01, 0.5), (0.0, 0.02, 0.3, 0.4, 0.9))


@st.composite
def grids(draw: st.DrawFn, rows: int = ROWS, columns: int = COLUMNS) -> np.ndarray:
    """Rates of a few kinds all over a grid, or of many; hypothesis by itself makes nearly even grids."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    palette = draw(st.sampled_from([*PALETTES, None]))
    rate = rng.random((rows, columns)) if palette is None else rng.choice(palette, (rows, columns))
    return rate.astype(np.float32)


RATES = grids()
BLOCKED = st.tuples(st.integers(0, 10_000), st.sampled_from([0.0, 0.2, 0.35])).map(
    lambda drawn: np.random.default_rng(drawn[0]).random((ROWS, COLUMNS)) < drawn[1]
)


def band(step_m: float = 2 * CELL_M) -> Band:
    return Band.straight(ROWS, COLUMNS, CELL_M, step_m)


def slanted(step_m: float = 90.0) -> Band:
    """The band of a straight line that runs slantwise over the grid."""
    row, column = np.indices((14, 16))
    x, y = (column - 8.3) * CELL_M, (row - 6.1) * CELL_M
    along, across = x * 0.8 + y * 0.6, y * 0.8 - x * 0.6
    offset_m = np.where(np.abs(along) <= 300.0, across, np.nan).astype(np.float32)
    return Band(offset_m, (along + 300.0).astype(np.float32), CELL_M, 4 * CELL_M, 0.0, 600.0, step_m)


def steps_of(walked: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Start, end and cost of every step that can be taken."""
    rows, columns = walked.shape
    starts, ends, costs = [], [], []
    for move, (down, right) in enumerate(MOVES):
        row, column = np.nonzero(np.isfinite(walked))
        there = (row + down >= 0) & (row + down < rows) & (column + right >= 0) & (column + right < columns)
        start = row[there] * columns + column[there]
        cost = step_costs(walked, start, np.full(len(start), move), CELL_M)
        passable = np.isfinite(cost)
        starts.append(start[passable])
        ends.append(start[passable] + down * columns + right)
        costs.append(cost[passable])
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(costs)


def brute(ground: Band, rate: np.ndarray) -> np.ndarray:
    """Least exposure by step of chainage, from a graph of the ground before the line and one of all ground."""
    walked = np.where(ground.inside & ~np.isnan(rate), rate, np.inf).astype(np.float32)
    columns, offset_m = walked.shape[1], ground.offset_m.ravel()
    before = np.where(ground.offset_m < 0.0, walked, np.inf).astype(np.float32)
    start, end, cost = steps_of(walked)
    crosses = (offset_m[start] < 0.0) & (offset_m[end] >= 0.0)
    over, over_costs = list(zip(start[crosses], end[crosses], strict=True)), cost[crosses]
    least = {}
    for side, cells, ground_of in (("outer", ground.outer, before), ("home", ground.home, walked)):
        start, end, cost = steps_of(ground_of)
        graph = coo_array((cost, (start, end)), shape=(rate.size, rate.size)).tocsr()
        starts = cells @ np.array([columns, 1])
        starts = starts[np.isfinite(ground_of.ravel()[starts])]
        least[side] = dijkstra(graph, indices=starts).min(axis=0, initial=np.inf)
    best = np.full(ground.steps, np.inf)
    chainage_m = ground.chainage_m.ravel().astype(float)
    for (start, end), cost in zip(over, over_costs, strict=True):
        at_m = (chainage_m[start] + chainage_m[end]) / 2
        if ground.from_m <= at_m <= ground.to_m:
            step = ground.step_of(float(at_m))
            best[step] = min(best[step], least["outer"][start] + cost + least["home"][end])
    return best


@settings(max_examples=60, deadline=None)
@given(rate=RATES, blocked=BLOCKED)
def test_the_strong_profile_is_the_least_of_all_ways_by_where_they_cross(rate: np.ndarray, blocked: np.ndarray) -> None:
    rate = np.where(blocked, np.nan, rate)
    found = strong_barrier(band(), rate).exposure
    np.testing.assert_allclose(found, brute(band(), rate), rtol=2e-6)


@settings(max_examples=40, deadline=None)
@given(rate=grids(14, 16))
def test_a_line_that_runs_slantwise_over_the_grid_has_the_same_profile_by_brute_force(rate: np.ndarray) -> None:
    ground = slanted()
    np.testing.assert_allclose(strong_barrier(ground, rate).exposure, brute(ground, rate), rtol=2e-6)
    assert np.isfinite(strong_barrier(ground, rate).exposure).all()


@settings(max_examples=60, deadline=None)
@given(rate=RATES, more=RATES)
def test_a_sensor_more_never_lowers_the_profile_and_one_less_never_raises_it(
    rate: np.ndarray, more: np.ndarray
) -> None:
    before, after = strong_barrier(band(), rate), strong_barrier(band(), rate + more)
    assert (after.exposure >= before.exposure).all()
    weak_before, weak_after = weak_barrier(band(), rate), weak_barrier(band(), rate + more)
    assert (weak_after.exposure >= weak_before.exposure).all()


@settings(max_examples=60, deadline=None)
@given(rate=RATES, blocked=BLOCKED, across=grids(14, 16))
def test_strong_is_never_above_weak(rate: np.ndarray, blocked: np.ndarray, across: np.ndarray) -> None:
    rate = np.where(blocked, np.nan, rate)
    assert (strong_barrier(band(), rate).exposure <= weak_barrier(band(), rate).exposure).all()
    assert (strong_barrier(slanted(), across).exposure <= weak_barrier(slanted(), across).exposure).all()


@settings(max_examples=60, deadline=None)
@given(rate=RATES, blocked=BLOCKED)
def test_a_line_told_backwards_has_the_same_profile_backwards_to_the_bit(rate: np.ndarray, blocked: np.ndarray) -> None:
    rate = np.where(blocked, np.nan, rate)
    ground = band()
    # Steps that begin where no way crosses, or a crossing on the border would change its step.
    ends = (7.0, COLUMNS * CELL_M - 7.0, 586.0 / 5)
    forth, back = (
        Band(ground.offset_m, chainage_m, CELL_M, ground.half_width_m, *ends)
        for chainage_m in (ground.chainage_m, np.float32(COLUMNS * CELL_M) - ground.chainage_m)
    )
    there, again = strong_barrier(forth, rate).exposure, strong_barrier(back, rate).exposure
    np.testing.assert_array_equal(there, again[::-1])
    mirrored = strong_barrier(forth, rate[:, ::-1]).exposure
    np.testing.assert_array_equal(there, mirrored[::-1])


@settings(max_examples=60, deadline=None)
@given(rate=RATES, blocked=BLOCKED)
def test_the_way_shown_for_a_step_has_the_exposure_told_and_crosses_there(
    rate: np.ndarray, blocked: np.ndarray
) -> None:
    rate = np.where(blocked, np.nan, rate)
    found = strong_barrier(band(), rate)
    for step, exposure in enumerate(found.exposure):
        middle_m = float(np.mean(found.band.ends_m(step)))
        if not np.isfinite(exposure):
            with pytest.raises(ValueError, match="No way crosses"):
                found.way(middle_m)
            continue
        way = found.way(middle_m)
        assert way.exposure[-1] == pytest.approx(exposure, rel=1e-5, abs=1e-6)
        assert (np.diff(way.exposure) >= 0.0).all()
        assert way.probability == pytest.approx(found.probability[step], rel=1e-5, abs=1e-6)
        low_m, high_m = found.band.ends_m(step)
        assert low_m <= way.crosses_at_m <= high_m
        assert way.offset_m[0] < -found.band.half_width_m + 1.01 * CELL_M
        assert way.offset_m[-1] > found.band.half_width_m - 1.01 * CELL_M
    if np.isfinite(found.exposure).any():
        assert found.way().exposure[-1] == pytest.approx(np.nanmin(found.exposure), rel=1e-5, abs=1e-6)


def test_a_wadi_past_the_sensors_is_found_by_strong_and_missed_by_weak() -> None:
    ground = Band.straight(40, 60, CELL_M, 500.0)
    rate = np.full((40, 60), 0.01)
    # Unwatched: from the outer edge to the line at 500 m, along it, and home at 2,500 m.
    rate[:20, 10], rate[19:21, 10:51], rate[20:, 50] = 0.0, 0.0, 0.0
    strong, weak = strong_barrier(ground, rate), weak_barrier(ground, rate)
    # It lies on both sides of the line from 525 m to 2,525 m: any step from there on may be its first over the line.
    assert strong.probability[1:].max() == 0.0
    assert strong.probability[0] > 0.5
    assert weak.probability.min() > 0.99
    way = strong.way(1_500.0)
    assert rate[way.cells[:, 0], way.cells[:, 1]].max() == 0.0
    assert way.length_m > 3_500.0


def test_ground_nobody_can_cross_is_infinite_and_ground_off_the_grid_is_nothing() -> None:
    ground = Band.straight(8, 12, CELL_M, 100.0)
    rate = np.full((8, 12), 0.01)
    rate[4, 2:9] = np.nan
    found = strong_barrier(ground, rate)
    # Round the end of the wall a way may still cross the line in front of the cells beside it.
    assert np.isfinite(found.exposure[[0, 5]]).all()
    assert np.isinf(weak_barrier(ground, rate).exposure[2:4]).all()
    rate[4] = np.nan
    assert np.isinf(strong_barrier(ground, rate).exposure).all()
    with pytest.raises(ValueError, match="No way crosses the line anywhere"):
        strong_barrier(ground, rate).way()
    longer = Band(ground.offset_m, ground.chainage_m, CELL_M, 200.0, 0.0, 1_000.0, 100.0)
    beyond = strong_barrier(longer, np.full((8, 12), 0.01))
    assert np.isnan(beyond.exposure[7:]).all()
    assert np.isnan(weak_barrier(longer, np.full((8, 12), 0.01)).exposure[7:]).all()
    assert beyond.gaps(0.99)[-1].to_m == 600.0, "what is not known is in no gap"


def test_a_straight_crossing_of_even_ground_is_as_long_as_the_band_is_wide() -> None:
    ground = slanted()
    weak = weak_barrier(ground, np.full((14, 16), 0.001)).exposure / 0.001
    # From middle of an edge cell to middle of an edge cell, along sixteen directions.
    assert (weak > 6 * CELL_M).all()
    assert (weak < 8 * CELL_M * 1.08).all()


def test_sensors_met_on_the_least_detected_way_are_counted_each_once() -> None:
    ground = Band.straight(8, 12, CELL_M, 200.0)
    sets = np.zeros((8, 12, 2), dtype=np.uint64)
    sets[1:3, :, 0] = 1
    sets[5:7, :, 0] = 1
    sets[2, 4:, 1] = 6
    rate = 0.01 * np.bitwise_count(sets).sum(axis=2)
    rate[:, 3] += 0.5
    assert strong_barrier(ground, rate).sensors_met(sets).tolist() == [1, 3, 3]


@settings(max_examples=40, deadline=None)
@given(rate=RATES, seed=st.integers(0, 10_000))
def test_sensors_met_are_those_of_the_cells_under_the_way(rate: np.ndarray, seed: int) -> None:
    bits = np.random.default_rng(seed).choice(np.array([0, 1, 2, 4, 9], np.uint64), (ROWS, COLUMNS))
    # Rates without ties, so that there is one least-detected way.
    rate = rate + np.random.default_rng(1).uniform(0.01, 0.02, rate.shape).astype(np.float32)
    found = strong_barrier(band(), rate)
    counts = found.sensors_met(bits[:, :, None])
    for step in range(found.band.steps):
        cells = found.way(float(np.mean(found.band.ends_m(step)))).cells
        met = np.bitwise_or.reduce(bits[cells[:, 0], cells[:, 1]])
        for (row, column), (to_row, to_column) in pairwise(cells):
            for share in (0.375, 0.625):
                passed = bits[
                    int(np.floor(row + share * (to_row - row) + 0.5)),
                    int(np.floor(column + share * (to_column - column) + 0.5)),
                ]
                if abs(to_row - row) + abs(to_column - column) == 3:
                    met |= passed
        assert counts[step] == int(met).bit_count()


def test_gaps_join_steps_and_name_the_worst() -> None:
    ground = Band.straight(4, 10, 10.0, 20.0)
    gaps = ground.gaps(np.array([0.4, 0.3, 0.5, np.nan, 0.1]), 0.5)
    assert [(gap.from_m, gap.to_m, gap.worst_at_m, gap.probability) for gap in gaps] == [
        (0.0, 40.0, 30.0, 0.3),
        (80.0, 100.0, 90.0, 0.1),
    ]
    assert ground.gaps(np.full(5, 0.5), 0.5) == ()


def test_the_last_step_may_be_shorter_and_holds_its_end() -> None:
    ground = Band.straight(4, 10, 10.0, 30.0)
    assert ground.steps == 4
    assert ground.ends_m(3) == (90.0, 100.0)
    assert ground.step_of(100.0) == 3
    with pytest.raises(ValueError, match="not between"):
        ground.step_of(101.0)


def test_progress_grows_to_one_and_what_it_raises_stops_the_work() -> None:
    shares: list[float] = []
    strong_barrier(band(), np.zeros((ROWS, COLUMNS)), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    def stop(share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        strong_barrier(band(), np.zeros((ROWS, COLUMNS)), progress=stop)


def test_a_way_that_turns_back_over_the_line_says_where_it_first_crossed() -> None:
    ground = band()
    cells = np.array([[0, 2], [2, 3], [3, 3], [4, 3], [4, 4], [3, 5], [4, 6], [6, 7], [7, 7]])
    way = Way.along(ground, np.full((ROWS, COLUMNS), 0.01, np.float32), cells)
    assert way.crosses_at_m == 175.0
    assert way.exposure[-1] == pytest.approx(0.01 * way.length_m)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"chainage_m": np.zeros((3, 3), np.float32)}, "one grid"),
        ({"cell_m": 0.0}, "side of a cell"),
        ({"half_width_m": 10.0}, "at least a cell"),
        ({"half_width_m": 5_000.0}, "too narrow"),
        ({"step_m": 10.0}, "holes"),
        ({"to_m": 0.0}, "empty"),
    ],
)
def test_a_band_that_cannot_be_is_refused(change: dict[str, object], words: str) -> None:
    ground = band()
    fields = ("offset_m", "chainage_m", "cell_m", "half_width_m", "from_m", "to_m", "step_m")
    with pytest.raises(ValueError, match=words):
        Band(**({name: getattr(ground, name) for name in fields} | change))


def test_rates_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="not of the band's grid"):
        strong_barrier(band(), np.zeros((3, 3)))
    with pytest.raises(ValueError, match="infinite"):
        strong_barrier(band(), np.full((ROWS, COLUMNS), np.inf))
    with pytest.raises(ValueError, match="0 or more"):
        strong_barrier(band(), np.full((ROWS, COLUMNS), -0.1))
    with pytest.raises(ValueError, match="grid of the costs"):
        strong_barrier(band(), np.zeros((ROWS, COLUMNS))).sensors_met(np.zeros((3, 3, 1), np.uint64))
