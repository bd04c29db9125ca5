"""What happens on the weakest way of a step: seen where and by what, when across, when too late, who comes?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vallum.plan.coverage import reaches_into
from vallum.plan.field import Field
from vallum.plan.interruption import Holding
from vallum.plan.rates import Rates
from vallum.plan.scene import Held
from vallum.plan.weakest import Way
from vallum.plan.zones import HOME

FloatArray = NDArray[np.float64]

What = Literal["start", "seen", "line", "expected", "latest", "too_late"]

# A sensor that detects somebody on the whole way less surely is not worth a line.
_LEAST_EXPOSURE = 0.01


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens.

    Attributes
    ----------
    what
        `start`, `seen` (comes into sight of a sensor), `line` (crosses), `expected` (the first timely detection),
        `latest` (the last alarm that is in time), `too_late` (from here no later alarm helps).
    clock_s
        Seconds from the start.
    lon, lat, chainage_m, offset_m
        Where; the offset is above 0 on the home side.
    by
        The sensor that sees, or the unit that would be there first; None for the others.
    seconds
        How long the sensor sees, or how long the unit needs; None for the others.
    """

    what: What
    clock_s: float
    lon: float
    lat: float
    chainage_m: float
    offset_m: float
    by: str | None = None
    seconds: float | None = None


def lonlat_of(field: Field, cells: NDArray[np.int32]) -> tuple[FloatArray, FloatArray]:
    """Return longitude and latitude of the middles of cells, degrees."""
    strip = field.scene.strip
    x_m = np.asarray(strip.transform.c + (cells[:, 1] + 0.5) * strip.cell_m, np.float64)
    y_m = np.asarray(strip.transform.f - (cells[:, 0] + 0.5) * strip.cell_m, np.float64)
    return strip.to_lonlat(x_m, y_m)


def course(field: Field, held: Holding, step: int, rates: Rates | None = None) -> tuple[Event, ...]:
    """Return what happens on the weakest way of a step, with everything at work, in order.

    Parameters
    ----------
    field, held
        The ground, and what was found on it.
    step
        The step of chainage.
    rates
        The sensors as they work; placed anew unless given.

    Returns
    -------
    tuple of Event
        Empty where no way leads across.
    """
    way = held.least.ways.get(step)
    if way is None:
        return ()
    placed = Rates.of(field.scene, held.times[:1], Held(field.scene.ground.heights_m)) if rates is None else rates
    lon, lat = lonlat_of(field, way.cells)
    there = field.scene.strip.frontier.locate(lon, lat)

    def at(what: What, place: int, clock_s: float, by: str | None = None, seconds: float | None = None) -> Event:
        return Event(
            what, clock_s, float(lon[place]), float(lat[place]), float(there.chainage_m[place]),
            float(there.offset_m[place]), by, seconds,
        )  # fmt: skip

    events = [at("start", 0, 0.0)]
    for sensor_id, first, seconds in _seen(way, placed):
        events.append(at("seen", first, float(way.clock_s[first]), sensor_id, seconds))
    zone = field.zones.zone[way.cells[:, 0], way.cells[:, 1]]
    across = np.flatnonzero(zone >= HOME)
    if across.size:
        events.append(at("line", int(across[0]), float(way.clock_s[across[0]])))
    expected_s = way.expected_s()
    if expected_s is not None:
        events.append(at("expected", int(np.searchsorted(way.clock_s, expected_s)) - 1, expected_s))
    events.append(at("latest", int(np.searchsorted(way.clock_s, way.latest_s, side="right")) - 1, way.latest_s))
    row, column = (int(part) for part in way.cells[-1])
    who = int(held.there.who[row, column])
    by = held.there.unit_ids[who] if who >= 0 else None
    events.append(
        at("too_late", len(way.cells) - 1, float(way.clock_s[-1]), by, float(held.there.seconds[row, column]))
    )
    return tuple(sorted(events, key=lambda event: event.clock_s))


def _seen(way: Way, rates: Rates) -> Sequence[tuple[str, int, float]]:
    """Return which sensors see somebody on a way, from which cell on, and for how long, seconds; the first first."""
    # A knight's step passes two cells between its ends, just before its middle and just after.
    at = (np.arange(len(way.cells))[:, None] + np.array([0.0, 0.45, 0.55])).ravel()[:-2]
    whole = np.arange(len(way.cells))
    row, column = (np.rint(np.interp(at, whole, way.cells[:, axis])).astype(np.int64) for axis in (0, 1))
    clock_s = np.interp(at, whole, way.clock_s)
    box = int(row.min()), int(row.max()) + 1, int(column.min()), int(column.max()) + 1
    found = []
    for watcher in rates.watching[0]:
        if not reaches_into(watcher, box, rates.plane.cell_m):
            continue
        reach = watcher.reach_m / rates.plane.cell_m + 1.0
        near = np.hypot(row - watcher.row, column - watcher.column) <= reach
        if not near.any():
            continue
        part = (
            int(row[near].min()), int(row[near].max()) + 1, int(column[near].min()), int(column[near].max()) + 1,
        )  # fmt: skip
        alone = replace(rates, watching=((watcher,),), assessed=(1.0,))
        rate = np.zeros(len(row))
        rate[near] = alone(0, part)[row[near] - part[0], column[near] - part[2]]
        spent_s = np.diff(clock_s, append=clock_s[-1])
        if float((rate * spent_s).sum()) >= _LEAST_EXPOSURE:
            first = int(at[np.flatnonzero(rate)[0]])
            found.append((watcher.sensor_id, first, float(spent_s[rate > 0.0].sum())))
    return sorted(found, key=lambda one: one[1])
