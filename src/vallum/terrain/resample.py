"""How high is the ground at places that lie between the cells of another grid?

Bilinear between the middles of cells, computed at the place itself: GDAL's own warp follows a projection to within an
eighth of a source cell only, which on a mountain side is metres of height. Where several source cells fit into one
cell wanted, samples spread over it are averaged. Places are exact at the nodes of a net and linear in between, which is
off by about a ten-thousandth of a cell wanted.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

NODE_CELLS = 8


@njit(nogil=True, cache=True)
def resampled(
    source_m: NDArray[np.float32], node_row: FloatArray, node_column: FloatArray, side: int, samples: int
) -> NDArray[np.float32]:
    """Return the heights in a square of cells.

    Parameters
    ----------
    source_m
        Shape (rows, columns): heights of the source, metres, NaN where it has none.
    node_row, node_column
        Where the corners of every eighth cell wanted lie on the source's grid: rows and columns that are whole at the
        corners of its cells. Shape (n, n); the square is at most 8 (n - 1) cells wide.
    side
        Cells of the square in each direction.
    samples
        So many samples in each direction are averaged in each cell; 1 for the height at its middle.

    Returns
    -------
    numpy.ndarray
        Shape (side, side), metres. NaN where the nearest source cell has no height, or does not exist; an average where
        less than half of the samples have one. Beside a void, the cells that are known count alone.

    Examples
    --------
    >>> ramp = np.array([[0.0, 10.0, 20.0]], np.float32)
    >>> column, row = np.meshgrid([0.0, 8.0], [0.0, 8.0])
    >>> resampled(ramp, row + 0.0, column + 0.25, 2, 1)
    array([[ 2.5, 12.5],
           [ nan,  nan]], dtype=float32)
    """
    rows, columns = source_m.shape
    laid_m = np.full((side, side), np.nan, np.float32)
    step = 1.0 / samples
    for i in range(side):
        for j in range(side):
            total, known = 0.0, 0
            for a in range(samples):
                down = (i + (a + 0.5) * step) / NODE_CELLS
                upper = int(down)
                down -= upper
                for b in range(samples):
                    across = (j + (b + 0.5) * step) / NODE_CELLS
                    left = int(across)
                    across -= left
                    w00, w01 = (1.0 - down) * (1.0 - across), (1.0 - down) * across
                    w10, w11 = down * (1.0 - across), down * across
                    row = (
                        w00 * node_row[upper, left]
                        + w01 * node_row[upper, left + 1]
                        + w10 * node_row[upper + 1, left]
                        + w11 * node_row[upper + 1, left + 1]
                    )
                    column = (
                        w00 * node_column[upper, left]
                        + w01 * node_column[upper, left + 1]
                        + w10 * node_column[upper + 1, left]
                        + w11 * node_column[upper + 1, left + 1]
                    )
                    if not (row >= 0.0 and row <= rows and column >= 0.0 and column <= columns):
                        continue
                    if np.isnan(source_m[min(int(row), rows - 1), min(int(column), columns - 1)]):
                        continue
                    r, c = row - 0.5, column - 0.5
                    r0, c0 = int(np.floor(r)), int(np.floor(c))
                    dr, dc = r - r0, c - c0
                    height, weight = 0.0, 0.0
                    for k in range(2):
                        for m in range(2):
                            # Outside of the outermost middles the edge goes on level.
                            source = source_m[min(max(r0 + k, 0), rows - 1), min(max(c0 + m, 0), columns - 1)]
                            share = (dr if k else 1.0 - dr) * (dc if m else 1.0 - dc)
                            if not np.isnan(source):
                                height += share * source
                                weight += share
                    total += height / weight
                    known += 1
            if known > 0 and 2 * known >= samples * samples:
                laid_m[i, j] = total / known
    return laid_m
