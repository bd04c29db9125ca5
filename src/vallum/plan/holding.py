"""How much does whoever crosses the line here at least meet before it is too late to answer?

The two-phase solve with deterministic times (exact): first, by one backward search, from where no later alarm helps
(the critical ground); then the least exposure of ways to it, forward from the outer edge of the band to the line and
backward from the critical ground to the line, joined over every step that crosses it. Where the critical ground itself
reaches over the line, what counts before the line is what was met until somebody is so near that he outruns every
responder across this very step: at a cell from which the way to the step takes less than is left there (E). How long it
takes is bounded from below by the straight line at the fastest pace, so that what is found is never too high.

A piece is a run of columns of the strip's grid with so much more to both sides. At its open ends whoever wants may come
in unmet, and is gone: what is found is never too high. Where no such way is the least one, it is what the whole strip
would give; the solve says where that is so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.plan.weakest import Way, interrupted, walked
from vallum.plan.zones import BEYOND, GONE, HOME, OUTER, START, open_ends
from vallum.terrain.barrier import Barrier, Crossed
from vallum.terrain.pace import NO_WAY, Pace
from vallum.terrain.stepping import CLOSED, DOUBT, OPEN, mean_rate, step_time
from vallum.terrain.steps import MOVES
from vallum.terrain.travel import Going, Reached, exposed, outrun

Grid = NDArray[np.float32]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]
Box = tuple[int, int, int, int]
RateOf = Callable[[int, Box], Grid]
"""Gives the detections a second in every cell of a window, in a state; in the first everything is at work."""

NOBODY = -1
# Single precision over hours.
_SAME_S = 0.01
_LONG_S = 1e7
# Of ways on which nothing is met the quickest is told: so many detections a second count for nothing else.
_HASTE = np.float32(1e-12)
# So little comes of haste alone, however long the way.
_UNMET = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What is different from what is there.

    Attributes
    ----------
    delay_s
        So much longer takes every crossing of the line.
    response_s
        So much longer, or shorter, takes every response.
    response_times
        So many times as long takes every response.
    """

    delay_s: float = 0.0
    response_s: float = 0.0
    response_times: float = 1.0


