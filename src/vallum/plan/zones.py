"""On which side of the line is each cell, where do ways begin, where is somebody gone, and where can he cross?

Whoever comes from the outer side begins at the outer edge of the band and is gone at its home edge, or where the
planner says that a track ends: a town, cover, a road. The line is the map line; which side a position on the ground is
on is known no better than its uncertainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray
from rasterio.features import rasterize
from shapely.ops import split

from vallum.frontier.strip import Strip
from vallum.terrain.steps import FARTHEST_STEP, MOVES
from vallum.terrain.windows import Box, windows_over

FloatArray = NDArray[np.float64]
Direction = Literal["inward", "outward"]

BEYOND, START, OUTER, HOME, GONE = 0, 1, 2, 3, 4
"""Beside the band; where ways begin; before the line; behind it; where whoever arrives is gone."""

# Ends of the line are drawn out by so many cells, so that they cut the band through.
_ENDS_CELLS = 0.01
_EDGE_CELLS = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """The band on the strip's grid.

    Attributes
    ----------
    strip
        The grid.
    direction
        `inward` towards the home side, or `outward`: before and behind the line are meant in that direction.
    zone
        uint8, shape of the grid: `BEYOND`, `START`, `OUTER`, `HOME` or `GONE`.
    row, column
        Shape (cells,), int64: cells before the line from which a step can cross it, ordered by column.
    step
        Shape (cells,), int64: the step of chainage each belongs to.
    edges_m
        Shape (steps + 1,): chainages at which steps begin and end, metres.
    boxes
        The windows in which times are spread over the band.

    Examples
    --------
    >>> from vallum.frontier import Frontier
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.1, 36.0]]))
    >>> zones = Zones.of(Strip(line, 3_000.0, 200.0), step_m=500.0)
    >>> [int((zones.zone == kind).sum()) for kind in (START, OUTER, HOME, GONE)], len(zones.edges_m)
    ([92, 598, 644, 46], 20)
    """

    strip: Strip
    direction: Direction
    zone: NDArray[np.uint8]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    step: NDArray[np.int64]
    edges_m: FloatArray
    boxes: tuple[Box, ...]

    @classmethod
    def of(
        cls,
        strip: Strip,
        step_m: float,
        *,
        direction: Direction = "inward",
        exits: Sequence[shapely.Geometry] = (),
    ) -> Zones:
        """Lay the band over the strip's grid.

        Parameters
        ----------
        strip
            The grid; the band is as wide.
        step_m
            Length of a step of chainage, metres.
        direction
            In which direction the line is crossed.
        exits
            Where somebody behind the line is gone, on longitude and latitude; the edge of the band always is one.

        Raises
        ------
        ValueError
            If the band is too narrow for its cells, or an exit holds no cell behind the line.
        """
        cell_m = strip.cell_m
        if strip.half_width_m < 4.0 * cell_m:
            raise ValueError(
                f"A band of {strip.half_width_m:,.0f} m to each side in cells of {cell_m:,.0f} m leaves no ground to "
                "cross; choose finer cells or a wider band."
            )
        to_m = strip.frontier.map_length_m if strip.to_m is None else strip.to_m
        vertices = strip.frontier.interval(strip.from_m, to_m)
        line = shapely.LineString(np.column_stack(strip.to_plane(vertices[:, 0], vertices[:, 1])))
        band = shapely.Polygon(line.buffer(strip.half_width_m, cap_style="flat", quad_segs=16))
        inner = line.buffer(strip.half_width_m - _EDGE_CELLS * cell_m, cap_style="flat", quad_segs=16)
        home_first = direction == "inward"
        shapes = []
        for piece in split(band, _drawn_out(line, _ENDS_CELLS * cell_m)).geoms:
            middle = piece.representative_point()
            lon, lat = strip.to_lonlat(np.array([middle.x]), np.array([middle.y]))
            is_home = strip.frontier.locate(float(lon[0]), float(lat[0])).offset_m > 0.0
            shapes.append((piece, HOME if is_home == home_first else OUTER))
        zone = np.asarray(rasterize(shapes, strip.shape, fill=BEYOND, transform=strip.transform, dtype=np.uint8))
        within = np.asarray(rasterize([inner], strip.shape, fill=0, transform=strip.transform, dtype=np.uint8))
        at_edge = within == 0
        zone[at_edge & (zone == OUTER)] = START
        zone[at_edge & (zone == HOME)] = GONE
        _add_exits(zone, strip, exits)
        row, column = _beside(zone)
        x_m = np.asarray(strip.transform.c + (column + 0.5) * cell_m, np.float64)
        y_m = np.asarray(strip.transform.f - (row + 0.5) * cell_m, np.float64)
        chainage_m = strip.frontier.locate(*strip.to_lonlat(x_m, y_m)).chainage_m
        edges_m = np.append(np.arange(strip.from_m, to_m - 1e-6, step_m), to_m)
        step = np.clip(np.searchsorted(edges_m, chainage_m, side="right") - 1, 0, len(edges_m) - 2)
        return cls(strip, direction, zone, row, column, step.astype(np.int64), edges_m, windows_over(zone))


def _drawn_out(line: shapely.LineString, by_m: float) -> shapely.LineString:
    ends = shapely.get_coordinates(line)
    first, last = ends[0] - ends[1], ends[-1] - ends[-2]
    before, after = ends[0] + by_m * first / np.hypot(*first), ends[-1] + by_m * last / np.hypot(*last)
    return shapely.LineString(np.vstack([before, ends, after]))


def cells_in(strip: Strip, polygon: shapely.Geometry) -> NDArray[np.bool_]:
    """Return the cells of a strip that a polygon on longitude and latitude touches."""
    on_plane = shapely.transform(polygon, lambda lonlat: np.column_stack(strip.to_plane(lonlat[:, 0], lonlat[:, 1])))
    touched = rasterize([on_plane], strip.shape, fill=0, transform=strip.transform, all_touched=True, dtype=np.uint8)
    return np.asarray(touched, np.bool_)


def _add_exits(zone: NDArray[np.uint8], strip: Strip, exits: Sequence[shapely.Geometry]) -> None:
    for number, exit_ in enumerate(exits):
        cells = cells_in(strip, exit_)
        cells &= (zone == HOME) | (zone == GONE)
        if not cells.any():
            at = shapely.point_on_surface(exit_)
            raise ValueError(
                f"Exit {number + 1}, near {shapely.get_x(at):.4f}, {shapely.get_y(at):.4f}, holds no ground behind "
                f"the line within {strip.half_width_m / 1000:g} km of it: nobody is gone there. Move it, widen the "
                "band, or leave it out."
            )
        zone[cells] = GONE


def _beside(zone: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the cells before the line from which a step can cross it, ordered by column."""
    row, column = np.nonzero(_near(zone, MOVES))
    order = np.argsort(column, kind="stable")
    return row[order].astype(np.int64), column[order].astype(np.int64)


