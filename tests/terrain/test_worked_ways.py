"""Figures worked out elsewhere: by hand, by brute force over every simple path, in closed form, by other programs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vallum.terrain.barrier import Barrier, Crossed
from vallum.terrain.pace import Pace
from vallum.terrain.stepping import CLOSED, END, OPEN, mean_rate, step_time
from vallum.terrain.travel import Going, exposed, outrun, travel

Grid = NDArray[np.float32]
Cell = tuple[int, int]

# Six rows of four cells: seconds for a cell, and detections in a thousand seconds.
PACES = np.array(
    [
        [60, 60, 60, 60],
        [60, 60, 90, 60],
        [60, 120, 60, 60],
        [300, 60, 300, 300],
        [60, 60, 60, 60],
        [60, 60, 60, 60],
    ]
)
RATE = np.array(
    [[0, 0, 0, 0], [2, 6, 1, 1], [3, 8, 2, 1], [2, 9, 1, 1], [1, 4, 40, 5], [1, 3, 40, 6]], np.float32
) / np.float32(1000)
RESPONSE_S = 200.0
FIRST, LAST = (np.array([[row, column] for column in range(4)]) for row in (0, 5))


def grid_of(paces: NDArray[np.float64] | NDArray[np.int_], neighbours: int = 4) -> Going:
    """A pace for each cell, over level cells of a metre."""
    steps = np.unique(paces)
    ground = np.searchsorted(steps, paces).astype(np.uint8)
    pace = Pace.constant("somebody", [float(each) for each in steps])
    return Going(np.zeros(paces.shape, np.float32), ground, pace, 1.0, neighbours=neighbours)


def least_before(going: Going, rate: Grid, critical: NDArray[np.bool_], starts: NDArray[np.int64]) -> float:
    """Return the least exposure on the way into ground from where no later alarm helps, which is not left again."""
    part = np.where(critical, END, OPEN).astype(np.uint8)
    return float(exposed(going, starts, rate, part=part).cost[critical].min(initial=np.inf))


def test_the_worked_grid_s_times_to_the_exit_are_those_worked_by_hand() -> None:
    found = travel(grid_of(PACES), LAST, backward=True).cost
    by_hand = [
        [420, 360, 420, 480],
        [360, 300, 375, 420],
        [300, 210, 300, 360],
        [240, 120, 240, 240],
        [60, 60, 60, 60],
        [0, 0, 0, 0],
    ]
    np.testing.assert_array_equal(found, by_hand)


def test_the_worked_grid_s_weakest_way_is_that_of_brute_force_over_12_706_ways() -> None:
    going = grid_of(PACES)
    critical = travel(going, LAST, backward=True).cost < RESPONSE_S
    assert [tuple(cell) for cell in np.argwhere(critical)][:1] == [(3, 1)]
    assert critical[:3].sum() == 0
    assert critical[3].tolist() == [False, True, False, False]
    assert critical[4:].all()
    exposure = least_before(going, RATE, critical, FIRST)
    assert 1.0 - np.exp(-exposure) == pytest.approx(0.5551419, abs=5e-8)
    part = np.where(critical, END, OPEN).astype(np.uint8)
    way = exposed(going, FIRST, RATE, part=part, with_ways=True).way(4, 3)
    assert way.tolist() == [[row, 3] for row in range(5)], "straight down the last column"


def test_the_worked_grid_s_critical_ground_is_the_same_by_the_escape_field() -> None:
    """Where only those at the exit respond: an alarm that the way out outlasts is in time, wherever else it is not."""
    going = grid_of(PACES)
    response_s = np.full(PACES.shape, 1e6, np.float32)
    response_s[5] = RESPONSE_S
    found = outrun(going, LAST, response_s).cost
    np.testing.assert_allclose(found, RESPONSE_S - travel(going, LAST, backward=True).cost, atol=0.1)


def test_the_worked_grid_s_exposure_by_crossing_is_before_and_on_and_behind_the_line() -> None:
    """The line lies between the third row and the fourth: F outside of it, m across, G inside, into critical ground."""
    going = grid_of(PACES)
    critical = travel(going, LAST, backward=True).cost < RESPONSE_S
    outside = np.zeros(PACES.shape, np.bool_)
    outside[:3] = True
    before = exposed(going, FIRST, RATE, part=np.where(outside, OPEN, CLOSED).astype(np.uint8)).cost
    inside = np.where(outside, CLOSED, OPEN).astype(np.uint8)
    behind = exposed(going, np.argwhere(critical), RATE, backward=True, part=inside).cost
    across = [
        step_time(going.heights_m, going.ground, going.pace.s_per_m, 2, column, 2, 1.0, 1.0)
        * mean_rate(RATE, 2, column, 2)
        for column in range(4)
    ]
    by_crossing = 1.0 - np.exp(-(before[2] + across + behind[3]))
    np.testing.assert_allclose(by_crossing, [0.605446, 0.744619, 0.716346, 0.555142], atol=5e-7)


def test_the_quickest_way_and_the_least_exposed_one_both_miss_the_weakest() -> None:
    going = grid_of(PACES)
    critical = travel(going, LAST, backward=True).cost < RESPONSE_S

    def interrupted(way: NDArray[np.int64]) -> float:
        exposure = 0.0
        for before, after in pairwise(way):
            if critical[tuple(before)]:
                break
            move = [(0, 1), (0, -1), (1, 0), (-1, 0)].index((int(after[0] - before[0]), int(after[1] - before[1])))
            row, column = (int(part) for part in before)
            taken_s = step_time(going.heights_m, going.ground, going.pace.s_per_m, row, column, move, 1.0, 1.0)
            exposure += taken_s * mean_rate(RATE, row, column, move)
        return float(1.0 - np.exp(-exposure))

    quickest = travel(going, FIRST, with_ways=True)
    least = exposed(going, FIRST, RATE, with_ways=True)
    for found, expected in ((quickest, 0.7929924), (least, 0.6054463)):
        end = int(found.cost[5].argmin())
        assert interrupted(found.way(5, end)) == pytest.approx(expected, abs=1e-7)
    assert float(quickest.cost[5].min()) == 360.0
    assert float(least.cost[5].min()) == pytest.approx(0.99, abs=1e-6)


def simple_paths(rows: int, columns: int) -> Iterator[list[Cell]]:
    """Yield every way without a loop from the first row to the last, where it ends."""

    def on(path: list[Cell]) -> Iterator[list[Cell]]:
        row, column = path[-1]
        if row == rows - 1:
            yield path
            return
        for to in ((row, column + 1), (row, column - 1), (row + 1, column), (row - 1, column)):
            if to[0] >= 0 and 0 <= to[1] < columns and to not in path:
                yield from on([*path, to])

    for column in range(columns):
        yield from on([(0, column)])


EVERY_PATH = list(simple_paths(4, 3))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31))
def test_escape_and_exposure_together_find_the_weakest_of_all_ways(seed: int) -> None:
    """Against each way's own probability: what was met until the last moment at which somebody is still in time."""
    rng = np.random.default_rng(seed)
    paces = rng.choice(rng.uniform(20.0, 200.0, 5), (4, 3))
    going = grid_of(paces)
    rate = (rng.uniform(0.0, 0.01, (4, 3)) * rng.choice([0.0, 1.0, 1.0], (4, 3))).astype(np.float32)
    response_s = rng.uniform(10.0, 500.0, (4, 3)).astype(np.float32)
    least = np.inf
    for path in EVERY_PATH:
        rows, columns = np.array(path).T
        steps_s = 0.5 * (paces[rows[1:], columns[1:]] + paces[rows[:-1], columns[:-1]])
        clock_s = np.concatenate([[0.0], np.cumsum(steps_s)])
        met = steps_s * 0.5 * (rate[rows[1:], columns[1:]] + rate[rows[:-1], columns[:-1]])
        # An alarm is in time if somebody is, from then on, anywhere on the way no later than whoever walks it.
        in_time = clock_s[:-1] <= (clock_s - response_s[rows, columns]).max()
        least = min(least, float(met[in_time].sum()))
    first, last = (np.array([[row, column] for column in range(3)]) for row in (0, 3))
    critical = outrun(going, last, response_s).cost > 0.0
    assert least_before(going, rate, critical, first) == pytest.approx(least, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("neighbours", [8, 16])
def test_a_row_of_dear_cells_is_paid_for_as_grass_has_it(neighbours: int) -> None:
    """101 x 101 cells of cost 1, the middle row 1000, across it by 80 cells: r.cost and r.walk, with -k or without."""
    ground = np.zeros((101, 101), np.uint8)
    ground[50] = 1
    pace = Pace.constant("cost", [1.0, 1000.0])
    going = Going(np.zeros((101, 101), np.float32), ground, pace, 1.0, neighbours=neighbours)
    assert travel(going, np.array([[90, 50]])).cost[10, 50] == pytest.approx(1079.0)


@pytest.mark.parametrize("angle_deg", range(0, 180, 7))
def test_a_wall_of_dear_cells_that_touch_by_their_corners_is_never_jumped(angle_deg: float) -> None:
    side, half, cell_m = 41, 20, 30.0
    along, across = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    ground = np.zeros((side, side), np.uint8)
    steps = np.arange(-half, half + 1)
    if abs(along) >= abs(across):
        ground[half + np.rint(steps * across / along).astype(int), half + steps] = 1
    else:
        ground[half + steps, half + np.rint(steps * along / across).astype(int)] = 1
    row, column = np.indices(ground.shape) - half
    beyond = column * across - row * along
    near, far = np.argwhere((beyond < -3.0) & (ground == 0)), np.argwhere((beyond > 3.0) & (ground == 0))
    wall_s_per_m = 1e5
    pace = Pace.constant("cost", [1.0, wall_s_per_m])
    going = Going(np.zeros(ground.shape, np.float32), ground, pace, cell_m)
    paid = travel(going, near).cost[far[:, 0], far[:, 1]]
    assert paid.min() >= wall_s_per_m * cell_m * np.sqrt(5.0) / 4 * 0.999
    closed = Going(going.heights_m, np.where(ground == 1, 255, 0).astype(np.uint8), pace, cell_m)
    assert np.isinf(travel(closed, near).cost[far[:, 0], far[:, 1]]).all()


@pytest.mark.parametrize(("neighbours", "within"), [(16, 0.005), (8, 0.0130)])
def test_the_least_exposure_past_one_sensor_is_the_closed_form_s(neighbours: int, within: float) -> None:
    """Past a sensor of rate 1/d in the middle of a square: along a side, a quarter of a circle, along a side.

    Source: Meguerdichian and others, Exposure in wireless ad-hoc sensor networks, MobiCom 2001.
    """
    side = 201
    at = np.linspace(-1.0, 1.0, side)
    rate = (1.0 / np.maximum(np.hypot(*np.meshgrid(at, at)), 0.5 / side)).astype(np.float32)
    going = Going(
        np.zeros((side, side), np.float32), np.zeros((side, side), np.uint8), Pace.constant("a", [1.0]),
        2.0 / (side - 1), neighbours=neighbours,
    )  # fmt: skip
    found = float(exposed(going, np.array([[side - 1, side - 1]]), rate).cost[0, 0])
    assert pytest.approx(2.0 * np.arcsinh(1.0) + np.pi / 2.0, abs=5e-8) == 3.3335435
    assert 3.3335435 <= found <= 3.3335435 * (1.0 + within)


def test_a_line_that_detects_adds_its_share_once_for_each_crossing() -> None:
    fences = [
        Crossed(np.array([-1.0, 3.0]), np.array([at, at]), np.array([0.0]), np.array([-np.log1p(-0.5)]))
        for at in (1.5, 3.0)
    ]
    going = Going(
        np.zeros((3, 6), np.float32), np.zeros((3, 6), np.uint8), Pace.constant("a", [1.0]), 10.0,
        Barrier.of((3, 6), fences),
    )  # fmt: skip
    met = exposed(going, np.array([[1, 0]]), np.zeros((3, 6), np.float32)).cost
    undetected = np.exp(-met[1])
    assert undetected[[0, 1, 2]] == pytest.approx([1.0, 1.0, 0.5])
    assert undetected[[4, 5]] == pytest.approx([0.25, 0.25])
    assert travel(going, np.array([[1, 0]])).cost[1, 5] == pytest.approx(50.0), "it detects, and does not delay"
