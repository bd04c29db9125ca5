"""What is true tonight: who moves where, when somebody crosses the line, and what the weather is?

The truth is drawn once from a seed and is then a pure function of time. No sensor changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.random import Generator

from vallum.assets.sensor import Sensor
from vallum.assets.unit import Unit
from vallum.frontier.line import Frontier
from vallum.simulate.actors import Actor, ActorKind, Journey
from vallum.simulate.journeys import Pace, along, approach, follow, patrol
from vallum.simulate.opening import opening
from vallum.simulate.posts import Posts
from vallum.simulate.weather import Weather
from vallum.terrain.elevation import Elevation

Direction = Literal["to this side", "to that side"]

QUIET_SEED = 0
MEAN_CROSSINGS = 10.0
MEAN_TURNED_BACK = 4.0
MEAN_PASSING = 4.0
HERDS = 9
ROAMING = 6
CLEAR_OF_OPENING_M = 5_000.0
MOBILE = ("foot_patrol", "vehicle_patrol")


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody truly passed the line on the map: when (unix seconds), where, how many, which way."""

    actor_id: str
    kind: ActorKind
    count: int
    at_s: float
    chainage_m: float
    lon: float
    lat: float
    direction: Direction


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """One night with known truth on a frontier.

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> import numpy as np
    >>> from affine import Affine
    >>> line = {"type": "LineString", "coordinates": [[41.0, 36.5], [41.0, 36.0]]}
    >>> frontier = Frontier.from_geojson(line, name="a", version="1", home_side="left", lateral_uncertainty_m=500.0)
    >>> flat = Elevation(np.zeros((80, 80)), Affine(0.01, 0, 40.6, 0, -0.01, 36.6), source="doctest")
    >>> dusk = datetime(2021, 3, 17, 15, 30, tzinfo=UTC)
    >>> quiet = World.drawn(frontier, flat, [], [], seed=0, start=dusk, end=dusk + timedelta(hours=2))
    >>> {actor.kind for actor in quiet.actors_at(dusk.timestamp() + 60.0)} <= {"herder", "animal"}
    True
    """

    frontier: Frontier
    elevation: Elevation
    posts: Posts
    weather: Weather
    seed: int
    start_s: float
    end_s: float
    journeys: tuple[Journey, ...]
    crossings: tuple[Crossing, ...]

    @classmethod
    def drawn(
        cls,
        frontier: Frontier,
        elevation: Elevation,
        sensors: Sequence[Sensor],
        units: Sequence[Unit],
        *,
        seed: int,
        start: datetime,
        end: datetime,
        approaching: bool = True,
    ) -> World:
        """Return the night of a seed.

        Parameters
        ----------
        frontier, elevation
            The line and the ground.
        sensors, units
            What stands there and who patrols. Units of kind foot_patrol and vehicle_patrol move.
        seed
            Draws everything. Seed 0 is a quiet night: nobody approaches, patrols go about, and herders and animals
            stay well inside, which is staged.
        start, end
            Dusk and dawn, timezone-aware.
        approaching
            False lets nobody approach on any seed's night. Its herders and animals are drawn as on every other
            night, some of them near the line and on both sides of it.

        Raises
        ------
        ValueError
            When the night ends before it begins, or the seed is negative.

        Examples
        --------
        See `World`.
        """
        start_s, end_s = start.timestamp(), end.timestamp()
        if end_s <= start_s:
            raise ValueError(f"the night ends at {end.isoformat()}, which is not after its start {start.isoformat()}")
        if seed < 0:
            raise ValueError(f"a seed is 0 or a positive whole number, not {seed}")
        chance = np.random.Generator(np.random.PCG64([seed, 2]))
        posts = Posts.of(sensors)
        middle = frontier.point_at(frontier.map_length_m / 2.0)
        journeys = _drawn_journeys(
            chance,
            frontier,
            elevation,
            posts,
            units,
            start_s,
            end_s,
            approaching=approaching and seed != QUIET_SEED,
            herds_inside=seed == QUIET_SEED,
        )
        crossings = sorted(
            (crossing for journey in journeys for crossing in crossings_of(journey, frontier)),
            key=lambda crossing: crossing.at_s,
        )
        weather = Weather.drawn(seed, lon=middle[0], lat=middle[1], start_s=start_s, end_s=end_s)
        return cls(frontier, elevation, posts, weather, seed, start_s, end_s, journeys, tuple(crossings))

    def actors_at(self, t_s: float) -> tuple[Actor, ...]:
        """Return everybody who is on the ground at an instant, unix seconds, always in the same order.

        Examples
        --------
        See `World`.
        """
        present = (journey.at(t_s) for journey in self.journeys)
        return tuple(actor for actor in present if actor is not None)


