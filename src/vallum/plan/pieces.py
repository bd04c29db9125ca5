"""In which pieces is a line solved, and how much beside each has to be looked at?

A piece answers for its own columns and looks at more to both sides. Where what lies farther off could have changed the
answer, the solve says so and the piece is solved again with twice as much beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vallum.plan.adversary import HoldCase, Time
from vallum.plan.field import Field
from vallum.plan.holding import Change, Least, Piece, joined, solve
from vallum.plan.mapping import CancelledError, Scheduler, go_on, mapped, workers
from vallum.plan.rates import Rates
from vallum.plan.scene import Held, Progress, Read
from vallum.plan.zones import BEYOND, Zones

Grid = NDArray[np.float32]
Span = tuple[int, int]
"""First and end column on the strip's grid."""

HALO_M = 40_000.0
# A piece of so many cells takes some hundred megabytes.
_CELLS_OF_A_PIECE = 12_000_000
# Less is not worth being shared out.
_SMALL_CELLS = 500_000


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
    solves: Mapping[str, Change],
    spans: Sequence[Span],
    *,
    spread: float | None,
    scheduler: Scheduler,
    told: Told,
) -> tuple[dict[str, Least], float]:
    """Solve piece by piece, with more and more of the line beside each until that changes nothing.

    Parameters
    ----------
    field, case, mixed
        What is asked, and the kinds of time that are mixed.
    response_s
        How long after an alarm somebody is where, seconds.
    solves
        What is different in each solve, by name; ways are followed in `as it is` only.
    spans
        Columns that each piece answers for.
    spread
        Standard deviation of the response as a share of it; asks for the upper bound.
    scheduler, told
        Where pieces are worked on, and who hears how far it is.

    Returns
    -------
    tuple
        What each solve found, by name, and how much beside the pieces was looked at, metres.
    """
    scene, strip = field.scene, field.scene.strip
    here = scheduler == "threads"
    rates = Rates.of(scene, mixed, Held(scene.ground.heights_m) if here else Read(strip, scene.ground.sources))
    waiting = list(spans)
    found: dict[str, list[Least]] = {name: [] for name in solves}
    halo_m = HALO_M
    done, of = 0, len(waiting) * len(solves)
    while waiting:
        pieces = [_piece(field, case, response_s, rates, len(mixed), own, halo_m) for own in waiting]
        work = [(piece, name, change) for piece in pieces for name, change in solves.items()]
        counted = done

        def count(ready: int, counted: int = counted) -> None:
            told("ways", 0.1 + 0.9 * min(1.0, (counted + ready) / of))

        least = mapped(partial(_work, spread=spread), work, scheduler, done=count, cancelled=told.cancelled)
        again = []
        for number, own in enumerate(waiting):
            mine = least[number * len(solves) : (number + 1) * len(solves)]
            whole = not (pieces[number].first or pieces[number].last)
            if whole or all(one.proven[np.isfinite(one.exposure)].all() for one in mine):
                for name, one in zip(solves, mine, strict=True):
                    found[name].append(one)
            else:
                again.append(own)
        done += len(work) - len(again) * len(solves)
        waiting = again
        if waiting:
            halo_m *= 2.0
    return {name: joined(parts) for name, parts in found.items()}, halo_m


def _work(job: tuple[Piece, str, Change], spread: float | None) -> Least:
    piece, name, change = job
    main = name == "as it is"
    return solve(piece, change, with_ways=main, spread=spread if main else None, progress=lambda share: go_on())


def spans_of(zones: Zones, first: int, end: int, pieces: int | None = None) -> tuple[Span, ...]:
    """Cut columns into pieces that fit into memory and keep every worker busy.

    Parameters
    ----------
    zones
        The band: small ones are one piece.
    first, end
        The columns.
    pieces
        How many, if not as many as fit.
    """
    rows = zones.zone.shape[0]
    inside = int((zones.zone[:, first:end] != BEYOND).sum())
    usual = max(1 if inside < _SMALL_CELLS else workers(), math.ceil(rows * (end - first) / _CELLS_OF_A_PIECE / 2))
    columns = np.linspace(first, end, (pieces or usual) + 1).round().astype(int)
    return tuple((int(one), int(other)) for one, other in pairwise(columns) if other > one)


def _piece(
    field: Field, case: HoldCase, response_s: Grid, rates: Rates, states: int, own: tuple[int, int], halo_m: float
) -> Piece:
    scene, zones, strip = field.scene, field.zones, field.scene.strip
    halo = math.ceil(halo_m / strip.cell_m)
    first, end = max(0, own[0] - halo), min(strip.shape[1], own[1] + halo)
    rows = np.flatnonzero((zones.zone[:, first:end] != BEYOND).any(axis=1))
    box = (int(rows[0]), int(rows[-1]) + 1, first, end)
    window = slice(box[0], box[1]), slice(box[2], box[3])
    mine = (zones.column >= own[0]) & (zones.column < own[1])
    vertices = strip.frontier.interval(strip.from_m, float(zones.edges_m[-1]))
    x_m, y_m = strip.to_plane(vertices[:, 0], vertices[:, 1])
    line = (strip.transform.f - y_m) / strip.cell_m - 0.5, (x_m - strip.transform.c) / strip.cell_m - 0.5
    return Piece(
        box,
        scene.ground.heights_m[window],
        field.ground[window],
        zones.zone[window],
        response_s[window],
        states,
        rates,
        field.pace(case.adversary, case.seen.light),
        strip.cell_m,
        field.neighbours,
        field.lines(case.adversary),
        line,
        zones.row[mine],
        zones.column[mine],
        zones.step[mine],
        field.steps,
        first > 0,
        end < strip.shape[1],
    )
