"""What does a step across the ground cost?

Ground is a grid of rates (what a metre of way costs in that cell: exposure to sensors, effort, time), and a way steps
from the middle of a cell to the middle of one of sixteen others: the king's eight moves and the knight's eight. Sixteen
directions make a way at most 2.7 % longer than the straight line (eight would make 8.2 %).

The cost of a step is the integral of the rate along its straight line, cells being of one rate throughout:

    king along a row or column   (a + b) / 2 x length
    king across a corner         (mean + side) / 2 x length, mean = (a + b) / 2, side = max(mean, min(c, d))
    knight                       (a + p + q + b) / 4 x length

where a and b are the cells at the ends, p and q the two a knight passes, and c and d the two that touch the corner. The
rule for corners charges for the cheaper of c and d where both are dearer than the ends; without it a way would slip for
nothing through a wall of cells that touch only by their corners. The charge is that of such a wall's mean thickness
(its area by its length: a cell's side over the root of 2). So no wall one cell thick is jumped at whatever angle it
lies: the least paid is a knight's quarter, 0.56 of a cell's side, where the wall steps from one row to the next.

Compiled functions that call `step_cost` are cached in files of their own, which do not notice a change here: after one,
delete the `__pycache__` folders.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Rate = NDArray[np.float32]

# Row and column of the sixteen steps.
MOVES: IntArray = np.array(
    [
        *[(0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)],
        *[(1, 2), (1, -2), (-1, 2), (-1, -2), (2, 1), (2, -1), (-2, 1), (-2, -1)],
    ],
    dtype=np.int64,
)
FARTHEST_STEP = 2
DIAGONAL = float(np.sqrt(2.0))
KNIGHT = float(np.sqrt(5.0))


@njit(cache=True, nogil=True)
def step_cost(rate: Rate, row: int, column: int, move: int, here: float, there: float, cell_m: float) -> float:
    """Return what one step costs; the same in both directions, to the bit.

    To be called from compiled code with a step that ends on the grid; `here` and `there` are the rates of its ends.
    """
    down, right = MOVES[move, 0], MOVES[move, 1]
    if move < 4:
        return 0.5 * (here + there) * cell_m
    if move < 8:
        one, other = np.float64(rate[row + down, column]), np.float64(rate[row, column + right])
        mean = 0.5 * (here + there)
        return 0.5 * (mean + max(mean, min(one, other))) * DIAGONAL * cell_m
    # Half of the long way first, then the corner between, then half of the long way.
    long_down, long_right = down // 2, right // 2
    passed = np.float64(rate[row + long_down, column + long_right])
    passed += np.float64(rate[row + down - long_down, column + right - long_right])
    return 0.25 * ((here + there) + passed) * KNIGHT * cell_m


def step_costs(rate: Rate, cells: IntArray, moves: IntArray, cell_m: float) -> FloatArray:
    """Return the cost of single steps.

    Parameters
    ----------
    rate
        As in a `CostField`: infinite where blocked.
    cells
        Flat numbers of the cells stepped from.
    moves
        Numbers of the steps in `MOVES`; every step must end on the grid.
    cell_m
        Side of a cell, metres.

    Examples
    --------
    >>> wall = np.array([[0.0, 1.0], [1.0, 0.0]], dtype=np.float32)
    >>> step_costs(wall, np.array([0, 0]), np.array([0, 4]), 10.0)
    array([5.        , 7.07106781])
    """
    return _step_costs(rate, cells, moves, cell_m)


def straight_costs(rate: Rate, starts: IntArray, ends: IntArray, cell_m: float) -> NDArray[np.float32]:
    """Return the cost of ways that keep as straight as the sixteen steps allow.

    Added up step by step in single precision, as `vallum.terrain.paths.least_cost` does from the same start: none is
    ever below the least cost of its end, not by a bit.

    Parameters
    ----------
    rate
        As in a `CostField`: infinite where blocked.
    starts, ends
        (n, 2): row and column of both ends of each way.
    cell_m
        Side of a cell, metres.

    Examples
    --------
    >>> straight_costs(np.ones((3, 5), dtype=np.float32), np.array([[0, 0]]), np.array([[2, 4]]), 10.0).round(2)
    array([44.72], dtype=float32)
    """
    return _straight_costs(rate, np.asarray(starts, dtype=np.int64), np.asarray(ends, dtype=np.int64), cell_m)


@njit(cache=True, nogil=True)
def _step_costs(rate: Rate, cells: IntArray, moves: IntArray, cell_m: float) -> FloatArray:
    columns = rate.shape[1]
    costs = np.empty(len(cells), np.float64)
    for number in range(len(cells)):
        row, column, move = cells[number] // columns, cells[number] % columns, moves[number]
        here = np.float64(rate[row, column])
        there = np.float64(rate[row + MOVES[move, 0], column + MOVES[move, 1]])
        costs[number] = step_cost(rate, row, column, move, here, there, cell_m)
    return costs


@njit(cache=True, nogil=True)
def _straight_costs(rate: Rate, starts: IntArray, ends: IntArray, cell_m: float) -> NDArray[np.float32]:
    costs = np.zeros(len(starts), np.float32)
    for number in range(len(starts)):
        row, column = starts[number]
        down, right = ends[number, 0] - row, ends[number, 1] - column
        down_sign, right_sign = (1 if down >= 0 else -1), (1 if right >= 0 else -1)
        longer, shorter = max(abs(down), abs(right)), min(abs(down), abs(right))
        # Between two neighbouring directions of the sixteen there is exactly one sum of their steps.
        kings_slant = 1 if 2 * shorter > longer else 0
        knights, others = min(shorter, longer - shorter), abs(longer - 2 * shorter)
        steps = knights + others
        for number_of_step in range(steps):
            knight = (number_of_step + 1) * knights // steps > number_of_step * knights // steps
            along, across = (2, 1) if knight else (1, kings_slant)
            by_row = along if abs(down) >= abs(right) else across
            by_column = across if abs(down) >= abs(right) else along
            for move in range(16):
                if MOVES[move, 0] == by_row * down_sign and MOVES[move, 1] == by_column * right_sign:
                    here = np.float64(rate[row, column])
                    row, column = row + MOVES[move, 0], column + MOVES[move, 1]
                    there = np.float64(rate[row, column])
                    start_row, start_column = row - MOVES[move, 0], column - MOVES[move, 1]
                    step = step_cost(rate, start_row, start_column, move, here, there, cell_m)
                    costs[number] = np.float32(np.float64(costs[number]) + step)
                    break
    return costs
