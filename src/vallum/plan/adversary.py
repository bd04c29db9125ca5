"""Who crosses, when, and against whom: which cases is holding asked for, and which kinds of time does each mix?

A case is a name of words joined by hyphens, in any order: foot or vehicle; night or day; a weather, or without one all
weathers by how common they are; alert when units wait for a call; proven-only when nothing but walk-tested performance
counts. On foot and by vehicle are two adversaries with two results, never averaged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from vallum.assets.conditions import WEATHERS, Weather
from vallum.assets.sensor import Sensor
from vallum.plan.assumptions import ASSUMED, Alert, Assumptions
from vallum.plan.case import Case

Adversary = Literal["foot", "vehicle"]


@dataclass(frozen=True, slots=True)
class HoldCase:
    """One question.

    Attributes
    ----------
    seen
        Light, target and on whose word sensors count; its weather is clear unless `weather` says otherwise.
    weather
        The one weather that is asked about, or None for all of them.
    alert
        Whether units wait for a call.

    Examples
    --------
    >>> HoldCase.named("alert-vehicle-day").name, HoldCase.named("foot").name, HoldCase.named("dust-night-foot").weather
    ('day-vehicle-alert', 'night-foot', 'dust')
    """

    seen: Case = field(default_factory=Case)
    weather: Weather | None = None
    alert: Alert = "routine"

    @classmethod
    def named(cls, name: str) -> HoldCase:
        """Read a case by its name.

        Raises
        ------
        ValueError
            If a word is none of those a case is made of, or two words say different things.
        """
        words = name.split("-")
        alert: Alert = "alert" if "alert" in words else "routine"
        try:
            seen = Case.named("-".join(word for word in words if word != "alert"))
        except ValueError as wrong:
            raise ValueError(f"{wrong}; and alert, as in night-foot-alert") from None
        if seen.target == "animal":
            raise ValueError(f"case {name}: nobody holds a line against animals; give foot or vehicle")
        weather = next((word for word in words if word in WEATHERS), None)
        return cls(seen, weather, alert)

    @property
    def adversary(self) -> Adversary:
        """Whether he comes on foot or by vehicle."""
        return "vehicle" if self.seen.target == "vehicle" else "foot"

    @property
    def name(self) -> str:
        """The case's one name."""
        words: list[str] = [self.seen.light, *([] if self.weather is None else [self.weather]), self.adversary]
        words += [] if self.alert == "routine" else ["alert"]
        return "-".join([*words, *(["proven-only"] if self.seen.proven_only else [])])


USUAL = (HoldCase.named("night-foot"), HoldCase.named("night-vehicle"))
"""The cases that are worked out unless others are asked for."""


@dataclass(frozen=True, slots=True)
class Time:
    """A kind of time: how common it is, in which conditions, and what does not work in it.

    Attributes
    ----------
    name
        In words.
    weight
        Share of the time, 0 to 1.
    seen
        The conditions.
    out
        Sensors that are out together in it.
    assessed
        Share of the detections that are assessed in time.
    source
        Where the weight comes from.
    """

    name: str
    weight: float
    seen: Case
    out: frozenset[str] = frozenset()
    assessed: float = 1.0
    source: str = "assumption"


def times(case: HoldCase, sensors: Sequence[Sensor], assumed: Assumptions = ASSUMED) -> tuple[Time, ...]:
    """Return the kinds of time a case mixes, those that never are left out.

    Their weights add up to 1, and in the first everything is at work.

    Parameters
    ----------
    case
        The question.
    sensors
        Those that count: the links and kinds among them can be out.
    assumed
        How common what is.

    Examples
    --------
    >>> [(time.name, round(time.weight, 3)) for time in times(HoldCase(), ())]
    [('clear', 0.76), ('haze', 0.095), ('dust', 0.057), ('rain', 0.038), ('room overloaded', 0.05)]
    """
    shares: Mapping[Weather, float] = {
        "clear": assumed.weather.clear.value,
        "haze": assumed.weather.haze.value,
        "dust": assumed.weather.dust.value,
        "rain": assumed.weather.rain.value,
    }
    sources = {weather: getattr(assumed.weather, weather).source for weather in WEATHERS}
    if case.weather is not None:
        shares = {case.weather: 1.0}
    usual: Weather = case.weather or "clear"
    seen = replace(case.seen, weather=usual)
    rare: list[Time] = []
    for party in sorted({sensor.party for sensor in sensors}):
        out = frozenset(sensor.sensor_id for sensor in sensors if sensor.party == party)
        link = assumed.outage.link
        rare.append(Time(f"link of {party.replace('_', ' ')} out", link.value, seen, out, 1.0, link.source))
    for what, share, kinds in (
        ("radars out", assumed.outage.radars, {"ground_radar"}),
        ("cameras out", assumed.outage.cameras, {"thermal_camera", "day_camera"}),
    ):
        out = frozenset(sensor.sensor_id for sensor in sensors if sensor.kind in kinds)
        if out:
            rare.append(Time(what, share.value, seen, out, 1.0, share.source))
    room = assumed.overloaded
    rare.append(Time("room overloaded", room.weight.value, seen, frozenset(), room.assessed.value, room.weight.source))
    rare = [time for time in rare if time.weight > 0.0]
    left = 1.0 - sum(time.weight for time in rare)
    if left <= 0.0:
        raise ValueError(
            f"Outages and overload take {1.0 - left:.0%} of the time and leave none in which everything works; lower "
            "the shares in holding.toml, or put sensors on fewer links."
        )
    weathers = [
        Time(weather, share * left, replace(case.seen, weather=weather), frozenset(), 1.0, sources[weather])
        for weather, share in shares.items()
        if share > 0.0
    ]
    return (*weathers, *rare)
