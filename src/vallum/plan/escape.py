"""From where does no later alarm help: until which moment of alarm does somebody still get away, everywhere?

    E = A at the exits, E(v) = min(A(v), max over steps of (E(u) - t(v, u)))

with A how long after an alarm somebody is there. Where E is above 0 the ground is critical. The whole band is searched
once for every change; pieces of the line take their windows of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vallum.plan.adversary import HoldCase
from vallum.plan.field import Field
from vallum.plan.zones import BEYOND, GONE
from vallum.terrain.barrier import Barrier, Crossed
from vallum.terrain.pace import Pace
from vallum.terrain.stepping import CLOSED, OPEN
from vallum.terrain.steps import MOVES
from vallum.terrain.travel import Going, Reached, travel
from vallum.terrain.windows import Begun, Box, spread_in_windows, windowed, windows_over

Grid = NDArray[np.float32]
FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]


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

    def lines(self, lines: Sequence[Crossed], frontier_line: tuple[FloatArray, FloatArray]) -> tuple[Crossed, ...]:
        """Return what delays whoever crosses it.

        Parameters
        ----------
        lines
            What is there.
        frontier_line
            Row and column of the line's vertices.
        """
        if self.delay_s == 0.0:
            return tuple(lines)
        row, column = frontier_line
        pieces = len(row) - 1
        return (*lines, Crossed(row, column, np.full(pieces, self.delay_s), np.zeros(pieces)))

    def response(self, seconds: Grid) -> Grid:
        """Return how long after an alarm somebody is where; nobody is there before the alarm.

        Examples
        --------
        >>> Change(response_s=-60.0).response(np.array([30.0, 90.0], np.float32))
        array([ 1., 30.], dtype=float32)
        """
        if self.response_s == 0.0 and self.response_times == 1.0:
            return seconds
        changed: Grid = np.maximum(seconds * np.float32(self.response_times) + np.float32(self.response_s), 1.0)
        return changed


AS_IT_IS = Change()


def escape(
    heights_m: Grid,
    ground: NDArray[np.uint8],
    zone: NDArray[np.uint8],
    response_s: Grid,
    pace: Pace,
    cell_m: float,
    lines: Sequence[Crossed] = (),
    *,
    change: Change = AS_IT_IS,
    neighbours: int = 16,
    boxes: Sequence[Box] | None = None,
    with_ways: bool = False,
    progress: Callable[[float], object] | None = None,
) -> Reached:
    """Find the latest moment of alarm with which whoever is in a cell at moment 0 still gets away.

    Parameters
    ----------
    heights_m, ground, zone, cell_m
        The ground, its classes, the band and the side of a cell.
    response_s
        Float32: how long after an alarm somebody is where, seconds.
    pace, neighbours
        Who flees, and how he steps.
    lines
        What delays whoever crosses it, in cells of the grid, with what the change adds.
    change
        What is different about the response.
    boxes
        The windows that are searched; cut here unless given.
    with_ways
        Whether the way from a cell to the exit will be asked for.
    progress
        Called with about the share done.

    Returns
    -------
    Reached
        Its costs are those seconds: above 0 where no later alarm helps; minus infinity where no exit can be reached,
        and beside the band. Its ways lead to the exits.

    Examples
    --------
    >>> flat, zone = np.zeros((1, 4), np.float32), np.array([[1, 2, 3, 4]], np.uint8)
    >>> pace = Pace.constant("a walker", [1.0])
    >>> escape(flat, np.zeros((1, 4), np.uint8), zone, np.full((1, 4), 15.0, np.float32), pace, 10.0).cost
    array([[-15.,  -5.,   5.,  15.]], dtype=float32)
    """
    boxes = windows_over(zone) if boxes is None else boxes
    longest_s = np.float32(change.response(np.array([response_s.max(initial=0.0)], np.float32))[0])
    spent_s = np.full(zone.shape, np.inf, np.float32)
    came = np.zeros(zone.shape if with_ways else (0, 0), np.uint8)

    def left_s(box: Box) -> Grid:
        return longest_s - change.response(windowed(response_s, box))

    def search(box: Box, begun: Begun) -> Reached:
        part = np.where(windowed(zone, box) == BEYOND, np.uint8(CLOSED), np.uint8(OPEN))
        barrier = Barrier.of(part.shape, lines, (box[0], box[2]))
        going = Going(windowed(heights_m, box), windowed(ground, box), pace, cell_m, barrier, neighbours)
        return travel(
            going, begun.cells, begun.seconds, backward=True, part=part, known=begun.known, floor=left_s(box),
            with_ways=with_ways,
        )  # fmt: skip

    def took(box: Box, begun: Begun, found: Reached, sooner: Mask) -> None:
        if found.came is not None:
            windowed(came, box)[sooner] = found.came[sooner]

    exits = np.argwhere(_at_rim(zone))
    begun_s = (longest_s - change.response(response_s[exits[:, 0], exits[:, 1]])).astype(np.float64)
    spread_in_windows(boxes, spent_s, exits, begun_s, search, took, progress)
    # In place: the grid may be large.
    np.subtract(longest_s, spent_s, out=spent_s)
    return Reached(spent_s, came if with_ways else None, True)


def escape_on(
    field: Field,
    case: HoldCase,
    response_s: Grid,
    change: Change = AS_IT_IS,
    *,
    with_ways: bool = False,
    progress: Callable[[float], object] | None = None,
) -> Reached:
    """Return the same for a case on a field; `escape` says what."""
    scene, zones = field.scene, field.zones
    return escape(
        field.heights_m,
        field.ground,
        zones.zone,
        response_s,
        field.pace(case.adversary, case.seen.light),
        scene.strip.cell_m,
        change.lines(field.lines(case.adversary), field.frontier_line),
        change=change,
        neighbours=field.neighbours,
        boxes=zones.boxes,
        with_ways=with_ways,
        progress=progress,
    )


@njit(cache=True, nogil=True)
def _at_rim(zone):  # type: ignore[no-untyped-def]
    """Return the cells of exits that have others of the band beside them: nobody need look at those inside."""
    rows, columns = zone.shape
    found = np.zeros((rows, columns), np.bool_)
    for row in range(rows):
        for column in range(columns):
            if zone[row, column] != GONE:
                continue
            for move in range(16):
                to_row, to_column = row + MOVES[move, 0], column + MOVES[move, 1]
                if 0 <= to_row < rows and 0 <= to_column < columns:
                    beside = zone[to_row, to_column]
                    if beside != GONE and beside != BEYOND:
                        found[row, column] = True
                        break
    return found
