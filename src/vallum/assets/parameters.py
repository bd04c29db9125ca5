"""Which figures stand behind a sensor's probability, and who says so?

The figures themselves are data: `performance.toml` beside this file, and what a project says differently. Here stands
their shape. Each figure carries its unit, its basis and its source, so that every number on the page can be asked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from vallum.assets.conditions import Light, Target, Weather
from vallum.assets.sensor import SensorKind

Basis = Literal["published", "derived", "assumption"]


class Strict(BaseModel):
    """A table of a file of figures: nothing unknown, nothing converted, nothing infinite."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Figure(Strict):
    """A number that can say where it comes from."""

    basis: Basis = Field(description="published, derived from something published, or openly an assumption")
    source: str = Field(min_length=1, max_length=400, description="who says so, in words")


class Share(Figure):
    """What is left of something, 0 to 1."""

    value: float = Field(ge=0, le=1)
    unit: Literal["share"]


class Probability(Figure):
    """A probability that is neither impossible nor certain."""

    value: float = Field(gt=0, lt=1)
    unit: Literal["probability"]


class Metres(Figure):
    """A length."""

    value: float = Field(ge=0, le=100_000)
    unit: Literal["m"]


class Speed(Figure):
    """A speed over the ground."""

    value: float = Field(gt=0, le=60)
    unit: Literal["m/s"]


class Seconds(Figure):
    """A time."""

    value: float = Field(gt=0, le=3600)
    unit: Literal["s"]


class Degrees(Figure):
    """An angle."""

    value: float = Field(gt=0, le=360)
    unit: Literal["deg"]


class Exponent(Figure):
    """An exponent of at least 0."""

    value: float = Field(ge=0, le=20)
    unit: Literal["1"]


class Steepness(Figure):
    """The exponent of the detection curve: how suddenly it falls."""

    value: float = Field(ge=1, le=20)
    unit: Literal["1"]


class LightShares(Strict):
    """What each light leaves of the range."""

    day: Share = Field(description="in daylight")
    night: Share = Field(description="between dusk and dawn")


class WeatherShares(Strict):
    """What each weather leaves of the range in clear air; none leaves more."""

    haze: Share = Field(description="in haze")
    dust: Share = Field(description="in dust")
    rain: Share = Field(description="in rain")


class KindParameters(Strict):
    """How one kind of sensor detects."""

    needs_sight: bool = Field(description="false for what is buried and hears")
    declared_probability: Probability = Field(
        description="of one look at a declared range, as a share of the ceiling, where sensors.csv does not say"
    )
    steepness: Steepness = Field(description="exponent n of 1 / (1 + (r / r50)^n)")
    field_share: Share = Field(description="what air, clutter and search leave of the range until a walk test")
    ceiling: Probability = Field(description="of one look near by")
    availability: Share = Field(description="of the time in which it works at all")
    glimpse_s: Seconds = Field(description="two looks nearer than this in time are one look")
    field_of_view_deg: Degrees = Field(description="what it looks at once; a wider sector is panned")
    dwell_s: Seconds = Field(description="how long it looks there before it turns on")
    animal_share: Share = Field(description="range for an animal by that for a person")
    full_mast_m: Metres = Field(description="mast from which on its range is the full one")
    mast_exponent: Exponent = Field(description="how fast the range falls with a lower mast")
    steepest_look_deg: Degrees = Field(description="below the horizon; what lies steeper under the mast is not seen")
    out_below_visibility_m: Metres = Field(description="in a weather with less visibility it sees nothing")
    light: LightShares
    weather: WeatherShares


class TargetParameters(Strict):
    """What is to be detected."""

    height_m: Metres = Field(description="above ground that must be seen over for enough of it to show")
    speed_m_s: Speed = Field(description="at which it passes in a walk test that does not say how long a pass took")


class Targets(Strict):
    """What is to be detected, by kind."""

    person: TargetParameters
    vehicle: TargetParameters
    animal: TargetParameters


