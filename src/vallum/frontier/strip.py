"""On which grid is the ground along the line analysed?

One strip of ground, one projection fitted to it, one grid. The projection is an oblique Mercator (Snyder, Map
Projections: a Working Manual, USGS 1987, pages 66-75) along the long side of the strip, scaled so that its error is the
same above and below true; x runs along the line and y to its left, so that a reach is a narrow window of the grid.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import atan2, ceil, degrees, floor, isfinite

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import Proj
from rasterio.features import geometry_mask

from vallum.frontier.line import Frontier

FloatArray = NDArray[np.float64]

_LONGEST_STRIP_M = 1_000_000.0
_SAMPLES = 400
# A round end drawn with so many sides to the quarter is short of the circle by 2 m in 20 km.
_SIDES_OF_A_QUARTER = 64


@dataclass(frozen=True, slots=True)
class Reach:
    """A window of the strip: the unit of memory and of distribution.

    Attributes
    ----------
    from_m, to_m
        The stretch of chainage it answers for, metres; the reaches of a strip follow each other without holes.
    row_slice, col_slice
        The window of the grid, which also holds the overlap into its neighbours.
    """

    from_m: float
    to_m: float
    row_slice: slice
    col_slice: slice


@dataclass(frozen=True, slots=True)
class Strip:
    """The band of ground either side of a line, or of a stretch of it, on one grid.

    Attributes
    ----------
    frontier
        The line.
    half_width_m
        How far the band reaches to each side, metres.
    cell_m
        Side of a cell, metres in the plane.
    from_m, to_m
        The stretch of the line, metres of chainage; all of it unless told otherwise.
    projection
        The plane as a PROJ string.
    worst_scale_error
        Largest relative error of a length in the plane anywhere in the strip.
    transform
        From (column, row) to (x, y) of the plane, of a cell's upper left corner.
    shape
        Rows and columns.

    Raises
    ------
    ValueError
        If a measure is not positive, or the stretch is longer than 1,000 km: see `Strip.chain`.

    Examples
    --------
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.5, 36.5]]))
    >>> strip = Strip(line, half_width_m=10_000.0, cell_m=100.0)
    >>> strip.shape, strip.worst_scale_error < 2e-6
    ((201, 914), True)
    """

    frontier: Frontier
    half_width_m: float
    cell_m: float
    from_m: float = 0.0
    to_m: float | None = None
    projection: str = field(init=False, compare=False)
    worst_scale_error: float = field(init=False, compare=False)
    transform: Affine = field(init=False, compare=False)
    shape: tuple[int, int] = field(init=False, compare=False)
    _plane: Proj = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        for what, value_m in (("half_width_m", self.half_width_m), ("cell_m", self.cell_m)):
            if not (isfinite(value_m) and value_m > 0.0):
                raise ValueError(f"Strip of {self.frontier.name}: {what} is {value_m}; give metres above 0.")
        if self._to_m - self.from_m > _LONGEST_STRIP_M:
            raise ValueError(
                f"{self.frontier.name} is {(self._to_m - self.from_m) / 1000:,.0f} km long; one plane holds its scale "
                f"over about {_LONGEST_STRIP_M / 1000:,.0f} km. Use Strip.chain(...), which makes several strips of it."
            )
        projection, error = _fitted(self.frontier, self.from_m, self._to_m, self.half_width_m)
        object.__setattr__(self, "projection", projection)
        object.__setattr__(self, "worst_scale_error", error)
        object.__setattr__(self, "_plane", Proj(projection))
        left, bottom, right, top = self._band(self.from_m, self._to_m).bounds
        left, top = floor(left / self.cell_m) * self.cell_m, ceil(top / self.cell_m) * self.cell_m
        shape = (ceil((top - bottom) / self.cell_m), ceil((right - left) / self.cell_m))
        object.__setattr__(self, "transform", self._from_corner(left, top))
        object.__setattr__(self, "shape", shape)

    @classmethod
    def chain(
        cls, frontier: Frontier, half_width_m: float, cell_m: float, longest_m: float = _LONGEST_STRIP_M
    ) -> tuple[Strip, ...]:
        """Return as many strips of equal length as a line needs, in order of chainage.

        Parameters
        ----------
        frontier, half_width_m, cell_m
            As for one strip.
        longest_m
            No strip is longer than this, metres of chainage.

        Raises
        ------
        ValueError
            As for one strip.

        Examples
        --------
        >>> line = Frontier("a parallel", "parallel/1", "left", 0.0, np.array([[0.0, 49.0], [40.0, 49.0]]))
        >>> [round(strip.from_m / 1000) for strip in Strip.chain(line, 20_000.0, 1_000.0)]
        [0, 964, 1928]
        """
        if not longest_m > 0.0:
            raise ValueError(f"Strips of {frontier.name}: longest_m is {longest_m}; give metres above 0.")
        ends = np.linspace(0.0, frontier.map_length_m, ceil(frontier.map_length_m / longest_m) + 1)
        return tuple(cls(frontier, half_width_m, cell_m, float(a), float(b)) for a, b in pairwise(ends))

    def to_plane(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Project positions to the strip's plane.

        Parameters
        ----------
        lon, lat
            Degrees WGS 84, arrays that broadcast.

        Returns
        -------
        tuple of numpy.ndarray
            x along the line and y to its left, metres; infinite for a position that the plane cannot hold.

        Examples
        --------
        >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.5, 36.5]]))
        >>> x_m, y_m = Strip(line, 10_000.0, 100.0).to_plane(line.vertices[:, 0], line.vertices[:, 1])
        >>> round(float(x_m[1] - x_m[0]))
        71398
        """
        longitudes, latitudes = np.broadcast_arrays(lon, lat)
        x_m, y_m = self._plane(longitudes, latitudes)
        return np.asarray(x_m), np.asarray(y_m)

    def to_lonlat(self, x_m: FloatArray, y_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return positions of the plane as longitude and latitude, degrees WGS 84.

        Examples
        --------
        >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.5, 36.5]]))
        >>> strip = Strip(line, 10_000.0, 100.0)
        >>> lon, lat = strip.to_lonlat(*strip.to_plane(np.array([42.2]), np.array([36.3])))
        >>> lon.round(9), lat.round(9)
        (array([42.2]), array([36.3]))
        """
        eastings, northings = np.broadcast_arrays(x_m, y_m)
        lon, lat = self._plane(eastings, northings, inverse=True)
        return np.asarray(lon), np.asarray(lat)

    def cells(self, lon: FloatArray, lat: FloatArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return row and column of the cell that holds each position; -1, -1 off the grid.

        Parameters
        ----------
        lon, lat
            Degrees WGS 84, arrays that broadcast.

        Examples
        --------
        >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.5, 36.5]]))
        >>> Strip(line, 10_000.0, 100.0).cells(np.array([42.0, 0.0]), np.array([36.0, 0.0]))
        (array([100,  -1]), array([100,  -1]))
        """
        x_m, y_m = self.to_plane(lon, lat)
        rows, columns = (self.transform.f - y_m) / self.cell_m, (x_m - self.transform.c) / self.cell_m
        inside = (rows >= 0) & (rows < self.shape[0]) & (columns >= 0) & (columns < self.shape[1])
        return np.where(inside, rows, -1).astype(np.int64), np.where(inside, columns, -1).astype(np.int64)

    def mask(self, reach: Reach | None = None) -> NDArray[np.bool_]:
        """Return which cells lie outside the band: their middle is farther from the line than the half width.

        Parameters
        ----------
        reach
            The window wanted; the whole grid without one.

        Returns
        -------
        numpy.ndarray
            True outside, shape of the window.

        Examples
        --------
        >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.5, 36.5]]))
        >>> round(float((~Strip(line, 10_000.0, 100.0).mask()).sum()) * 0.01)  # km2: 71.4 x 20 and two half discs
        1742
        """
        rows = slice(0, self.shape[0]) if reach is None else reach.row_slice
        columns = slice(0, self.shape[1]) if reach is None else reach.col_slice
        return np.asarray(
            geometry_mask(
                [self._band(self.from_m, self._to_m)],
                out_shape=(rows.stop - rows.start, columns.stop - columns.start),
                transform=self._from_corner(
                    self.transform.c + columns.start * self.cell_m, self.transform.f - rows.start * self.cell_m
                ),
            ),
            dtype=np.bool_,
        )

    def reaches(self, length_m: float = 100_000.0, overlap_m: float = 20_000.0) -> tuple[Reach, ...]:
        """Cut the strip into windows that together hold every cell of the band.

        Parameters
        ----------
        length_m
            About how much chainage a reach answers for, metres; all get the same.
        overlap_m
            How far a window reaches into the stretches before and after, metres of chainage.

        Raises
        ------
        ValueError
            If the length is not positive or the overlap negative.

        Examples
        --------
        >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.5, 36.5]]))
        >>> [(round(r.from_m), r.col_slice) for r in Strip(line, 10_000.0, 100.0).reaches(35_000.0, 5_000.0)]
        [(0, slice(0, 607, None)), (35699, slice(307, 914, None))]
        """
        if not (length_m > 0.0 and overlap_m >= 0.0):
            raise ValueError(
                f"Reaches need a length above 0 m and an overlap of at least 0 m, not {length_m}, {overlap_m}."
            )
        count = max(1, round((self._to_m - self.from_m) / length_m))
        ends = np.linspace(self.from_m, self._to_m, count + 1)
        return tuple(self._reach(float(a), float(b), overlap_m) for a, b in pairwise(ends))

    def _from_corner(self, left_m: float, top_m: float) -> Affine:
        return Affine(self.cell_m, 0.0, left_m, 0.0, -self.cell_m, top_m)

    def _reach(self, from_m: float, to_m: float, overlap_m: float) -> Reach:
        band = self._band(max(self.from_m, from_m - overlap_m), min(self._to_m, to_m + overlap_m))
        left, bottom, right, top = band.bounds
        first_row, first_column = (self.transform.f - top) / self.cell_m, (left - self.transform.c) / self.cell_m
        last_row, last_column = (self.transform.f - bottom) / self.cell_m, (right - self.transform.c) / self.cell_m
        return Reach(
            from_m,
            to_m,
            slice(max(0, floor(first_row)), min(self.shape[0], ceil(last_row))),
            slice(max(0, floor(first_column)), min(self.shape[1], ceil(last_column))),
        )

    def _band(self, from_m: float, to_m: float) -> shapely.Polygon:
        stretch = self.frontier.interval(from_m, to_m)
        line = shapely.LineString(np.column_stack(self.to_plane(stretch[:, 0], stretch[:, 1])))
        return shapely.Polygon(line.buffer(self.half_width_m, quad_segs=_SIDES_OF_A_QUARTER))

    @property
    def _to_m(self) -> float:
        return self.frontier.map_length_m if self.to_m is None else self.to_m


