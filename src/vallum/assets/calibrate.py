"""How fast do patrols get over which ground by their own logs, and how surely is that known?

Logs become legs (`outing`), legs become stretches of some 500 m of one class of ground, and of their speeds the 10th,
50th and 90th percentile are told with intervals that know that one outing is one driver on one day (`sureness`). The
90th becomes the project's figure: a line is held against the quick. What has too few outings to close its interval
stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vallum.assets.conditions import LIGHTS, Light
from vallum.assets.mobility import OPEN, Mover
from vallum.assets.outing import RULES, Legs, LogRules, Outing, Removed, moved
from vallum.assets.sureness import Percentile, percentile
from vallum.terrain.walking import tobler

FloatArray = NDArray[np.float64]
NumberAt = Callable[[FloatArray, FloatArray], NDArray[np.uint8]]
HeightAt = Callable[[FloatArray, FloatArray], FloatArray]
LightAt = Callable[[float, float, datetime], Light]

_TOO_MANY_TOO_FAST = 0.1
SHARES = (0.1, 0.5, 0.9)
NO_CLASS = 255
"""The number of ground over which no way leads; a fix there says nothing of any class."""


@dataclass(frozen=True, slots=True)
class ClassSpeed:
    """How fast one class of ground was passed in one light.

    Attributes
    ----------
    ground, light
        The class and the light.
    outings, stretches, hours, length_km
        On how much it rests.
    first, last
        When its first and its last stretch began, UTC.
    speed_m_s
        The 10th, 50th and 90th percentile of the speed over a stretch.
    of_path
        The same of the speed by Tobler's rule on a path at the slopes that were walked; empty for vehicles.
    """

    ground: str
    light: Light
    outings: int
    stretches: int
    hours: float
    length_km: float
    first: datetime
    last: datetime
    speed_m_s: tuple[Percentile, ...]
    of_path: tuple[Percentile, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What logs of patrols say.

    Attributes
    ----------
    mover
        On foot or by vehicle.
    confidence
        Of each interval.
    speeds
        By class of ground and light, where there was at least one stretch.
    outings
        How many there were.
    removed
        What was taken out of the logs.
    borders, steep, short, too_fast
        Legs from one class into another or where no way leads; legs of vehicles on ground that is not level; pieces too
        short to be a stretch; stretches that are faster than anybody moves so.
    without_height
        Legs whose slope nobody knows; taken as level.
    """

    mover: Mover
    confidence: float
    speeds: tuple[ClassSpeed, ...]
    outings: int
    removed: Removed
    borders: int
    steep: int
    short: int
    too_fast: int
    without_height: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    outing: int
    number: int
    start_s: float
    lon: float
    lat: float
    duration_s: float
    length_m: float
    on_path_s: float


def calibrated(
    outings: Sequence[Outing],
    mover: Mover,
    *,
    grounds: Sequence[str] = (OPEN,),
    number_at: NumberAt | None = None,
    height_at: HeightAt | None = None,
    light_at: LightAt | None = None,
    confidence: float = 0.95,
    rules: LogRules | None = None,
) -> Calibration:
    """Work out how fast patrols get over which ground.

    Parameters
    ----------
    outings
        Their fixes.
    mover
        On foot or by vehicle.
    grounds, number_at
        The classes, and a function from longitudes and latitudes to places among them, `NO_CLASS` for none; all is of
        the first class without it.
    height_at
        Heights in metres at longitudes and latitudes, not a number where unknown; the ground is level without it.
    light_at
        Tells day from night at a longitude and latitude; all is day without it.
    confidence
        Of each interval.
    rules
        What counts as what in a log; as packaged unless given.

    Raises
    ------
    ValueError
        If more than a tenth of the stretches are faster than anybody moves so: the rest would say nothing.

    Examples
    --------
    >>> seconds = np.arange(0.0, 3600.0, 10.0)
    >>> east = Outing(seconds, 42.0 + seconds * 8.0 / 90_165.0, np.full(len(seconds), 36.0))
    >>> (found,) = calibrated([east], "vehicle").speeds
    >>> found.stretches, round(found.speed_m_s[1].value, 2), found.speed_m_s[1].closed
    (51, 8.0, False)
    """
    known = rules or RULES
    taken = [moved(outing, mover, known) for outing in outings]
    legs, of_outing = _together([legs for legs, _ in taken])
    number = _numbers(legs, number_at)
    slope, unknown = _slopes(legs, height_at)
    borders = number == NO_CLASS
    steep = ~borders & (np.abs(slope) > known.level.value) & (mover == "vehicle")
    stretches, short = _stretches(legs, of_outing, np.where(steep, NO_CLASS, number), slope, known)
    fastest_m_s = (known.fastest_foot_m_s if mover == "foot" else known.fastest_vehicle_m_s).value
    slow_enough = [one for one in stretches if one.length_m <= fastest_m_s * one.duration_s]
    if len(stretches) - len(slow_enough) > _TOO_MANY_TOO_FAST * len(stretches):
        raise ValueError(
            f"{len(stretches) - len(slow_enough)} of {len(stretches)} stretches are faster than {fastest_m_s:g} m/s: "
            f"whoever made these logs did not move as said ({mover}). Ask for the other mover, or leave such logs out."
        )
    by_class: dict[tuple[int, Light], list[_Stretch]] = {}
    for one in slow_enough:
        when = datetime.fromtimestamp(one.start_s + one.duration_s / 2.0, UTC)
        light: Light = "day" if light_at is None else light_at(one.lon, one.lat, when)
        by_class.setdefault((one.number, light), []).append(one)
    speeds = [
        _summed(grounds[number], light, by_class[number, light], mover, confidence)
        for number in range(len(grounds))
        for light in LIGHTS
        if (number, light) in by_class
    ]
    return Calibration(
        mover,
        confidence,
        tuple(speeds),
        len(outings),
        sum((removed for _, removed in taken), Removed()),
        borders=int(np.count_nonzero(borders)),
        steep=int(np.count_nonzero(steep)),
        short=short,
        too_fast=len(stretches) - len(slow_enough),
        without_height=0 if height_at is None else int(np.count_nonzero(unknown)),
    )


