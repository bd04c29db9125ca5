"""How surely is a crossing interrupted, at every step of the line, in every case?

From a scene - strip, ground, sensors - with units and obstacles on it to P_I by chainage: the response field once for
each light and alert, then piece by piece the critical ground and what is met before it, in every kind of time a case
mixes. Weights of the kinds are assumptions; what a case says is

    P_I(s) = P_C x sum over kinds of time of weight x min(1 - exp(-M(s)), what the straight way across is detected with)

where the second is what sensors can give at most: each counts for no more than its ceiling and the share of the time in
which it works, however long somebody stays before it (see `ceilings`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from vallum.assets.conditions import Light
from vallum.assets.performance import performance
from vallum.plan.adversary import HoldCase, Time, times
from vallum.plan.assumptions import Assumptions
from vallum.plan.escape import AS_IT_IS, Change
from vallum.plan.field import Field
from vallum.plan.holding import Least
from vallum.plan.mapping import Scheduler
from vallum.plan.pieces import Told, solved, spans_of
from vallum.plan.response import Response, responders, response
from vallum.plan.scene import Progress
from vallum.plan.sweep import NOMINAL

Grid = NDArray[np.float32]
FloatArray = NDArray[np.float64]

_FARTHEST_Z = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Holding:
    """What was found in one case; arrays run over the steps of the line.

    Attributes
    ----------
    case, times
        What was asked, and the kinds of time that are mixed.
    least
        What is met at least, and the weakest ways.
    ceiling
        (times, steps): how surely sensors can detect a crossing at most.
    p_by_time
        (times, steps): probability of interruption in each kind of time.
    p
        (steps,): over all kinds of time.
    lower, upper
        (steps,): sound bounds of it when times to respond are random; NaN unless asked for.
    margin_s
        (steps,): seconds left to whoever responds when the first timely detection is expected on the weakest way, with
        everything at work; 0 where none is expected.
    changed
        (steps,) by name: P_I were one thing different - `detection`, `delay`, `response` - unless not asked for.
    there
        How long after an alarm somebody is where, and who.
    response_s
        (steps,): the same at the line, on its outer side.
    own_delay_s
        (steps,): how much later our own obstacles make that; not counted in P_I.
    halo_m
        How much beyond a piece was looked at.
    """

    case: HoldCase
    times: tuple[Time, ...]
    least: Least
    ceiling: FloatArray
    p_by_time: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    margin_s: FloatArray
    changed: Mapping[str, FloatArray]
    there: Response
    response_s: FloatArray
    own_delay_s: FloatArray
    halo_m: float


def hold(
    field: Field,
    cases: Sequence[HoldCase],
    *,
    with_causes: bool = True,
    levels: int = 4,
    windows: int | None = None,
    scheduler: Scheduler = "threads",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Holding, ...]:
    """Work out the probability of interruption along the line.

    Parameters
    ----------
    field
        What all cases share.
    cases
        What is asked.
    with_causes
        Whether it is asked what would help, three more solves.
    levels
        Steps of the staircase that bounds P_I when times to respond are random, a solve each; none when 0.
    windows
        In how many pieces; the numbers do not depend on it.
    scheduler
        Where pieces are worked on.
    progress
        Called with what is being done, in a word, and the share of all of it.
    cancelled
        Asked again and again.

    Raises
    ------
    ValueError
        If a unit stands where it cannot move, or a case cannot be mixed.
    CancelledError
        When asked to stop.
    """
    found = []
    fields: dict[tuple[Light, str], tuple[Response, FloatArray]] = {}
    for number, case in enumerate(cases):
        told = Told(progress, cancelled, number, len(cases))
        key = case.seen.light, case.alert
        if key not in fields:
            there = response_of(field, case, progress=partial(told.part, "response", 0.0, 0.1))
            fields[key] = there, own_delay(field, case, there)
        found.append(_held(field, case, *fields[key], with_causes, levels, windows, scheduler, told))
    return tuple(found)


def response_of(
    field: Field,
    case: HoldCase,
    *,
    with_obstacles: bool = False,
    progress: Callable[[float], object] | None = None,
) -> Response:
    """Return how long after an alarm somebody is there, and who, in every cell of the band.

    Parameters
    ----------
    field, case
        Units and ground; light and alert.
    with_obstacles
        Whether our own obstacles hold up our own units; a figure that is shown apart, and nobody asks who comes.
    progress
        Called with the share done.
    """
    scene, zones, assumed = field.scene, field.zones, field.assumed
    ready = assumed.readiness.alert if case.alert == "alert" else assumed.readiness.routine
    light = case.seen.light
    found, left_out = responders(
        scene.strip, zones.zone, field.units, lambda unit: field.unit_pace(unit, light), ready.value
    )
    return response(
        field.heights_m,
        field.ground,
        zones.zone,
        scene.strip.cell_m,
        found,
        assumed.tasked_s,
        boxes=zones.boxes,
        left_out=left_out,
        lines_of=field.own_lines if with_obstacles else None,
        with_who=not with_obstacles,
        progress=progress,
    )


def changes(assumed: Assumptions, with_causes: bool, levels: int) -> dict[str, Change]:
    """Return what has to be solved beside what is, by name.

    Examples
    --------
    >>> from vallum.plan.assumptions import ASSUMED
    >>> {name: round(change.response_times, 2) for name, change in changes(ASSUMED, False, 2).items()}
    {'level 1': 0.7, 'level 2': 1.3}
    """
    asked: dict[str, Change] = {}
    if with_causes:
        asked["delay"] = Change(delay_s=assumed.cause.delay_s.value)
        asked["response"] = Change(response_s=-assumed.cause.response_s.value)
    for number, z in enumerate(_z(levels)):
        asked[f"level {number + 1}"] = Change(response_times=1.0 + assumed.response_spread.value * float(z))
    return asked


def _z(levels: int) -> FloatArray:
    """Return the steps of the staircase, standard deviations from the mean: the middles of equal parts of its range."""
    return (np.arange(levels) + 0.5) / max(levels, 1) * 2.0 * _FARTHEST_Z - _FARTHEST_Z


def _weights(levels: int) -> FloatArray:
    """Return how much each step of the staircase counts: it stays below the distribution."""
    return np.diff(norm.cdf(_z(levels)), prepend=0.0)


def _held(
    field: Field,
    case: HoldCase,
    there: Response,
    own_delay_s: FloatArray,
    with_causes: bool,
    levels: int,
    windows: int | None,
    scheduler: Scheduler,
    told: Told,
) -> Holding:
    mixed = times(case, field.scene.sensors, field.assumed)
    solves = {"as it is": AS_IT_IS, **changes(field.assumed, with_causes, levels)}
    spread = field.assumed.response_spread.value if levels else None
    spans = spans_of(field.zones, 0, field.scene.strip.shape[1], windows)
    found, halo_m = solved(
        field, case, mixed, there.seconds, solves, spans, spread=spread, scheduler=scheduler, told=told
    )
    return summed(field, case, mixed, found, there, own_delay_s, halo_m, with_causes=with_causes, levels=levels)


def summed(
    field: Field,
    case: HoldCase,
    mixed: tuple[Time, ...],
    found: Mapping[str, Least],
    there: Response,
    own_delay_s: FloatArray,
    halo_m: float,
    *,
    with_causes: bool,
    levels: int,
    ceiling: FloatArray | None = None,
) -> Holding:
    """Return what a case says from what its solves found, by name; everything else as `Holding` has it.

    What sensors can give at most is worked out unless it is known.
    """
    assumed = field.assumed
    least = found["as it is"]
    ceiling = ceilings(field, mixed) if ceiling is None else ceiling
    weight = np.array([time.weight for time in mixed])
    communication = assumed.communication.value

    def by_time(exposure: FloatArray, most: FloatArray = ceiling) -> FloatArray:
        # Where no way leads across nobody crosses, and nothing need be detected.
        open_ = np.isfinite(exposure)
        return np.where(open_, communication * np.minimum(-np.expm1(-np.where(open_, exposure, 0.0)), most), 1.0)

    p_by_time = by_time(least.exposure)
    lower, upper = np.full((2, field.steps), np.nan)
    if levels:
        parts = [by_time(found[f"level {number + 1}"].exposure) for number in range(levels)]
        upper = weight @ (communication * np.minimum(np.where(np.isnan(least.upper), 1.0, least.upper), ceiling))
        lower = weight @ sum(share * part for share, part in zip(_weights(levels), parts, strict=True))
        # Where somebody is lost before the line his way is known up to there only, not where he crosses.
        lower = np.minimum(lower, upper)
    changed: dict[str, FloatArray] = {}
    if with_causes:
        # As if every sensor stood there so many times: what it gives at most grows with it.
        more = assumed.cause.detection_times.value
        changed["detection"] = weight @ by_time(least.exposure * more, 1.0 - (1.0 - ceiling) ** more)
        changed["delay"] = weight @ by_time(found["delay"].exposure)
        changed["response"] = weight @ by_time(found["response"].exposure)
    margin_s = np.zeros(field.steps)
    for step, way in least.ways.items():
        margin_s[step] = way.margin_s()
    return Holding(
        case, mixed, least, ceiling, p_by_time, np.asarray(weight @ p_by_time), np.asarray(lower), np.asarray(upper),
        margin_s, changed, there, _at_line(field, there.seconds), own_delay_s, halo_m,
    )  # fmt: skip


def _at_line(field: Field, seconds: Grid) -> FloatArray:
    least = np.full(field.steps, np.inf)
    np.minimum.at(least, field.zones.step, seconds[field.zones.row, field.zones.column])
    return least


def own_delay(field: Field, case: HoldCase, there: Response) -> FloatArray:
    """Return how much later our own obstacles make a response beyond the line, by step, seconds."""
    if not field.own_lines("vehicle"):
        return np.zeros(field.steps)
    return _at_line(field, response_of(field, case, with_obstacles=True).seconds) - _at_line(field, there.seconds)


def ceilings(field: Field, mixed: Sequence[Time]) -> FloatArray:
    """Return how surely a crossing can be detected at most, by kind of time and step.

    Looks of one sensor are not independent however far apart: what hides somebody from it once - clutter, cover, a
    fault - hides him again. So a sensor that would detect the straight way across with 1 - exp(-m), were looks
    independent, counts with its ceiling times that, and only in the share of the time in which it works. Nobody on the
    weakest way is detected more surely than on the straight one: what holds for one way bounds the least of all.

    Returns
    -------
    numpy.ndarray
        (times, steps), probabilities.
    """
    seen = tuple(dict.fromkeys(time.seen for time in mixed))
    scene = field.scene
    coverage = scene.look(seen, crossings=field.crossings, with_sets=False, with_rate=False)
    by_id = {sensor.sensor_id: sensor for sensor in scene.sensors}
    found = []
    for time in mixed:
        exposures = coverage.of(time.seen)
        best = np.array(
            [
                performance(by_id[one], time.seen.conditions, scene.tests, scene.parameters).ceiling
                for one in exposures.sensor_ids
            ]
        )
        added = exposures.added[NOMINAL] * time.assessed
        missed = 1.0 - best[:, None] * -np.expm1(-added) if len(best) else np.ones((0, field.steps))
        out = np.array([one in time.out for one in exposures.sensor_ids], np.bool_)
        found.append(1.0 - np.where(out[:, None], 1.0, missed).prod(axis=0))
    return np.stack(found)
