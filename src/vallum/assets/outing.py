"""Which legs of a logged outing were really moved, and what of it was a stop, a jump or a gap?

A receiver that stands wanders, loses the sky and jumps, and is switched off. All of that is taken out before a speed is
worked out, and counted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from pyproj import Proj

from vallum.assets.mobility import Mover, Slope
from vallum.assets.parameters import Metres, Seconds, Speed

FloatArray = NDArray[np.float64]


class LogRules(BaseModel):
    """Everything calibration.toml holds; its sources say why."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    every_s: Seconds
    jump_slack_m: Metres
    fastest_foot_m_s: Speed
    fastest_vehicle_m_s: Speed
    lost_s: Seconds
    gap_s: Seconds
    stop_within_m: Metres
    stop_after_s: Seconds
    leg_m: Metres
    stretch_m: Metres
    least_stretch_m: Metres
    outing_gap_s: Seconds
    level: Slope


@dataclass(frozen=True, slots=True, eq=False)
class Outing:
    """Fixes of one patrol, from setting out to coming back.

    Attributes
    ----------
    time_s
        Seconds since 1970 UTC, shape (fixes,), each later than the one before.
    lon, lat
        Degrees WGS 84, shape (fixes,).
    """

    time_s: FloatArray
    lon: FloatArray
    lat: FloatArray