class Visibilities(Strict):
    """The visibility that each weather stands for."""

    clear: Metres
    haze: Metres
    dust: Metres
    rain: Metres


class Parameters(Strict):
    """Everything performance.toml may hold."""

    least_share: Share = Field(description="of the ceiling, below which the curve counts as nothing")
    target: Targets
    visibility_m: Visibilities
    thermal_camera: KindParameters
    day_camera: KindParameters
    ground_radar: KindParameters
    ground_sensor: KindParameters
    patrol_observation: KindParameters

    def of(self, kind: SensorKind) -> KindParameters:
        """Return the parameters of a kind of sensor.

        Examples
        --------
        >>> DEFAULT.of("day_camera").light.night.value
        0.0
        """
        by_kind: dict[SensorKind, KindParameters] = {
            "thermal_camera": self.thermal_camera,
            "day_camera": self.day_camera,
            "ground_radar": self.ground_radar,
            "ground_sensor": self.ground_sensor,
            "patrol_observation": self.patrol_observation,
        }
        return by_kind[kind]

    def of_target(self, target: Target) -> TargetParameters:
        """Return the parameters of a target.

        Examples
        --------
        >>> DEFAULT.of_target("person").height_m.value
        1.0
        """
        by_target: dict[Target, TargetParameters] = {
            "person": self.target.person,
            "vehicle": self.target.vehicle,
            "animal": self.target.animal,
        }
        return by_target[target]

    def range_share(self, kind: SensorKind, light: Light, weather: Weather) -> float:
        """Return what light and weather leave of a kind's range in its best conditions, 0 to 1.

        Examples
        --------
        >>> DEFAULT.range_share("ground_radar", "night", "dust"), DEFAULT.range_share("thermal_camera", "night", "dust")
        (0.88, 0.0)
        """
        known = self.of(kind)
        visible: dict[Weather, float] = {
            "clear": self.visibility_m.clear.value,
            "haze": self.visibility_m.haze.value,
            "dust": self.visibility_m.dust.value,
            "rain": self.visibility_m.rain.value,
        }
        if visible[weather] < known.out_below_visibility_m.value:
            return 0.0
        by_weather: dict[Weather, float] = {
            "clear": 1.0,
            "haze": known.weather.haze.value,
            "dust": known.weather.dust.value,
            "rain": known.weather.rain.value,
        }
        in_light = known.light.day.value if light == "day" else known.light.night.value
        return in_light * by_weather[weather]


def parameters_with(changes: Mapping[str, Any]) -> Parameters:
    """Return the packaged parameters with what somebody says differently.

    Parameters
    ----------
    changes
        A tree of the shape of performance.toml that holds only what differs; a figure is replaced as a whole, with its
        unit, basis and source.

    Raises
    ------
    pydantic.ValidationError
        For whatever does not fit; its places are those of the tree.

    Examples
    --------
    >>> figure = {"value": 40, "unit": "s", "basis": "assumption", "source": "our own night of 3 March"}
    >>> parameters_with({"ground_radar": {"glimpse_s": figure}}).ground_radar.glimpse_s.value
    40.0
    """
    return Parameters.model_validate(merged(_PACKAGED, changes))


def merged(packaged: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree of figures with what somebody says differently; a figure is replaced as a whole.

    Examples
    --------
    >>> merged({"a": {"x": 1, "y": 2}, "b": {"value": 1, "basis": "assumption"}}, {"a": {"y": 3}, "b": {"value": 2}})
    {'a': {'x': 1, 'y': 3}, 'b': {'value': 2}}
    """
    tree = dict(packaged)
    for name, change in changes.items():
        here = tree.get(name)
        is_table = isinstance(here, Mapping) and isinstance(change, Mapping) and "basis" not in here
        tree[name] = merged(here, change) if is_table and isinstance(here, Mapping) else change
    return tree


_PACKAGED: Mapping[str, Any] = tomllib.loads(
    files("vallum.assets").joinpath("performance.toml").read_text(encoding="utf-8")
)
DEFAULT = parameters_with({})