@njit(cache=True, nogil=True)
def _near(zone, moves):  # type: ignore[no-untyped-def]
    rows, columns = zone.shape
    near = np.zeros((rows, columns), np.bool_)
    for row in range(rows):
        for column in range(columns):
            if zone[row, column] != START and zone[row, column] != OUTER:
                continue
            for move in range(16):
                to_row, to_column = row + moves[move, 0], column + moves[move, 1]
                if 0 <= to_row < rows and 0 <= to_column < columns and zone[to_row, to_column] >= HOME:
                    near[row, column] = True
                    break
    return near


def open_ends(zone: NDArray[np.uint8], first: bool, last: bool) -> NDArray[np.bool_]:
    """Return the cells of a window through which ways leave it for the rest of the band.

    Parameters
    ----------
    zone
        Of the window: columns of the grid.
    first, last
        Whether the band goes on before its first column, and after its last.

    Examples
    --------
    >>> open_ends(np.full((1, 6), OUTER, np.uint8), False, True)
    array([[False, False, False, False,  True,  True]])
    """
    ends = np.zeros(zone.shape, np.bool_)
    if first:
        ends[:, :FARTHEST_STEP] = zone[:, :FARTHEST_STEP] != BEYOND
    if last:
        ends[:, -FARTHEST_STEP:] = zone[:, -FARTHEST_STEP:] != BEYOND
    return ends
