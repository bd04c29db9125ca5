"""Where is everybody who moves tonight, at any instant?

An actor's whole night is one `Journey`: instants and the places where it was at them, drawn before the night begins.
Where it is at an instant is then a pure function of the instant, whatever any sensor did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

ActorKind = Literal["person", "vehicle", "animal", "herder", "patrol"]
Purpose = Literal["crosses", "turns back", "passes by", "herds", "grazes", "roams", "patrols"]

WGS84_A_M = 6_378_137.0
WGS84_E2 = 6.694_379_990_14e-3


@dataclass(frozen=True, slots=True)
class Actor:
    """One actor at one instant: `count` persons, vehicles or animals that move together.

    `east_m_s` and `north_m_s` are its velocity over ground; `motorised` says whether it drives.
    """

    actor_id: str
    kind: ActorKind
    purpose: Purpose
    count: int
    lon: float
    lat: float
    east_m_s: float
    north_m_s: float
    motorised: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Journey:
    """An actor's way through the night.

    `times_s` (n,), unix seconds, never falls; `lon` and `lat` (n,), degrees WGS 84. Between two instants the actor
    moves evenly; before the first and after the last it is not there. `motorised` says whether it drives.

    Examples
    --------
    >>> import numpy as np
    >>> times_s, lon, lat = np.array([0.0, 100.0]), np.array([41.0, 41.001]), np.array([36.0, 36.0])
    >>> way = Journey("a1", "person", "crosses", 2, times_s, lon, lat)
    >>> round(way.at(50.0).lon, 4), way.at(101.0)
    (41.0005, None)
    """

    actor_id: str
    kind: ActorKind
    purpose: Purpose
    count: int
    times_s: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    motorised: bool = False

    def at(self, t_s: float) -> Actor | None:
        """Return the actor at an instant, or None when it is not on the ground then.

        Parameters
        ----------
        t_s
            Unix seconds.

        Examples
        --------
        >>> import numpy as np
        >>> times_s, lon, lat = np.array([0.0, 10.0]), np.array([41.0, 41.0]), np.array([36.0, 36.001])
        >>> way = Journey("a1", "animal", "roams", 1, times_s, lon, lat)
        >>> round(way.at(0.0).north_m_s, 1)
        11.1
        """
        if not self.times_s[0] <= t_s <= self.times_s[-1]:
            return None
        before = min(int(np.searchsorted(self.times_s, t_s, side="right")) - 1, len(self.times_s) - 2)
        lasts_s = float(self.times_s[before + 1] - self.times_s[before])
        done = (t_s - float(self.times_s[before])) / lasts_s if lasts_s > 0 else 1.0
        lon, lat = float(self.lon[before]), float(self.lat[before])
        east_deg, north_deg = float(self.lon[before + 1]) - lon, float(self.lat[before + 1]) - lat
        east_m, north_m = metres_per_degree(lat)
        return Actor(
            actor_id=self.actor_id,
            kind=self.kind,
            purpose=self.purpose,
            count=self.count,
            lon=lon + done * east_deg,
            lat=lat + done * north_deg,
            east_m_s=east_deg * east_m / lasts_s if lasts_s > 0 else 0.0,
            north_m_s=north_deg * north_m / lasts_s if lasts_s > 0 else 0.0,
            motorised=self.motorised,
        )


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Return metres per degree of longitude and of latitude on the WGS 84 ellipsoid at a latitude.

    With N the radius of the prime vertical and M that of the meridian: (pi/180) N cos(lat) and (pi/180) M.

    Examples
    --------
    >>> [round(metres) for metres in metres_per_degree(36.0)]
    [90164, 110959]
    """
    sine, cosine = np.sin(np.radians(lat)), np.cos(np.radians(lat))
    root = np.sqrt(1.0 - WGS84_E2 * sine * sine)
    prime_vertical_m = WGS84_A_M / root
    meridian_m = WGS84_A_M * (1.0 - WGS84_E2) / root**3
    return float(np.radians(prime_vertical_m * cosine)), float(np.radians(meridian_m))


def step_lengths_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lengths (n-1,) in metres of the steps of a path (n,); exact enough for steps of a few kilometres.

    Examples
    --------
    >>> import numpy as np
    >>> step_lengths_m(np.array([41.0, 41.01]), np.array([36.0, 36.0])).round()
    array([902.])
    """
    east_m, north_m = metres_per_degree(float(np.mean(lat)))
    return np.asarray(np.hypot(np.diff(lon) * east_m, np.diff(lat) * north_m), dtype=np.float64)
