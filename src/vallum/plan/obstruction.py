"""What stands in the way at which kilometre, and how long does it hold up whoever crosses there?

Obstacles lie on the line. What stands at one place one behind the other is crossed one after the other: delays add up.
Of the same element reported twice for one place the better report counts, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vallum.assets.delay import DEFAULT, HOLDING_UP, NO_DELAY, Delays, Triangular
from vallum.assets.mobility import Mover
from vallum.assets.obstacle import Obstacle
from vallum.frontier.strip import Strip
from vallum.terrain.barrier import Crossed

FloatArray = NDArray[np.float64]

# Beyond the line's end by less is a figure that was rounded.
_ROUNDED_M = 500.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the line on which one thing stands in the way.

    Attributes
    ----------
    from_m, to_m
        Chainage, metres.
    obstacle_ids
        The elements that count there.
    delay
        What they hold somebody up together.
    """

    from_m: float
    to_m: float
    obstacle_ids: tuple[str, ...]
    delay: Triangular


def stretches(
    obstacles: Sequence[Obstacle], length_m: float, mover: Mover, delays: Delays = DEFAULT
) -> tuple[Stretch, ...]:
    """Cut the line where anything in the way begins or ends.

    Parameters
    ----------
    obstacles
        Elements with their states.
    length_m
        Of the line on the map.
    mover
        Who crosses.
    delays
        What holds up how long, and what each state counts for.

    Returns
    -------
    tuple of Stretch
        From the line's beginning to its end without holes.

    Raises
    ------
    ValueError
        If an obstacle goes on beyond the line's end.

    Examples
    --------
    >>> from vallum.project import load
    >>> project = load("iraq-syria")
    >>> found = stretches(project.obstacles, project.frontier.map_length_m, "vehicle")
    >>> held_up = [one for one in found if one.delay.least_s > 0.0]
    >>> round(sum(one.to_m - one.from_m for one in held_up) / 1000), held_up[0].delay.least_s
    (159, 240.0)
    """
    for one in obstacles:
        if one.to_m > length_m + _ROUNDED_M:
            raise ValueError(
                f"Obstacle {one.obstacle_id} goes on to km {one.to_m / 1000:.3f}, and the line ends at km "
                f"{length_m / 1000:.3f}; correct its end, or name the calibration its chainages are reported in."
            )
    holding = [one for one in obstacles if one.element in HOLDING_UP]
    ends = {0.0, length_m}
    ends.update(min(end, length_m) for one in holding for end in (one.from_m, one.to_m))
    found = []
    for from_m, to_m in pairwise(sorted(ends)):
        here: dict[str, tuple[Triangular, str]] = {}
        for one in holding:
            delay = delays.of(one.element, one.state, mover)
            there = one.from_m <= from_m and to_m <= one.to_m and delay != NO_DELAY
            if there and (one.element not in here or delay.mean_s > here[one.element][0].mean_s):
                here[one.element] = (delay, one.obstacle_id)
        parts = [delay for delay, _ in here.values()]
        total = Triangular(*(sum(getattr(part, what) for part in parts) for what in ("least_s", "usual_s", "most_s")))
        found.append(Stretch(from_m, to_m, tuple(sorted(name for _, name in here.values())), total))
    return tuple(found)


def crossed(strip: Strip, cut: Sequence[Stretch], *, own: Sequence[float] | None = None) -> tuple[Crossed, ...]:
    """Lay stretches over a strip: one unbroken line, whose pieces hold up as long as each stretch does at least.

    Parameters
    ----------
    strip
        The grid.
    cut
        Stretches without holes.
    own
        Seconds for each stretch instead: what they do to our own units.

    Returns
    -------
    tuple of Crossed
        One line, or none where nothing stands in the way.
    """
    seconds = [one.delay.least_s for one in cut] if own is None else list(own)
    if not any(seconds):
        return ()
    vertices: list[FloatArray] = []
    delay: list[float] = []
    for one, held_s in zip(cut, seconds, strict=True):
        piece = strip.frontier.interval(one.from_m, one.to_m)
        vertices.append(piece if not vertices else piece[1:])
        delay.extend([held_s] * (len(piece) - 1))
    lonlat = np.concatenate(vertices)
    x_m, y_m = strip.to_plane(lonlat[:, 0], lonlat[:, 1])
    row = (strip.transform.f - y_m) / strip.cell_m - 0.5
    column = (x_m - strip.transform.c) / strip.cell_m - 0.5
    return (Crossed(row, column, np.array(delay), np.zeros(len(delay))),)
