"""On which side is a track, and has it crossed?

The line is known only so well, and so is the track: near the line the honest answer is "uncertain band". A track has
crossed when it was certainly on one side and is now certainly on the other; what happened in the band is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from vallum.watch.alarm import Side

Direction = Literal["towards this side", "towards that side"]

# So many standard deviations of a track's position are taken as certain.
_CERTAIN_SD = 2.0


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a track was last certainly, and whether it crossed just now."""

    certain: Side | None = None
    crossed: Direction | None = None


def side_of(offset_m: float, position_sd_m: float, lateral_uncertainty_m: float) -> Side:
    """Return the side of a track.

    Parameters
    ----------
    offset_m
        From the line as drawn, positive on this side (the home side).
    position_sd_m
        Standard deviation of the track's position.
    lateral_uncertainty_m
        How far the line may lie from where it is drawn.

    Examples
    --------
    >>> side_of(-800.0, 30.0, 2000.0), side_of(-2500.0, 30.0, 2000.0)
    ('uncertain band', 'that side')
    """
    if abs(offset_m) <= lateral_uncertainty_m + _CERTAIN_SD * position_sd_m:
        return "uncertain band"
    return "this side" if offset_m > 0 else "that side"


def follow(before: Passage, side: Side) -> Passage:
    """Take in where a track is now.

    Examples
    --------
    >>> follow(Passage("that side"), "uncertain band").crossed is None
    True
    >>> follow(Passage("that side"), "this side").crossed
    'towards this side'
    """
    if side == "uncertain band":
        return Passage(certain=before.certain)
    if before.certain is None or before.certain == side:
        return Passage(certain=side)
    return Passage(certain=side, crossed="towards this side" if side == "this side" else "towards that side")


def crossed(sides: Iterable[Side]) -> Direction | None:
    """Return the last crossing in a track's history of sides, or None.

    Examples
    --------
    >>> crossed(["that side", "uncertain band", "this side"])
    'towards this side'
    >>> crossed(["that side", "uncertain band", "that side"]) is None
    True
    """
    passage, last = Passage(), None
    for side in sides:
        passage = follow(passage, side)
        last = passage.crossed or last
    return last
