"""What does each sensor bring to one stretch of the line, and which of them must not fail there?

Joins what sensors see of real ground with `losses`: one sensor's own part of the exposure, looked at anew when it is
asked for, and the losses told with names and places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vallum.plan.band import Gap
from vallum.plan.barrier import StrongBarrier
from vallum.plan.corridor import Window
from vallum.plan.losses import Footprint, Opening, losses
from vallum.plan.outlook import Watcher
from vallum.plan.part import MARGIN_CELLS
from vallum.plan.sweep import NOMINAL, over_cells
from vallum.plan.track import Track, along
from vallum.plan.whatif import Trial

Heights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Failure:
    """What the loss of one sensor, or of two at once, opens.

    Attributes
    ----------
    sensors
        Those lost, by name.
    gaps
        Stretches that are open then, and are not with all at work nor with only one of the two lost.
    way
        The least-detected way across them.
    """

    sensors: tuple[str, ...]
    gaps: tuple[Gap, ...]
    way: Track

    @property
    def length_m(self) -> float:
        """How much of the line it opens, metres."""
        return sum(gap.to_m - gap.from_m for gap in self.gaps)


@dataclass(frozen=True, slots=True, eq=False)
class Footprints:
    """What single sensors add to the nominal exposure on a window of the corridor, in one case.

    Attributes
    ----------
    window
        Where.
    watchers
        Those that come within reach of it.
    case
        The place of the case among those that the watchers know.
    trial
        Holds the ground and the rules.
    seconds_per_m
        How slow the target is.
    """

    window: Window
    watchers: tuple[Watcher, ...]
    case: int
    trial: Trial
    seconds_per_m: float

    @classmethod
    def near(
        cls, window: Window, placed: Sequence[Watcher], case: int, trial: Trial, seconds_per_m: float
    ) -> Footprints:
        """Return those of the sensors that come within reach of a window."""
        cell_m = window.corridor.strip.cell_m
        near = []
        for watcher in placed:
            reach = watcher.outlooks[case].reach_m / cell_m
            down = max(window.box[0] - watcher.row, 0, watcher.row - window.box[1])
            across = max(window.box[2] - watcher.column, 0, watcher.column - window.box[3])
            if reach > 0.0 and np.hypot(down, across) <= reach + MARGIN_CELLS:
                near.append(watcher)
        return cls(window, tuple(near), case, trial, seconds_per_m)

    def of(self, number: int) -> Footprint:
        """Look from one of the watchers, by its place among them."""
        watcher, box = self.watchers[number], self.window.box
        outlook, cell_m = watcher.outlooks[self.case], self.window.corridor.strip.cell_m
        reach = int(outlook.reach_m / cell_m) + MARGIN_CELLS
        first, end = max(box[0], watcher.row - reach), min(box[1], watcher.row + reach + 1)
        left, right = max(box[2], watcher.column - reach), min(box[3], watcher.column + reach + 1)
        shape = max(0, end - first), max(0, right - left)
        rate = np.zeros((3, *shape), np.float32)
        if min(shape) == 0:
            return Footprint(0, 0, np.zeros((1, 1), np.float32))
        transform = self.window.corridor.strip.transform
        over_cells(
            self.trial.heights_m(watcher),
            watcher.row - first,
            watcher.column - left,
            (watcher.x_m - transform.c) / cell_m - (watcher.column + 0.5),
            (watcher.y_m - transform.f) / cell_m + (watcher.row + 0.5),
            *watcher.axis,
            watcher.cos_half,
            cell_m,
            outlook.reach_m,
            outlook.per_metre,
            outlook.by_distance,
            outlook.needs_sight,
            outlook.looks_per_s,
            self.trial.fineness.counts_from,
            self.seconds_per_m,
            0,
            0,
            np.zeros((3, *shape, 1), np.uint64),
            rate,
            np.full(shape, np.inf, np.float32),
        )
        return Footprint(first - box[0], left - box[2], rate[NOMINAL])


def failures(
    barrier: StrongBarrier,
    footprints: Footprints,
    required: float,
    pairs: bool,
    progress: Callable[[float], object] | None = None,
) -> tuple[tuple[Failure, ...], tuple[Failure, ...]]:
    """Return what the loss of single sensors and of pairs opens in a window.

    Parameters
    ----------
    barrier
        With every sensor at work, on nominal exposures; put back as it was afterwards.
    footprints
        What the sensors add to it.
    required
        Detection from which on a crossing counts as closed.
    pairs
        Whether pairs are asked about.
    progress
        As for `losses`.
    """
    held: dict[int, Footprint] = {}

    def footprint(number: int) -> Footprint:
        # Of one window they are few and small; looking anew for every pair would take longest of all.
        if number not in held:
            held[number] = footprints.of(number)
        return held[number]

    found = losses(barrier, len(footprints.watchers), footprint, required, pairs, progress)
    names = [watcher.sensor_id for watcher in footprints.watchers]

    def told(openings: Sequence[Opening]) -> tuple[Failure, ...]:
        return tuple(
            Failure(
                tuple(names[number] for number in opening.sensors),
                opening.gaps,
                along(opening.way, footprints.window, footprints.seconds_per_m),
            )
            for opening in openings
        )

    return told(found.singles), told(found.pairs)
