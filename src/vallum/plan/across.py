"""What is met at least on a way across each step of the line: compiled, step by step.

`join` puts together what is met before the line and behind it, over every step that crosses; `enter` looks for where it
is too late already before the line. Compiled functions that call these are cached in files of their own, which do not
notice a change here: after one, delete the `__pycache__` folders.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from vallum.plan.zones import BEYOND, HOME, OUTER, START
from vallum.terrain.pace import NO_WAY
from vallum.terrain.stepping import mean_rate, step_time
from vallum.terrain.steps import MOVES

# So little comes of haste alone, however long the way.
_UNMET = 1e-6


@njit(cache=True, nogil=True)
def beside(mask):  # type: ignore[no-untyped-def]
    """Return the cells from which a step leads into a mask."""
    rows, columns = mask.shape
    found = np.zeros((rows, columns), np.bool_)
    for row in range(rows):
        for column in range(columns):
            if not mask[row, column]:
                continue
            for move in range(16):
                to_row, to_column = row + MOVES[move, 0], column + MOVES[move, 1]
                if 0 <= to_row < rows and 0 <= to_column < columns:
                    found[to_row, to_column] = True
    return found


@njit(cache=True, nogil=True)
def join(  # type: ignore[no-untyped-def]
    row_of, column_of, step_of, zone, critical, before, behind, heights_m, ground, s_per_m, index, delay_s, extra,
    rate, cell_m, neighbours, least, cell, move_of, across,
):  # fmt: skip
    """Find of every step of chainage the cheapest step across the line, and whether it is too late before it."""
    rows, columns = zone.shape
    for at in range(len(row_of)):
        row, column, step = row_of[at], column_of[at], step_of[at]
        if ground[row, column] == NO_WAY:
            continue
        for move in range(neighbours):
            to_row, to_column = row + MOVES[move, 0], column + MOVES[move, 1]
            if not (0 <= to_row < rows and 0 <= to_column < columns) or zone[to_row, to_column] < HOME:
                continue
            if ground[to_row, to_column] == NO_WAY:
                continue
            if critical[row, column]:
                across[step] = True
                continue
            step_s = np.float64(step_time(heights_m, ground, s_per_m, row, column, move, cell_m, 1.0))
            met = 0.0
            if index.size > 0 and index[row, column] >= 0:
                step_s += np.float64(delay_s[index[row, column], move])
                met = np.float64(extra[index[row, column], move])
            if step_s == np.inf:
                continue
            met += step_s * mean_rate(rate, row, column, move)
            total = np.float64(before[row, column]) + met + np.float64(behind[to_row, to_column])
            if total < least[step]:
                least[step], cell[step], move_of[step] = total, at, move


@njit(cache=True, nogil=True)
def enter(  # type: ignore[no-untyped-def]
    row_of,
    column_of,
    step_of,
    escape,
    before,
    doubtful,
    critical,
    zone,
    fastest_s,
    least,
    row_at,
    column_at,
    left_at,
    from_start,
    first,
    last,
    cut,
):
    """Look round every step whose crossing is too late, as far as somebody gets in the time that is left there.

    It is told of which steps the band goes on, `first` or `last`, where they had to be looked round farther.
    """
    rows, columns = zone.shape
    # One circle for each step: about the cell with most time left, and as much wider as its other cells are away.
    best, spread = np.full(len(least), -1, np.int64), np.zeros(len(least))
    for at in range(len(row_of)):
        step = step_of[at]
        if best[step] < 0 or escape[row_of[at], column_of[at]] > escape[row_of[best[step]], column_of[best[step]]]:
            best[step] = at
    for at in range(len(row_of)):
        middle = best[step_of[at]]
        away = np.hypot(row_of[at] - row_of[middle], column_of[at] - column_of[middle])
        spread[step_of[at]] = max(spread[step_of[at]], away)
    for step in range(len(least)):
        if best[step] < 0:
            continue
        row, column = row_of[best[step]], column_of[best[step]]
        reach = escape[row, column] / fastest_s + spread[step]
        sure, sure_row, sure_column = np.inf, -1, -1
        # From the middle outward: near cells are reached sooner, and most searches end early.
        for turn in range(2 * (max(column, columns - column) + 1) + 1):
            c = column + (turn + 1) // 2 * (1 if turn % 2 else -1)
            if abs(c - column) > reach:
                break
            if c < 0 or c >= columns:
                cut[step] |= first if c < 0 else last
                continue
            half = int(np.sqrt(max(0.0, reach * reach - (c - column) * (c - column))))
            for r in range(max(0, row - half), min(rows, row + half + 1)):
                if not critical[r, c] or zone[r, c] > OUTER or zone[r, c] == BEYOND:
                    continue
                if zone[r, c] == START:
                    from_start[step] = True
                if before[r, c] < least[step]:
                    least[step], row_at[step], column_at[step] = before[r, c], r, c
                if before[r, c] < sure and not doubtful[r, c]:
                    sure, sure_row, sure_column = before[r, c], r, c
            if sure <= _UNMET and from_start[step]:
                # It cannot be less.
                cut[step] = False
                break
        if sure <= least[step]:
            row_at[step], column_at[step] = sure_row, sure_column
        if row_at[step] >= 0:
            away = np.hypot(row_at[step] - row, column_at[step] - column)
            left_at[step] = max(0.0, escape[row, column] - max(0.0, away - spread[step]) * fastest_s)
