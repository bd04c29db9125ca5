"""How may the errors of the ground lie along the ground?

Nobody knows the error of a terrain model at a place; known, or assumed, are its size and how far it stays alike. The
model here is the plainest with these two figures: Gaussian, with correlation exp(-(d / length)^2) between two places d
apart. It is white noise smoothed by a Gaussian of standard deviation length / 2 and brought back to its size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import fft

FloatArray = NDArray[np.float64]
FloatGrid = NDArray[np.float32]

# The fields are periodic: so many lengths beyond the window its two edges have forgotten each other (exp(-4) = 2 %).
_APART_LENGTHS = 2.0


def correlation(distance_m: FloatArray, length_m: float) -> FloatArray:
    """Return how alike the errors at two places are: 1 the same, 0 nothing to do with each other.

    Parameters
    ----------
    distance_m
        Between the places, metres.
    length_m
        Correlation length of the terrain source, metres.

    Examples
    --------
    >>> correlation(np.array([0.0, 90.0, 180.0]), 90.0).round(2)
    array([1.  , 0.37, 0.02])
    """
    return np.asarray(np.exp(-np.square(distance_m / length_m)))


def error_fields(
    shape: tuple[int, int], cell_m: float, sd_m: float, length_m: float, count: int, chance: np.random.Generator
) -> Iterator[FloatGrid]:
    """Draw error fields of a terrain source, independent of each other.

    The cells may be much finer than the correlation length: the cost is that of a Fourier transform whatever it is.

    Parameters
    ----------
    shape
        Rows and columns.
    cell_m
        Side of a cell, metres.
    sd_m
        One standard deviation of the error, metres; 0 gives no error.
    length_m
        Correlation length, metres.
    count
        How many fields.
    chance
        Where chance comes from; the same state gives the same fields.

    Yields
    ------
    numpy.ndarray
        Of the shape asked for, float32: metres to be added to the ground.

    Raises
    ------
    ValueError
        If a measure is not above 0, or the standard deviation is negative.

    Examples
    --------
    >>> one, two = error_fields((200, 300), 30.0, 3.0, 90.0, 2, np.random.default_rng(1))
    >>> one.shape, abs(float(one.std()) - 3.0) < 0.2, abs(float(np.corrcoef(one.ravel(), two.ravel())[0, 1])) < 0.1
    ((200, 300), True, True)
    """
    if not (cell_m > 0.0 and length_m > 0.0 and 0.0 <= sd_m < math.inf and min(shape) > 0):
        raise ValueError(
            f"Errors of {sd_m} m that stay alike over {length_m} m, on {shape[0]} x {shape[1]} cells of {cell_m} m: "
            "give a grid, a cell and a length above 0 m, and a standard deviation of 0 m or more."
        )
    # A window much shorter than the length sees one error everywhere: more room would change nothing.
    apart = min(math.ceil(_APART_LENGTHS * length_m / cell_m), 2 * max(shape))
    rows, columns = (fft.next_fast_len(side + apart) for side in shape)
    smoothing = np.multiply.outer(_smoothing(rows, cell_m, length_m), _smoothing(columns, cell_m, length_m))
    smoothing *= sd_m * math.sqrt(rows * columns / float(np.sum(np.square(smoothing, dtype=np.float64))))
    for drawn in range(0, count, 2):
        # Real and imaginary part of one transform are two fields that have nothing to do with each other.
        white = chance.standard_normal((rows, 2 * columns), np.float32).view(np.complex64)
        pair = fft.ifft2(white * smoothing, norm="ortho", overwrite_x=True)[: shape[0], : shape[1]]
        yield np.ascontiguousarray(pair.real)
        if drawn + 1 < count:
            yield np.ascontiguousarray(pair.imag)


def _smoothing(cells: int, cell_m: float, length_m: float) -> FloatGrid:
    """Return the Fourier transform of a Gaussian of standard deviation length / 2, along one side."""
    turns = fft.fftfreq(cells, cell_m)
    return np.exp(-0.5 * np.square(math.pi * length_m * turns)).astype(np.float32)
