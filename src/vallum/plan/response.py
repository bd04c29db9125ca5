"""How long after an alarm is somebody there, and who?

Everywhere in the band: what the watch needs to detect, assess and dispatch, what a unit needs to move off, and the
least time that any unit needs from where it stands. Units differ in speed and in the ground they can cross. What our
own obstacles do to our own units is left out unless asked for; it is a figure of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.assets.mobility import Mover, mover_of
from vallum.assets.unit import Unit
from vallum.frontier.strip import Strip
from vallum.plan.zones import BEYOND
from vallum.terrain.barrier import Barrier, Crossed
from vallum.terrain.pace import NO_WAY, Pace
from vallum.terrain.stepping import CLOSED, OPEN
from vallum.terrain.steps import MOVES
from vallum.terrain.travel import Going, Reached, travel
from vallum.terrain.windows import Begun, Box, spread_in_windows, windowed, windows_over

Grid = NDArray[np.float32]
Who = NDArray[np.int16]
Mask = NDArray[np.bool_]

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
    boxes: Sequence[Box] | None = None,
    left_out: Mapping[str, str] | None = None,
    lines_of: Callable[[Mover], Sequence[Crossed]] | None = None,
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
    boxes
        The windows that are searched; cut here unless given.
    lines_of
        Gives what holds up our own units at the line; nothing does without it.
    with_who
        Whether it is asked who comes.
    progress
        Called with about the share done.

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
    boxes = windows_over(zone) if boxes is None else boxes
    least = np.full(heights_m.shape, LONGEST_S, np.float32)
    who = np.full(heights_m.shape if with_who else (0, 0), NOBODY, np.int16)
    for one in found:
        if ground[one.row, one.column] == NO_WAY or not np.isfinite(heights_m[one.row, one.column]):
            raise ValueError(
                f"Unit {one.unit_id} stands where there is no way or no terrain; correct its place, or bring the "
                "ground there."
            )
    alike: dict[tuple[Mover, int], dict[int, Responder]] = {}
    for number, one in enumerate(found):
        alike.setdefault((one.mover, id(one.pace)), {})[number] = one
    # Who has been looked for before whoever comes next.
    ahead: list[Responder] = []
    for done, numbered in enumerate(alike.values()):
        one = next(iter(numbered.values()))
        # Who is nowhere quicker than somebody before him need be looked for only where he is sooner.
        trails = all(_is_nowhere_quicker(one, before, lines_of is not None) for before in ahead)
        own = least if trails else np.full_like(least, LONGEST_S)
        own_who = who if trails else np.full_like(who, NOBODY)
        coming = _Coming(heights_m, ground, zone, cell_m, numbered, lines_of(one.mover) if lines_of else (), own_who)
        starts = np.array([(one.row, one.column) for one in numbered.values()])
        begun_s = np.array([one.ready_s + dispatch_s for one in numbered.values()])
        told = None if progress is None else partial(_told, progress, done, len(alike))
        spread_in_windows(boxes, own, starts, begun_s, coming.search, coming.name, told)
        if not trails:
            sooner = own < least
            least[sooner] = own[sooner]
            if with_who:
                who[sooner] = own_who[sooner]
        ahead.append(one)
    return Response(least, who, tuple(one.unit_id for one in found), dict(left_out or {}))


def _told(progress: Callable[[float], object], done: int, of: int, share: float) -> None:
    progress((done + share) / of)


@dataclass(frozen=True, slots=True, eq=False)
class _Coming:
    """Units that move alike on their ground, by number; `who` is written to unless it has no cells."""

    heights_m: Grid
    ground: NDArray[np.uint8]
    zone: NDArray[np.uint8]
    cell_m: float
    numbered: Mapping[int, Responder]
    lines: Sequence[Crossed]
    who: Who

    def search(self, box: Box, begun: Begun) -> Reached:
        part = np.where(windowed(self.zone, box) == BEYOND, np.uint8(CLOSED), np.uint8(OPEN))
        barrier = Barrier.of(part.shape, self.lines, (box[0], box[2]))
        pace = next(iter(self.numbered.values())).pace
        going = Going(windowed(self.heights_m, box), windowed(self.ground, box), pace, self.cell_m, barrier)
        with_ways = self.who.size > 0
        return travel(going, begun.cells, begun.seconds, part=part, known=begun.known, with_ways=with_ways)

    def name(self, box: Box, begun: Begun, reached: Reached, sooner: Mask) -> None:
        """Write who comes to the cells that are reached sooner."""
        if reached.came is None:
            return
        names, (row, column) = windowed(self.who, box), begun.cells.T
        begins = np.full(sooner.shape, NOBODY, np.int16)
        # What a neighbouring window found there stands there already.
        begins[row, column] = names[row, column]
        # Of several in one cell the first to move off counts.
        for number, one in sorted(self.numbered.items(), key=lambda item: -item[1].ready_s):
            down, right = one.row - box[0], one.column - box[2]
            if 0 <= down < sooner.shape[0] and 0 <= right < sooner.shape[1] and sooner[down, right]:
                begins[down, right] = number
        _name(sooner, reached.came, begins, names)


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
