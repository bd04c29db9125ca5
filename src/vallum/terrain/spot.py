"""How high is the ground at scattered places along a line?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.terrain.mosaic import Mosaic

FloatArray = NDArray[np.float64]


def heights_at(
    mosaic: Mosaic, frontier: Frontier, lon: FloatArray, lat: FloatArray, half_width_m: float, cell_m: float
) -> FloatArray:
    """Return heights of the ground, bilinear on the strip's grid, reach by reach so that a long line fits in memory.

    Parameters
    ----------
    mosaic
        The sources.
    frontier, half_width_m, cell_m
        The line, how far to each side, and the cells, metres.
    lon, lat
        Degrees WGS 84, shape (places,).

    Returns
    -------
    numpy.ndarray
        Metres, shape (places,); NaN where no source has a height or that is farther from the line.

    Raises
    ------
    TerrainError
        If no source has ground along the line, or a file cannot be read.

    Examples
    --------
    >>> from vallum.project import load
    >>> project = load("iraq-syria")
    >>> mosaic = Mosaic(project.terrain_sources)
    >>> heights_at(mosaic, project.frontier, np.array([41.8, 0.0]), np.array([36.6, 0.0]), 20_000.0, 500.0).round(-1)
    array([380.,  nan])
    """
    found = np.full(len(lon), np.nan)
    for strip in Strip.chain(frontier, half_width_m, cell_m):
        x_m, y_m = strip.to_plane(lon, lat)
        rows, columns = strip.cells(lon, lat)
        for reach in strip.reaches():
            wanted = np.isnan(found) & _inside(rows, reach.row_slice) & _inside(columns, reach.col_slice)
            if wanted.any():
                ground = mosaic.onto(strip, window=reach)
                found[wanted] = ground.height_at(x_m[wanted], y_m[wanted])
    return found


def _inside(places: NDArray[np.int64], window: slice) -> NDArray[np.bool_]:
    return np.asarray((places >= window.start) & (places < window.stop))
