"""How does somebody move over which ground, and who says so?

The figures are data: `mobility.toml` beside this file, and what a project says differently. From them comes, for an
adversary or a unit in a light, a pace: seconds for a metre by class of ground and slope.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vallum.assets.conditions import Light
from vallum.assets.parameters import Figure, Metres, Seconds, Share, Speed, Strict, merged
from vallum.assets.unit import Unit
from vallum.terrain.driving import driving
from vallum.terrain.pace import Pace
from vallum.terrain.walking import tobler

Mover = Literal["foot", "vehicle"]
FloatArray = NDArray[np.float64]

OPEN = "open"
"""The class of ground where nobody says otherwise."""


class Slope(Figure):
    """A slope."""

    value: float = Field(gt=0, le=1.2)
    unit: Literal["rise/run"]


class Power(Figure):
    """Power by mass."""

    value: float = Field(gt=0, le=200)
    unit: Literal["W/kg"]


class Coefficient(Figure):
    """A share of a weight."""

    value: float = Field(ge=0, le=1.5)
    unit: Literal["1"]


class Multiple(Figure):
    """What is left of something, or made of it."""

    value: float = Field(gt=0, le=2)
    unit: Literal["share"]


class OnFoot(Strict):
    """How people walk."""

    night_on_track: Share = Field(description="of the speed by day, on a road or track")
    night_off_track: Share = Field(description="of the speed by day, across country")
    steepest: Slope = Field(description="beyond it nobody walks")


class ByVehicle(Strict):
    """How vehicles drive."""

    watts_per_kg: Power = Field(description="power at the wheels by mass")
    reaction_s: Seconds = Field(description="until the driver brakes")
    seen_by_day_m: Metres = Field(description="how far the driver sees the ground")
    seen_by_night_m: Metres = Field(description="how far the driver sees the ground")


class GroundClass(Strict):
    """One class of ground."""

    on_track: bool = Field(description="whether one walks as on a path")
    foot: Multiple = Field(description="of Tobler's speed on a path at the same slope; above 1 where a log says so")
    cap_m_s: Speed = Field(description="what vehicles do at most")
    friction: Coefficient = Field(description="of tyres")
    rolling: Coefficient = Field(description="resistance to rolling, as a share of the weight")


class Mobility(Strict):
    """Everything mobility.toml may hold."""

    foot: OnFoot
    vehicle: ByVehicle
    ground: dict[str, GroundClass]

    def of(self, name: str) -> GroundClass:
        """Return a class of ground.

        Raises
        ------
        ValueError
            If there is none of that name.
        """
        try:
            return self.ground[name]
        except KeyError:
            known = ", ".join(sorted(self.ground))
            raise ValueError(
                f"There is no ground of class {name!r}; known are {known}. Add it to the project's mobility.toml."
            ) from None


def mobility_with(changes: Mapping[str, Any]) -> Mobility:
    """Return the packaged figures with what somebody says differently.

    Parameters
    ----------
    changes
        A tree of the shape of mobility.toml that holds only what differs; a figure is replaced as a whole.

    Raises
    ------
    pydantic.ValidationError
        For whatever does not fit; its places are those of the tree.

    Examples
    --------
    >>> figure = {"value": 6, "unit": "m/s", "basis": "derived", "source": "our patrols of March"}
    >>> mobility_with({"ground": {"open": {"cap_m_s": figure}}}).of("open").cap_m_s.value
    6.0
    """
    return Mobility.model_validate(merged(_PACKAGED, changes))


def pace_of(mover: Mover, light: Light, grounds: Sequence[str] = (OPEN,), mobility: Mobility | None = None) -> Pace:
    """Return how an adversary moves.

    Parameters
    ----------
    mover
        On foot or by vehicle.
    light
        By day or by night.
    grounds
        The classes of ground, in the order of their numbers on the map.
    mobility
        The figures; as packaged unless given.

    Examples
    --------
    >>> foot = pace_of("foot", "day")
    >>> round(3.6 / foot.at(0, 0.0), 2)  # km/h: Tobler beside a path
    3.02
    >>> round(1.0 / pace_of("vehicle", "night").at(0, 0.0), 1)
    8.0
    """
    known = DEFAULT if mobility is None else mobility
    speeds = [partial(_speed, mover=mover, light=light, ground=known.of(name), mobility=known) for name in grounds]
    return Pace.of(f"{mover} by {light}", grounds, speeds)


def unit_pace(unit: Unit, light: Light, grounds: Sequence[str] = (OPEN,), mobility: Mobility | None = None) -> Pace:
    """Return how a unit moves: as somebody on foot or a vehicle does, at its declared speed on flat open ground by day.

    Examples
    --------
    >>> from vallum.project import load
    >>> patrol = load("iraq-syria").units[0]
    >>> patrol.speed_m_s, round(1.0 / unit_pace(patrol, "day").at(0, 0.0), 3)
    (8.0, 8.0)
    """
    mover = mover_of(unit)
    usual = pace_of(mover, "day", (OPEN,), mobility).at(0, 0.0)
    here = pace_of(mover, light, grounds, mobility)
    scaled = np.asarray(here.s_per_m.astype(np.float64) / (usual * unit.speed_m_s), np.float32)
    return Pace(f"{unit.kind} by {light}", here.grounds, scaled)


def mover_of(unit: Unit) -> Mover:
    """Return whether a unit moves on foot or by vehicle."""
    return "foot" if unit.kind in {"foot_patrol", "observation_post"} else "vehicle"


def _speed(slope: FloatArray, *, mover: Mover, light: Light, ground: GroundClass, mobility: Mobility) -> FloatArray:
    if mover == "foot":
        night = mobility.foot.night_on_track if ground.on_track else mobility.foot.night_off_track
        share = ground.foot.value * (night.value if light == "night" else 1.0)
        return np.where(np.abs(slope) <= mobility.foot.steepest.value, tobler(slope) * share, 0.0)
    how = mobility.vehicle
    return driving(
        slope,
        cap_m_s=ground.cap_m_s.value,
        friction=ground.friction.value,
        rolling=ground.rolling.value,
        watts_per_kg=how.watts_per_kg.value,
        visible_m=(how.seen_by_night_m if light == "night" else how.seen_by_day_m).value,
        reaction_s=how.reaction_s.value,
    )


_PACKAGED: Mapping[str, Any] = tomllib.loads(
    files("vallum.assets").joinpath("mobility.toml").read_text(encoding="utf-8")
)
DEFAULT = mobility_with({})
"""As packaged."""