def crossings_of(journey: Journey, frontier: Frontier) -> tuple[Crossing, ...]:
    """Return where and when a journey passes the line on the map.

    The way is cut into steps of at most a quarter of a leg; the instant is where the offset is zero between two steps.

    Examples
    --------
    >>> import numpy as np
    >>> line = {"type": "LineString", "coordinates": [[41.0, 36.5], [41.0, 36.0]]}
    >>> frontier = Frontier.from_geojson(line, name="a", version="1", home_side="left", lateral_uncertainty_m=500.0)
    >>> times_s, lon, lat = np.array([0.0, 100.0]), np.array([40.999, 41.001]), np.array([36.2, 36.2])
    >>> way = Journey("a1", "person", "crosses", 3, times_s, lon, lat)
    >>> [(round(crossing.at_s), crossing.direction) for crossing in crossings_of(way, frontier)]
    [(50, 'to this side')]
    """
    points = len(journey.times_s)
    position = np.linspace(0.0, points - 1.0, 4 * (points - 1) + 1)
    times_s, lon, lat = (
        np.interp(position, np.arange(points), values) for values in (journey.times_s, journey.lon, journey.lat)
    )
    placed = frontier.locate(lon, lat)
    home = placed.offset_m >= 0.0
    found = []
    for before in np.nonzero(home[1:] != home[:-1])[0]:
        here_m, there_m = float(placed.offset_m[before]), float(placed.offset_m[before + 1])
        share = here_m / (here_m - there_m)
        values = (times_s, placed.chainage_m, lon, lat)
        at_s, chainage_m, lon_at, lat_at = (float(v[before] + share * (v[before + 1] - v[before])) for v in values)
        direction: Direction = "to this side" if home[before + 1] else "to that side"
        found.append(
            Crossing(journey.actor_id, journey.kind, journey.count, at_s, chainage_m, lon_at, lat_at, direction)
        )
    return tuple(found)


def _drawn_journeys(
    chance: Generator,
    frontier: Frontier,
    elevation: Elevation,
    posts: Posts,
    units: Sequence[Unit],
    start_s: float,
    end_s: float,
    *,
    approaching: bool,
    herds_inside: bool,
) -> tuple[Journey, ...]:
    mobile = [unit for unit in units if unit.kind in MOBILE]
    journeys: list[Journey] = []
    kept_clear_m: float | None = None
    if approaching:
        first = opening(chance, frontier, elevation, posts, mobile, actor_id="A01", start_s=start_s)
        here = first.at(start_s)
        assert here is not None  # it has been walking for minutes
        kept_clear_m = frontier.locate(here.lon, here.lat).chainage_m
        journeys.append(first)
        journeys += _arrivals(chance, frontier, posts, start_s, end_s)
    journeys += _herds(chance, frontier, posts, start_s, end_s, kept_clear_m, inside=herds_inside)
    journeys += [patrol(chance, frontier, unit, start_s=start_s, end_s=end_s) for unit in mobile]
    return tuple(journeys)