def _fitted(frontier: Frontier, from_m: float, to_m: float, half_width_m: float) -> tuple[str, float]:
    """Return the oblique Mercator with the smallest measured scale error over the strip, and that error."""
    along_m = np.linspace(from_m, to_m, _SAMPLES)
    sides_m = (0.0, -half_width_m, half_width_m)
    lon, lat = np.concatenate([frontier.point_at(along_m, side_m) for side_m in sides_m], axis=1)
    # A first plane about the middle of the strip shows its shape; the axis lies through its narrowest box or its ends.
    middle = frontier.point_at((from_m + to_m) / 2)
    first = Proj(f"+proj=aeqd +lon_0={middle[0]:.12f} +lat_0={middle[1]:.12f} +ellps=WGS84 +units=m")
    x_m, y_m = first(lon, lat)
    towards = np.array([x_m[_SAMPLES - 1] - x_m[0], y_m[_SAMPLES - 1] - y_m[0]])
    corners = shapely.get_coordinates(shapely.oriented_envelope(shapely.MultiPoint(np.column_stack([x_m, y_m]))))
    longer = max(np.diff(corners[:3], axis=0), key=lambda edge: float(np.hypot(*edge)))
    longer = longer if float(longer @ towards) >= 0.0 else -longer
    box_x_m, box_y_m = corners[:4].mean(axis=0)
    box_lon, box_lat = first(box_x_m, box_y_m, inverse=True)
    tried = []
    for axis in (longer, towards):
        if not np.any(axis):
            continue
        # The axis is known by its northward half; turning the plane by half a circle makes x run with the chainage.
        bearing_deg, turn_deg = degrees(atan2(axis[0], axis[1])), 90
        if abs(bearing_deg) > 90.0:
            bearing_deg, turn_deg = bearing_deg - 180.0 * np.sign(bearing_deg), -90
        oblique = (
            f"+proj=omerc +lonc={box_lon:.12f} +lat_0={box_lat:.12f} +alpha={bearing_deg:.9f} +gamma={turn_deg} "
            "+ellps=WGS84 +units=m"
        )
        # Conformal: one scale in every direction.
        scale = np.asarray(Proj(f"{oblique} +k_0=1").get_factors(lon, lat).meridional_scale)
        low, high = float(scale.min()), float(scale.max())
        tried.append(((high - low) / (high + low), f"{oblique} +k_0={2 / (low + high):.12f}"))
    error, projection = min(tried)
    return projection, error
