"""In which pieces is a line solved, and how much beside each has to be looked at?

A piece answers for its own columns and looks at more to both sides. Where what lies farther off could have changed the
answer, the solve says so and the piece is solved again with twice as much beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vallum.plan.adversary import HoldCase, Time
from vallum.plan.escape import Change, escape_on
from vallum.plan.field import Field
from vallum.plan.holding import Least, Piece, joined, solve
from vallum.plan.mapping import CancelledError, Scheduler, go_on, mapped
from vallum.plan.rates import Rates
from vallum.plan.scene import Held, Progress, Read
from vallum.plan.zones import BEYOND, Zones
from vallum.terrain.travel import Reached
from vallum.terrain.windows import windowed

Grid = NDArray[np.float32]
Span = tuple[int, int]
"""First and end column on the strip's grid."""

HALO_M = 10_000.0
# With what a piece looks at beside its own it takes some hundred megabytes.
_CELLS_OF_A_PIECE = 3_000_000
# Less is not worth being shared out; more keeps so many busy.
_SMALL_CELLS = 500_000
_FEWEST = 4


class Told:
    """Tells how far the work is, and ends it when asked."""

    def __init__(
        self, progress: Progress | None, cancelled: Callable[[], bool] | None, number: int = 0, of: int = 1
    ) -> None:
        self._progress, self.cancelled, self._number, self._of = progress, cancelled, number, of

    def __call__(self, what: str, share: float) -> None:
        """Tell what is being done, and the share of it that is done."""
        if self._progress is not None:
            self._progress(what, (self._number + share) / self._of)
        if self.cancelled is not None and self.cancelled():
            raise CancelledError("stopped as asked; nothing was kept")

    def part(self, what: str, begun: float, of: float, share: float) -> None:
        """Tell how far a part of the work is."""
        self(what, begun + of * share)


def solved(
    field: Field,
    case: HoldCase,
    mixed: Sequence[Time],
    response_s: Grid,
    changes: Mapping[str, Change],
    spans: Sequence[Span],
    *,
    spread: float | None,
    scheduler: Scheduler,
    told: Told,
    escape: Reached | None = None,
) -> tuple[dict[str, Least], float]:
    """Solve piece by piece, with more and more of the line beside each until that changes nothing.

    Parameters
    ----------
    field, case, mixed
        What is asked, and the kinds of time that are mixed.
    response_s
        How long after an alarm somebody is where, seconds.
    changes
        What is different, by name; ways are followed in the first only.
    spans
        Columns that each piece answers for.
    spread
        Standard deviation of the response as a share of it; asks for the upper bound.
    scheduler, told
        Where pieces are worked on, and who hears how far it is.
    escape
        From where it is too late in the first change, where that is known.

    Returns
    -------
    tuple
        What was found for each change, by name, and how much beside the pieces was looked at, metres.
    """
    scene, strip = field.scene, field.scene.strip
    here = scheduler == "threads"
    rates = Rates.of(scene, mixed, Held(scene.ground.heights_m) if here else Read(strip, scene.ground.sources))
    escapes: dict[str, Reached] = {}
    for number, (name, change) in enumerate(changes.items()):
        if number == 0 and escape is not None:
            escapes[name] = escape
            continue
        with_ways = spread is not None and number == 0
        share = partial(told.part, "ways", 0.1 + 0.2 * number / len(changes), 0.2 / len(changes))
        escapes[name] = escape_on(field, case, response_s, change, with_ways=with_ways, progress=share)
    asked = _Asked(field, case, response_s, rates, len(mixed), changes, escapes)
    waiting = list(spans)
    found: list[dict[str, Least]] = []
    halo_m = HALO_M
    while waiting:
        pieces = [asked.piece(own, halo_m) for own in waiting]

        def count(ready: int, done: int = len(found)) -> None:
            told("ways", 0.3 + 0.7 * min(1.0, (done + ready) / len(spans)))

        least = mapped(partial(_work, spread=spread), pieces, scheduler, done=count, cancelled=told.cancelled)
        again = []
        for own, piece, one in zip(waiting, pieces, least, strict=True):
            whole = not (piece.first or piece.last)
            if whole or all(part.proven[np.isfinite(part.exposure)].all() for part in one.values()):
                found.append(one)
            else:
                again.append(own)
        waiting = again
        if waiting:
            halo_m *= 2.0
    return {name: joined([one[name] for one in found]) for name in changes}, halo_m


def _work(piece: Piece, spread: float | None) -> dict[str, Least]:
    return solve(piece, spread=spread, progress=lambda share: go_on())


def spans_of(zones: Zones, first: int, end: int, pieces: int | None = None) -> tuple[Span, ...]:
    """Cut columns into pieces that fit into memory and can be worked on at once.

    Parameters
    ----------
    zones
        The band: small ones are one piece.
    first, end
        The columns.
    pieces
        How many, if not as many as fit.
    """
    inside = int((zones.zone[:, first:end] != BEYOND).sum())
    # However many work on it here: of ways that are equally exposed the same is told everywhere.
    usual = 1 if inside < _SMALL_CELLS else max(_FEWEST, math.ceil(inside / _CELLS_OF_A_PIECE))
    columns = np.linspace(first, end, (pieces or usual) + 1).round().astype(int)
    return tuple((int(one), int(other)) for one, other in pairwise(columns) if other > one)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What all pieces share."""

    field: Field
    case: HoldCase
    response_s: Grid
    rates: Rates
    states: int
    changes: Mapping[str, Change]
    escapes: Mapping[str, Reached]

    def piece(self, own: Span, halo_m: float) -> Piece:
        """Cut out what answers for some columns, and looks at so much beside them."""
        field, zones, strip = self.field, self.field.zones, self.field.scene.strip
        halo = math.ceil(halo_m / strip.cell_m)
        # A step is never shared: it belongs where its first cell lies.
        begins = np.full(field.steps, strip.shape[1])
        np.minimum.at(begins, zones.step, zones.column)
        mine = ((begins >= own[0]) & (begins < own[1]))[zones.step]
        last = int(zones.column[mine].max(initial=own[1] - 1)) + 1
        first, end = max(0, own[0] - halo), min(strip.shape[1], max(own[1], last) + halo)
        rows = np.flatnonzero((zones.zone[:, first:end] != BEYOND).any(axis=1))
        box = (int(rows[0]), int(rows[-1]) + 1, first, end)
        return Piece(
            box,
            windowed(field.heights_m, box),
            windowed(field.ground, box),
            windowed(zones.zone, box),
            windowed(self.response_s, box),
            self.changes,
            {name: one.window(box) for name, one in self.escapes.items()},
            self.states,
            self.rates,
            field.pace(self.case.adversary, self.case.seen.light),
            strip.cell_m,
            field.neighbours,
            field.lines(self.case.adversary),
            field.frontier_line,
            zones.row[mine],
            zones.column[mine],
            zones.step[mine],
            field.steps,
            first > 0,
            end < strip.shape[1],
        )
