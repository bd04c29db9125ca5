"""What would P_I be if something stood elsewhere, were added, or failed - without solving the whole line again?

A solve of a piece is proven to need nothing from farther off than it looked. So where a sensor, an obstacle or the time
to respond is another, only steps no farther from there than that are solved again; every other step keeps its figure.
What comes out is what a solve of the whole line would give.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vallum.assets.sensor import Sensor
from vallum.plan.adversary import times
from vallum.plan.escape import AS_IT_IS, escape_on
from vallum.plan.field import Field
from vallum.plan.holding import Least
from vallum.plan.interruption import Holding, own_delay, response_of, summed
from vallum.plan.obstruction import Stretch
from vallum.plan.outlook import farthest_m
from vallum.plan.part import MARGIN_CELLS
from vallum.plan.pieces import Span, Told, solved, spans_of
from vallum.plan.scene import Progress

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """What would be.

    Attributes
    ----------
    holding
        As `hold` gives it; what would help is not asked, and there are no bounds.
    again
        (steps,): which were solved again.
    """

    holding: Holding
    again: Mask


def try_out(
    was: Field,
    held: Holding,
    now: Field,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Tried:
    """Solve a case again where something is different.

    Parameters
    ----------
    was, held
        The field, and what was found on it.
    now
        The same strip, ground and rules with other sensors, units or obstacles: see `Field.with_`.
    progress
        Called with what is being done, in a word, and the share of all of it.
    cancelled
        Asked again and again.

    Raises
    ------
    ValueError
        If the fields are not of one line and ground, or a unit stands where it cannot move.
    CancelledError
        When asked to stop.
    """
    if was.scene.strip is not now.scene.strip or was.zones is not now.zones:
        raise ValueError("What is tried lies on the field it is compared with: make it by `Field.with_`.")
    told = Told(progress, cancelled)
    case = held.case
    there, own_delay_s = held.there, held.own_delay_s
    if was.units != now.units:
        there = response_of(now, case, progress=lambda share: told("response", 0.1 * share))
    if was.units != now.units or was.obstacles != now.obstacles:
        own_delay_s = own_delay(now, case, there)
    mixed = times(case, now.scene.sensors, now.assumed)
    same_ways = was.units == now.units and was.obstacles == now.obstacles
    away = None if same_ways else escape_on(now, case, there.seconds)
    if [(time.name, time.weight, time.seen) for time in mixed] != [(t.name, t.weight, t.seen) for t in held.times]:
        again = np.ones(now.steps, np.bool_)
    else:
        changed = np.zeros(now.scene.strip.shape[1], np.bool_)
        for first, end in _changed(was, now, held):
            changed[max(0, first) : max(0, end)] = True
        if away is not None:
            # Who gets away otherwise may do so far from what changed.
            changed |= (escape_on(was, case, held.there.seconds).cost != away.cost).any(axis=0)
        again = _near(now, changed, held)
    least = held.least
    if again.any():
        columns = now.zones.column[again[now.zones.step]]
        spans = spans_of(now.zones, int(columns.min()), int(columns.max()) + 1)
        found, halo_m = solved(
            now, case, mixed, there.seconds, {"as it is": AS_IT_IS}, spans, spread=None, scheduler="threads", told=told,
            escape=away,
        )  # fmt: skip
        # Where other kinds of time are mixed nothing of the old answer fits.
        least = found["as it is"] if again.all() else _put_in(held.least, found["as it is"], again)
    else:
        halo_m = held.halo_m
    known = held.ceiling if was.scene is now.scene else None
    holding = summed(
        now, case, mixed, {"as it is": least}, there, own_delay_s, max(halo_m, held.halo_m), with_causes=False,
        levels=0, ceiling=known,
    )  # fmt: skip
    return Tried(holding, again)


def _near(field: Field, changed: Mask, held: Holding) -> Mask:
    """Return the steps that could be another: near what changed, or never proven to need nothing from afar."""
    halo = math.ceil(held.halo_m / field.scene.strip.cell_m) + 1
    columns = np.flatnonzero(changed)
    near = np.zeros_like(changed)
    if columns.size:
        edges = np.zeros(len(changed) + 1, np.int64)
        np.add.at(edges, np.maximum(columns - halo, 0), 1)
        np.add.at(edges, np.minimum(columns + halo + 1, len(changed)), -1)
        near = np.cumsum(edges[:-1]) > 0
    again = np.zeros(field.steps, np.bool_)
    again[field.zones.step[near[field.zones.column]]] = True
    if columns.size:
        again |= ~held.least.proven.all(axis=0)
    return again


def _changed(was: Field, now: Field, held: Holding) -> Iterator[Span]:
    """Return columns in which sensors or obstacles are others."""
    strip, tests, parameters = now.scene.strip, was.scene.tests, now.scene.parameters
    before, after = set(was.scene.sensors), set(now.scene.sensors)
    others: list[Sensor] = [*(before - after), *(after - before)]
    if others:
        _, columns = strip.cells(np.array([s.lon for s in others]), np.array([s.lat for s in others]))
        for sensor, column in zip(others, columns.tolist(), strict=True):
            reach = math.ceil(farthest_m(sensor, tests, parameters) / strip.cell_m) + MARGIN_CELLS
            yield column - reach, column + reach + 1
    mover = held.case.adversary
    if was.obstacles != now.obstacles:
        for from_m, to_m in _delayed_otherwise(was.stretches(mover), now.stretches(mover)):
            along = strip.frontier.interval(from_m, to_m)
            x_m, _ = strip.to_plane(along[:, 0], along[:, 1])
            columns = np.floor((x_m - strip.transform.c) / strip.cell_m)
            # A step reaches over two cells.
            yield int(columns.min()) - 2, int(columns.max()) + 3


def _delayed_otherwise(before: Sequence[Stretch], after: Sequence[Stretch]) -> Iterator[tuple[float, float]]:
    """Return where two cuts of one line hold up otherwise."""
    ends = np.unique([end for one in (*before, *after) for end in (one.from_m, one.to_m)])

    def delays(cut: Sequence[Stretch]) -> FloatArray:
        starts = np.array([one.from_m for one in cut])
        held_s = np.array([one.delay.least_s for one in cut])
        return np.asarray(held_s[np.searchsorted(starts, (ends[:-1] + ends[1:]) / 2.0) - 1])

    for number in np.flatnonzero(delays(before) != delays(after)):
        yield float(ends[number]), float(ends[number + 1])


def _put_in(least: Least, found: Least, again: Mask) -> Least:
    """Return what was found with some steps solved again."""
    ways = {step: way for step, way in least.ways.items() if not again[step]}
    ways |= {step: way for step, way in found.ways.items() if again[step]}
    return replace(
        least,
        exposure=np.where(again, found.exposure, least.exposure),
        across=np.where(again, found.across, least.across),
        from_start=np.where(again, found.from_start, least.from_start),
        proven=np.where(again, found.proven, least.proven),
        ways=dict(sorted(ways.items())),
        upper=np.where(again, np.nan, least.upper),
    )
