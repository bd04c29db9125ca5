"""How much does whoever crosses the line here at least meet before it is too late to answer?

The two-phase solve with deterministic times (exact): first, by one backward search, from where no later alarm helps
(the critical ground); then the least exposure of ways to it, forward from the outer edge of the band to the line and
backward from the critical ground to the line, joined over every step that crosses it. Where the critical ground itself
reaches over the line, what counts before the line is what was met until somebody is so near that he outruns every
responder across this very step: at a cell from which the way to the step takes less than is left there (E). How long it
takes is bounded from below by the straight line at the fastest pace, so that what is found is never too high.

Where the ground is critical is known of the whole strip. A piece is a run of its columns with so much more to both
sides. At its open ends whoever wants may come in unmet, and is gone. Where no such way is the least one, what is found
is what the whole strip would give; the solve says where that is so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.plan.across import beside, enter, join
from vallum.plan.escape import Change
from vallum.plan.weakest import Way, interrupted, walked
from vallum.plan.zones import BEYOND, GONE, HOME, OUTER, START, open_ends
from vallum.terrain.barrier import Barrier, Crossed
from vallum.terrain.pace import Pace
from vallum.terrain.stepping import CLOSED, DOUBT, OPEN
from vallum.terrain.steps import MOVES
from vallum.terrain.travel import Going, Progress, Reached, exposed

Grid = NDArray[np.float32]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]
Box = tuple[int, int, int, int]
RateOf = Callable[[int, Box], Grid]
"""Gives the detections a second in every cell of a window, in a state; in the first everything is at work."""

NOBODY = -1
# Of ways on which nothing is met the quickest is told: so many detections a second count for nothing else.
_HASTE = np.float32(1e-12)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A run of columns, with all that its solve needs.

    Attributes
    ----------
    box
        First row, end row, first column, end column on the strip's grid, with what lies to both sides.
    heights_m, ground, zone, response_s
        The window's ground, its classes, the band, and how long after an alarm somebody is there.
    changes, escapes
        What is asked, by name, and the window of what `escape` found for it. Ways are followed in the first.
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
    changes: Mapping[str, Change]
    escapes: Mapping[str, Reached]
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

    @classmethod
    def nothing(cls, states: int, steps: int) -> Least:
        """Return what is known before anything is found."""
        across, from_start = np.zeros((2, steps), np.bool_)
        proven, upper = np.ones((states, steps), np.bool_), np.full((states, steps), np.nan)
        return cls(np.full((states, steps), np.inf), across, from_start, proven, {}, upper)


def solve(
    piece: Piece, *, spread: float | None = None, progress: Callable[[float], object] | None = None
) -> dict[str, Least]:
    """Find what is met at least by whoever crosses, step by step.

    Parameters
    ----------
    piece
        The window, and what is asked of it.
    spread
        Standard deviation of the response as a share of it; asks for `upper` in the first change.
    progress
        Called with the share done; what it raises ends the work.

    Returns
    -------
    dict
        What was found, by name of the change.
    """
    found = {name: Least.nothing(piece.states, piece.steps) for name in piece.changes}
    fields = {change.delay_s: _Field.of(piece, change) for change in piece.changes.values()}
    told = _Told(progress, piece.states * (len(fields) + len(piece.changes)))
    for state in range(piece.states):
        rate = np.maximum(piece.rate_of(state, piece.box), _HASTE)
        # What is met before the line does not depend on how soon somebody is there.
        before = {delay_s: field.before(rate, told.next()) for delay_s, field in fields.items()}
        for number, (name, change) in enumerate(piece.changes.items()):
            field, escape, least = fields[change.delay_s], piece.escapes[name], found[name]
            met = _Met.of(field, escape, before[change.delay_s], rate, told.next())
            met.write(least, state)
            if number == 0 and state == 0:
                least.ways.update({step: met.way(step, piece.states) for step in met.steps})
            if number == 0:
                _count(field, escape, rate, least, state, spread, change.response(piece.response_s))
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
class _Field:
    """A window as it is searched."""

    piece: Piece
    going: Going
    ends: Mask
    row: IntArray
    column: IntArray

    @classmethod
    def of(cls, piece: Piece, change: Change) -> _Field:
        corner = piece.box[0], piece.box[2]
        lines = change.lines(piece.lines, piece.frontier_line)
        barrier = Barrier.of(piece.zone.shape, lines, corner)
        going = Going(piece.heights_m, piece.ground, piece.pace, piece.cell_m, barrier, piece.neighbours)
        ends = open_ends(piece.zone, piece.first, piece.last)
        return cls(piece, going, ends, piece.row - corner[0], piece.column - corner[1])

    def before(self, rate: Grid, progress: Progress | None) -> Reached:
        """Find what is met at least from where ways begin to every cell before the line."""
        zone = self.piece.zone
        outer = (zone == START) | (zone == OUTER)
        starts = np.argwhere((zone == START) | (self.ends & outer))
        marked = self.ends & (zone != START)
        part = np.where(outer, np.uint8(OPEN), np.uint8(CLOSED))
        return exposed(self.going, starts, rate, part=part, with_ways=True, marked=marked, progress=progress)

    def behind(self, critical: Mask, rate: Grid, progress: Progress | None) -> Reached:
        """Find what is met at least from every cell behind the line to where it is too late."""
        zone = self.piece.zone
        home = (zone == HOME) | (zone == GONE)
        ends = home & ((critical & beside(~critical & (zone != BEYOND))) | self.ends)
        part = np.where(home, np.uint8(OPEN), np.uint8(CLOSED))
        return exposed(
            self.going, np.argwhere(ends), rate, backward=True, part=part, with_ways=True,
            marked=self.ends & ~critical, progress=progress,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Met:
    """What was found for one change in one state.

    `cell` and `move` are the cheapest step across the line by step of chainage, `row` and `column` where it is too late
    already before the line: `NOBODY` where that is no cheaper.
    """

    field: _Field
    escape: Reached
    before: Reached
    behind: Reached
    exposure: FloatArray
    across: Mask
    from_start: Mask
    cut: Mask
    cell: IntArray
    move: IntArray
    row: IntArray
    column: IntArray
    left_s: FloatArray

    @classmethod
    def of(cls, field: _Field, escape: Reached, before: Reached, rate: Grid, progress: Progress | None) -> _Met:
        piece, going, steps = field.piece, field.going, field.piece.steps
        critical = escape.cost > 0.0
        behind = field.behind(critical, rate, progress)
        exposure, cell, move = np.full(steps, np.inf), *np.full((2, steps), NOBODY, np.int64)
        across, from_start, cut = np.zeros((3, steps), np.bool_)
        join(
            field.row, field.column, piece.step, piece.zone, critical, before.cost, behind.cost,
            going.heights_m, going.ground, going.pace.s_per_m, going.barrier.index, going.barrier.delay_s,
            going.barrier.exposure, rate, going.cell_m, going.neighbours, exposure, cell, move, across,
        )  # fmt: skip
        earlier, left_s, (row, column) = np.full(steps, np.inf), np.zeros(steps), np.full((2, steps), NOBODY, np.int64)
        late = critical[field.row, field.column]
        if across.any():
            assert before.came is not None
            enter(
                field.row[late], field.column[late], piece.step[late], escape.cost, before.cost, before.came >= DOUBT,
                critical, piece.zone, going.width_s, earlier, row, column, left_s, from_start, piece.first, piece.last,
                cut,
            )  # fmt: skip
        lost = across & (earlier <= exposure)
        row[~lost] = NOBODY
        return cls(
            field, escape, before, behind, np.where(lost, earlier, exposure), across, across & from_start, across & cut,
            cell, move, row, column, left_s,
        )  # fmt: skip

    @property
    def steps(self) -> list[int]:
        """The steps that somebody can cross."""
        return [int(step) for step in np.flatnonzero(np.isfinite(self.exposure))]

    def write(self, least: Least, state: int) -> None:
        """Put what was found to what is known."""
        least.exposure[state] = self.exposure
        least.across[:] |= self.across
        least.from_start[:] |= self.from_start
        for step in self.steps:
            least.proven[state, step] = self._is_proven(step)

    def _is_proven(self, step: int) -> bool:
        """Return whether a wider window would find the same."""
        if self.cut[step]:
            return False
        if self.row[step] != NOBODY:
            return not self.before.is_doubtful(int(self.row[step]), int(self.column[step]))
        row, column, to_row, to_column = self._over(step)
        return not (self.before.is_doubtful(row, column) or self.behind.is_doubtful(to_row, to_column))

    def way(self, step: int, states: int) -> Way:
        """Return the weakest way to where it is too late; what is met on it is counted state by state."""
        if self.row[step] != NOBODY:
            cells = self.before.way(int(self.row[step]), int(self.column[step]))
            left_s = float(self.left_s[step])
        else:
            row, column, to_row, to_column = self._over(step)
            cells = np.concatenate([self.before.way(row, column), self.behind.way(to_row, to_column)])
            left_s = float(self.escape.cost[tuple(cells[-1])])
        clock_s, _ = walked(self.field.going, cells, [])
        # Where an open end is not critical, the window says that it is not proven.
        latest_s = float(clock_s[-1]) - (max(0.0, left_s) if np.isfinite(left_s) else 0.0)
        on_grid = (cells + np.array(self.field.piece.box)[[0, 2]]).astype(np.int32)
        return Way(on_grid, clock_s, np.zeros((states, len(cells))), latest_s)

    def _over(self, step: int) -> tuple[int, int, int, int]:
        """Return between which cells the line is crossed."""
        at, move = int(self.cell[step]), int(self.move[step])
        row, column = int(self.field.row[at]), int(self.field.column[at])
        return row, column, row + int(MOVES[move, 0]), column + int(MOVES[move, 1])


def _count(
    field: _Field, escape: Reached, rate: Grid, least: Least, state: int, spread: float | None, response_s: Grid
) -> None:
    """Count what is met on the ways in a state, and how surely somebody on them is interrupted."""
    zone, corner = field.piece.zone, np.array(field.piece.box)[[0, 2]]
    for step, way in least.ways.items():
        cells: IntArray = way.cells.astype(np.int64) - corner
        if spread is None:
            _, (way.exposure[state],) = walked(field.going, cells, [rate])
            continue
        row, column = (int(part) for part in cells[-1])
        if np.isfinite(escape.cost[row, column]):
            cells = np.concatenate([cells, escape.way(row, column)[1:]])
        # From an open end nobody knows how it goes on.
        least.proven[state, step] &= zone[tuple(cells[-1])] == GONE
        clock_s, (met,) = walked(field.going, cells, [rate])
        way.exposure[state] = met[: len(way.cells)]
        there_s = response_s[cells[:, 0], cells[:, 1]].astype(np.float64)
        least.upper[state, step] = interrupted(clock_s, met, there_s, spread)


class _Told:
    """Tells how far the work is, search by search."""

    def __init__(self, progress: Progress | None, searches: int) -> None:
        self._progress, self._searches, self._begun = progress, searches, 0

    def next(self) -> Progress | None:
        """Return who is told how far the next search is."""
        begun, progress, searches = self._begun, self._progress, self._searches
        self._begun += 1
        return None if progress is None else lambda share: progress((begun + share) / searches)
