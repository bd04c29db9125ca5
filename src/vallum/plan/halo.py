"""How much of the line beyond a window must be looked at, so that its figures do not depend on where it was cut?

Ways run along the line as well as over it. A window is worked out with a halo of the line before and after it. The halo
is enough when no way that comes in through the window's end on the outer side, or leaves through it on the home side,
for nothing, having met nobody, would lower any figure of the steps it answers for: then no way that really comes from
there would either. Otherwise the halo is doubled and the window worked out again, until it is enough or holds the whole
line. Ways that cross the line beyond the window, come back over it and cross again inside are not counted: who is
across need not cross again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vallum.plan.barrier import StrongBarrier, crossing_sums, strong_barrier
from vallum.plan.corridor import Corridor, Shown, Window
from vallum.plan.thickness import Thickness, thickness
from vallum.terrain.paths import least_cost

FloatArray = NDArray[np.float64]

HALO_M = 10_000.0
# Figures that differ by less are the same.
_SAME = 1e-7
# Beyond this exposure a crossing is detected for certain, and more of it changes nothing.
_CERTAIN = -float(np.log(_SAME))


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What holds in a window, by low, nominal and high; for ground that is surely, likely and perhaps seen.

    Attributes
    ----------
    window
        With its halo.
    barriers
        Least exposures.
    thick
        Fewest sensors.
    """

    window: Window
    barriers: tuple[StrongBarrier, ...]
    thick: tuple[Thickness, ...]


def wide_enough(
    corridor: Corridor,
    edges_m: FloatArray,
    steps: slice,
    step_m: float,
    halo_m: float,
    shown: Shown,
    go_on: Callable[[float], object],
) -> tuple[Figures, float]:
    """Return the figures of a window with a halo that is enough, and that halo.

    Parameters
    ----------
    corridor, edges_m, steps, step_m
        As for `Window.of`.
    halo_m
        The halo to begin with, metres.
    shown
        What is seen of the corridor.
    go_on
        Called now and then; what it raises stops the work.
    """
    while True:
        window = Window.of(corridor, edges_m, steps, step_m, halo_m)
        barriers = []
        for rate in shown.rate:
            barriers.append(strong_barrier(window.band, window.laid_out(rate), go_on))
            if not _no_cheaper_from_beyond(window, barriers[-1]):
                break
        else:
            thick = []
            for sets in shown.sets:
                laid_out = window.laid_out(sets)
                thick.append(thickness(window.band, laid_out))
                go_on(0.0)
                if not _no_thinner_from_beyond(window, thick[-1], laid_out):
                    break
            else:
                return Figures(window, tuple(barriers), tuple(thick)), halo_m
        halo_m = 2.0 * max(halo_m, step_m)


def _no_cheaper_from_beyond(window: Window, barrier: StrongBarrier) -> bool:
    """Return whether no way that begins or ends beyond the window, on the right side, would be detected less."""
    if window.whole:
        return True
    band, over = window.band, window.band.over
    beyond_m = band.offset_m[window.open_ends[:, 0], window.open_ends[:, 1]]
    from_outer, from_home = (
        replace(
            found,
            cost=np.minimum(
                found.cost, least_cost(found.rate, window.open_ends[on_side], band.cell_m, limit=_CERTAIN).cost
            ),
        )
        for found, on_side in ((barrier.from_outer, beyond_m < 0.0), (barrier.from_home, beyond_m >= 0.0))
    )
    part = over.part(0, band.steps - 1)
    sums = crossing_sums(band, from_outer, from_home, part)
    step, least = over.least(sums, part)
    return bool((barrier.probability[step] + np.expm1(-sums[least]) <= _SAME).all())


def _no_thinner_from_beyond(window: Window, thick: Thickness, sets: NDArray[np.uint64]) -> bool:
    """Return whether no way that begins or ends at the window's open ends meets fewer sensors."""
    if window.whole:
        return True
    band, (row, column) = window.band, window.open_ends.T
    offset_m = band.offset_m.copy()
    # As if the edges of the band ran through the ends, each on its side of the line.
    offset_m[row, column] = np.copysign(np.float32(band.half_width_m), offset_m[row, column])
    open_ = thickness(replace(band, offset_m=offset_m), sets)
    return np.array_equal(open_.entered, thick.entered) and np.array_equal(open_.at_once, thick.at_once)
