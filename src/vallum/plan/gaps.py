"""Where is the line not held, how badly, and what would help?

A gap is a stretch on which P_I is below what is required. Its cause is the one change - twice the rate of detection,
ten minutes more delay at the line, ten minutes less to respond - that raises its lowest P_I most when only that is
changed; all three values are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vallum.plan.interruption import Holding

FloatArray = NDArray[np.float64]
Cause = Literal["detection", "delay", "response"]
Verdict = Literal["gap", "lost_outside", "not_achievable_by_detection"]

CAUSES: tuple[Cause, ...] = ("detection", "delay", "response")
# Stretches of a gap that are held for so few steps between are no end of it.
_HELD_STEPS = 1
# Less than this is no help.
_NO_HELP = 0.001


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that is not held.

    Attributes
    ----------
    from_m, to_m
        Chainage, metres.
    p
        Lowest P_I in it.
    at_m, step
        Where that is.
    margin_s
        The least margin in it.
    cause
        What would help most; detection where nothing helps because nobody is seen at all; None if it was not asked.
    verdict
        `gap`; `lost_outside` where whoever comes must be detected before the line and is not;
        `not_achievable_by_detection` where even a detection at the outer edge of the band comes too late.
    changed
        Lowest P_I of the stretch, were one thing different, by cause.
    """

    from_m: float
    to_m: float
    p: float
    at_m: float
    step: int
    margin_s: float
    cause: Cause | None
    verdict: Verdict
    changed: Mapping[str, float]


def runs(mask: NDArray[np.bool_], bridged: int = 0) -> list[tuple[int, int]]:
    """Return first and end of each run of True; runs with so few False between are one.

    Examples
    --------
    >>> runs(np.array([True, False, True, False, False, True]), bridged=1)
    [(0, 3), (5, 6)]
    """
    padded = np.concatenate([[False], mask, [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    found: list[tuple[int, int]] = []
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if found and first - found[-1][1] <= bridged:
            found[-1] = (found[-1][0], end)
        else:
            found.append((first, end))
    return found


def gaps(held: Holding, edges_m: FloatArray, required: float) -> tuple[Gap, ...]:
    """Find the gaps of a case, in order along the line.

    Parameters
    ----------
    held
        What was found.
    edges_m
        Shape (steps + 1,): where steps begin and end, metres of chainage.
    required
        P_I from which on a stretch is held.
    """
    found = []
    middle_m = (edges_m[:-1] + edges_m[1:]) / 2.0
    for first, end in runs(held.p < required, _HELD_STEPS):
        here = slice(first, end)
        step = first + _middle_of_lowest(held.p[here])
        p = float(held.p[step])
        changed = {cause: float(values[here].min()) for cause, values in held.changed.items()}
        verdict: Verdict = "gap"
        if held.least.across[step]:
            verdict = "not_achievable_by_detection" if held.least.from_start[step] else "lost_outside"
        found.append(
            Gap(
                float(edges_m[first]),
                float(edges_m[end]),
                p,
                float(middle_m[step]),
                step,
                float(held.margin_s[here].min()),
                _cause(p, changed, verdict),
                verdict,
                changed,
            )
        )
    return tuple(found)


def held_from_outside(held: Holding, edges_m: FloatArray, required: float) -> tuple[tuple[float, float], ...]:
    """Return the stretches that are held only by what sees across the line, metres of chainage."""
    return tuple(
        (float(edges_m[first]), float(edges_m[end])) for first, end in runs(held.least.across & (held.p >= required))
    )


def _middle_of_lowest(p: FloatArray) -> int:
    """Return a place of the lowest value: the middle of its longest run, so that a mark stands where people look."""
    first, end = max(runs(p <= p.min() + 1e-9), key=lambda run: run[1] - run[0])
    return (first + end - 1) // 2


def _cause(p: float, changed: Mapping[str, float], verdict: Verdict) -> Cause | None:
    if not changed:
        return None
    help_ = {cause: changed[cause] - p for cause in CAUSES}
    best = max(CAUSES, key=lambda cause: help_[cause])
    if help_[best] >= _NO_HELP:
        return best
    # Nothing is multiplied by nothing: whoever is not seen at all is not seen twice as well. Where even a detection
    # at the outer edge comes too late only a quicker response or a longer way helps.
    return "response" if verdict == "not_achievable_by_detection" else "detection"
