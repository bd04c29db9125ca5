"""When does the sun set and rise at the middle of the line, and how much of the moon is lit? Computed, not fetched."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from astral import Observer, moon
from astral.sun import elevation, sunrise, sunset

from vallum.assets.conditions import Light

# The upper rim of the sun touches the horizon, seen through the air.
_SUNSET_DEG = -0.833
_LUNAR_CYCLE_DAYS = 28.0  # astral counts phases from 0 (new) to 28


@dataclass(frozen=True, slots=True)
class Sky:
    """Sun and moon of one night; None where the sun does not rise or set that day."""

    sunset: datetime | None
    sunrise: datetime | None
    moon_percent: float


def sky(lon: float, lat: float, now: datetime) -> Sky:
    """Compute the sky of the night that is nearest to now.

    Parameters
    ----------
    lon, lat : float
        Degrees WGS 84.
    now : datetime
        Timezone-aware.

    Returns
    -------
    Sky
        The last sunset before the next noon, the sunrise after it, and the lit share of the moon in percent,
        (1 - cos(phase)) / 2 of the phase angle; good to a few percent.

    Examples
    --------
    >>> found = sky(41.2, 36.1, datetime(2021, 3, 17, 16, tzinfo=UTC))
    >>> found.sunset.strftime("%H:%M"), found.sunrise.strftime("%d %H:%M")
    ('15:24', '18 03:21')
    """
    observer = Observer(latitude=lat, longitude=lon)
    # solar noon to solar noon: before noon the night is still last evening's
    evening = (now.astimezone(UTC) + timedelta(hours=lon / 15.0 - 12.0)).date()
    phase = moon.phase(evening) / _LUNAR_CYCLE_DAYS * 2.0 * math.pi
    return Sky(
        sunset=_or_none(sunset, observer, evening),
        sunrise=_or_none(sunrise, observer, evening + timedelta(days=1)),
        moon_percent=round(50.0 * (1.0 - math.cos(phase)), 1),
    )


def light(lon: float, lat: float, now: datetime) -> Light:
    """Tell whether it is day or night by the sun; dusk is night, since by dusk a camera for the day is lost.

    Parameters
    ----------
    lon, lat : float
        Degrees WGS 84.
    now : datetime
        Timezone-aware.

    Examples
    --------
    >>> [light(41.2, 36.1, datetime(2021, 3, 17, hour, tzinfo=UTC)) for hour in (15, 16)]
    ['day', 'night']
    """
    height_deg = elevation(Observer(latitude=lat, longitude=lon), now.astimezone(UTC), with_refraction=False)
    return "day" if height_deg > _SUNSET_DEG else "night"


def _or_none(event: object, observer: Observer, day: object) -> datetime | None:
    try:
        found = event(observer, date=day, tzinfo=UTC)  # type: ignore[operator]
    except ValueError:
        return None  # astral raises where the sun stays up or down
    return found if isinstance(found, datetime) else None
