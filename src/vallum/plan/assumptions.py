"""What does the holding analysis assume, and who says so?

The figures are data: `holding.toml` beside this file, and what a planner says differently. Here stands their shape.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Literal

from pydantic import Field, model_validator

from vallum.assets.parameters import Figure, Probability, Seconds, Share, Strict, merged

Alert = Literal["routine", "alert"]


class Times(Figure):
    """So many times as much."""

    value: float = Field(ge=1, le=100)
    unit: Literal["times"]


class Readiness(Strict):
    """What is left of the declared time to move off."""

    routine: Share = Field(description="on an ordinary shift")
    alert: Share = Field(description="when units wait for a call")


class Weathers(Strict):
    """How common each weather is."""

    clear: Share
    haze: Share
    dust: Share
    rain: Share

    @model_validator(mode="after")
    def _is_all_the_time(self) -> Weathers:
        total = self.clear.value + self.haze.value + self.dust.value + self.rain.value
        if abs(total - 1.0) > 1e-9:
            raise ValueError(
                f"the shares of the weathers add up to {total:g}, not 1; give every kind of time its share"
            )
        return self


class Outages(Strict):
    """How often many sensors are out together."""

    link: Share = Field(description="of the time each party's link is down")
    radars: Share = Field(description="of the time all radars are out")
    cameras: Share = Field(description="of the time all cameras are out")


class Overload(Strict):
    """When there is more to do than the room can."""

    weight: Share = Field(description="of the time")
    assessed: Share = Field(description="of the detections that are looked at in time then")


class Asked(Strict):
    """With which changes the cause of a gap is looked for."""

    detection_times: Times
    delay_s: Seconds
    response_s: Seconds


class Assumptions(Strict):
    """Everything holding.toml may hold."""

    required: Probability = Field(description="P_I from which on a stretch is held")
    communication: Probability = Field(description="P_C: a detection reaches those who respond")
    response_spread: Share = Field(description="standard deviation of a response time as a share of it")
    report_s: Seconds
    assess_s: Seconds
    dispatch_s: Seconds
    readiness: Readiness
    weather: Weathers
    outage: Outages
    overloaded: Overload
    cause: Asked

    @property
    def tasked_s(self) -> float:
        """From a detection until a unit is tasked, seconds.

        Examples
        --------
        >>> ASSUMED.tasked_s
        125.0
        """
        return self.report_s.value + self.assess_s.value + self.dispatch_s.value

    def listed(self) -> list[dict[str, Any]]:
        """Return every figure with its name, value, unit, basis and source.

        Examples
        --------
        >>> ASSUMED.listed()[0]["name"], ASSUMED.listed()[0]["value"]
        ('required', 0.8)
        """
        return list(_listed("", self.model_dump()))


def _listed(name: str, tree: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for key, value in tree.items():
        full = f"{name}.{key}" if name else key
        if "basis" in value:
            yield {"name": full, **value}
        else:
            yield from _listed(full, value)


def assumptions_with(changes: Mapping[str, Any]) -> Assumptions:
    """Return the packaged assumptions with what somebody says differently; a figure is replaced as a whole.

    Raises
    ------
    pydantic.ValidationError
        For whatever does not fit; its places are those of the tree.

    Examples
    --------
    >>> figure = {"value": 0.9, "unit": "probability", "basis": "assumption", "source": "the commander"}
    >>> assumptions_with({"required": figure}).required.value
    0.9
    """
    return Assumptions.model_validate(merged(_PACKAGED, changes))


_PACKAGED: Mapping[str, Any] = tomllib.loads(files("vallum.plan").joinpath("holding.toml").read_text(encoding="utf-8"))
ASSUMED = assumptions_with({})
"""As packaged."""
