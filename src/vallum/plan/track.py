"""Where does a way across the line lead, and how surely is it detected by when?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.plan.band import Way
from vallum.plan.corridor import Window

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A way across the line on the ground, in time; arrays run along it from the outer edge.

    Attributes
    ----------
    lon, lat
        Degrees WGS 84.
    chainage_m, offset_m
        Metres; offset positive on the home side.
    time_s
        Seconds since it began, at the target's speed.
    detected
        How surely it has been detected by then, 0 to 1, were every sensor always at work.
    crosses_at_m
        Chainage at which it steps over the line, metres.
    length_m
        Along the way, metres.
    """

    lon: FloatArray
    lat: FloatArray
    chainage_m: FloatArray
    offset_m: FloatArray
    time_s: FloatArray
    detected: FloatArray
    crosses_at_m: float
    length_m: float

    @property
    def probability(self) -> float:
        """Of being detected before it ends."""
        return float(self.detected[-1])

    @property
    def duration_s(self) -> float:
        """How long it takes, seconds."""
        return float(self.time_s[-1])

    @property
    def seen_after_s(self) -> float | None:
        """After how many seconds it is more likely detected than not; None when it never is."""
        late = np.flatnonzero(self.detected >= 0.5)
        return float(self.time_s[late[0]]) if late.size else None


def along(way: Way, window: Window, seconds_per_m: float) -> Track:
    """Put a way of a window's band on the ground.

    Parameters
    ----------
    way
        Along cells of the window.
    window
        Where it was found.
    seconds_per_m
        How slow the target is.
    """
    strip = window.corridor.strip
    row, column = way.cells[:, 0] + window.box[0], way.cells[:, 1] + window.box[2]
    x_m = np.asarray(strip.transform.c + (column + 0.5) * strip.cell_m, np.float64)
    y_m = np.asarray(strip.transform.f - (row + 0.5) * strip.cell_m, np.float64)
    lon, lat = strip.to_lonlat(x_m, y_m)
    walked_m = np.append(0.0, np.cumsum(np.hypot(np.diff(row), np.diff(column)) * strip.cell_m))
    return Track(
        lon=lon,
        lat=lat,
        chainage_m=way.chainage_m,
        offset_m=way.offset_m,
        time_s=walked_m * seconds_per_m,
        detected=np.asarray(-np.expm1(-way.exposure)),
        crosses_at_m=way.crosses_at_m,
        length_m=way.length_m,
    )
