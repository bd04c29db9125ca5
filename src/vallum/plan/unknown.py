"""How does somebody get across ground whose height nobody knows, and to an exit that lies behind it?

Sensors see nothing on unknown ground. Who walks there finds a way: it is taken to lie as the known ground round it, so
that a hole in the terrain never makes a stretch look held. An exit that no way leads to is refused: nobody would be
gone there, and whoever brought it means something else.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.fill import fillnodata
from scipy.ndimage import label

from vallum.plan.zones import BEYOND, GONE, Zones, cells_in
from vallum.terrain.pace import NO_WAY

Grid = NDArray[np.float32]

# Farther from known ground than so many cells it is taken to lie as high as the band does on average.
_FARTHEST_CELLS = 200.0


def filled(heights_m: Grid, band: NDArray[np.bool_]) -> tuple[Grid, float]:
    """Return heights without voids in the band, and the share of the band that was unknown.

    Parameters
    ----------
    heights_m
        Float32, NaN where nobody knows.
    band
        Shape of the grid: the cells that matter.

    Examples
    --------
    >>> filled(np.array([[10.0, np.nan, 10.0]], np.float32), np.ones((1, 3), np.bool_))
    (array([[10., 10., 10.]], dtype=float32), 0.3333333333333333)
    """
    unknown = band & np.isnan(heights_m)
    count = int(np.count_nonzero(unknown))
    if count == 0:
        return heights_m, 0.0
    known = np.isfinite(heights_m)
    usual_m = np.float32(heights_m[known].mean()) if known.any() else np.float32(0.0)
    near = fillnodata(np.where(known, heights_m, usual_m), known, max_search_distance=_FARTHEST_CELLS)
    whole = np.where(unknown, np.asarray(near, np.float32), heights_m)
    return whole, count / int(np.count_nonzero(band))


def refuse_out_of_reach(zones: Zones, ground: NDArray[np.uint8], exits: Sequence[shapely.Geometry]) -> None:
    """Refuse exits that no way leads to from the line.

    Parameters
    ----------
    zones, ground
        The band, and its classes of ground.
    exits
        Polygons on longitude and latitude.

    Raises
    ------
    ValueError
        Says which, where, and what to do.
    """
    if not exits:
        return
    pieces, _ = label((zones.zone != BEYOND) & (ground != NO_WAY), structure=np.ones((3, 3), np.int64))
    of_line = np.unique(pieces[zones.row, zones.column])
    for number, exit_ in enumerate(exits):
        cells = cells_in(zones.strip, exit_) & (zones.zone == GONE)
        if not np.isin(pieces[cells], of_line[of_line > 0]).any():
            at = shapely.point_on_surface(exit_)
            raise ValueError(
                f"Exit {number + 1}, near {shapely.get_x(at):.4f}, {shapely.get_y(at):.4f}, cannot be reached from the "
                "line: water, or other ground without a way, lies in it or all round it. Move it, correct the classes "
                "of ground, or leave it out."
            )
