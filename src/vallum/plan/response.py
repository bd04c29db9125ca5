"""How long after an alarm is somebody there, and who?

Everywhere in the band: what the watch needs to detect, assess and dispatch, what a unit needs to move off, and the
least time that any unit needs from where it stands. Units differ in speed and in the ground they can cross. What our
own obstacles do to our own units is left out unless asked for; it is a figure of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.assets.mobility import Mover, mover_of
from vallum.assets.unit import Unit
from vallum.frontier.strip import Strip
from vallum.plan.zones import BEYOND
from vallum.terrain.barrier import NO_BARRIER, Barrier
from vallum.terrain.pace import NO_WAY, Pace
from vallum.terrain.stepping import CLOSED, OPEN
from vallum.terrain.steps import MOVES
from vallum.terrain.travel import Going, travel

Grid = NDArray[np.float32]

LONGEST_S = 86_400.0
"""Who is not there within a day is not there."""
NOBODY = -1
_NAMED = -2


@dataclass(frozen=True, slots=True, eq=False)
class Responder:
    """A unit as it comes.

    Attributes
    ----------
    unit_id
        Its name.
    mover, pace
        As what it crosses obstacles, and how it moves.
    row, column
        The cell it stands in.
    ready_s
        From being tasked to moving, seconds.
    """

    unit_id: str
    mover: Mover
    pace: Pace
    row: int
    column: int
    ready_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """How long it takes until somebody is there.

    Attributes
    ----------
    seconds
        Float32, shape of the grid: from a detection; `LONGEST_S` at most.
    who
        int16: place in `unit_ids`; `NOBODY` where nobody comes within a day; of no cells where it was not asked.
    unit_ids
        Those who come.
    left_out
        Why a unit does not count, by its name.
    """

    seconds: Grid
    who: NDArray[np.int16]
    unit_ids: tuple[str, ...]
    left_out: Mapping[str, str]


def responders(
    strip: Strip,
    zone: NDArray[np.uint8],
    units: Sequence[Unit],
    pace_of: Callable[[Unit], Pace],
    readiness: float = 1.0,
) -> tuple[tuple[Responder, ...], Mapping[str, str]]:
    """Place units on the grid, the fastest first.

    Parameters
    ----------
    strip, zone
        The grid, and which of its cells are of the band.
    units
        As declared; observation posts hold their ground and do not come.
    pace_of
        How a unit moves.
    readiness
        What is left of the declared time to move off: less than 1 on alert.

    Returns
    -------
    tuple
        Who comes, and why a unit does not count, by its name.

    Examples
    --------
    >>> from vallum.project import load
    >>> from vallum.plan.zones import Zones
    >>> project = load("iraq-syria")
    >>> strip = Strip(project.frontier, 20_000.0, 500.0)
    >>> found, out = responders(strip, Zones.of(strip, 1000.0).zone, project.units,
    ...                         lambda unit: Pace.constant(unit.kind, [1.0 / unit.speed_m_s]))
    >>> [one.unit_id for one in found][:3], len(found), out
    (['U-11', 'U-13', 'U-02'], 14, {})
    """
    left_out: dict[str, str] = {}
    paces: dict[tuple[str, float], Pace] = {}
    found = []
    for unit in units:
        if unit.kind == "observation_post":
            left_out[unit.unit_id] = "holds its post and does not come"
            continue
        row, column = (int(place[0]) for place in strip.cells(np.array([unit.lon]), np.array([unit.lat])))
        if row < 0 or zone[row, column] == BEYOND:
            left_out[unit.unit_id] = (
                f"stands outside the band of {strip.half_width_m / 1000:g} km to each side; widen it to count the unit"
            )
            continue
        key = unit.kind, unit.speed_m_s
        if key not in paces:
            paces[key] = pace_of(unit)
        found.append(Responder(unit.unit_id, mover_of(unit), paces[key], row, column, readiness * unit.readiness_s))
    return tuple(sorted(found, key=lambda one: one.pace.fastest_s_per_m)), left_out


def response(
    heights_m: Grid,
    ground: NDArray[np.uint8],
    zone: NDArray[np.uint8],
    cell_m: float,
    found: Sequence[Responder],
    dispatch_s: float,
    *,
    left_out: Mapping[str, str] | None = None,
    barrier_of: Callable[[Mover], Barrier] | None = None,
    with_who: bool = True,
    progress: Callable[[float], object] | None = None,
) -> Response:
    """Work out how long after an alarm somebody is there.

    Parameters
    ----------
    heights_m, ground, zone, cell_m
        The ground, its classes, the band and the side of a cell.
    found, left_out
        Who comes, the fastest first, and who does not.
    dispatch_s
        From a detection until a unit is tasked, seconds.
    barrier_of
        Gives what holds up our own units at the line; nothing does without it.
    with_who
        Whether it is asked who comes.
    progress
        Called with the share done.

    Raises
    ------
    ValueError
        If a unit stands where its kind cannot move.

    Examples
    --------
    >>> flat = np.zeros((1, 4), np.float32)
    >>> one = Responder("U-1", "vehicle", Pace.constant("a patrol", [0.1]), 0, 0, 60.0)
    >>> response(flat, np.zeros((1, 4), np.uint8), np.full((1, 4), 3, np.uint8), 100.0, [one], 120.0).seconds
    array([[180., 190., 200., 210.]], dtype=float32)
    """
    part = np.where(zone == BEYOND, np.uint8(CLOSED), np.uint8(OPEN))
    least = np.full(heights_m.shape, LONGEST_S, np.float32)
    who = np.full(heights_m.shape if with_who else (0, 0), NOBODY, np.int16)
    for one in found:
        if ground[one.row, one.column] == NO_WAY or not np.isfinite(heights_m[one.row, one.column]):
            raise ValueError(
                f"Unit {one.unit_id} stands where there is no way or no terrain; correct its place, or bring the "
                "ground there."
            )
    alike: dict[tuple[Mover, int], list[int]] = {}
    for number, one in enumerate(found):
        alike.setdefault((one.mover, id(one.pace)), []).append(number)
    barrier = NO_BARRIER
    # What those have found who share an obstacle's delay with whoever comes next.
    ahead: list[Responder] = []
    for done, numbers in enumerate(alike.values(), start=1):
        one = found[numbers[0]]
        if barrier_of is not None and (not ahead or ahead[-1].mover != one.mover):
            barrier = barrier_of(one.mover)
        going = Going(heights_m, ground, one.pace, cell_m, barrier)
        held_up = barrier_of is not None
        known = least if all(_is_nowhere_quicker(one, before, held_up) for before in ahead) else None
        # Of several in one cell the first to move off counts.
        numbers.sort(key=lambda number: -found[number].ready_s)
        starts = np.array([(found[number].row, found[number].column) for number in numbers])
        begun_s = np.array([found[number].ready_s + dispatch_s for number in numbers])
        reached = travel(going, starts, begun_s, part=part, known=known, with_ways=with_who)
        if reached.came is not None:
            begins = np.full(heights_m.shape, NOBODY, np.int16)
            begins[starts[:, 0], starts[:, 1]] = numbers
            _name(reached.cost < least, reached.came, begins, who)
            del begins
        np.minimum(least, reached.cost, out=least)
        ahead.append(one)
        if progress is not None:
            progress(done / len(alike))
    return Response(least, who, tuple(one.unit_id for one in found), dict(left_out or {}))


@njit(cache=True, nogil=True)
def _name(sooner, came, begins, who):  # type: ignore[no-untyped-def]
    """Write to every cell that was reached sooner who comes there: whoever stands where its quickest way begins."""
    rows, columns = sooner.shape
    for first_row in range(rows):
        for first_column in range(columns):
            if not sooner[first_row, first_column] or begins[first_row, first_column] < NOBODY:
                continue
            # Back to a cell of which it is known, then the same way again; what is known is marked below NOBODY.
            row, column = first_row, first_column
            while came[row, column] > 0 and begins[row, column] >= NOBODY:
                move = np.int64(came[row, column]) - 1
                row, column = row - MOVES[move, 0], column - MOVES[move, 1]
            number = who[row, column] if begins[row, column] < NOBODY else begins[row, column]
            row, column = first_row, first_column
            while begins[row, column] >= NOBODY:
                who[row, column] = number
                begins[row, column] = _NAMED
                if came[row, column] == 0:
                    break
                move = np.int64(came[row, column]) - 1
                row, column = row - MOVES[move, 0], column - MOVES[move, 1]


def _is_nowhere_quicker(one: Responder, than: Responder, with_barriers: bool) -> bool:
    alike = one.mover == than.mover or not with_barriers
    return alike and (one.pace is than.pace or bool((one.pace.s_per_m >= than.pace.s_per_m).all()))
