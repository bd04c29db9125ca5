"""How does somebody get from here to there: straight to the line, along it with a herd, out on patrol and back?

Every function draws one `Journey` from the chance that is handed in and from nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vallum.assets.unit import Unit
from vallum.frontier.line import Frontier
from vallum.simulate.actors import ActorKind, Journey, Purpose, step_lengths_m

LEG_M = 90.0
OWN_CLEARANCE_M = 100.0
# Nobody tells the centre where a patrol walks: it stays where the centre believes it to be.
AROUND_POST_M = 180.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an actor goes, how even that is, and how often and how long it stands (chance per leg, mean seconds)."""

    speed_m_s: float
    unevenness: float = 0.1
    pause_chance: float = 0.0
    pause_s: float = 0.0


def timed(
    chance: Generator, lon: Floats, lat: Floats, *, start_s: float, pace: Pace, calm_s: float = 0.0
) -> tuple[Floats, Floats, Floats]:
    """Return instants, longitudes and latitudes of a way gone at a pace.

    Parameters
    ----------
    chance
        Where the unevenness and the pauses come from.
    lon, lat
        The way, (n,) degrees, n at least 2.
    start_s
        When it begins, unix seconds.
    pace
        How it is gone.
    calm_s
        No pause is made in the first so many seconds.

    Examples
    --------
    >>> import numpy as np
    >>> chance = np.random.Generator(np.random.PCG64(1))
    >>> lon, lat = np.array([41.0, 41.01]), np.array([36.0, 36.0])
    >>> times_s, lon, lat = timed(chance, lon, lat, start_s=0.0, pace=Pace(1.2, 0.0))
    >>> round(float(times_s[-1]))
    751
    """
    lengths_m = step_lengths_m(lon, lat)
    speeds_m_s = pace.speed_m_s * np.exp(chance.normal(0.0, pace.unevenness, len(lengths_m)))
    lasts_s = lengths_m / speeds_m_s
    pauses_s = np.where(
        chance.random(len(lengths_m)) < pace.pause_chance,
        chance.exponential(max(pace.pause_s, 1e-9), len(lengths_m)),
        0.0,
    )
    pauses_s = np.where(np.cumsum(lasts_s) < calm_s, 0.0, pauses_s)
    # Each point twice: when it is reached and when it is left again.
    left_s = np.concatenate(([0.0], np.cumsum(lasts_s + pauses_s)))
    reached_s = np.concatenate(([0.0], left_s[:-1] + lasts_s))
    times_s = start_s + np.column_stack((reached_s, left_s)).ravel()[1:]
    return times_s, np.repeat(lon, 2)[1:], np.repeat(lat, 2)[1:]


