"""What do wind, dust and the light do to the sensors, anywhere along the line, all night?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from astral import Observer
from astral.sun import elevation as sun_elevation
from numpy.typing import ArrayLike, NDArray

SETTLED_S = 2_400.0  # the night's dust rises no sooner than this, so that its first minutes can be followed
LIGHT_STEP_S = 600.0


@dataclass(frozen=True, slots=True, eq=False)
class Weather:
    """Wind and dust as slow waves in time and along the line, and daylight from the sun's height.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> dusk = datetime(2021, 3, 17, 15, 0, tzinfo=UTC)
    >>> weather = Weather.drawn(3, lon=41.5, lat=36.0, start_s=dusk.timestamp(), end_s=dusk.timestamp() + 43_200)
    >>> float(weather.daylight(dusk.timestamp() + 14_400))
    0.0
    """

    mean_wind_m_s: float
    waves: NDArray[np.float64]  # (k, 4): amplitude m/s, period s, length m, phase
    storms: NDArray[np.float64]  # (k, 5): strength, middle s, sd s, middle m, sd m
    start_s: float
    light_s: NDArray[np.float64]
    light: NDArray[np.float64]

    @classmethod
    def drawn(cls, seed: int, *, lon: float, lat: float, start_s: float, end_s: float) -> Weather:
        """Return the weather of a seed.

        Parameters
        ----------
        seed
            The night's seed; the weather has a stream of chance of its own.
        lon, lat
            Where the sun is reckoned, degrees.
        start_s, end_s
            The night, unix seconds.

        Examples
        --------
        >>> a = Weather.drawn(3, lon=41.5, lat=36.0, start_s=0.0, end_s=3_600.0)
        >>> b = Weather.drawn(3, lon=41.5, lat=36.0, start_s=0.0, end_s=3_600.0)
        >>> float(a.wind_m_s(900.0, 5_000.0)) == float(b.wind_m_s(900.0, 5_000.0))
        True
        """
        chance = np.random.Generator(np.random.PCG64([seed, 1]))
        waves = np.column_stack(
            (
                chance.uniform(0.4, 1.6, 5),
                chance.uniform(1_800.0, 14_400.0, 5),
                chance.uniform(40_000.0, 300_000.0, 5),
                chance.uniform(0.0, 2.0 * np.pi, 5),
            )
        )
        number = int(chance.integers(1, 4))
        storms = np.column_stack(
            (
                chance.uniform(0.3, 0.95, number),
                chance.uniform(start_s + SETTLED_S, max(end_s, start_s + SETTLED_S + 1.0), number),
                chance.uniform(900.0, 3_600.0, number),
                chance.uniform(0.0, 600_000.0, number),
                chance.uniform(20_000.0, 90_000.0, number),
            )
        )
        light_s = np.arange(start_s, end_s + 2 * LIGHT_STEP_S, LIGHT_STEP_S)
        heights_deg = np.array([_sun_height_deg(lon, lat, float(moment_s)) for moment_s in light_s])
        # Civil twilight: full use of a day camera ends with the sun at the horizon and is gone 6 degrees below it.
        light = np.clip((heights_deg + 6.0) / 6.0, 0.0, 1.0)
        return cls(float(chance.uniform(1.5, 5.0)), waves, storms, start_s, light_s, light)

    def wind_m_s(self, t_s: float, chainage_m: ArrayLike) -> NDArray[np.float64]:
        """Return the wind at an instant, m/s, for one place or many along the line.

        Examples
        --------
        >>> weather = Weather.drawn(1, lon=41.5, lat=36.0, start_s=0.0, end_s=3_600.0)
        >>> weather.wind_m_s(0.0, [0.0, 50_000.0]).shape
        (2,)
        """
        along_m = np.asarray(chainage_m, dtype=np.float64)[..., None]
        size_m_s, period_s, length_m, phase = self.waves.T
        since_s = t_s - self.start_s
        swing = size_m_s * np.sin(2.0 * np.pi * (since_s / period_s + along_m / length_m) + phase)
        return np.asarray(np.maximum(self.mean_wind_m_s + swing.sum(axis=-1), 0.0), dtype=np.float64)

    def dust(self, t_s: float, chainage_m: ArrayLike) -> NDArray[np.float64]:
        """Return how thick the dust is, 0 (clear) to 1 (no hand before the eyes).

        Examples
        --------
        >>> weather = Weather.drawn(1, lon=41.5, lat=36.0, start_s=0.0, end_s=40_000.0)
        >>> bool((weather.dust(20_000.0, [0.0, 300_000.0]) <= 1.0).all())
        True
        """
        along_m = np.asarray(chainage_m, dtype=np.float64)[..., None]
        strength, middle_s, sd_s, middle_m, sd_m = self.storms.T
        bell = np.exp(-0.5 * ((t_s - middle_s) / sd_s) ** 2 - 0.5 * ((along_m - middle_m) / sd_m) ** 2)
        rising = min(max((t_s - self.start_s) / SETTLED_S, 0.0), 1.0)
        return np.asarray(np.clip(rising * (strength * bell).sum(axis=-1), 0.0, 1.0), dtype=np.float64)

    def daylight(self, t_s: float) -> float:
        """Return the light left for a day camera, 1 (day) to 0 (night).

        Examples
        --------
        >>> from datetime import datetime, UTC
        >>> noon_s = datetime(2021, 3, 17, 9, 0, tzinfo=UTC).timestamp()
        >>> Weather.drawn(1, lon=41.5, lat=36.0, start_s=noon_s, end_s=noon_s + 60.0).daylight(noon_s)
        1.0
        """
        return float(np.interp(t_s, self.light_s, self.light))


def _sun_height_deg(lon: float, lat: float, t_s: float) -> float:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=t_s)
    return float(sun_elevation(Observer(latitude=lat, longitude=lon), moment))
