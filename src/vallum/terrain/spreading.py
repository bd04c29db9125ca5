"""How are least exposures spread from cell to cell, compiled, where a step may cost nothing at all?"""

from __future__ import annotations

import numpy as np
from numba import njit

from vallum.terrain.buckets import AT, BUCKETS, SETTLED, USED, WAITING, bucket_of, put, sort_rest, take
from vallum.terrain.pace import NO_WAY
from vallum.terrain.queue import cell_of, cost_of, drop_first, entry, push, with_room
from vallum.terrain.stepping import CLOSED, DOUBT, END, mean_rate, step_time
from vallum.terrain.steps import MOVES


@njit(cache=True, nogil=True)
def begin(queue, cells, keys, nexts, counted, waiting, cost, base, width):  # type: ignore[no-untyped-def]
    """Put cells into an empty queue."""
    for number in range(len(waiting)):
        cell = waiting[number]
        put(queue, cells, keys, nexts, counted, bucket_of(cost[cell], base, width), cell, cost[cell])


@njit(cache=True, nogil=True)
def spread(  # type: ignore[no-untyped-def]
    heights_m, ground, s_per_m, index, delay_s, extra, rate, floor, part, cost, came,
    queue, cells, keys, nexts, counted, base, width, heap, waits, cell_m, sign, neighbours, at_most,
):  # fmt: skip
    """Settle cells in order of cost until none waits or enough are done."""
    rows, columns = cost.shape
    flat_cost = cost.reshape(-1)
    barred, rated, floored = index.size > 0, rate.size > 0, floor.size > 0
    parted, keeps, sorts = part.size > 0, came.size > 0, heap.size > 0
    done = 0
    while (counted[WAITING] > 0 or waits > 0) and done < at_most:
        if waits > 0:
            cell, key = cell_of(heap[0]), cost_of(heap[0])
            waits = drop_first(heap, waits)
        else:
            bucket = counted[AT]
            if bucket == BUCKETS:
                base = sort_rest(queue, cells, keys, nexts, counted, flat_cost, width)
                continue
            if queue[bucket] < 0:
                counted[AT] += 1
                continue
            taken = take(queue, nexts, counted, bucket)
            cell, key = int(cells[taken]), keys[taken]
            if sorts:
                if key == flat_cost[cell]:
                    heap = with_room(heap, waits, 1)
                    waits = push(heap, waits, entry(key, cell))
                while queue[bucket] >= 0:
                    taken = take(queue, nexts, counted, bucket)
                    cell, key = int(cells[taken]), keys[taken]
                    if key == flat_cost[cell]:
                        heap = with_room(heap, waits, 1)
                        waits = push(heap, waits, entry(key, cell))
                continue
        if key != flat_cost[cell]:
            continue
        row, column = cell // columns, cell % columns
        if parted and part[row, column] == END:
            continue
        done += 1
        if counted[USED] + 16 > cells.size:
            more = 2 * cells.size
            more_cells, more_keys, more_nexts = (
                np.empty(more, np.int32),
                np.empty(more, np.float32),
                np.empty(more, np.int32),
            )
            more_cells[: cells.size], more_keys[: cells.size], more_nexts[: cells.size] = cells, keys, nexts
            cells, keys, nexts = more_cells, more_keys, more_nexts
        if sorts:
            heap = with_room(heap, waits, 16)
        paid = np.float64(key)
        barrier = index[row, column] if barred else np.int32(-1)
        inside = 2 <= row < rows - 2 and 2 <= column < columns - 2
        for move in range(neighbours):
            to_row, to_column = row + MOVES[move, 0], column + MOVES[move, 1]
            if not inside and (to_row < 0 or to_column < 0 or to_row >= rows or to_column >= columns):
                continue
            before = cost[to_row, to_column]
            if before <= key or ground[to_row, to_column] == NO_WAY:
                continue
            if parted and part[to_row, to_column] == CLOSED:
                continue
            step = step_time(heights_m, ground, s_per_m, row, column, move, cell_m, sign)
            if barrier >= 0:
                step += np.float64(delay_s[barrier, move])
            if rated:
                seen = mean_rate(rate, row, column, move)
                step = step * seen if seen > 0.0 or step < np.inf else np.inf
                if barrier >= 0:
                    step += np.float64(extra[barrier, move])
            new = np.float32(paid + step)
            if floored and new < floor[to_row, to_column]:
                new = floor[to_row, to_column]
            if new < before:
                cost[to_row, to_column] = new
                if keeps:
                    came[to_row, to_column] = move + 1 + (came[row, column] & DOUBT)
                to_bucket = bucket_of(new, base, width)
                if sorts and to_bucket == counted[AT]:
                    waits = push(heap, waits, entry(new, to_row * columns + to_column))
                else:
                    put(queue, cells, keys, nexts, counted, to_bucket, to_row * columns + to_column, new)
    counted[SETTLED] += done
    return cells, keys, nexts, base, heap, waits