def figures_of(calibration: Calibration) -> dict[str, Any]:
    """Return what a project's mobility.toml should say: the 90th percentile by day of each class surely enough known.

    A class whose interval is not closed is left out. For vehicles it is the cap of the class, for people the share of
    Tobler's speed on a path.

    Examples
    --------
    >>> figures_of(Calibration("foot", 0.95, (), 0, Removed(), 0, 0, 0, 0, 0))
    {}
    """
    tree: dict[str, Any] = {}
    for one in calibration.speeds:
        found = one.of_path[-1] if calibration.mover == "foot" else one.speed_m_s[-1]
        if one.light != "day" or not found.closed:
            continue
        name, unit = ("foot", "share") if calibration.mover == "foot" else ("cap_m_s", "m/s")
        figure = {"value": round(found.value, 3), "unit": unit, "basis": "derived", "source": _source(one, found)}
        tree.setdefault("ground", {})[one.ground] = {name: figure}
    return tree


def _source(one: ClassSpeed, found: Percentile) -> str:
    days = f"{one.first:%Y-%m-%d}" + ("" if one.first.date() == one.last.date() else f" to {one.last:%Y-%m-%d}")
    return (
        f"logs of own patrols, {days}: 90th percentile of {one.stretches} stretches in {one.outings} outings, "
        f"{one.hours:.1f} h by day; it lies between {found.low:.3g} and {found.high:.3g}"
    )


def _together(all_legs: Sequence[Legs]) -> tuple[Legs, NDArray[np.int64]]:
    """Join the legs of all outings, runs numbered on, with the outing of each."""
    if not all_legs:
        nothing, pairs = np.empty(0), np.empty((0, 2))
        return Legs(np.empty(0, np.int64), nothing, nothing, nothing, pairs, pairs), np.empty(0, np.int64)
    before = np.cumsum([0, *(1 + int(legs.run.max(initial=-1)) for legs in all_legs[:-1])])
    return (
        Legs(
            run=np.concatenate([legs.run + start for legs, start in zip(all_legs, before, strict=True)]),
            start_s=np.concatenate([legs.start_s for legs in all_legs]),
            duration_s=np.concatenate([legs.duration_s for legs in all_legs]),
            length_m=np.concatenate([legs.length_m for legs in all_legs]),
            lon=np.concatenate([legs.lon for legs in all_legs]),
            lat=np.concatenate([legs.lat for legs in all_legs]),
        ),
        np.repeat(np.arange(len(all_legs)), [len(legs.run) for legs in all_legs]),
    )