def straight(chance: Generator, ends: tuple[tuple[float, float], ...], *, sway_m: float) -> tuple[Floats, Floats]:
    """Return a way through two or more places (lon, lat) as people go it: nearly straight, swaying a little.

    Examples
    --------
    >>> import numpy as np
    >>> chance = np.random.Generator(np.random.PCG64(1))
    >>> lon, lat = straight(chance, ((41.0, 36.0), (41.02, 36.0)), sway_m=0.0)
    >>> len(lon), float(lon[0]), float(lon[-1])
    (22, 41.0, 41.02)
    """
    corners_lon, corners_lat = (np.array(values) for values in zip(*ends, strict=True))
    lengths_m = step_lengths_m(corners_lon, corners_lat)
    reached_m = np.concatenate(([0.0], np.cumsum(lengths_m)))
    at_m = np.union1d(np.linspace(0.0, reached_m[-1], max(int(reached_m[-1] // LEG_M), 1) + 2), reached_m)
    lon, lat = np.interp(at_m, reached_m, corners_lon), np.interp(at_m, reached_m, corners_lat)
    swaying = np.cumsum(chance.normal(0.0, 1.0, (2, len(at_m))), axis=1) * sway_m / 111_000.0
    # The sway is held at both ends, so that the way begins and ends where it was meant to.
    share = np.linspace(0.0, 1.0, len(at_m))
    swaying -= swaying[:, :1] * (1.0 - share) + swaying[:, -1:] * share
    return lon + swaying[0], lat + swaying[1]


def approach(
    chance: Generator,
    frontier: Frontier,
    actor_id: str,
    *,
    kind: ActorKind,
    count: int,
    chainage_m: float,
    from_offset_m: float,
    turn_at_offset_m: float | None,
    to_offset_m: float,
    start_s: float,
    pace: Pace,
    calm_s: float = 0.0,
) -> Journey:
    """Return the journey of somebody who goes to the line.

    Parameters
    ----------
    chainage_m
        About where; the way drifts a little along the line.
    from_offset_m, to_offset_m
        Where it begins and ends, metres from the line, positive on the home side.
    turn_at_offset_m
        Where it turns back, or None when it does not; then it ends at `to_offset_m`.
    start_s, calm_s
        When it begins, unix seconds, and how long no pause is made.

    Examples
    --------
    >>> import numpy as np
    >>> from vallum.frontier.line import Frontier
    >>> line = {"type": "LineString", "coordinates": [[41.0, 36.5], [41.0, 36.0]]}
    >>> frontier = Frontier.from_geojson(line, name="a", version="1", home_side="left", lateral_uncertainty_m=500.0)
    >>> chance = np.random.Generator(np.random.PCG64(1))
    >>> way = approach(chance, frontier, "a1", kind="person", count=2, chainage_m=20_000.0, from_offset_m=-900.0,
    ...     turn_at_offset_m=None, to_offset_m=500.0, start_s=0.0, pace=Pace(1.2))
    >>> way.purpose, frontier.locate(float(way.lon[0]), float(way.lat[0])).offset_m < 0
    ('crosses', True)
    """
    length_m = frontier.map_length_m
    along_m = [
        float(np.clip(chainage_m + drift_m, 50.0, length_m - 50.0)) for drift_m in (0.0, *chance.normal(0.0, 120.0, 2))
    ]
    places = [frontier.point_at(along_m[0], from_offset_m)]
    purpose: Purpose = "crosses"
    if turn_at_offset_m is not None:
        purpose = "turns back"
        places.append(frontier.point_at(along_m[1], turn_at_offset_m))
    places.append(frontier.point_at(along_m[2], to_offset_m))
    lon, lat = straight(chance, tuple(places), sway_m=4.0)
    times_s, lon, lat = timed(chance, lon, lat, start_s=start_s, pace=pace, calm_s=calm_s)
    return Journey(actor_id, kind, purpose, count, times_s, lon, lat, kind == "vehicle")


def along(
    chance: Generator,
    frontier: Frontier,
    actor_id: str,
    *,
    kind: ActorKind,
    purpose: Purpose,
    count: int,
    chainage_m: float,
    reach_m: float,
    offsets_m: tuple[float, float],
    start_s: float,
    end_s: float,
    pace: Pace,
) -> Journey:
    """Return the journey of somebody who wanders along the line between two offsets, to and fro until `end_s`.

    Parameters
    ----------
    chainage_m, reach_m
        Its middle and how far from that it strays, metres along the line.
    offsets_m
        The least and the greatest distance from the line it keeps, metres, positive on the home side.
    start_s, end_s
        Unix seconds.

    Examples
    --------
    >>> import numpy as np
    >>> from vallum.frontier.line import Frontier
    >>> line = {"type": "LineString", "coordinates": [[41.0, 36.5], [41.0, 36.0]]}
    >>> frontier = Frontier.from_geojson(line, name="a", version="1", home_side="left", lateral_uncertainty_m=500.0)
    >>> chance = np.random.Generator(np.random.PCG64(1))
    >>> way = along(chance, frontier, "h1", kind="animal", purpose="grazes", count=30, chainage_m=20_000.0,
    ...     reach_m=800.0, offsets_m=(300.0, 900.0), start_s=0.0, end_s=3_600.0, pace=Pace(0.5))
    >>> bool(way.times_s[-1] >= 3_600.0)
    True
    """
    steps = max(int((end_s - start_s) * pace.speed_m_s / LEG_M), 2) + 1
    phase = chance.uniform(0.0, 2.0 * np.pi, 3)
    gone_m = np.arange(steps + 1) * LEG_M
    # Ways of slow turns: a wave along the line and a slower, smaller one across it.
    along_m = chainage_m + reach_m * np.sin(gone_m / max(reach_m, LEG_M) + phase[0])
    middle_m, half_m = (offsets_m[0] + offsets_m[1]) / 2.0, (offsets_m[1] - offsets_m[0]) / 2.0
    across_m = middle_m + 0.5 * half_m * (np.sin(gone_m / 900.0 + phase[1]) + np.sin(gone_m / 370.0 + phase[2]))
    lon, lat = frontier.point_at(np.clip(along_m, 0.0, frontier.map_length_m), across_m)
    times_s, lon, lat = timed(chance, lon, lat, start_s=start_s, pace=pace)
    # A way is as long as planned, but slower where it curves less: the last place is held until the end.
    if times_s[-1] < end_s:
        times_s, lon, lat = np.append(times_s, end_s), np.append(lon, lon[-1]), np.append(lat, lat[-1])
    return Journey(actor_id, kind, purpose, count, times_s, lon, lat, kind == "vehicle")


def follow(chance: Generator, lead: Journey, actor_id: str, *, kind: ActorKind, count: int, behind_m: float) -> Journey:
    """Return the journey of a herd that goes where its herder goes, some metres away.

    Examples
    --------
    >>> import numpy as np
    >>> times_s, lon, lat = np.array([0.0, 10.0]), np.array([41.0, 41.001]), np.array([36.0, 36.0])
    >>> lead = Journey("h1", "herder", "herds", 1, times_s, lon, lat)
    >>> follow(np.random.Generator(np.random.PCG64(1)), lead, "h1a", kind="animal", count=40, behind_m=20.0).count
    40
    """
    bearing = chance.uniform(0.0, 2.0 * np.pi)
    east_deg, north_deg = behind_m * np.sin(bearing) / 90_000.0, behind_m * np.cos(bearing) / 111_000.0
    return Journey(actor_id, kind, "grazes", count, lead.times_s, lead.lon + east_deg, lead.lat + north_deg)


def patrol(chance: Generator, frontier: Frontier, unit: Unit, *, start_s: float, end_s: float) -> Journey:
    """Return the night of a unit: out from its post along the line, back, rest, and out again.

    Examples
    --------
    >>> import numpy as np
    >>> from vallum.frontier.line import Frontier
    >>> line = {"type": "LineString", "coordinates": [[41.0, 36.5], [41.0, 36.0]]}
    >>> frontier = Frontier.from_geojson(line, name="a", version="1", home_side="left", lateral_uncertainty_m=500.0)
    >>> unit = Unit(unit_id="u1", callsign="Patrol 1", kind="foot_patrol", party="p", section_id="A", lon=41.01,
    ...     lat=36.2, readiness_s=300, speed_m_s=1.2, sidc="1" * 20, source="doctest")
    >>> patrol(np.random.Generator(np.random.PCG64(1)), frontier, unit, start_s=0.0, end_s=9_000.0).kind
    'patrol'
    """
    post = frontier.locate(unit.lon, unit.lat)
    drives = unit.kind != "foot_patrol"
    speed_m_s = min(unit.speed_m_s, 4.0 if drives else 1.4)
    lon, lat, times_s = [np.array([unit.lon])], [np.array([unit.lat])], [np.array([start_s])]
    leaves_s = start_s + chance.uniform(0.0, 2_400.0)
    while leaves_s < end_s:
        out_m = float(chance.uniform(0.25, 1.0)) * AROUND_POST_M * float(chance.choice([-1.0, 1.0]))
        turn_m = float(np.clip(post.chainage_m + out_m, 100.0, frontier.map_length_m - 100.0))
        steps = max(int(abs(turn_m - post.chainage_m) // LEG_M), 1) + 1
        one_way_m = np.linspace(post.chainage_m, turn_m, steps)
        out_lon, out_lat = _short_of_the_line(frontier, *frontier.point_at(one_way_m, post.offset_m))
        trip_lon, trip_lat = np.concatenate((out_lon, out_lon[::-1])), np.concatenate((out_lat, out_lat[::-1]))
        trip_s, trip_lon, trip_lat = timed(
            chance, trip_lon, trip_lat, start_s=leaves_s, pace=Pace(speed_m_s, 0.1, 0.02, 120.0)
        )
        lon.append(trip_lon)
        lat.append(trip_lat)
        times_s.append(trip_s)
        leaves_s = float(trip_s[-1]) + float(chance.uniform(1_200.0, 5_400.0))
    lon.append(lon[-1][-1:])
    lat.append(lat[-1][-1:])
    times_s.append(np.array([max(end_s, float(times_s[-1][-1]))]))
    count = int(chance.integers(2, 5)) if not drives else 1
    return Journey(
        unit.unit_id,
        "patrol",
        "patrols",
        count,
        np.concatenate(times_s),
        np.concatenate(lon),
        np.concatenate(lat),
        drives,
    )


def _short_of_the_line(frontier: Frontier, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Cut a way before it comes close to the line: where the line bends, a parallel way may cut its corner."""
    halfway = np.linspace(0.0, len(lon) - 1.0, 2 * len(lon) - 1)
    number = np.arange(len(lon))
    offsets_m = frontier.locate(np.interp(halfway, number, lon), np.interp(halfway, number, lat)).offset_m
    close = np.nonzero(offsets_m < OWN_CLEARANCE_M)[0]
    keep = len(lon) if len(close) == 0 else max(int(close[0]) // 2, 2)
    return lon[:keep], lat[:keep]
