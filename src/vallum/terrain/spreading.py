"""How are least exposures spread from cell to cell, compiled, where a step may cost nothing at all?"""

from __future__ import annotations

import numpy as np
from numba import njit

from vallum.terrain.buckets import AT, BUCKETS, SETTLED, USED, WAITING, bucket_of, put, sort_rest, take
from vallum.terrain.pace import NO_WAY
from vallum.terrain.queue import cell_of, cost_of, drop_first, entry, push, with_room
from vallum.terrain.quick import is_alike, sixteen, step_alike, steps_alike
from vallum.terrain.stepping import CLOSED, DOUBT, END, mean_rate, step_time
from vallum.terrain.steps import MOVES


@njit(cache=True, nogil=True)
def begin(queue, cells, keys, nexts, counted, waiting, cost, base, width):  # type: ignore[no-untyped-def]
    """Put cells into an empty queue."""
    for number in range(len(waiting)):
        cell = waiting[number]
        put(queue, cells, keys, nexts, counted, bucket_of(cost[cell], base, width), cell, cost[cell])


@njit(cache=True, nogil=True)
def _passed(columns):  # type: ignore[no-untyped-def]
    """Return the other two cells of each step whose rates count, in a flat grid: a king's are its ends again."""
    first, second = np.zeros(16, np.int64), np.zeros(16, np.int64)
    for move in range(16):
        down, right = MOVES[move, 0], MOVES[move, 1]
        if move < 8:
            second[move] = down * columns + right
        else:
            first[move] = (down // 2) * columns + right // 2
            second[move] = (down - down // 2) * columns + right - right // 2
    return first, second


@njit(cache=True, nogil=True, error_model="numpy")
def spread(  # type: ignore[no-untyped-def]
    heights_m, ground, s_per_m, low, more, plain, index, delay_s, extra, rate, part, cost, came,
    queue, cells, keys, nexts, counted, base, width, heap, waits, cell_m, sign, neighbours, at_most,
):  # fmt: skip
    """Settle cells in order of exposure until none waits or enough are done.

    A bucket that is emptied is sorted as it is: a step may stay within it, or cost nothing.

    Returns
    -------
    tuple
        Cells, keys and nexts, which may have grown; the cost at which the first bucket begins; the bucket that is being
        emptied, and how many wait in it.
    """
    rows, columns = cost.shape
    flat_cost, flat_height, flat_rate = cost.reshape(-1), heights_m.reshape(-1), rate.reshape(-1)
    flat_plain, flat_came, flat_ground = plain.reshape(-1), came.reshape(-1), ground.reshape(-1)
    barred, parted, keeps = index.size > 0, part.size > 0, came.size > 0
    offset, length_m, scale = sixteen(columns, cell_m, sign)
    first, second = _passed(columns)
    before, new = np.empty(16, np.float32), np.empty(16, np.float32)
    done = 0
    while (counted[WAITING] > 0 or waits > 0) and done < at_most:
        if waits == 0:
            bucket = counted[AT]
            if bucket == BUCKETS:
                base = sort_rest(queue, cells, keys, nexts, counted, flat_cost, width)
                continue
            if queue[bucket] < 0:
                counted[AT] += 1
                continue
            while queue[bucket] >= 0:
                taken = take(queue, nexts, counted, bucket)
                if keys[taken] == flat_cost[cells[taken]]:
                    heap = with_room(heap, waits, 1)
                    waits = push(heap, waits, entry(keys[taken], int(cells[taken])))
            continue
        cell, key = cell_of(heap[0]), cost_of(heap[0])
        waits = drop_first(heap, waits)
        if key != flat_cost[cell]:
            continue
        row, column = cell // columns, cell % columns
        if parted and part[row, column] == END:
            continue
        done += 1
        if counted[USED] + 16 > cells.size:
            longer = 2 * cells.size
            more_cells, more_keys = np.empty(longer, np.int32), np.empty(longer, np.float32)
            more_nexts = np.empty(longer, np.int32)
            more_cells[: cells.size], more_keys[: cells.size], more_nexts[: cells.size] = cells, keys, nexts
            cells, keys, nexts = more_cells, more_keys, more_nexts
        heap = with_room(heap, waits, 16)
        if flat_plain[cell] == 1:
            own, met = flat_ground[cell], flat_rate[cell]
            steps_alike(flat_height, cell, low[own], more[own], offset, length_m, scale, neighbours, new)
            for move in range(neighbours):
                to = cell + offset[move]
                before[move] = flat_cost[to]
                passed = flat_rate[cell + first[move]] + flat_rate[cell + second[move]]
                new[move] = key + new[move] * (np.float32(0.25) * (met + flat_rate[to] + passed))
        else:
            barrier = index[row, column] if barred else np.int32(-1)
            for move in range(neighbours):
                to_row, to_column = row + MOVES[move, 0], column + MOVES[move, 1]
                before[move], new[move] = -np.inf, np.inf
                if to_row < 0 or to_column < 0 or to_row >= rows or to_column >= columns:
                    continue
                if ground[to_row, to_column] == NO_WAY or (parted and part[to_row, to_column] == CLOSED):
                    continue
                before[move] = cost[to_row, to_column]
                if before[move] <= key:
                    continue
                if barrier < 0 and is_alike(ground, row, column, move):
                    own, rise_m = ground[row, column], heights_m[to_row, to_column] - heights_m[row, column]
                    alike_s = step_alike(rise_m, low[own], more[own], length_m[move], scale[move])
                    passed = flat_rate[cell + first[move]] + flat_rate[cell + second[move]]
                    met = flat_rate[cell] + rate[to_row, to_column] + passed
                    new[move] = key + alike_s * (np.float32(0.25) * met)
                    continue
                step = step_time(heights_m, ground, s_per_m, row, column, move, cell_m, sign)
                if step == np.inf:
                    continue
                if barrier >= 0:
                    step += np.float64(delay_s[barrier, move])
                seen = mean_rate(rate, row, column, move)
                step = step * seen if seen > 0.0 or step < np.inf else np.inf
                if barrier >= 0:
                    step += np.float64(extra[barrier, move])
                new[move] = np.float32(np.float64(key) + step)
        for move in range(neighbours):
            if not new[move] < before[move]:
                continue
            to = cell + offset[move]
            flat_cost[to] = new[move]
            if keeps:
                flat_came[to] = move + 1 + (flat_came[cell] & DOUBT)
            bucket = bucket_of(new[move], base, width)
            if bucket == counted[AT]:
                waits = push(heap, waits, entry(new[move], to))
            else:
                put(queue, cells, keys, nexts, counted, bucket, to, new[move])
    counted[SETTLED] += done
    return cells, keys, nexts, base, heap, waits
