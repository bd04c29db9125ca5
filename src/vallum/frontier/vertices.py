"""Are these points a line on the earth?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vallum.frontier.foot import WGS84

_SHORTEST_SEGMENT_M = 0.001


def checked_vertices(name: str, vertices: ArrayLike) -> NDArray[np.float64]:
    """Return a copy of a line's vertices without repetitions, or say which point is wrong.

    Parameters
    ----------
    name
        What to call the line in an error.
    vertices
        Shape (n, 2): longitude, latitude, degrees WGS 84.

    Returns
    -------
    numpy.ndarray
        Shape (m, 2), 2 <= m <= n: neighbours closer than 1 mm are dropped, since a segment needs a direction.

    Raises
    ------
    ValueError
        If a point is not on the earth or fewer than two different points remain.

    Examples
    --------
    >>> checked_vertices("a fence", [[42.0, 36.0], [42.0, 36.0], [42.0, 36.1]])
    array([[42. , 36. ],
           [42. , 36.1]])
    """
    points = np.array(vertices, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"{name}: vertices have shape {points.shape}, expected (n, 2): longitude, latitude.")
    for number, (lon, lat) in enumerate(points, start=1):
        # Written so that NaN is refused too.
        if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
            swapped = " Longitude comes first: are they swapped?" if abs(lon) <= 90 < abs(lat) <= 180 else ""
            raise ValueError(
                f"{name}, point {number}: longitude {lon:g}, latitude {lat:g} is not a position on the earth. "
                f"Longitudes run from -180 to 180 degrees, latitudes from -90 to 90, on WGS 84.{swapped}"
            )
    if len(points) > 1:
        _, _, steps_m = WGS84.inv(*points[:-1].T, *points[1:].T)
        points = points[np.concatenate([[True], steps_m >= _SHORTEST_SEGMENT_M])]
    if len(points) < 2:
        raise ValueError(f"{name}: a line needs at least two different points, this one has {len(points)}.")
    return points
