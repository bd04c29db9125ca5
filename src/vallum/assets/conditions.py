"""What is looked for, in which light, in which weather?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Target = Literal["person", "vehicle", "animal"]
Light = Literal["day", "night"]
Weather = Literal["clear", "haze", "dust", "rain"]

TARGETS: tuple[Target, ...] = get_args(Target)
LIGHTS: tuple[Light, ...] = get_args(Light)
WEATHERS: tuple[Weather, ...] = get_args(Weather)


@dataclass(frozen=True, slots=True)
class Conditions:
    """One target in one light and one weather.

    Examples
    --------
    >>> str(Conditions("person", "night", "dust"))
    'person, night, dust'
    """

    target: Target
    light: Light
    weather: Weather

    def __str__(self) -> str:
        return f"{self.target}, {self.light}, {self.weather}"
