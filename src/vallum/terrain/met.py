"""Whom does the cheapest way to each cell meet?

Sets of bits that lie in cells are gathered along the cheapest ways: each cell gets the union of the sets in all cells
that a cheapest way to it runs through, those included that a knight's move passes.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.terrain.paths import CostField, cheaper_before, steps_to
from vallum.terrain.steps import MOVES

Bits = NDArray[np.uint64]


def met_on_the_way(found: CostField, sets: Bits) -> Bits:
    """Gather the sets along a cheapest way to every cell.

    Parameters
    ----------
    found
        Least costs from the starts.
    sets
        (rows, columns, words), uint64: the set in each cell.

    Returns
    -------
    numpy.ndarray
        Of the same shape; empty sets in cells that no way reaches. Where several ways cost the same, it is one of them.

    Raises
    ------
    ValueError
        If the sets are not of the grid of the costs.

    Examples
    --------
    >>> from vallum.terrain.paths import least_cost
    >>> found = least_cost(np.ones((1, 5)), np.array([[0, 0]]), 10.0)
    >>> met_on_the_way(found, np.array([[[1], [0], [4], [0], [2]]], dtype=np.uint64))[0, :, 0].tolist()
    [1, 1, 5, 5, 7]
    """
    if sets.ndim != 3 or sets.shape[:2] != found.cost.shape:
        raise ValueError(f"Sets {sets.shape} are not of the grid of the costs, {found.cost.shape}.")
    order = np.argsort(found.cost, axis=None, kind="stable")
    order = order[: int(np.isfinite(found.cost).sum())]
    met = np.zeros_like(sets)
    if order.size:
        _gather(found.rate, found.cost, found.begins, found.cell_m, order, sets, met)
    return met


@njit(cache=True, nogil=True)
def _gather(rate, cost, begins, cell_m, order, sets, met):  # type: ignore[no-untyped-def]
    columns = cost.shape[1]
    known = np.zeros(cost.size, np.bool_)
    # Cells of one cost together: first those with a cheaper cell before them, then from these over the others.
    alike, first = np.empty(1024, np.int64), 0
    while first < order.size:
        price = cost[order[first] // columns, order[first] % columns]
        after, size = first, 0
        while after < order.size and cost[order[after] // columns, order[after] % columns] == price:
            cell = order[after]
            after += 1
            before = -1 if begins[cell] else cheaper_before(rate, cost, cell, cell_m)
            if begins[cell] or before >= 0:
                _take(sets, met, before, cell)
                known[cell] = True
                if size == alike.size:
                    longer = np.empty(2 * size, np.int64)
                    longer[:size] = alike
                    alike = longer
                alike[size] = cell
                size += 1
        here = 0
        while size < after - first and here < size:
            cell = alike[here]
            here += 1
            for move in range(16):
                row, column = cell // columns + MOVES[move, 0], cell % columns + MOVES[move, 1]
                if row < 0 or column < 0 or row >= cost.shape[0] or column >= columns:
                    continue
                there = row * columns + column
                if known[there] or cost[row, column] != price:
                    continue
                if steps_to(rate, cost, row, column, move, cell_m) == cell:
                    _take(sets, met, cell, there)
                    known[there] = True
                    if size == alike.size:
                        longer = np.empty(2 * size, np.int64)
                        longer[:size] = alike
                        alike = longer
                    alike[size] = there
                    size += 1
        first = after


@njit(cache=True, nogil=True)
def _take(sets, met, before, cell):  # type: ignore[no-untyped-def]
    """Let a cell have its own set, that of the way to the cell before, and those of cells passed in between."""
    columns = sets.shape[1]
    row, column = cell // columns, cell % columns
    for word in range(sets.shape[2]):
        met[row, column, word] = sets[row, column, word]
    if before < 0:
        return
    from_row, from_column = before // columns, before % columns
    # Towards nought: one cell along the knight's long way, no cell otherwise.
    down, right = int((row - from_row) / 2), int((column - from_column) / 2)
    for word in range(sets.shape[2]):
        met[row, column, word] |= met[from_row, from_column, word]
        met[row, column, word] |= sets[from_row + down, from_column + right, word]
        met[row, column, word] |= sets[row - down, column - right, word]