@dataclass(frozen=True, slots=True)
class Removed:
    """How often what was taken out of logs, and how long patrols stood.

    Attributes
    ----------
    repeated
        Fixes at a time that another has.
    jumps
        Fixes where nobody can have been.
    gaps
        Times without a fix inside an outing.
    stops, stopped_s
        Halts, and how long they were together.
    """

    repeated: int = 0
    jumps: int = 0
    gaps: int = 0
    stops: int = 0
    stopped_s: float = 0.0

    def __add__(self, other: Removed) -> Removed:
        """Return both together."""
        return Removed(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """What was moved, leg by leg.

    Attributes
    ----------
    run
        Shape (legs,): legs of one run follow each other without a stop or a gap between.
    start_s, duration_s, length_m
        When each began (seconds since 1970 UTC), how long it took, its length over the ground; shape (legs,).
    lon, lat
        Degrees WGS 84 of beginning and end, shape (legs, 2).
    """

    run: NDArray[np.int64]
    start_s: FloatArray
    duration_s: FloatArray
    length_m: FloatArray
    lon: FloatArray
    lat: FloatArray


def outings(
    time_s: FloatArray, lon: FloatArray, lat: FloatArray, rules: LogRules | None = None
) -> tuple[list[Outing], Removed]:
    """Sort the fixes of one receiver by time and cut them into outings.

    Parameters
    ----------
    time_s, lon, lat
        As in `Outing`, in any order; the first of several fixes at one time is kept.
    rules
        What counts as what; as packaged unless given.

    Examples
    --------
    >>> made, removed = outings(np.array([0.0, 10.0, 10.0, 9000.0]), np.zeros(4), np.zeros(4))
    >>> [len(one.time_s) for one in made], removed.repeated
    ([2, 1], 1)
    """
    known = rules or RULES
    order = np.argsort(time_s, kind="stable")
    times = np.asarray(time_s, np.float64)[order]
    later = np.diff(times, prepend=-np.inf) > 0.0
    times, order = times[later], order[later]
    cuts = np.flatnonzero(np.diff(times) > known.outing_gap_s.value) + 1
    parts = [part for part in np.split(np.arange(len(times)), cuts) if len(part)]
    made = [Outing(times[part], lon[order[part]], lat[order[part]]) for part in parts]
    return made, Removed(repeated=int(np.count_nonzero(~later)))


def moved(outing: Outing, mover: Mover, rules: LogRules | None = None) -> tuple[Legs, Removed]:
    """Return the legs of an outing that were moved, and what was taken out.

    Stops are found as points of stay: fixes that keep within a distance of the first of them for at least a time (Q. Li
    and others, Mining user similarity based on location history, ACM GIS 2008). Legs are chords between fixes far
    enough apart for their noise not to count.

    Parameters
    ----------
    outing
        The fixes.
    mover
        On foot or by vehicle: what is too fast to be true.
    rules
        What counts as what; as packaged unless given.

    Examples
    --------
    >>> seconds = np.arange(0.0, 600.0, 10.0)
    >>> legs, removed = moved(Outing(seconds, 42.0 + seconds * 1e-5, np.full(60, 36.0)), "foot")
    >>> round(float(legs.length_m.sum() / legs.duration_s.sum()), 3), removed.jumps, removed.stops
    (0.902, 0, 0)
    """
    known = rules or RULES
    here = _thinned(outing, known.every_s.value)
    plane = Proj(proj="aeqd", lon_0=float(np.median(outing.lon)), lat_0=float(np.median(outing.lat)), ellps="WGS84")
    x_m, y_m = (np.asarray(part, np.float64) for part in plane(outing.lon[here], outing.lat[here]))
    time_s = outing.time_s[here]
    fastest_m_s = (known.fastest_foot_m_s if mover == "foot" else known.fastest_vehicle_m_s).value
    runs, jumps, gaps = _runs(time_s, x_m, y_m, fastest_m_s, known)
    stops, stopped_s = 0, 0.0
    found: list[tuple[int, int, int]] = []
    number = 0
    for run in runs:
        for piece, stood_s in _between_stops(run, time_s, x_m, y_m, known):
            stops, stopped_s = stops + (stood_s > 0.0), stopped_s + stood_s
            found += [(number, first, last) for first, last in _legs(piece, x_m, y_m, known.leg_m.value)]
            number += 1
    table = np.asarray(found, np.int64).reshape(-1, 3)
    first, last = table[:, 1], table[:, 2]
    legs = Legs(
        run=table[:, 0],
        start_s=time_s[first],
        duration_s=time_s[last] - time_s[first],
        length_m=np.hypot(x_m[last] - x_m[first], y_m[last] - y_m[first]),
        lon=outing.lon[here][table[:, 1:]],
        lat=outing.lat[here][table[:, 1:]],
    )
    return legs, Removed(jumps=jumps, gaps=gaps, stops=stops, stopped_s=stopped_s)


def _thinned(outing: Outing, every_s: float) -> NDArray[np.int64]:
    kept, last = [], -np.inf
    for place, time_s in enumerate(outing.time_s.tolist()):
        if time_s - last >= every_s:
            kept.append(place)
            last = time_s
    return np.asarray(kept, np.int64)


def _runs(
    time_s: FloatArray, x_m: FloatArray, y_m: FloatArray, fastest_m_s: float, rules: LogRules
) -> tuple[list[list[int]], int, int]:
    """Cut where no fix is for long, and leave out fixes that lie where nobody can have come from the one before."""
    runs: list[list[int]] = []
    jumps = gaps = 0
    away: list[int] = []
    for place in range(len(time_s)):
        if not runs:
            runs.append([place])
            continue
        last = runs[-1][-1]
        if _reachable(last, place, time_s, x_m, y_m, fastest_m_s, rules):
            jumps += len(away)
            away = []
            if time_s[place] - time_s[last] > rules.gap_s.value:
                gaps += 1
                runs.append([place])
            else:
                runs[-1].append(place)
            continue
        if away and not _reachable(away[-1], place, time_s, x_m, y_m, fastest_m_s, rules):
            jumps += len(away)
            away = []
        away.append(place)
        if time_s[place] - time_s[away[0]] >= rules.lost_s.value:
            # Fixes that agree with each other for so long are no jump; what was a jump led up to them.
            gaps += 1
            runs.append(away)
            away = []
    return runs, jumps + len(away), gaps


def _reachable(
    first: int, last: int, time_s: FloatArray, x_m: FloatArray, y_m: FloatArray, fastest_m_s: float, rules: LogRules
) -> bool:
    way_m = float(np.hypot(x_m[last] - x_m[first], y_m[last] - y_m[first]))
    return way_m <= fastest_m_s * float(time_s[last] - time_s[first]) + rules.jump_slack_m.value


def _between_stops(
    run: list[int], time_s: FloatArray, x_m: FloatArray, y_m: FloatArray, rules: LogRules
) -> Iterator[tuple[list[int], float]]:
    """Yield pieces of a run between stops, each with how long the stop after it was; 0 for none."""
    since = place = 0
    while place < len(run):
        end = place + 1
        while (
            end < len(run)
            and np.hypot(x_m[run[end]] - x_m[run[place]], y_m[run[end]] - y_m[run[place]]) <= rules.stop_within_m.value
        ):
            end += 1
        stood_s = float(time_s[run[end - 1]] - time_s[run[place]])
        if stood_s >= rules.stop_after_s.value:
            yield run[since:place], stood_s
            since = place = end
        else:
            place += 1
    yield run[since:], 0.0


def _legs(piece: list[int], x_m: FloatArray, y_m: FloatArray, leg_m: float) -> Iterator[tuple[int, int]]:
    if not piece:
        return
    first = piece[0]
    for place in piece[1:]:
        if np.hypot(x_m[place] - x_m[first], y_m[place] - y_m[first]) >= leg_m:
            yield first, place
            first = place


RULES = LogRules.model_validate(
    tomllib.loads(files("vallum.assets").joinpath("calibration.toml").read_text(encoding="utf-8"))
)
"""As packaged."""