def _stretches(
    legs: Legs, of_outing: NDArray[np.int64], number: NDArray[np.int64], slope: FloatArray, rules: LogRules
) -> tuple[list[_Stretch], int]:
    """Return the stretches, cut out of legs that follow each other on one class, and how many pieces are too short."""
    found: list[_Stretch] = []
    short = 0
    on_path_s = legs.length_m / tobler(slope)
    new = (np.diff(legs.run, prepend=-1) != 0) | (np.diff(number, prepend=-1) != 0)
    for piece in np.split(np.arange(len(number)), np.flatnonzero(new)):
        if not len(piece) or number[piece[0]] == NO_CLASS:
            continue
        reached_m = np.cumsum(legs.length_m[piece])
        first = 0
        while first < len(piece):
            before_m = reached_m[first - 1] if first else 0.0
            last = min(int(np.searchsorted(reached_m, before_m + rules.stretch_m.value)), len(piece) - 1)
            here = piece[first : last + 1]
            first = last + 1
            length_m = float(legs.length_m[here].sum())
            if length_m < rules.least_stretch_m.value:
                short += 1
                continue
            middle = here[len(here) // 2]
            found.append(
                _Stretch(
                    int(of_outing[middle]),
                    int(number[middle]),
                    float(legs.start_s[here[0]]),
                    float(legs.lon[middle, 0]),
                    float(legs.lat[middle, 0]),
                    float(legs.duration_s[here].sum()),
                    length_m,
                    float(on_path_s[here].sum()),
                )
            )
    return found, short


def _numbers(legs: Legs, number_at: NumberAt | None) -> NDArray[np.int64]:
    """Return the class of each leg: the one of both its ends and its middle, or none."""
    if number_at is None or not len(legs.run):
        return np.zeros(len(legs.run), np.int64)
    lon = np.column_stack((legs.lon, legs.lon.mean(axis=1)))
    lat = np.column_stack((legs.lat, legs.lat.mean(axis=1)))
    found = number_at(lon.ravel(), lat.ravel()).reshape(-1, 3).astype(np.int64)
    return np.where((found == found[:, :1]).all(axis=1), found[:, 0], NO_CLASS)


def _slopes(legs: Legs, height_at: HeightAt | None) -> tuple[FloatArray, NDArray[np.bool_]]:
    if height_at is None or not len(legs.run):
        return np.zeros(len(legs.run)), np.zeros(len(legs.run), np.bool_)
    heights_m = height_at(legs.lon.ravel(), legs.lat.ravel()).reshape(-1, 2)
    slope = (heights_m[:, 1] - heights_m[:, 0]) / legs.length_m
    return np.nan_to_num(slope, nan=0.0), np.isnan(slope)


def _summed(ground: str, light: Light, stretches: Sequence[_Stretch], mover: Mover, confidence: float) -> ClassSpeed:
    group = np.asarray([one.outing for one in stretches])
    duration_s = np.asarray([one.duration_s for one in stretches])
    length_m = np.asarray([one.length_m for one in stretches])
    share = np.asarray([one.on_path_s for one in stretches]) / duration_s
    starts = [one.start_s for one in stretches]
    return ClassSpeed(
        ground=ground,
        light=light,
        outings=len(set(group.tolist())),
        stretches=len(stretches),
        hours=float(duration_s.sum()) / 3600.0,
        length_km=float(length_m.sum()) / 1000.0,
        first=datetime.fromtimestamp(min(starts), UTC),
        last=datetime.fromtimestamp(max(starts), UTC),
        speed_m_s=tuple(percentile(length_m / duration_s, group, one, confidence) for one in SHARES),
        of_path=tuple(percentile(share, group, one, confidence) for one in SHARES) if mover == "foot" else (),
    )


def described(calibration: Calibration) -> Mapping[str, Any]:
    """Return a calibration as plain values, for JSON.

    Examples
    --------
    >>> described(Calibration("foot", 0.95, (), 0, Removed(), 0, 0, 0, 0, 0))["removed"]["jumps"]
    0
    """
    return {
        "mover": calibration.mover,
        "confidence": calibration.confidence,
        "outings": calibration.outings,
        "classes": [
            {
                "ground": one.ground,
                "light": one.light,
                "outings": one.outings,
                "stretches": one.stretches,
                "hours": round(one.hours, 3),
                "length_km": round(one.length_km, 3),
                "first": one.first.isoformat(),
                "last": one.last.isoformat(),
                "speed_m_s": _plain(one.speed_m_s),
                "of_path": _plain(one.of_path) or None,
            }
            for one in calibration.speeds
        ],
        "removed": {
            "repeated": calibration.removed.repeated,
            "jumps": calibration.removed.jumps,
            "gaps": calibration.removed.gaps,
            "stops": calibration.removed.stops,
            "stopped_h": round(calibration.removed.stopped_s / 3600.0, 3),
            "borders": calibration.borders,
            "steep": calibration.steep,
            "short": calibration.short,
            "too_fast": calibration.too_fast,
        },
        "legs_without_height": calibration.without_height,
    }


def _plain(percentiles: Sequence[Percentile]) -> dict[str, dict[str, float | None]]:
    return {
        f"p{one.share * 100:g}": {
            "value": round(one.value, 4),
            "low": None if one.low is None else round(one.low, 4),
            "high": None if one.high is None else round(one.high, 4),
            "effective": round(one.effective, 1),
        }
        for one in percentiles
    }
