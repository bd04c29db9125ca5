"""Which actors lie in which sensors' sectors, and does the ground let them be seen?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from vallum.assets.sensor import Sensor
from vallum.simulate.actors import Actor, metres_per_degree
from vallum.terrain.elevation import Elevation
from vallum.terrain.sight import sight

GEOD = Geod(ellps="WGS84")
# What shows of somebody above the ground, metres: a person's trunk, a car's bonnet, a sheep's back.
TARGET_HEIGHT_M = {"person": 1.0, "herder": 1.0, "patrol": 1.0, "vehicle": 1.4, "animal": 0.7}
# How far an animal is seen, as a share of how far a person is.
ANIMAL_RANGE_SHARE = 0.7
BURIED_M = 0.5

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Sensors and actors that may see each other: indices, geodesic distance and azimuth from the sensor, all (n,)."""

    sensor: Indices
    actor: Indices
    distance_m: Floats
    azimuth_deg: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Posts:
    """Where the sensors stand and look, as arrays (s,) in the order of `sensors`.

    Examples
    --------
    >>> camera = Sensor(sensor_id="c1", kind="thermal_camera", node_id="n", lon=41.0, lat=36.0, mast_m=20,
    ...     bearing_deg=90, sector_deg=60, range_person_m=2_000, range_vehicle_m=6_000, party="p",
    ...     performance_source="doctest")
    >>> posts = Posts.of([camera])
    >>> walker = Actor("a1", "person", "crosses", 1, 41.01, 36.0, 0.0, 0.0)
    >>> pairs = posts.pairs((walker,), margin_deg=0.0)
    >>> round(float(pairs.distance_m[0])), round(float(pairs.azimuth_deg[0]))
    (902, 90)
    """

    sensors: tuple[Sensor, ...]
    lon: Floats
    lat: Floats
    mast_m: Floats
    bearing_deg: Floats
    half_sector_deg: Floats
    range_person_m: Floats
    range_vehicle_m: Floats
    range_min_m: Floats
    buried: NDArray[np.bool_]

    @classmethod
    def of(cls, sensors: Sequence[Sensor]) -> Posts:
        """Return the posts of sensors.

        Examples
        --------
        >>> len(Posts.of([]).lon)
        0
        """

        def column(name: str) -> Floats:
            return np.array([getattr(sensor, name) for sensor in sensors], dtype=np.float64)

        return cls(
            sensors=tuple(sensors),
            lon=column("lon"),
            lat=column("lat"),
            mast_m=column("mast_m"),
            bearing_deg=column("bearing_deg"),
            half_sector_deg=column("sector_deg") / 2.0,
            range_person_m=column("range_person_m"),
            range_vehicle_m=column("range_vehicle_m"),
            range_min_m=column("range_min_m"),
            buried=np.array([sensor.kind == "ground_sensor" for sensor in sensors], dtype=np.bool_),
        )

    def pairs(self, actors: Sequence[Actor], *, margin_deg: float = 0.0, reach: float = 1.0) -> Pairs:
        """Return the pairs in which the actor is within the sensor's sector and declared range.

        Parameters
        ----------
        actors
            Who is on the ground.
        margin_deg
            How far inside the edges of the sector the actor must be.
        reach
            Share of the declared range that counts.

        Examples
        --------
        >>> Posts.of([]).pairs(()).sensor.shape
        (0,)
        """
        if not actors or not self.sensors:
            nothing = np.zeros(0)
            return Pairs(nothing.astype(np.int64), nothing.astype(np.int64), nothing, nothing)
        lon, lat = np.array([actor.lon for actor in actors]), np.array([actor.lat for actor in actors])
        far_m = self.declared_range_m(actors) * reach
        east_m, north_m = metres_per_degree(float(np.mean(self.lat)))
        # A quick, generous look on the plane spares the geodesic for the far away.
        plane_m = np.hypot((lon - self.lon[:, None]) * east_m * 0.9, (lat - self.lat[:, None]) * north_m)
        sensor, actor = np.nonzero(plane_m <= far_m * 1.05)
        azimuth_deg, _, distance_m = GEOD.inv(self.lon[sensor], self.lat[sensor], lon[actor], lat[actor])
        off_axis_deg = np.abs((azimuth_deg - self.bearing_deg[sensor] + 180.0) % 360.0 - 180.0)
        # A full circle has no edge.
        edge_deg = np.where(self.half_sector_deg >= 180.0, 180.0, self.half_sector_deg - margin_deg)
        inside = (distance_m <= far_m[sensor, actor]) & (distance_m >= self.range_min_m[sensor])
        inside &= off_axis_deg <= edge_deg[sensor]
        return Pairs(sensor[inside], actor[inside], distance_m[inside], azimuth_deg[inside] % 360.0)

    def declared_range_m(self, actors: Sequence[Actor]) -> Floats:
        """Return the declared range (s, a) of each sensor for each actor, metres.

        Examples
        --------
        >>> Posts.of([]).declared_range_m(()).shape
        (0, 0)
        """
        drives = np.array([actor.motorised for actor in actors], dtype=np.bool_)
        share = np.array([ANIMAL_RANGE_SHARE if actor.kind == "animal" else 1.0 for actor in actors])
        ranges_m = np.where(
            drives[None, :], self.range_vehicle_m[:, None], self.range_person_m[:, None] * share[None, :]
        )
        return np.asarray(ranges_m, dtype=np.float64)


def clear(elevation: Elevation, posts: Posts, pairs: Pairs, actors: Sequence[Actor]) -> NDArray[np.bool_]:
    """Return for each pair (n,) whether the ground lets the sensor see the actor, by the exact sight-line.

    A buried ground sensor feels steps and needs no sight-line.

    Examples
    --------
    >>> import numpy as np
    >>> from affine import Affine
    >>> flat = Elevation(np.zeros((20, 20)), Affine(0.01, 0, 40.9, 0, -0.01, 36.1), source="doctest")
    >>> posts = Posts.of([])
    >>> clear(flat, posts, posts.pairs(()), ()).shape
    (0,)
    """
    seen = posts.buried[pairs.sensor].copy()
    looking = np.nonzero(~seen)[0]
    if len(looking) == 0:
        return seen
    sensor, actor = pairs.sensor[looking], pairs.actor[looking]
    lon, lat = np.array([one.lon for one in actors]), np.array([one.lat for one in actors])
    height_m = np.array([TARGET_HEIGHT_M["vehicle" if one.motorised else one.kind] for one in actors])
    lines = sight(
        elevation,
        posts.lon[sensor],
        posts.lat[sensor],
        np.maximum(posts.mast_m[sensor], BURIED_M),
        lon[actor],
        lat[actor],
        height_m[actor],
    )
    seen[looking] = lines.visible
    return seen
