"""In which light and weather does the line lie now, on whose word, and which case of sight is that?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vallum.assets.conditions import Light, Weather
from vallum.centre.sky import light
from vallum.plan.case import Case
from vallum.watch.weather import WeatherRow


@dataclass(frozen=True, slots=True)
class Now:
    """Light by the sun, weather by a person.

    Attributes
    ----------
    light
        At the middle of the line.
    weather
        As it was stated; clear when nobody did.
    stated
        Who said so until when; None when nothing that was said still holds.
    """

    light: Light
    weather: Weather
    stated: WeatherRow | None

    @property
    def case(self) -> Case:
        """For a person on foot, who is the hardest to see: the case of the live lane.

        Examples
        --------
        >>> Now("night", "clear", None).case.name
        'night-person'
        """
        return Case(target="person", light=self.light, weather=self.weather)

    @property
    def words(self) -> str:
        """Light and weather for a person to read.

        Examples
        --------
        >>> Now("night", "clear", None).words
        'night, weather not stated and taken for clear'
        """
        if self.stated is None:
            return f"{self.light}, weather not stated and taken for clear"
        return f"{self.light}, {self.weather} as {self.stated.stated_by} stated"


def conditions(lon: float, lat: float, now: datetime, said: WeatherRow | None) -> Now:
    """Tell what holds now.

    Parameters
    ----------
    lon, lat : float
        Degrees, where the sun is asked about.
    now : datetime
        The centre's time.
    said : WeatherRow or None
        What was said of the weather last.

    Examples
    --------
    >>> from datetime import UTC
    >>> conditions(41.2, 36.1, datetime(2021, 3, 17, 9, tzinfo=UTC), None).case.name
    'day-person'
    """
    holds = said if said is not None and said.holds(now) else None
    return Now(light(lon, lat, now), "clear" if holds is None else holds.weather, holds)