def _arrivals(chance: Generator, frontier: Frontier, posts: Posts, start_s: float, end_s: float) -> list[Journey]:
    """Draw who comes later: arrivals without memory over the night, half of them where sensors stand."""
    night_share = (end_s - start_s) / 43_200.0
    coming, turning, passing = (
        int(chance.poisson(mean * night_share)) for mean in (MEAN_CROSSINGS, MEAN_TURNED_BACK, MEAN_PASSING)
    )
    journeys = []
    for number in range(coming + turning):
        drives = bool(chance.random() < 0.2)
        outward = bool(chance.random() < 0.1)
        far_m, inside_m = float(chance.uniform(1_500.0, 4_000.0)), float(chance.uniform(1_500.0, 4_000.0))
        journeys.append(
            approach(
                chance,
                frontier,
                f"A{number + 2:02d}",
                kind="vehicle" if drives else "person",
                count=1 + int(chance.random() < 0.3) if drives else int(chance.integers(1, 7)),
                chainage_m=_somewhere(chance, frontier, posts, 0.5),
                from_offset_m=inside_m if outward else -far_m,
                turn_at_offset_m=None
                if number < coming
                else (1.0 if outward else -1.0) * float(chance.uniform(150.0, 900.0)),
                to_offset_m=-far_m if outward or number >= coming else inside_m,
                start_s=float(chance.uniform(start_s + 120.0, max(end_s - 3_600.0, start_s + 121.0))),
                pace=Pace(float(chance.uniform(4.0, 9.0) if drives else chance.uniform(0.9, 1.4)), 0.12, 0.04, 150.0),
            )
        )
    for number in range(passing):
        starts_s = float(chance.uniform(start_s, end_s))
        nearest_m = float(chance.uniform(-5_000.0, -2_500.0))
        journeys.append(
            along(
                chance,
                frontier,
                f"V{number + 1:02d}",
                kind="vehicle",
                purpose="passes by",
                count=1,
                chainage_m=_somewhere(chance, frontier, posts, 0.5),
                reach_m=12_000.0,
                offsets_m=(nearest_m - 800.0, nearest_m),
                start_s=starts_s,
                end_s=starts_s + 2_400.0,
                pace=Pace(float(chance.uniform(8.0, 14.0))),
            )
        )
    return journeys


def _herds(
    chance: Generator,
    frontier: Frontier,
    posts: Posts,
    start_s: float,
    end_s: float,
    kept_clear_m: float | None,
    *,
    inside: bool,
) -> list[Journey]:
    journeys = []
    for number in range(HERDS + ROAMING):
        herd = number < HERDS
        near_m = float(chance.uniform(1_400.0, 2_200.0) if inside else chance.uniform(250.0, 1_600.0))
        band_m = (near_m, near_m + float(chance.uniform(300.0, 900.0)))
        if not inside and chance.random() < 0.35:
            band_m = (-band_m[1], -band_m[0])
        chainage_m = _somewhere(chance, frontier, posts, 0.6)
        while kept_clear_m is not None and abs(chainage_m - kept_clear_m) < min(
            CLEAR_OF_OPENING_M, 0.2 * frontier.map_length_m
        ):
            chainage_m = float(chance.uniform(0.0, frontier.map_length_m))
        leader = along(
            chance,
            frontier,
            f"H{number + 1:02d}" if herd else f"R{number - HERDS + 1:02d}",
            kind="herder" if herd else "animal",
            purpose="herds" if herd else "roams",
            count=int(chance.integers(1, 3)) if herd else int(chance.integers(1, 6)),
            chainage_m=chainage_m,
            reach_m=float(chance.uniform(400.0, 1_800.0)),
            offsets_m=band_m,
            start_s=start_s - 600.0,
            end_s=float(chance.uniform(start_s + 3_600.0, max(end_s, start_s + 3_601.0))),
            pace=Pace(float(chance.uniform(0.3, 0.7)), 0.3, 0.15, 300.0) if herd else Pace(0.9, 0.4, 0.2, 400.0),
        )
        journeys.append(leader)
        if herd:
            size = int(chance.integers(12, 70))
            journeys.append(
                follow(
                    chance,
                    leader,
                    f"{leader.actor_id}a",
                    kind="animal",
                    count=size,
                    behind_m=float(chance.uniform(15, 40)),
                )
            )
    return journeys


def _somewhere(chance: Generator, frontier: Frontier, posts: Posts, watched_share: float) -> float:
    """Draw a chainage: with the given chance near a sensor, else anywhere on the line."""
    anywhere_m = float(chance.uniform(0.0, frontier.map_length_m))
    near = bool(chance.random() < watched_share)
    spread_m = float(chance.normal(0.0, 1_500.0))
    if not near or not posts.sensors:
        return anywhere_m
    index = int(chance.integers(0, len(posts.sensors)))
    close_m = frontier.locate(float(posts.lon[index]), float(posts.lat[index])).chainage_m + spread_m
    return float(np.clip(close_m, 0.0, frontier.map_length_m))
