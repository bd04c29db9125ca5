"""Which stretch of the line is watched now, how surely, and by whom?

The lane of the ribbon. It tells of straight crossings (the weak figure); a person may do better by going round, which
`barrier` tells. A stretch is

- watched when a crossing is detected at least as often as is asked, counting surely seen ground alone;
- lost when it would be better watched if no sensor were silent; those are named;
- uncertain when it is watched only if the terrain's error is kind;
- unwatched otherwise. Silence is never calm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vallum.plan.coverage import Exposures

FloatArray = NDArray[np.float64]
LaneState = Literal["watched", "uncertain", "lost", "unwatched"]

_STATES: tuple[LaneState, ...] = ("unwatched", "uncertain", "watched")
# A sensor that adds less does not watch the stretch, though a trace of it may.
_WATCHES_FROM = 0.05


@dataclass(frozen=True, slots=True)
class LaneStretch:
    """A stretch of the line in one state.

    Attributes
    ----------
    from_m, to_m
        Metres of chainage.
    state
        See above.
    sensors
        Who watches it, or whose silence lost it.
    assumed
        Whether it would not stand on walk-tested performance alone.
    p_low, p_nominal, p_high
        How surely a straight crossing is detected at its worst place, over the terrain's error.
    """

    from_m: float
    to_m: float
    state: LaneState
    sensors: tuple[str, ...]
    assumed: bool
    p_low: float
    p_nominal: float
    p_high: float


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """The line's lane in one case.

    Attributes
    ----------
    edges_m
        Shape (steps + 1,): where steps begin and end, metres of chainage.
    detected
        Shape (3, steps): how surely a straight crossing is detected: low, nominal, high.
    watching
        Shape (steps,): how many sensors add to it noticeably.
    stretches
        The whole line, in order and without gaps.
    """

    edges_m: FloatArray
    detected: FloatArray
    watching: NDArray[np.int64]
    stretches: tuple[LaneStretch, ...]

    def length_m(self, state: LaneState) -> float:
        """Return how much of the line is in a state, metres."""
        return sum(stretch.to_m - stretch.from_m for stretch in self.stretches if stretch.state == state)


def lane(
    exposures: Exposures, edges_m: FloatArray, watched_at: float, silent: frozenset[str] | set[str] = frozenset()
) -> Lane:
    """Return the lane of the line.

    Parameters
    ----------
    exposures
        What each sensor adds.
    edges_m
        Shape (steps + 1,), as `Crossings.edges_m`.
    watched_at
        From which probability of detection on a crossing is watched.
    silent
        Sensors that do not work now.

    Examples
    --------
    >>> two = Exposures(("A", "B"), np.array([[[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]] * 3), np.eye(2, 3) * 2.0)
    >>> now = lane(two, np.array([0.0, 250.0, 500.0, 750.0]), 0.5, silent={"B"})
    >>> [(one.from_m, one.state, one.sensors, one.assumed) for one in now.stretches]
    [(0.0, 'watched', ('A',), False), (250.0, 'lost', ('B',), False), (500.0, 'unwatched', (), False)]
    """
    quiet = np.array([sensor_id in silent for sensor_id in exposures.sensor_ids], dtype=np.bool_)
    detected = exposures.detected(without=silent)
    # The number of the state: 2 watched, 1 uncertain, 0 unwatched; and what it would be with everybody.
    now = _state(detected, watched_at)
    lost = _state(exposures.detected(), watched_at) > now if quiet.any() else np.zeros(now.shape, dtype=np.bool_)
    counts = exposures.added[2] >= -math.log1p(-_WATCHES_FROM)
    named = counts & np.where(lost, quiet[:, None], ~quiet[:, None] & (now > 0))
    proven = -np.expm1(-exposures.proven[~quiet].sum(axis=0))
    # What is uncertain by the terrain stands on walk tests no more surely than what is watched.
    assumed = (now > 0) & (proven < watched_at)
    shown = np.where(lost, len(_STATES), now)
    turns = ((np.diff(shown) != 0) | np.diff(assumed) | np.any(np.diff(named, axis=1), axis=0)).nonzero()[0] + 1
    stretches = []
    for first, end in pairwise([0, *turns.tolist(), len(now)]):
        low, nominal, high = detected[:, first:end].min(axis=1)
        stretches.append(
            LaneStretch(
                from_m=float(edges_m[first]),
                to_m=float(edges_m[end]),
                state="lost" if lost[first] else _STATES[int(now[first])],
                sensors=tuple(exposures.sensor_ids[row] for row in named[:, first].nonzero()[0]),
                assumed=bool(assumed[first]),
                p_low=float(low),
                p_nominal=float(nominal),
                p_high=float(high),
            )
        )
    return Lane(edges_m, detected, (counts & ~quiet[:, None]).sum(axis=0), tuple(stretches))


def _state(detected: FloatArray, watched_at: float) -> NDArray[np.int64]:
    return np.where(detected[0] >= watched_at, 2, np.where(detected[2] >= watched_at, 1, 0))
