"""How are least times spread from cell to cell, quickly, where the ground round a cell is all alike?

Most cells lie amid cells of their own class, away from edges and lines that delay: from those the sixteen steps take
what the pace says of the slope, worked out side by side in single precision. From every other cell each step is looked
at by itself. An entry that waits is true while its cell's cost still falls into the entry's bucket: buckets are a
little narrower than the shortest step, so no cell is settled twice.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.terrain.buckets import AT, BUCKETS, FREE, SETTLED, USED, WAITING
from vallum.terrain.pace import KNOTS, NO_WAY, STEEPEST
from vallum.terrain.stepping import CLOSED, DOUBT, END, LENGTHS, step_time
from vallum.terrain.steps import MOVES

Grid = NDArray[np.float32]
Classes = NDArray[np.uint8]

NARROWER = 0.9999
"""Buckets against the shortest step: what single precision rounds away must not bring a step into its own bucket."""


def tables(s_per_m: Grid) -> tuple[Grid, Grid]:
    """Return the pace by knot, and how much it grows to the next, with no way before the first and after the last.

    Parameters
    ----------
    s_per_m
        Shape (classes, `KNOTS`): as a pace has it.

    Returns
    -------
    tuple
        Two arrays of shape (classes, `KNOTS` + 2): place k + 1 stands for knot k.

    Examples
    --------
    >>> low, more = tables(np.full((1, KNOTS), 2.0, np.float32))
    >>> low[0, [0, 1, -2, -1]], more[0, [0, 1, -2, -1]]
    (array([inf,  2.,  2., inf], dtype=float32), array([ 0.,  0., inf,  0.], dtype=float32))
    """
    classes = len(s_per_m)
    low = np.full((classes, KNOTS + 2), np.inf, np.float32)
    low[:, 1:-1] = s_per_m
    more = np.zeros_like(low)
    known = np.isfinite(low)
    # From a knot that is known to one that is not no way leads but at the knot itself.
    more[:, :-1] = np.where(known[:, :-1], np.inf, 0.0)
    both = known[:, :-1] & known[:, 1:]
    more[:, :-1][both] = low[:, 1:][both] - low[:, :-1][both]
    return low, more


@njit(cache=True, nogil=True)
def alike(ground, part, index):  # type: ignore[no-untyped-def]
    """Return the cells, uint8, from which all sixteen steps stay on one class of ground that is open, undelayed."""
    rows, columns = ground.shape
    parted, barred = part.size > 0, index.size > 0
    beside = np.zeros((rows, columns), np.uint8)
    for row in range(rows):
        run = 0
        for column in range(columns):
            usable = ground[row, column] != NO_WAY and not (parted and part[row, column] == CLOSED)
            if not usable:
                run = 0
            elif run > 0 and ground[row, column] == ground[row, column - 1]:
                run += 1
            else:
                run = 1
            if run >= 5:
                beside[row, column - 2] = 1
    found = np.zeros((rows, columns), np.uint8)
    run_of = np.zeros(columns, np.int64)
    for row in range(rows):
        for column in range(columns):
            if beside[row, column] == 0:
                run_of[column] = 0
            elif run_of[column] > 0 and ground[row, column] == ground[row - 1, column]:
                run_of[column] += 1
            else:
                run_of[column] = 1
            if run_of[column] >= 5 and not (barred and index[row - 2, column] >= 0):
                found[row - 2, column] = 1
    return found


@njit(cache=True, nogil=True)
def sixteen(columns, cell_m, sign):  # type: ignore[no-untyped-def]
    """Return of each step how far its end lies in a flat grid, its length, and how many knots a metre of rise is."""
    offset, scale = np.empty(16, np.int64), np.empty(16, np.float32)
    length_m = np.empty(16, np.float32)
    for move in range(16):
        offset[move] = MOVES[move, 0] * columns + MOVES[move, 1]
        length_m[move] = LENGTHS[move] * cell_m
        scale[move] = sign * 0.5 * (KNOTS - 1) / (STEEPEST * LENGTHS[move] * cell_m)
    return offset, length_m, scale


@njit(cache=True, nogil=True, error_model="numpy")
def step_alike(rise_m, low, more, length_m, scale):  # type: ignore[no-untyped-def]
    """Work out what one such step takes, in the same single precision; `low` and `more` of its class."""
    place = rise_m * scale + np.float32(0.5 * (KNOTS - 1) + 1.0)
    down = np.floor(place)
    past = place - down
    knot = min(max(np.int32(down), np.int32(0)), np.int32(KNOTS + 1))
    grown = past * more[knot] if past > np.float32(0.0) else np.float32(0.0)
    return (low[knot] + grown) * length_m


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def steps_alike(heights_m, cell, low, more, offset, length_m, scale, moves, seconds):  # type: ignore[no-untyped-def]
    """Work out what the steps from a cell amid its like take; all arrays are flat, `low` and `more` of its class."""
    height, level = heights_m[cell], np.float32(0.5 * (KNOTS - 1) + 1.0)
    # Written out, so that the compiler works out several side by side.
    for move in range(moves):
        place = (heights_m[cell + offset[move]] - height) * scale[move] + level
        down = np.floor(place)
        past = place - down
        knot = min(max(np.int32(down), np.int32(0)), np.int32(KNOTS + 1))
        grown = past * more[knot] if past > np.float32(0.0) else np.float32(0.0)
        seconds[move] = (low[knot] + grown) * length_m[move]


@njit(cache=True, nogil=True)
def is_alike(ground, row, column, move):  # type: ignore[no-untyped-def]
    """Return whether a step stays on one class of ground: such steps take the same amid their like and elsewhere."""
    own, down, right = ground[row, column], MOVES[move, 0], MOVES[move, 1]
    if ground[row + down, column + right] != own:
        return False
    if move < 4:
        return True
    if move < 8:
        return ground[row + down, column] == own and ground[row, column + right] == own
    long_down, long_right = down // 2, right // 2
    return (
        ground[row + long_down, column + long_right] == own
        and ground[row + down - long_down, column + right - long_right] == own
    )


@njit(cache=True, nogil=True, error_model="numpy")
def spread_quickly(  # type: ignore[no-untyped-def]
    heights_m, ground, s_per_m, low, more, plain, index, delay_s, floor, part, cost, came, known,
    heads, cells, nexts, counted, base, width, cell_m, sign, neighbours, at_most,
):  # fmt: skip
    """Settle cells in order of time until none waits or enough are done.

    Returns
    -------
    tuple
        Cells and nexts, which may have grown, and the cost at which the first bucket begins.
    """
    rows, columns = cost.shape
    flat_cost, flat_height, flat_ground = cost.reshape(-1), heights_m.reshape(-1), ground.reshape(-1)
    flat_plain, flat_came = plain.reshape(-1), came.reshape(-1)
    barred, floored, parted, keeps = index.size > 0, floor.size > 0, part.size > 0, came.size > 0
    offset, length_m, scale = sixteen(columns, cell_m, sign)
    before, new = np.empty(16, np.float32), np.empty(16, np.float32)
    inverse = 1.0 / width
    at, free, used, waiting = counted[AT], counted[FREE], counted[USED], counted[WAITING]
    done = 0
    while waiting > 0 and done < at_most:
        if at == BUCKETS:
            # Everything nearer is settled; what waits beyond is sorted anew.
            entry, least = heads[BUCKETS], np.inf
            while entry >= 0:
                here = np.float64(flat_cost[cells[entry]])
                if (here - base) * inverse >= BUCKETS and here < least:
                    least = here
                entry = nexts[entry]
            entry = heads[BUCKETS]
            heads[BUCKETS] = -1
            while entry >= 0:
                after = nexts[entry]
                here = np.float64(flat_cost[cells[entry]])
                if (here - base) * inverse >= BUCKETS:
                    bucket = min(int((here - least) * inverse), BUCKETS)
                    nexts[entry] = heads[bucket]
                    heads[bucket] = entry
                else:
                    nexts[entry] = free
                    free = entry
                    waiting -= 1
                entry = after
            base, at = least, 0
            continue
        entry = heads[at]
        if entry < 0:
            at += 1
            continue
        heads[at] = nexts[entry]
        nexts[entry] = free
        free = entry
        waiting -= 1
        cell = np.int64(cells[entry])
        key = flat_cost[cell]
        if int((np.float64(key) - base) * inverse) != at:
            continue
        row, column = cell // columns, cell % columns
        if parted and part[row, column] == END:
            continue
        done += 1
        if used + 16 > cells.size:
            longer = 2 * cells.size
            more_cells, more_nexts = np.empty(longer, np.int32), np.empty(longer, np.int32)
            more_cells[: cells.size], more_nexts[: cells.size] = cells, nexts
            cells, nexts = more_cells, more_nexts
        if flat_plain[cell] == 1:
            own = flat_ground[cell]
            steps_alike(flat_height, cell, low[own], more[own], offset, length_m, scale, neighbours, new)
            for move in range(neighbours):
                before[move] = flat_cost[cell + offset[move]]
                new[move] += key
        else:
            barrier = index[row, column] if barred else np.int32(-1)
            for move in range(neighbours):
                to_row, to_column = row + MOVES[move, 0], column + MOVES[move, 1]
                new[move] = np.inf
                before[move] = -np.inf
                if to_row < 0 or to_column < 0 or to_row >= rows or to_column >= columns:
                    continue
                if ground[to_row, to_column] == NO_WAY or (parted and part[to_row, to_column] == CLOSED):
                    continue
                before[move] = cost[to_row, to_column]
                if before[move] <= key:
                    continue
                if barrier < 0 and is_alike(ground, row, column, move):
                    own, rise_m = ground[row, column], heights_m[to_row, to_column] - heights_m[row, column]
                    new[move] = key + step_alike(rise_m, low[own], more[own], length_m[move], scale[move])
                    continue
                step = step_time(heights_m, ground, s_per_m, row, column, move, cell_m, sign)
                if barrier >= 0:
                    step += np.float64(delay_s[barrier, move])
                new[move] = np.float32(np.float64(key) + step)
        for move in range(neighbours):
            there = new[move]
            if not there < before[move]:
                continue
            to = cell + offset[move]
            if floored:
                there = max(there, floor[to // columns, to % columns])
                if not there < before[move]:
                    continue
            flat_cost[to] = there
            if keeps:
                flat_came[to] = move + 1 + (flat_came[cell] & DOUBT)
            bucket = min(int((np.float64(there) - base) * inverse), BUCKETS)
            # What waits in that bucket already need not wait there twice.
            if (
                not known
                and before[move] < np.inf
                and bucket == min(int((np.float64(before[move]) - base) * inverse), BUCKETS)
            ):
                continue
            if free >= 0:
                entry = free
                free = nexts[entry]
            else:
                entry = used
                used += 1
            cells[entry], nexts[entry] = to, heads[bucket]
            heads[bucket] = entry
            waiting += 1
    counted[AT], counted[FREE], counted[USED], counted[WAITING] = at, free, used, waiting
    counted[SETTLED] += done
    return cells, nexts, base
