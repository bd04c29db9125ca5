"""Who is already walking to the line when the night begins, where sensors can see it?

A night is shown from its first minute, so somebody is under way then: on the far side, a few minutes from the line, in
the clear sight of two sensors or more. The place is chosen by what owners declare and by the ground, never by how well
a sensor really does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from vallum.assets.unit import Unit
from vallum.frontier.line import Frontier
from vallum.simulate.actors import Actor, Journey
from vallum.simulate.journeys import Pace, approach
from vallum.simulate.posts import Posts, clear
from vallum.terrain.elevation import Elevation

TRIES = 400
UNDER_WAY_S = 240.0
FOLLOWED_S = (0.0, 30.0, 60.0, 120.0)
EDGE_DEG = 4.0
# Within this share of the declared range looks find often enough, whatever the night's true range.
GOOD_REACH = 0.62
VEHICLE_SHARE = 0.2
CLEAR_OF_OWN_M = 1_500.0


@dataclass(frozen=True, slots=True)
class _Choice:
    """How good an opening is: sensors that see it throughout, and whether a picture and a range are among them."""

    sensors: int
    pictured_and_ranged: bool

    @property
    def enough(self) -> bool:
        return self.sensors >= 2 and self.pictured_and_ranged

    @property
    def rank(self) -> tuple[bool, int, bool]:
        return (self.enough, min(self.sensors, 2), self.pictured_and_ranged)


def opening(
    chance: Generator,
    frontier: Frontier,
    elevation: Elevation,
    posts: Posts,
    units: Sequence[Unit],
    *,
    actor_id: str,
    start_s: float,
) -> Journey:
    """Return the approach that is under way at the start of the night.

    The best of up to `TRIES` places is taken; where no two sensors see across the line it is simply the best there is.

    Parameters
    ----------
    chance
        The stream of chance of the truth.
    units
        Own units, from which the approach keeps well away.
    start_s
        When the night begins, unix seconds; the actor has been walking for `UNDER_WAY_S` then.

    Examples
    --------
    >>> import numpy as np
    >>> from affine import Affine
    >>> line = {"type": "LineString", "coordinates": [[41.0, 36.5], [41.0, 36.0]]}
    >>> frontier = Frontier.from_geojson(line, name="a", version="1", home_side="left", lateral_uncertainty_m=500.0)
    >>> flat = Elevation(np.zeros((80, 80)), Affine(0.01, 0, 40.6, 0, -0.01, 36.6), source="doctest")
    >>> chance = np.random.Generator(np.random.PCG64(1))
    >>> way = opening(chance, frontier, flat, Posts.of([]), [], actor_id="a1", start_s=0.0)
    >>> way.at(0.0) is not None
    True
    """
    drives = bool(chance.random() < VEHICLE_SHARE)
    # A buried sensor marks a place but sees nobody come.
    looking = np.nonzero(~posts.buried)[0]
    if len(looking) == 0:
        return _drawn(
            chance, frontier, actor_id, float(chance.uniform(0.2, 0.8)) * frontier.map_length_m, start_s, drives
        )
    chainages_m = frontier.locate(posts.lon[looking], posts.lat[looking]).chainage_m
    own = [frontier.locate(unit.lon, unit.lat).chainage_m for unit in units]
    best: tuple[_Choice, Journey] | None = None
    for _ in range(TRIES):
        chainage_m = float(chance.choice(chainages_m)) + float(chance.normal(0.0, 900.0))
        if any(abs(chainage_m - unit_m) < CLEAR_OF_OWN_M for unit_m in own):
            continue
        journey = _drawn(chance, frontier, actor_id, chainage_m, start_s, drives)
        choice = _judged(journey, elevation, posts, start_s)
        if best is None or choice.rank > best[0].rank:
            best = (choice, journey)
        if choice.enough:
            break
    if best is None:
        return _drawn(chance, frontier, actor_id, float(chance.choice(chainages_m)), start_s, drives)
    return best[1]


def _drawn(
    chance: Generator, frontier: Frontier, actor_id: str, chainage_m: float, start_s: float, drives: bool
) -> Journey:
    speed_m_s = float(chance.uniform(4.0, 6.0) if drives else chance.uniform(1.05, 1.35))
    distance_m = float(chance.uniform(1_100.0, 1_900.0) if drives else chance.uniform(330.0, 620.0))
    return approach(
        chance,
        frontier,
        actor_id,
        kind="vehicle" if drives else "person",
        count=1 if drives else int(chance.integers(1, 7)),
        chainage_m=float(np.clip(chainage_m, 500.0, frontier.map_length_m - 500.0)),
        from_offset_m=-(distance_m + UNDER_WAY_S * speed_m_s),
        turn_at_offset_m=None,
        to_offset_m=float(chance.uniform(1_500.0, 3_500.0)),
        start_s=start_s - UNDER_WAY_S,
        pace=Pace(speed_m_s, 0.08, 0.02, 60.0),
        calm_s=UNDER_WAY_S + 300.0,
    )


def _judged(journey: Journey, elevation: Elevation, posts: Posts, start_s: float) -> _Choice:
    throughout: set[int] | None = None
    for after_s in FOLLOWED_S:
        actor = journey.at(start_s + after_s)
        seen = _seeing(actor, elevation, posts) if actor is not None else set()
        throughout = seen if throughout is None else throughout & seen
        if len(throughout) < 2:
            break
    kinds = {posts.sensors[index].kind for index in throughout or ()}
    return _Choice(len(throughout or ()), {"thermal_camera", "ground_radar"} <= kinds)


def _seeing(actor: Actor, elevation: Elevation, posts: Posts) -> set[int]:
    pairs = posts.pairs((actor,), margin_deg=EDGE_DEG, reach=GOOD_REACH)
    sees = clear(elevation, posts, pairs, (actor,)) & ~posts.buried[pairs.sensor]
    # A day camera is blind within the hour.
    return {int(index) for index in pairs.sensor[sees] if posts.sensors[index].kind != "day_camera"}
