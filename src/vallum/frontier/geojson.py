"""What line does this GeoJSON hold?

A frontier is one line. Files hold features, collections and lines in pieces; this module finds the one line in them or
says which feature is in the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

_WGS84 = Geod(ellps="WGS84")
_JOIN_TOLERANCE_M = 1.0


def line_coordinates(mapping: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return the coordinates of the only line in a GeoJSON object.

    Parameters
    ----------
    mapping
        A FeatureCollection, Feature or geometry (RFC 7946) with exactly one LineString, or one MultiLineString whose
        pieces follow each other: each piece starts where the one before it ended (within 1 m, also across the
        antimeridian). Heights are ignored.

    Returns
    -------
    numpy.ndarray
        Shape (n, 2): longitude, latitude, degrees WGS 84, in file order.

    Raises
    ------
    ValueError
        If there is no line, more than one, another kind of geometry, or a coordinate that is none.

    Examples
    --------
    >>> line_coordinates({"type": "LineString", "coordinates": [[42.0, 36.0], [42.5, 36.5]]})
    array([[42. , 36. ],
           [42.5, 36.5]])
    """
    lines = [(where, geometry) for where, geometry in _geometries(mapping, "the file")]
    if len(lines) != 1:
        found = "no line" if not lines else f"{len(lines)} lines ({', '.join(where for where, _ in lines)})"
        raise ValueError(
            f"A frontier is one line, but there is {found} in this GeoJSON. "
            "Keep exactly one feature with a LineString geometry."
        )
    where, geometry = lines[0]
    coordinates = geometry.get("coordinates")
    if geometry["type"] == "LineString":
        return _positions(coordinates, where)
    return _joined(coordinates, where)


def _geometries(mapping: Mapping[str, Any], where: str) -> list[tuple[str, Mapping[str, Any]]]:
    kind = mapping.get("type") if isinstance(mapping, Mapping) else None
    if kind == "FeatureCollection":
        features = mapping.get("features")
        if not isinstance(features, Sequence) or isinstance(features, str):
            raise ValueError(f'{where}: a FeatureCollection needs a list called "features".')
        found: list[tuple[str, Mapping[str, Any]]] = []
        for number, feature in enumerate(features, start=1):
            found += _geometries(feature, f"feature {number}")
        return found
    if kind == "Feature":
        if mapping.get("geometry") is None:
            raise ValueError(f"{where} has no geometry. Give it a LineString, or remove it.")
        return _geometries(mapping["geometry"], where)
    if kind in ("LineString", "MultiLineString"):
        return [(where, mapping)]
    raise ValueError(
        f"{where} is {'not a GeoJSON object' if kind is None else f'a {kind}'}, expected a LineString. "
        "Keep only the frontier's line in this file; points and areas belong in files of their own."
    )


def _positions(coordinates: Any, where: str) -> NDArray[np.float64]:
    if not isinstance(coordinates, Sequence) or isinstance(coordinates, str):
        raise ValueError(f'{where}: "coordinates" must be a list of [longitude, latitude] pairs.')
    positions = np.empty((len(coordinates), 2))
    for row, position in enumerate(coordinates):
        try:
            positions[row] = [float(position[0]), float(position[1])]
        except (TypeError, ValueError, IndexError, KeyError):
            raise ValueError(
                f"{where}, point {row + 1}: {position!r} is not a position. "
                "Write [longitude, latitude] as two numbers in degrees."
            ) from None
    return positions


def _joined(coordinates: Any, where: str) -> NDArray[np.float64]:
    if not isinstance(coordinates, Sequence) or isinstance(coordinates, str):
        raise ValueError(f'{where}: "coordinates" of a MultiLineString must be a list of lines.')
    pieces = [_positions(piece, f"{where}, piece {number}") for number, piece in enumerate(coordinates, start=1)]
    pieces = [piece for piece in pieces if len(piece)]
    for number, (before, after) in enumerate(pairwise(pieces), start=1):
        gap_m = float(_WGS84.inv(*before[-1], *after[0])[2])
        # Written this way round so that a position that is not a number also counts as a gap.
        if not gap_m <= _JOIN_TOLERANCE_M:
            raise ValueError(
                f"{where}: piece {number + 1} starts {gap_m / 1000:.3f} km from the end of piece {number}. "
                "A frontier is one unbroken line: order and turn the pieces so that each starts where the one "
                "before it ends, or close the gap."
            )
    return np.concatenate(pieces) if pieces else np.empty((0, 2))
