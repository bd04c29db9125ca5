"""Does the ground let one point see another?

The exact single sight-line, the same in both directions. The earth's curvature and the bending of light are taken
together as an earth of radius R' = R / (1 - k), where k is the coefficient of refraction (0.13 for light by day, after
Gauss; Torge and Mueller, Geodesy). Over the straight line between two eyes at heights z_1 and z_2 the ground at
distance d of D stands higher by d (D - d) / (2 R'), so the sight-line is free where

    z_1 + (z_2 - z_1) d / D - d (D - d) / (2 R')

is not below the ground. The ground is bilinear between the middles of cells and is looked at wherever the path crosses
from one such patch into the next, which is where its ridges are, and half-way.
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


@dataclass(frozen=True, slots=True)
class Sight:
    """One sight-line.

    Attributes
    ----------
    visible
        Whether nothing on the ground stands above it; False where the ground is unknown.
    clearance_m
        Least height of the sight-line over the ground between its ends, metres; negative where hidden, NaN where
        unknown.
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
    lon_1, lat_1, eye_1_m, lon_2, lat_2, eye_2_m = (column.ravel() for column in columns)
    if (eye_1_m < 0.0).any() or (eye_2_m < 0.0).any():
        raise ValueError("A sight-line needs heights of 0 m or more above the ground at both ends.")
    if not refraction_k < 1.0:
        raise ValueError(f"A coefficient of refraction is below 1 (0.13 for light), not {refraction_k}.")
    eye_1_m = eye_1_m + elevation.height_at(lon_1, lat_1)
    eye_2_m = eye_2_m + elevation.height_at(lon_2, lat_2)

    # Worked from west to east whoever looks, so that both directions give the same to the last bit.
    turned = (lon_1 > lon_2) | ((lon_1 == lon_2) & (lat_1 > lat_2))
    lines = _Lines.between(
        elevation,
        *(np.where(turned, second, first) for first, second in ((lon_1, lon_2), (lat_1, lat_2), (eye_1_m, eye_2_m))),
        *(np.where(turned, first, second) for first, second in ((lon_1, lon_2), (lat_1, lat_2), (eye_1_m, eye_2_m))),
    )
    clearance_m = np.full(lon_1.shape, np.nan)
    # Where an end is not on known ground there is nothing to follow.
    known = np.flatnonzero(np.isfinite(lines.eye_1_m) & np.isfinite(lines.eye_2_m))
    batch = np.cumsum(lines.crossings[known] + 1) // _SAMPLES_AT_ONCE
    for part in np.split(known, np.flatnonzero(np.diff(batch)) + 1):
        clearance_m[part] = lines.clearance_m(elevation, part, 1.0 - refraction_k)
    # NaN compares as not visible.
    visible = clearance_m >= 0.0
    if not shape:
        return Sight(bool(visible[0]), float(clearance_m[0]), float(lines.distance_m[0]))
    return SightMany(visible.reshape(shape), clearance_m.reshape(shape), lines.distance_m.reshape(shape))


@dataclass(frozen=True, slots=True)
class _Lines:
    """Sight-lines between two ends each, and the grid crossings under them; arrays run over the lines."""

    start: FloatArray
    chord: FloatArray
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
        eye_1_m: FloatArray,
        lon_2: FloatArray,
        lat_2: FloatArray,
        eye_2_m: FloatArray,
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
            eye_1_m=eye_1_m,
            eye_2_m=eye_2_m,
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
        counts = self.crossings[lines] + 1
        starts = np.cumsum(counts) - counts
        line = np.repeat(lines, counts)
        number = np.arange(len(line)) - np.repeat(starts, counts)
        # The crossings of rows, then those of columns, then half-way; the least of them needs no order.
        rows, columns = self.row_crossings[line], self.column_crossings[line]
        share = np.full(len(line), 0.5)
        at_row, at_column = number < rows, (number >= rows) & (number < rows + columns)
        here = line[at_row]
        share[at_row] = (self.first_row[here] + number[at_row] - self.row_1[here]) / (self.row_2 - self.row_1)[here]
        here = line[at_column]
        share[at_column] = (self.first_column[here] + (number - rows)[at_column] - self.column_1[here]) / (
            self.column_2 - self.column_1
        )[here]

        path = self.start[line] + share[:, None] * self.chord[line]
        lon = np.degrees(np.arctan2(path[:, 1], path[:, 0]))
        lat = np.degrees(np.arctan2(path[:, 2], (1.0 - WGS84.es) * np.hypot(path[:, 0], path[:, 1])))
        ground_m = elevation.sampled(*elevation.middles(lon, lat))
        bulge_m = share * (1.0 - share) * (self.distance_m**2 * straightness / (2.0 * self.radius_m))[line]
        ray_m = self.eye_1_m[line] + share * (self.eye_2_m - self.eye_1_m)[line] - bulge_m
        return np.asarray(np.minimum.reduceat(ray_m - ground_m, starts))


def _crossed(first: FloatArray, second: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the first whole number strictly between two values, counted upwards, and how many there are."""
    low, high = np.minimum(first, second), np.maximum(first, second)
    lowest = np.floor(low) + 1.0
    count = np.maximum(np.ceil(high) - lowest, 0.0)
    return lowest, np.where(np.isfinite(count), count, 0.0).astype(np.int64)
