"""What does a track mean at the line?"""

from __future__ import annotations

from dataclasses import dataclass

from vallum.frontier.line import Frontier
from vallum.watch.alarm import CrossingForecast, Side
from vallum.watch.passage import Direction, Passage, side_of
from vallum.watch.tracker.state import Track


@dataclass(frozen=True, slots=True)
class Situation:
    """A track with where it is at the line, what is expected of it, and whether it crossed just now."""

    track: Track
    chainage_m: float
    offset_m: float
    side: Side
    lateral_uncertainty_m: float
    forecast: CrossingForecast | None = None
    crossed: Direction | None = None


def situate(track: Track, frontier: Frontier, expected: CrossingForecast | None, passage: Passage) -> Situation:
    """Place a track at the line.

    Parameters
    ----------
    track
        As the tracker left it.
    frontier
        The line.
    expected
        From `forecast.forecast`.
    passage
        From `passage.follow`; `side_of` as here gives the side to follow with.

    Examples
    --------
    >>> import numpy as np
    >>> line = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.0, 36.0], [42.0, 36.1]]))
    >>> still = ((0.0,) * 4,) * 4
    >>> track = Track(1, "maintaining", 0.0, 60.0, (0.0,) * 4, still, 0.0, 42.01, 36.05, position_sd_m=10.0)
    >>> situate(track, line, None, Passage()).side
    'that side'
    """
    place = frontier.locate(track.lon, track.lat)
    return Situation(
        track=track,
        chainage_m=place.chainage_m,
        offset_m=place.offset_m,
        side=side_of(place.offset_m, track.position_sd_m, frontier.lateral_uncertainty_m),
        lateral_uncertainty_m=frontier.lateral_uncertainty_m,
        forecast=expected,
        crossed=passage.crossed,
    )
