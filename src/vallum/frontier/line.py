"""Where on the line is this, and how far from it?

A frontier is a line with an origin, a direction and a home side. Everything that happens at it has a chainage (metres
along it) and an offset (metres from it, positive on the home side). Which side a position is on has three answers,
because no line is known better than its lateral uncertainty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from math import isfinite
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from vallum.frontier.calibration import Calibration, reported_to_map_m
from vallum.frontier.foot import WGS84, Pieces
from vallum.frontier.geojson import line_coordinates
from vallum.frontier.vertices import checked_vertices

FloatArray = NDArray[np.float64]
HomeSide = Literal["left", "right"]

# Chainages are written to the metre: one that misses an end of the line by less is that end.
_ROUNDING_M = 1.0
_SAME_POINT_M = 1e-3


class Side(IntEnum):
    """Which side of the line: ours, theirs, or too near the line to say."""

    THAT = -1
    UNCERTAIN = 0
    THIS = 1


@dataclass(frozen=True, slots=True)
class Located:
    """Where one position lies with respect to the line: chainage and offset in metres, and the side."""

    chainage_m: float
    offset_m: float
    side: Side


@dataclass(frozen=True, slots=True)
class LocatedMany:
    """Where many positions lie: arrays of the shape asked for; `side` holds the values of `Side` as int8."""

    chainage_m: FloatArray
    offset_m: FloatArray
    side: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Frontier:
    """A line that is kept, with its origin, direction, home side and how well it is known.

    Attributes
    ----------
    name
        What people call it.
    version
        Which drawing of it this is, for example "iraq-syria/natural-earth-10m"; every chainage is on a version.
    home_side
        "left" or "right" as seen along increasing chainage.
    lateral_uncertainty_m
        Half width of the band in which nobody can say which side a position is on, metres.
    vertices
        Shape (n, 2): longitude, latitude, degrees WGS 84, joined by geodesics. Neighbours closer than 1 mm are dropped.
    reported_length_m
        The length that officials give, metres; never used in any calculation.
    calibrations
        How reported chainages map to this line's.
    origin
        Chainage 0 in words.

    Raises
    ------
    ValueError
        If the vertices are not a line on the earth or a setting is out of range.

    Examples
    --------
    >>> line = Frontier("a fence", "fence/1", "right", 50.0, np.array([[42.0, 36.0], [42.0, 36.1]]))
    >>> round(line.map_length_m)
    11096
    >>> where = line.locate(42.01, 36.05)
    >>> round(where.chainage_m), round(where.offset_m), where.side.name
    (5548, 901, 'THIS')
    """

    name: str
    version: str
    home_side: HomeSide
    lateral_uncertainty_m: float
    vertices: FloatArray
    reported_length_m: float | None = None
    calibrations: tuple[Calibration, ...] = ()
    origin: str = ""
    _pieces: Pieces = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.home_side not in ("left", "right"):
            raise ValueError(
                f'{self.name}: home_side is {self.home_side!r}; write "left" or "right", as seen along the line.'
            )
        if not (isfinite(self.lateral_uncertainty_m) and self.lateral_uncertainty_m >= 0.0):
            raise ValueError(
                f"{self.name}: lateral_uncertainty_m is {self.lateral_uncertainty_m}; give metres, 0 or more. "
                "Compare the line with another drawing of it to find out."
            )
        if self.reported_length_m is not None and not (isfinite(self.reported_length_m) and self.reported_length_m > 0):
            raise ValueError(
                f"{self.name}: reported_length_m is {self.reported_length_m}; give metres above 0, or leave it out."
            )
        vertices = checked_vertices(self.name, self.vertices)
        vertices.setflags(write=False)
        object.__setattr__(self, "vertices", vertices)
        object.__setattr__(self, "calibrations", tuple(self.calibrations))
        object.__setattr__(self, "_pieces", Pieces.along(vertices))

    @classmethod
    def from_geojson(
        cls,
        mapping: Mapping[str, Any],
        *,
        name: str,
        version: str,
        home_side: HomeSide,
        lateral_uncertainty_m: float,
        reported_length_m: float | None = None,
        calibrations: tuple[Calibration, ...] = (),
        origin: str = "",
    ) -> Frontier:
        """Make a frontier from a GeoJSON object that holds exactly one line.

        Parameters
        ----------
        mapping
            FeatureCollection, Feature or geometry with one LineString; the pieces of a MultiLineString are joined where
            each starts at the end of the one before.
        name, version, home_side, lateral_uncertainty_m, reported_length_m, calibrations, origin
            As the attributes of `Frontier`.

        Raises
        ------
        ValueError
            If there is not exactly one line, or it is none: says what, where and what to do.

        Examples
        --------
        >>> Frontier.from_geojson(
        ...     {"type": "LineString", "coordinates": [[42.0, 36.0], [42.0, 36.1]]},
        ...     name="a fence", version="fence/1", home_side="left", lateral_uncertainty_m=0.0,
        ... ).vertices.shape
        (2, 2)
        """
        return cls(
            name=name,
            version=version,
            home_side=home_side,
            lateral_uncertainty_m=lateral_uncertainty_m,
            vertices=line_coordinates(mapping),
            reported_length_m=reported_length_m,
            calibrations=calibrations,
            origin=origin,
        )

    @property
    def map_length_m(self) -> float:
        """Geodesic length of this version of the line on WGS 84, metres."""
        return self._pieces.map_length_m

    @overload
    def locate(self, lon: float, lat: float) -> Located: ...
    @overload
    def locate(self, lon: FloatArray, lat: FloatArray) -> LocatedMany: ...
    def locate(self, lon: float | FloatArray, lat: float | FloatArray) -> Located | LocatedMany:
        """Find chainage, offset and side of positions.

        The foot is the nearest point of the line. Beyond an end of the line chainage stays at that end, the offset is
        the distance to it, and the side is judged against the last segment made longer.

        Parameters
        ----------
        lon, lat
            Degrees WGS 84: two numbers, or two arrays that broadcast (millions are fine).

        Returns
        -------
        Located or LocatedMany
            Chainage and offset in metres (offset positive on the home side) and the side. A position that is not a
            number or not on the earth gives NaN and `Side.UNCERTAIN`: one bad position among many stops nothing.

        Notes
        -----
        Method and its errors: see `vallum.frontier.foot`.

        Examples
        --------
        >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.0, 36.1]]))
        >>> line.locate(np.array([41.99, 42.0001, 42.01]), np.array([36.05, 36.05, 36.05])).side
        array([ 1,  0, -1], dtype=int8)
        """
        longitudes, latitudes = np.broadcast_arrays(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
        sound = (np.abs(longitudes) <= 360.0) & (np.abs(latitudes) <= 90.0)
        feet = self._pieces.feet(longitudes[sound], latitudes[sound])
        home = self._home_sign
        chainage_m = np.full(longitudes.shape, np.nan)
        offset_m = np.full(longitudes.shape, np.nan)
        side = np.zeros(longitudes.shape, dtype=np.int8)
        chainage_m[sound] = feet.chainage_m
        offset_m[sound] = home * feet.left_m
        certain = np.abs(feet.lateral_m) > self.lateral_uncertainty_m
        side[sound] = np.where(certain, np.sign(home * feet.lateral_m), 0).astype(np.int8)
        if longitudes.ndim == 0:
            return Located(float(chainage_m), float(offset_m), Side(int(side)))
        return LocatedMany(chainage_m, offset_m, side)

    @overload
    def point_at(self, chainage_m: float, offset_m: float = 0.0) -> tuple[float, float]: ...
    @overload
    def point_at(self, chainage_m: FloatArray, offset_m: float | FloatArray = 0.0) -> tuple[FloatArray, FloatArray]: ...
    def point_at(
        self, chainage_m: float | FloatArray, offset_m: float | FloatArray = 0.0
    ) -> tuple[float, float] | tuple[FloatArray, FloatArray]:
        """Return the position at a chainage, square off the line by an offset.

        Parameters
        ----------
        chainage_m
            Metres along the line, from 0 to `map_length_m`; up to 1 m beyond an end is that end.
        offset_m
            Metres from it, positive on the home side.

        Returns
        -------
        tuple
            Longitude and latitude, degrees WGS 84, in the shape asked for.

        Raises
        ------
        ValueError
            If a chainage is not on the line, or an offset is not a number.

        Examples
        --------
        >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.0, 36.1]]))
        >>> lon, lat = line.point_at(5548.0, -902.0)
        >>> round(lon, 4), round(lat, 4)
        (42.01, 36.05)
        """
        chainages, offsets = np.broadcast_arrays(np.asarray(chainage_m, np.float64), np.asarray(offset_m, np.float64))
        if not np.isfinite(offsets).all():
            raise ValueError(f"{self.name}: an offset is not a finite number; give metres, positive on the home side.")
        lon, lat, bearing_deg = self._on_line(chainages)
        # Left of the line is 90 degrees back from its bearing.
        away_deg = bearing_deg - 90.0 * self._home_sign
        off_lon, off_lat, _ = WGS84.fwd(lon, lat, away_deg, offsets)
        lon, lat = np.where(offsets == 0.0, lon, off_lon), np.where(offsets == 0.0, lat, off_lat)
        return (float(lon), float(lat)) if chainages.ndim == 0 else (lon, lat)

    @overload
    def bearing_at(self, chainage_m: float) -> float: ...
    @overload
    def bearing_at(self, chainage_m: FloatArray) -> FloatArray: ...
    def bearing_at(self, chainage_m: float | FloatArray) -> float | FloatArray:
        """Return the direction of the line at a chainage; at a bend, that of the segment that starts there.

        Parameters
        ----------
        chainage_m
            Metres along the line, from 0 to `map_length_m`.

        Returns
        -------
        float or numpy.ndarray
            Degrees true, clockwise from north, from 0 to below 360.

        Raises
        ------
        ValueError
            If a chainage is not on the line.

        Examples
        --------
        >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.0, 36.1]]))
        >>> line.bearing_at(500.0)
        0.0
        """
        bearing_deg = self._on_line(np.asarray(chainage_m, np.float64))[2] % 360.0
        return float(bearing_deg) if bearing_deg.ndim == 0 else bearing_deg

    def interval(self, from_m: float, to_m: float) -> FloatArray:
        """Return the coordinates of a stretch of the line, close enough together (1 km) to be drawn straight.

        Parameters
        ----------
        from_m, to_m
            Chainages of the ends, metres, increasing.

        Returns
        -------
        numpy.ndarray
            Shape (n, 2): longitude, latitude, degrees WGS 84. Longitudes jump where the stretch crosses the
            antimeridian.

        Raises
        ------
        ValueError
            If an end is not on the line or the ends do not increase.

        Examples
        --------
        >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.0, 36.1]]))
        >>> line.interval(500.0, 1500.0).shape
        (3, 2)
        """
        if not from_m < to_m:
            raise ValueError(
                f"{self.name}: the stretch {from_m / 1000:g}-{to_m / 1000:g} km does not increase. Swap its ends."
            )
        starts_m = self._pieces.start_m
        inner = (starts_m > from_m + _SAME_POINT_M) & (starts_m < to_m - _SAME_POINT_M)
        lon, lat, _ = self._on_line(np.array([from_m, to_m]))
        return np.concatenate(
            [
                [[lon[0], lat[0]]],
                np.column_stack([self._pieces.lon[inner], self._pieces.lat[inner]]),
                [[lon[1], lat[1]]],
            ]
        )

    def reported_to_map_m(self, calibration_name: str, reported_m: float) -> float:
        """Convert a reported chainage to this line's by a named calibration.

        Parameters
        ----------
        calibration_name
            One of this line's calibrations.
        reported_m
            Reported chainage, metres.

        Raises
        ------
        ValueError
            If the calibration is unknown or says nothing about this chainage.

        Examples
        --------
        >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.0, 36.1]]),
        ...                 calibrations=(Calibration("builder", 0.0, 11_000.0, 0.0, 11_096.0),))
        >>> line.reported_to_map_m("builder", 5_500.0)
        5548.0
        """
        return reported_to_map_m(self.calibrations, calibration_name, reported_m)

    @property
    def _home_sign(self) -> float:
        return 1.0 if self.home_side == "left" else -1.0

    def _on_line(self, chainage_m: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        # Written so that a chainage that is not a number is refused too.
        wrong = ~((chainage_m >= -_ROUNDING_M) & (chainage_m <= self.map_length_m + _ROUNDING_M))
        if wrong.any():
            first_km = float(np.atleast_1d(chainage_m)[np.atleast_1d(wrong)][0]) / 1000
            raise ValueError(
                f"Chainage {first_km:g} km is not on {self.name} ({self.version}); "
                f"it runs from 0 to {self.map_length_m / 1000:.3f} km."
            )
        pieces = self._pieces
        piece = np.clip(np.searchsorted(pieces.start_m, chainage_m, side="right") - 1, 0, len(pieces.start_m) - 1)
        along_m = np.clip(chainage_m, 0.0, self.map_length_m) - pieces.start_m[piece]
        lon, lat, back_deg = WGS84.fwd(pieces.lon[piece], pieces.lat[piece], pieces.bearing_deg[piece], along_m)
        return np.asarray(lon), np.asarray(lat), np.asarray(back_deg) + 180.0

    def _key(self) -> tuple[Any, ...]:
        words = (self.name, self.version, self.home_side, self.origin, self.calibrations)
        return (*words, self.lateral_uncertainty_m, self.reported_length_m, self.vertices.tobytes())

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Frontier) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())
