"""How high is the ground between the middles of cells?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Grids end at a whole number of cells only to within rounding.
_EDGE_CELLS = 1e-6
_NO_WEIGHT = 1e-9


def bilinear(heights_m: NDArray[np.float32], row: FloatArray, column: FloatArray) -> FloatArray:
    """Return heights at fractional rows and columns that are whole at the middles of cells.

    Parameters
    ----------
    heights_m
        Shape (rows, columns): metres, NaN where there is none.
    row, column
        Of one shape.

    Returns
    -------
    numpy.ndarray
        Metres; NaN outside the grid and beside a void. In the outer half of an edge cell the height is the edge's.

    Examples
    --------
    >>> bilinear(np.array([[0.0, 10.0], [0.0, 10.0]], np.float32), np.array([0.0, 5.0]), np.array([0.25, 0.25]))
    array([2.5, nan])
    """
    rows, columns = heights_m.shape
    reach = 0.5 + _EDGE_CELLS
    # Written so that NaN is outside too.
    inside = (row >= -reach) & (row <= rows - 1 + reach) & (column >= -reach) & (column <= columns - 1 + reach)
    held_row = np.clip(np.where(inside, row, 0.0), 0.0, rows - 1.0)
    held_column = np.clip(np.where(inside, column, 0.0), 0.0, columns - 1.0)
    upper, left = held_row.astype(np.int64), held_column.astype(np.int64)
    lower, right = np.minimum(upper + 1, rows - 1), np.minimum(left + 1, columns - 1)
    down, across = held_row - upper, held_column - left
    # A void that weighs nothing but rounding must not spoil a height beside it.
    height_m = np.zeros(held_row.shape)
    for corner_row, corner_column, weight in (
        (upper, left, (1.0 - down) * (1.0 - across)),
        (upper, right, (1.0 - down) * across),
        (lower, left, down * (1.0 - across)),
        (lower, right, down * across),
    ):
        height_m += np.where(weight > _NO_WEIGHT, weight * heights_m[corner_row, corner_column], 0.0)
    return np.where(inside, height_m, np.nan)