AS_IT_IS = Change()


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A run of columns, with all that its solve needs.

    Attributes
    ----------
    box
        First row, end row, first column, end column on the strip's grid, with what lies to both sides.
    heights_m, ground, zone, response_s
        The window's ground, its classes, the band, and how long after an alarm somebody is there.
    states, rate_of
        How many there are, and the detections in each.
    pace, cell_m, neighbours
        Who crosses, and on what cells he steps.
    lines
        What delays whoever crosses it, in cells of the strip's grid.
    frontier_line
        Row and column of the line's vertices in cells of the strip's grid, for changes of its delay.
    row, column, step
        The cells before the line from which this piece answers for steps across it, on the strip's grid, and the steps
        of chainage they belong to.
    steps
        How many steps the line has.
    first, last
        Whether the strip goes on before the window, and after it.
    """

    box: Box
    heights_m: Grid
    ground: NDArray[np.uint8]
    zone: NDArray[np.uint8]
    response_s: Grid
    states: int
    rate_of: RateOf
    pace: Pace
    cell_m: float
    neighbours: int
    lines: tuple[Crossed, ...]
    frontier_line: tuple[FloatArray, FloatArray]
    row: IntArray
    column: IntArray
    step: IntArray
    steps: int
    first: bool
    last: bool


@dataclass(frozen=True, slots=True, eq=False)
class Least:
    """What is met at least, by state and step of chainage; infinite where this piece does not answer for the step.

    Attributes
    ----------
    exposure
        (states, steps): until it is too late.
    across
        (steps,): whether the critical ground reaches over the line there, so that what counts is met before it.
    from_start
        (steps,): whether it reaches the outer edge of the band: there no detection helps.
    proven
        (states, steps): whether the piece was wide enough for the figure to be that of the whole strip.
    ways
        The least exposed way of each step in the first state, by step; only for what is there.
    upper
        (states, steps): how surely somebody on that way is interrupted when times are random; NaN unless asked for.
    """

    exposure: FloatArray
    across: Mask
    from_start: Mask
    proven: Mask
    ways: dict[int, Way]
    upper: FloatArray


def solve(
    piece: Piece,
    change: Change = AS_IT_IS,
    *,
    with_ways: bool = True,
    spread: float | None = None,
    progress: Callable[[float], object] | None = None,
) -> Least:
    """Find what is met at least by whoever crosses, step by step.

    Parameters
    ----------
    piece
        The window.
    change
        What is different from what is there.
    with_ways
        Whether the weakest ways are wanted.
    spread
        Standard deviation of the response as a share of it; asks for `upper`.
    progress
        Called with the share done; what it raises ends the work.
    """
    told = _told(progress, 2 + 2 * piece.states)
    field = _Field.of(piece, change)
    escape = field.escape(told(0), open_ended=True)
    # Those who cannot leave through the open ends get away later or never: what is the same for both holds for all.
    shut = field.escape(told(1), open_ended=False).cost if field.ends.any() else escape.cost
    critical = escape.cost > 0.0
    known = (escape.cost == shut) | (np.abs(escape.cost - np.maximum(shut, -_LONG_S)) <= _SAME_S)
    shape = piece.states, piece.steps
    across, from_start = np.zeros((2, piece.steps), np.bool_)
    found = Least(np.full(shape, np.inf), across, from_start, np.ones(shape, np.bool_), {}, np.full(shape, np.nan))
    for state in range(piece.states):
        rate = np.maximum(piece.rate_of(state, piece.box), _HASTE)
        before, behind = field.exposures(critical, known, rate, told(2 + 2 * state), told(3 + 2 * state))
        crossing = field.joined(critical, known, before, behind, rate)
        entering = field.entered(escape, critical, known, before)
        found.exposure[state] = np.minimum(crossing.least, np.where(crossing.across, entering.least, np.inf))
        found.across[:] |= crossing.across
        found.from_start[:] |= crossing.across & entering.from_start
        lost = crossing.across & (entering.least <= crossing.least)
        for step in map(int, np.flatnonzero(np.isfinite(found.exposure[state]))):
            cells, proven = field.way(known, before, behind, crossing, entering, step, bool(lost[step]))
            found.proven[state, step] = proven and not crossing.doubtful[step]
            if with_ways and state == 0:
                left_s = entering.left_s[step] if lost[step] else float(escape.cost[tuple(cells[-1])])
                found.ways[step] = field.timed(cells, left_s, piece.states)
        for step, way in found.ways.items():
            going_on = field.followed(way, escape)
            clock_s, (met,) = walked(field.going, going_on, [rate])
            way.exposure[state] = met[: len(way.cells)]
            if spread is not None:
                response_s = field.response_s[going_on[:, 0], going_on[:, 1]].astype(np.float64)
                found.upper[state, step] = interrupted(clock_s, met, response_s, spread)
    return found


def joined(parts: Sequence[Least]) -> Least:
    """Return what pieces found as if it were one: each step from the piece that found less.

    Raises
    ------
    ValueError
        If there are no pieces.
    """
    if not parts:
        raise ValueError("There are no pieces to join.")
    whole = parts[0]
    for part in parts[1:]:
        less = part.exposure < whole.exposure
        ways = {
            step: part.ways[step] if step not in whole.ways or less[0, step] else whole.ways[step]
            for step in sorted(whole.ways.keys() | part.ways.keys())
            if step in part.ways or step in whole.ways
        }
        whole = Least(
            np.minimum(whole.exposure, part.exposure),
            whole.across | part.across,
            whole.from_start | part.from_start,
            np.where(less, part.proven, whole.proven),
            ways,
            np.where(less[0], part.upper, whole.upper),
        )
    return whole


@dataclass(frozen=True, slots=True, eq=False)
class _Crossing:
    least: FloatArray
    cell: IntArray
    move: IntArray
    across: Mask
    doubtful: Mask


@dataclass(frozen=True, slots=True, eq=False)
class _Entering:
    least: FloatArray
    row: IntArray
    column: IntArray
    left_s: FloatArray
    from_start: Mask


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """A window as it is searched."""

    piece: Piece
    going: Going
    response_s: Grid
    ends: Mask
    row: IntArray
    column: IntArray

    @classmethod
    def of(cls, piece: Piece, change: Change) -> _Field:
        lines = list(piece.lines)
        if change.delay_s > 0.0:
            row, column = piece.frontier_line
            pieces = len(row) - 1
            lines.append(Crossed(row, column, np.full(pieces, change.delay_s), np.zeros(pieces)))
        first_row, first_column = piece.box[0], piece.box[2]
        shifted = [replace(line, row=line.row - first_row, column=line.column - first_column) for line in lines]
        rows, columns = piece.heights_m.shape
        barrier = Barrier.of((rows, columns), shifted)
        going = Going(piece.heights_m, piece.ground, piece.pace, piece.cell_m, barrier, piece.neighbours)
        response_s = piece.response_s
        if change.response_s != 0.0 or change.response_times != 1.0:
            # Nobody is there before the alarm.
            response_s = np.maximum(response_s * np.float32(change.response_times) + np.float32(change.response_s), 1.0)
        ends = open_ends(piece.zone, piece.first, piece.last)
        return cls(piece, going, response_s, ends, piece.row - first_row, piece.column - first_column)

    def escape(self, progress: Callable[[float], object] | None, *, open_ended: bool) -> Reached:
        zone = self.piece.zone
        part = np.where(zone == BEYOND, np.uint8(CLOSED), np.uint8(OPEN))
        exits = (zone == GONE) & _at_rim(zone, GONE)
        if open_ended:
            exits |= self.ends
        return outrun(
            self.going, np.argwhere(exits), self.response_s, part=part, with_ways=open_ended, progress=progress
        )  # fmt: skip

    def exposures(
        self,
        critical: Mask,
        known: Mask,
        rate: Grid,
        told_before: Callable[[float], object] | None,
        told_behind: Callable[[float], object] | None,
    ) -> tuple[Reached, Reached]:
        zone = self.piece.zone
        outer = (zone == START) | (zone == OUTER)
        part = np.where(outer, np.uint8(OPEN), np.uint8(CLOSED))
        starts = np.argwhere((zone == START) | (self.ends & outer))
        marked = self.ends & (zone != START)
        before = exposed(
            self.going, starts, rate, part=part, with_ways=True, marked=marked, progress=told_before
        )  # fmt: skip
        home = (zone == HOME) | (zone == GONE)
        part = np.where(home, np.uint8(OPEN), np.uint8(CLOSED))
        ends = (critical & _beside(~critical & (zone != BEYOND))) | self.ends
        ends &= home
        doubt = (self.ends & ~critical) | ~known
        behind = exposed(
            self.going, np.argwhere(ends), rate, backward=True, part=part, with_ways=True, marked=doubt,
            progress=told_behind,
        )  # fmt: skip
        return before, behind

    def joined(self, critical: Mask, known: Mask, before: Reached, behind: Reached, rate: Grid) -> _Crossing:
        steps = self.piece.steps
        least, cell = np.full(steps, np.inf), np.full(steps, NOBODY, np.int64)
        move, across, doubtful = np.full(steps, NOBODY, np.int64), *np.zeros((2, steps), np.bool_)
        going = self.going
        _join(
            self.row, self.column, self.piece.step, self.piece.zone, critical, before.cost, behind.cost,
            going.heights_m, going.ground, going.pace.s_per_m, going.barrier.index, going.barrier.delay_s,
            going.barrier.exposure, rate, going.cell_m, going.neighbours, least, cell, move, across,
        )  # fmt: skip
        late = critical[self.row, self.column] & ~known[self.row, self.column]
        doubtful[self.piece.step[late]] = True
        return _Crossing(least, cell, move, across, doubtful)

    def entered(self, escape: Reached, critical: Mask, known: Mask, before: Reached) -> _Entering:
        """Find where it is too late before the line, and what was met until there, by step."""
        piece, steps = self.piece, self.piece.steps
        least, from_start, left_s = np.full(steps, np.inf), np.zeros(steps, np.bool_), np.zeros(steps)
        row, column = np.full(steps, NOBODY, np.int64), np.full(steps, NOBODY, np.int64)
        late = critical[self.row, self.column]
        if late.any():
            assert before.came is not None
            doubtful = ~known | (before.came >= DOUBT)
            _enter(
                self.row[late], self.column[late], piece.step[late], escape.cost, before.cost, doubtful, critical,
                piece.zone, self.going.width_s, least, row, column, left_s, from_start,
            )  # fmt: skip
        return _Entering(least, row, column, left_s, from_start)

    def way(
        self,
        known: Mask,
        before: Reached,
        behind: Reached,
        crossing: _Crossing,
        entering: _Entering,
        step: int,
        lost: bool,
    ) -> tuple[IntArray, bool]:
        """Return the weakest way of a step to where it is too late, and whether a wider window would find it too."""
        if lost:
            row, column = int(entering.row[step]), int(entering.column[step])
            doubt = before.is_doubtful(row, column) or not known[row, column]
            return before.way(row, column), not doubt
        at, move = int(crossing.cell[step]), int(crossing.move[step])
        row, column = int(self.row[at]), int(self.column[at])
        to_row, to_column = row + int(MOVES[move, 0]), column + int(MOVES[move, 1])
        doubt = before.is_doubtful(row, column) or behind.is_doubtful(to_row, to_column)
        return np.concatenate([before.way(row, column), behind.way(to_row, to_column)]), not doubt

    def timed(self, cells: IntArray, left_s: float, states: int) -> Way:
        """Return a way with its clock; what is met on it is filled in state by state.

        Parameters
        ----------
        cells
            To where it is too late.
        left_s
            What an alarm may be earlier there and still be too late.
        states
            How many there are.
        """
        clock_s, _ = walked(self.going, cells, [])
        # Beyond an open end nobody knows; the window says that it is not proven.
        latest_s = float(clock_s[-1]) - (max(0.0, float(left_s)) if np.isfinite(left_s) else 0.0)
        moved = (cells + np.array(self.piece.box)[[0, 2]]).astype(np.int32)
        return Way(moved, clock_s, np.zeros((states, len(cells))), latest_s)

    def followed(self, way: Way, escape: Reached) -> IntArray:
        """Return the cells of a way and, from where it is too late, the way to the exit."""
        cells: IntArray = way.cells.astype(np.int64) - np.array(self.piece.box)[[0, 2]]
        row, column = (int(part) for part in cells[-1])
        if not np.isfinite(escape.cost[row, column]):
            return cells
        whole: IntArray = np.concatenate([cells, escape.way(row, column)[1:]])
        return whole


def _at_rim(zone: NDArray[np.uint8], kind: int) -> Mask:
    """Return the cells of a kind that have others of the band beside them: nobody need look at those inside."""
    return np.asarray(_beside((zone != kind) & (zone != BEYOND)))


@njit(cache=True, nogil=True)
def _beside(mask):  # type: ignore[no-untyped-def]
    """Return the cells from which a step leads into a mask."""
    rows, columns = mask.shape
    found = np.zeros((rows, columns), np.bool_)
    for row in range(rows):
        for column in range(columns):
            if not mask[row, column]:
                continue
            for move in range(16):
                to_row, to_column = row + MOVES[move, 0], column + MOVES[move, 1]
                if 0 <= to_row < rows and 0 <= to_column < columns:
                    found[to_row, to_column] = True
    return found


@njit(cache=True, nogil=True)
def _join(  # type: ignore[no-untyped-def]
    row_of, column_of, step_of, zone, critical, before, behind, heights_m, ground, s_per_m, index, delay_s, extra,
    rate, cell_m, neighbours, least, cell, move_of, across,
):  # fmt: skip
    rows, columns = zone.shape
    for at in range(len(row_of)):
        row, column, step = row_of[at], column_of[at], step_of[at]
        if ground[row, column] == NO_WAY:
            continue
        for move in range(neighbours):
            to_row, to_column = row + MOVES[move, 0], column + MOVES[move, 1]
            if not (0 <= to_row < rows and 0 <= to_column < columns) or zone[to_row, to_column] < HOME:
                continue
            if ground[to_row, to_column] == NO_WAY:
                continue
            if critical[row, column]:
                across[step] = True
                continue
            step_s = np.float64(step_time(heights_m, ground, s_per_m, row, column, move, cell_m, 1.0))
            met = 0.0
            if index.size > 0 and index[row, column] >= 0:
                step_s += np.float64(delay_s[index[row, column], move])
                met = np.float64(extra[index[row, column], move])
            if step_s == np.inf:
                continue
            met += step_s * mean_rate(rate, row, column, move)
            total = np.float64(before[row, column]) + met + np.float64(behind[to_row, to_column])
            if total < least[step]:
                least[step], cell[step], move_of[step] = total, at, move


@njit(cache=True, nogil=True)
def _enter(  # type: ignore[no-untyped-def]
    row_of,
    column_of,
    step_of,
    escape,
    before,
    doubtful,
    critical,
    zone,
    fastest_s,
    least,
    row_at,
    column_at,
    left_at,
    from_start,
):
    """Look round every step whose crossing is too late, as far as somebody gets in the time that is left there."""
    rows, columns = zone.shape
    # One circle for each step: about the cell with most time left, and as much wider as its other cells are away.
    best, spread = np.full(len(least), -1, np.int64), np.zeros(len(least))
    for at in range(len(row_of)):
        step = step_of[at]
        if best[step] < 0 or escape[row_of[at], column_of[at]] > escape[row_of[best[step]], column_of[best[step]]]:
            best[step] = at
    for at in range(len(row_of)):
        middle = best[step_of[at]]
        away = np.hypot(row_of[at] - row_of[middle], column_of[at] - column_of[middle])
        spread[step_of[at]] = max(spread[step_of[at]], away)
    for step in range(len(least)):
        if best[step] < 0:
            continue
        row, column = row_of[best[step]], column_of[best[step]]
        reach = escape[row, column] / fastest_s + spread[step]
        sure, sure_row, sure_column = np.inf, -1, -1
        # From the middle outward: near cells are reached sooner, and most searches end early.
        for turn in range(2 * max(column, columns - column) + 1):
            c = column + (turn + 1) // 2 * (1 if turn % 2 else -1)
            if abs(c - column) > reach:
                break
            if c < 0 or c >= columns:
                continue
            half = int(np.sqrt(max(0.0, reach * reach - (c - column) * (c - column))))
            for r in range(max(0, row - half), min(rows, row + half + 1)):
                if not critical[r, c] or zone[r, c] > OUTER or zone[r, c] == BEYOND:
                    continue
                if zone[r, c] == START:
                    from_start[step] = True
                if before[r, c] < least[step]:
                    least[step], row_at[step], column_at[step] = before[r, c], r, c
                if before[r, c] < sure and not doubtful[r, c]:
                    sure, sure_row, sure_column = before[r, c], r, c
            if sure <= _UNMET and from_start[step]:
                break
        if sure <= least[step]:
            row_at[step], column_at[step] = sure_row, sure_column
        if row_at[step] >= 0:
            away = np.hypot(row_at[step] - row, column_at[step] - column)
            left_at[step] = max(0.0, escape[row, column] - max(0.0, away - spread[step]) * fastest_s)


def _told(progress: Callable[[float], object] | None, parts: int) -> Callable[[int], Callable[[float], object] | None]:
    def of(number: int) -> Callable[[float], object] | None:
        return None if progress is None else lambda share: progress((number + share) / parts)

    return of
