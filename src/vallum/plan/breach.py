"""Which way keeps its worst place least bad, and where is that place?

The maximal breach path (Meguerdichian, Koushanfar, Potkonjak and Srivastava, Coverage problems in wireless ad-hoc
sensor networks, INFOCOM 2001) keeps as far from every sensor as a way can. Generalised to ground where sight differs
from cell to cell: the way whose highest detection is lowest. Cells are opened in order of their detection and joined to
their open neighbours (union-find); the cell that first joins the band's two edges is the bottleneck, which every other
way meets or exceeds somewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.plan.band import Band
from vallum.terrain.paths import least_cost

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Breach:
    """The way across the band whose highest level is lowest.

    Attributes
    ----------
    level
        That highest level: no way across stays below it.
    at
        Row and column of the cell that has it.
    chainage_m, offset_m
        Of that cell's middle, metres.
    cells
        (n, 2): row and column along the shortest way that nowhere exceeds the level, from the outer edge. A knight's
        move may pass the cell of the bottleneck without ending in it.
    """

    level: float
    at: tuple[int, int]
    chainage_m: float
    offset_m: float
    cells: IntArray


def maximal_breach(band: Band, level: NDArray[np.floating[Any]]) -> Breach | None:
    """Find the way across the band whose highest level is lowest.

    Parameters
    ----------
    band
        The ground.
    level
        (rows, columns): detection by a single look, or anything that grows with it, such as exposure per metre. NaN
        where nobody can go.

    Returns
    -------
    Breach or None
        None when no way leads across.

    Raises
    ------
    ValueError
        If the levels are not of the band's grid.

    Examples
    --------
    >>> band = Band.straight(rows=6, columns=9, cell_m=50.0, step_m=150.0)
    >>> level = np.zeros((6, 9))
    >>> level[3] = [0.9, 0.8, 0.7, 0.9, 0.5, 0.9, 0.9, 0.9, 0.9]
    >>> level[1, :6] = 0.6
    >>> found = maximal_breach(band, level)
    >>> found.level, found.at, found.chainage_m
    (0.5, (3, 4), 225.0)
    """
    if level.shape != band.offset_m.shape:
        raise ValueError(f"Levels {level.shape} are not of the band's grid, {band.offset_m.shape}.")
    columns = level.shape[1]
    open_ = band.inside & ~np.isnan(level)
    order = np.flatnonzero(open_)
    order = order[np.argsort(level.ravel()[order], kind="stable")]
    outer, home = (edge @ np.array([columns, 1]) for edge in (band.outer, band.home))
    cell = _joins(order, outer, home, *level.shape)
    if cell < 0:
        return None
    row, column = divmod(int(cell), columns)
    low_enough = np.where(open_ & (level <= level[row, column]), np.float32(1.0), np.float32(np.nan))
    lengths = least_cost(low_enough, band.outer, band.cell_m)
    end = band.home[np.argmin(lengths.cost[band.home[:, 0], band.home[:, 1]])]
    return Breach(
        level=float(level[row, column]),
        at=(row, column),
        chainage_m=float(band.chainage_m[row, column]),
        offset_m=float(band.offset_m[row, column]),
        cells=lengths.way_to(int(end[0]), int(end[1])),
    )


@njit(cache=True, nogil=True)
def _root(parent, cell):  # type: ignore[no-untyped-def]
    """Return a cell's root; on the way every cell is hung on its grandparent (path halving, Tarjan 1984)."""
    while parent[cell] != cell:
        parent[cell] = parent[parent[cell]]
        cell = parent[cell]
    return cell


@njit(cache=True, nogil=True)
def _joins(order, outer, home, rows, columns):  # type: ignore[no-untyped-def]
    """Open cells in order until the edges are joined; return the cell that joins them, -1 when none does."""
    cells = rows * columns
    # Two more roots stand for the edges; a cell that is not open yet has none.
    parent, edges = np.full(cells + 2, -1, np.int32), np.zeros(cells, np.uint8)
    parent[cells], parent[cells + 1] = cells, cells + 1
    for cell in outer:
        edges[cell] |= 1
    for cell in home:
        edges[cell] |= 2
    for cell in order:
        parent[cell] = cell
        row, column = cell // columns, cell % columns
        for side in range(6):
            if side == 0 and row > 0:
                other = cell - columns
            elif side == 1 and row < rows - 1:
                other = cell + columns
            elif side == 2 and column > 0:
                other = cell - 1
            elif side == 3 and column < columns - 1:
                other = cell + 1
            elif side == 4 and edges[cell] & 1:
                other = cells
            elif side == 5 and edges[cell] & 2:
                other = cells + 1
            else:
                continue
            if parent[other] >= 0:
                parent[_root(parent, other)] = _root(parent, cell)
        if _root(parent, cells) == _root(parent, cells + 1):
            return cell
    return -1
