"""Does the ground let one point see another?

The exact single sight-line, the same in both directions. The earth's curvature and the bending of light are taken
together as an earth of radius R' = R / (1 - k), where k is the coefficient of refraction (0.13 for light by day, after
Gauss; Torge and Mueller, Geodesy). Over the straight line between two eyes at heights z_1 and z_2 the ground at
distance d of D stands higher by d (D - d) / (2 R'), so the sight-line is free where

    z_1 + (z_2 - z_1) d / D - d (D - d) / (2 R')

is not below the ground. The ground is bilinear between the middles of cells, so that between two crossings from one
such patch into the next the height of the sight-line above it is a parabola; the least value is the parabola's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from vallum.frontier.foot import WGS84, geocentric
from vallum.terrain.elevation import Elevation

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_SAMPLES_AT_ONCE = 500_000
# Heights are sums of rounded numbers: a ray that grazes the ground to a thousandth of a millimetre is free.
_ROUNDING_M = 1e-6


@dataclass(frozen=True, slots=True)
class Sight:
    """One sight-line.

    Attributes
    ----------
    visible
        Whether nothing on the ground stands above it; False where the ground is unknown.
    clearance_m
        Least height of the sight-line over the ground, its ends included, metres: negative where hidden, never more
        than the lower of the two heights, NaN where the ground is unknown.
    distance_m
        Between the ends along the ground, metres.
    """

    visible: bool
    clearance_m: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class SightMany:
    """Many sight-lines: arrays of the shape asked for, otherwise as `Sight`."""

    visible: NDArray[np.bool_]
    clearance_m: FloatArray
    distance_m: FloatArray


@overload
def sight(
    elevation: Elevation,
    observer_lon: float,
    observer_lat: float,
    observer_height_m: float,
    target_lon: float,
    target_lat: float,
    target_height_m: float,
    refraction_k: float = 0.13,
) -> Sight: ...
@overload
def sight(
    elevation: Elevation,
    observer_lon: float | FloatArray,
    observer_lat: float | FloatArray,
    observer_height_m: float | FloatArray,
    target_lon: FloatArray,
    target_lat: FloatArray,
    target_height_m: float | FloatArray,
    refraction_k: float = 0.13,
) -> SightMany: ...
def sight(
    elevation: Elevation,
    observer_lon: float | FloatArray,
    observer_lat: float | FloatArray,
    observer_height_m: float | FloatArray,
    target_lon: float | FloatArray,
    target_lat: float | FloatArray,
    target_height_m: float | FloatArray,
    refraction_k: float = 0.13,
) -> Sight | SightMany:
    """Say whether an observer sees a target, and by how much.

    Parameters
    ----------
    elevation
        The ground.
    observer_lon, observer_lat, observer_height_m
        Where the observer stands, degrees WGS 84, and how high its eye is above the ground, metres.
    target_lon, target_lat, target_height_m
        The same of the target; arrays of targets broadcast with the observer's values.
    refraction_k
        Coefficient of refraction, below 1; 0 for straight rays.

    Returns
    -------
    Sight or SightMany
        Symmetric: exchanging the ends changes nothing. Ends outside the terrain, or ground unknown in between, are not
        visible and have no clearance.

    Raises
    ------
    ValueError
        If a height is negative or the refraction is 1 or more.

    Examples
    --------
    >>> from affine import Affine
    >>> plain = Elevation(np.zeros((60, 60)), Affine(0.01, 0, 41.7, 0, -0.01, 36.3), "invented")
    >>> sight(plain, 42.0, 36.0, 15.0, 42.1, 36.0, 1.5).visible
    True
    >>> sight(plain, 42.0, 36.0, 15.0, np.array([42.1, 42.28]), np.array([36.0, 36.0]), 0.0).visible
    array([ True, False])
    """
    ends = (observer_lon, observer_lat, observer_height_m, target_lon, target_lat, target_height_m)
    columns = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in ends))
    shape = columns[0].shape
    lon_1, lat_1, height_1_m, lon_2, lat_2, height_2_m = (column.ravel() for column in columns)
    if (height_1_m < 0.0).any() or (height_2_m < 0.0).any():
        raise ValueError("A sight-line needs heights of 0 m or more above the ground at both ends.")
    if not refraction_k < 1.0:
        raise ValueError(f"A coefficient of refraction is below 1 (0.13 for light), not {refraction_k}.")

    # Worked from west to east whoever looks, so that both directions give the same to the last bit.
    turned = (lon_1 > lon_2) | ((lon_1 == lon_2) & (lat_1 > lat_2))
    pairs = ((lon_1, lon_2), (lat_1, lat_2), (height_1_m, height_2_m))
    west = (np.where(turned, second, first) for first, second in pairs)
    east = (np.where(turned, first, second) for first, second in pairs)
    lines = _Lines.between(elevation, *west, *east)
    clearance_m = np.full(lon_1.shape, np.nan)
    # Where an end is not on known ground there is nothing to follow.
    known = np.flatnonzero(np.isfinite(lines.eye_1_m) & np.isfinite(lines.eye_2_m))
    batch = np.cumsum(2 * lines.crossings[known] + 1) // _SAMPLES_AT_ONCE
    for part in np.split(known, np.flatnonzero(np.diff(batch)) + 1):
        clearance_m[part] = lines.clearance_m(elevation, part, 1.0 - refraction_k)
    # NaN compares as not visible.
    visible = clearance_m >= -_ROUNDING_M
    if not shape:
        return Sight(bool(visible[0]), float(clearance_m[0]), float(lines.distance_m[0]))
    return SightMany(visible.reshape(shape), clearance_m.reshape(shape), lines.distance_m.reshape(shape))


@dataclass(frozen=True, slots=True)
class _Lines:
    """Sight-lines between two ends each, and the grid crossings under them; arrays run over the lines."""

    start: FloatArray
    chord: FloatArray
    height_1_m: FloatArray
    height_2_m: FloatArray
    eye_1_m: FloatArray
    eye_2_m: FloatArray
    distance_m: FloatArray
    radius_m: FloatArray
    row_1: FloatArray
    row_2: FloatArray
    column_1: FloatArray
    column_2: FloatArray
    first_row: FloatArray
    first_column: FloatArray
    row_crossings: IntArray
    column_crossings: IntArray

    @classmethod
    def between(
        cls,
        elevation: Elevation,
        lon_1: FloatArray,
        lat_1: FloatArray,
        height_1_m: FloatArray,
        lon_2: FloatArray,
        lat_2: FloatArray,
        height_2_m: FloatArray,
    ) -> _Lines:
        start = geocentric(lon_1, lat_1)
        chord = geocentric(lon_2, lat_2) - start
        # Gauss's mean radius of the ellipsoid half-way.
        middle = np.radians((lat_1 + lat_2) / 2)
        radius_m = WGS84.a * np.sqrt(1.0 - WGS84.es) / (1.0 - WGS84.es * np.sin(middle) ** 2)
        chord_m = np.sqrt(np.einsum("ij,ij->i", chord, chord))
        row_1, column_1 = elevation.middles(lon_1, lat_1)
        row_2, column_2 = elevation.middles(lon_2, lat_2)
        first_row, row_crossings = _crossed(row_1, row_2)
        first_column, column_crossings = _crossed(column_1, column_2)
        return cls(
            start=start,
            chord=chord,
            height_1_m=height_1_m,
            height_2_m=height_2_m,
            eye_1_m=height_1_m + elevation.height_at(lon_1, lat_1),
            eye_2_m=height_2_m + elevation.height_at(lon_2, lat_2),
            distance_m=np.asarray(2.0 * radius_m * np.arcsin(np.minimum(chord_m / (2.0 * radius_m), 1.0))),
            radius_m=radius_m,
            row_1=row_1,
            row_2=row_2,
            column_1=column_1,
            column_2=column_2,
            first_row=first_row,
            first_column=first_column,
            row_crossings=row_crossings,
            column_crossings=column_crossings,
        )

    @property
    def crossings(self) -> IntArray:
        return self.row_crossings + self.column_crossings

    def clearance_m(self, elevation: Elevation, lines: IntArray, straightness: float) -> FloatArray:
        """Return the least clearance of some of the lines over the ground, metres."""
        if not lines.size:
            return np.empty(0)
        counts = self.crossings[lines]
        line = np.repeat(lines, counts)
        number = np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts)
        # The crossings of rows, then those of columns, as shares of the way; then in order of the way.
        rows = self.row_crossings[line]
        share = np.empty(len(line))
        for here, crossed, first, start, end in (
            (number < rows, number, self.first_row, self.row_1, self.row_2),
            (number >= rows, number - rows, self.first_column, self.column_1, self.column_2),
        ):
            of = line[here]
            share[here] = (first[of] + crossed[here] - start[of]) / (end[of] - start[of])
        place = np.repeat(np.arange(len(lines)), counts)
        order = np.lexsort((share, place))
        share = np.clip(share[order], 0.0, 1.0)
        crossing_m = self._above_m(elevation, line, share, straightness)

        # From crossing to crossing, with the ends of the line before the first and after the last.
        pieces = counts + 1
        starts = np.cumsum(pieces) - pieces
        line = np.repeat(lines, pieces)
        from_share, to_share = np.zeros(len(line)), np.ones(len(line))
        from_m, to_m = self.height_1_m[line], self.height_2_m[line]
        from_crossing, to_crossing = np.ones(len(line), dtype=np.bool_), np.ones(len(line), dtype=np.bool_)
        from_crossing[starts], to_crossing[starts + counts] = False, False
        from_share[from_crossing], from_m[from_crossing] = share, crossing_m
        to_share[to_crossing], to_m[to_crossing] = share, crossing_m
        middle_m = self._above_m(elevation, line, (from_share + to_share) / 2.0, straightness)
        return np.asarray(np.minimum.reduceat(_least(from_m, middle_m, to_m), starts))

    def _above_m(self, elevation: Elevation, line: IntArray, share: FloatArray, straightness: float) -> FloatArray:
        """Return how far lines are above the ground after a share of their way, metres."""
        # The way lies in the plane through both ends and the earth's middle, the same from either end.
        path = self.start[line] + share[:, None] * self.chord[line]
        lon = np.degrees(np.arctan2(path[:, 1], path[:, 0]))
        lat = np.degrees(np.arctan2(path[:, 2], (1.0 - WGS84.es) * np.hypot(path[:, 0], path[:, 1])))
        ground_m = elevation.sampled(*elevation.middles(lon, lat))
        bulge_m = share * (1.0 - share) * (self.distance_m**2 * straightness / (2.0 * self.radius_m))[line]
        return self.eye_1_m[line] + share * (self.eye_2_m - self.eye_1_m)[line] - bulge_m - ground_m


def _least(start: FloatArray, middle: FloatArray, end: FloatArray) -> FloatArray:
    """Return the least value of parabolas through three values, at 0, one half and 1, between the outer two."""
    square = 2.0 * start + 2.0 * end - 4.0 * middle
    slope = 4.0 * middle - 3.0 * start - end
    dips = (slope < 0.0) & (-slope < 2.0 * square)
    dip = start - slope**2 / (4.0 * np.where(dips, square, 1.0))
    # The plain minimum keeps NaN: unknown ground stays unknown.
    return np.asarray(np.where(dips, dip, np.minimum(np.minimum(start, middle), end)))


def _crossed(first: FloatArray, second: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the first whole number strictly between two values, counted upwards, and how many there are."""
    low, high = np.minimum(first, second), np.maximum(first, second)
    lowest = np.floor(low) + 1.0
    count = np.maximum(np.ceil(high) - lowest, 0.0)
    return lowest, np.where(np.isfinite(count), count, 0.0).astype(np.int64)
