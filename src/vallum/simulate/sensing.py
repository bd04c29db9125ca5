"""What does each sensor report in this second: hits, misses, noise, and things that are not there?

One call looks once with every sensor. Chance is drawn anew for each instant from the seed, so the reports of an instant
follow from seed, instant and the objects that the sensors still hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vallum.assets.sensor import Sensor
from vallum.simulate import performance
from vallum.simulate.actors import Actor
from vallum.simulate.performance import TruePerformance
from vallum.simulate.posts import Pairs, clear
from vallum.simulate.world import World

ReportedClass = Literal["Human", "Vehicle", "Animal"]
CLASSES: tuple[ReportedClass, ...] = ("Human", "Vehicle", "Animal")
HOLD_S = 4.0  # an object not found again for longer gets a new name when it is
STILL_EVERY_S = 20.0
SIGHT_S = 5.0  # nobody walks out of sight faster than this matters
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Report:
    """One detection as a sensor sends it; `actor_id`, the truth behind it (None: nothing was there), is never sent.

    Ground sensors report the place where they stand (`azimuth_deg` is None); the others an azimuth (degrees true) and a
    range with one standard deviation each. A range as uncertain as it is long says: bearing only.
    """

    sensor_index: int
    report_id: str
    object_id: str
    at_s: float
    azimuth_deg: float | None
    azimuth_sd_deg: float
    range_m: float
    range_sd_m: float
    classes: tuple[tuple[ReportedClass, float], ...]
    confidence: float
    count: int | None
    with_still: bool
    actor_id: str | None


@dataclass(frozen=True, slots=True)
class _HeldObject:
    object_id: str
    found_s: float
    still_s: float


@dataclass(frozen=True, slots=True)
class Held:
    """What the sensors remember between looks: the objects they hold, and the sight-lines of these few seconds."""

    objects: Mapping[tuple[int, str], _HeldObject] = field(default_factory=dict)
    sight_slot: int = -1
    sight: Mapping[tuple[int, str], bool] = field(default_factory=dict)


def look(
    world: World, truly: TruePerformance, chainage_m: NDArray[np.float64], held: Held, t_s: float
) -> tuple[Held, tuple[Report, ...]]:
    """Return what all sensors report at an instant, and what they hold afterwards.

    Parameters
    ----------
    world
        The night.
    truly
        How well each sensor really does, `performance.drawn`.
    chainage_m
        (s,) where each sensor stands along the line, for its weather.
    held
        What the last look returned, or `Held()`.
    t_s
        Unix seconds; looks go forward in time.

    Examples
    --------
    See `vallum.simulate.night`, which looks once a second.
    """
    chance = np.random.Generator(np.random.PCG64([world.seed, 4, int(t_s * 1000.0)]))
    actors = world.actors_at(t_s)
    posts = world.posts
    wind, dust = world.weather.wind_m_s(t_s, chainage_m), world.weather.dust(t_s, chainage_m)
    share = weather_shares(world, chainage_m, t_s)
    pairs = posts.pairs(actors)
    held = _with_sight(world, held, pairs, actors, t_s)
    reports = []
    objects = {key: one for key, one in held.objects.items() if t_s - one.found_s <= HOLD_S}
    for pair in np.nonzero(_found(chance, world, truly, share, pairs, actors, held))[0]:
        index, actor = int(pairs.sensor[pair]), actors[int(pairs.actor[pair])]
        key = (index, actor.actor_id)
        before = objects.get(key)
        with_still = posts.sensors[index].kind == "thermal_camera" and (
            before is None or t_s - before.still_s >= STILL_EVERY_S
        )
        object_id = before.object_id if before else ulid(t_s, world.seed, index, actor.actor_id, "object")
        still_s = t_s if with_still or before is None else before.still_s
        objects[key] = _HeldObject(object_id, t_s, still_s)
        reports.append(
            _report(
                chance,
                posts.sensors[index],
                truly,
                index,
                t_s,
                distance_m=float(pairs.distance_m[pair]),
                azimuth_deg=float(pairs.azimuth_deg[pair]),
                actor=actor,
                object_id=object_id,
                report_id=ulid(t_s, world.seed, index, actor.actor_id, "report"),
                with_still=with_still,
            )
        )
    reports += _false(chance, world, truly, wind, dust, share, t_s)
    return Held(objects, held.sight_slot, held.sight), tuple(reports)


def weather_shares(world: World, chainage_m: NDArray[np.float64], t_s: float) -> NDArray[np.float64]:
    """Return what wind, dust and dark leave of each sensor's probability, (s,), 0 to 1.

    Examples
    --------
    See `vallum.simulate.night`, where a sensor that has nothing left says that it is not detecting.
    """
    wind, dust = world.weather.wind_m_s(t_s, chainage_m), world.weather.dust(t_s, chainage_m)
    daylight = world.weather.daylight(t_s)
    return np.array(
        [
            performance.weather_share(sensor.kind, float(wind[index]), float(dust[index]), daylight)
            for index, sensor in enumerate(world.posts.sensors)
        ],
        dtype=np.float64,
    )


def ulid(t_s: float, *of: object) -> str:
    """Return a ULID with the time of an instant whose other 80 bits follow from what it names, so that nights repeat.

    Examples
    --------
    >>> ulid(1_616_000_000.0, 1, "a") == ulid(1_616_000_000.0, 1, "a"), len(ulid(0.0))
    (True, 26)
    """
    rest = hashlib.blake2b(repr((t_s, *of)).encode(), digest_size=10).digest()
    value = int(t_s * 1000.0) << 80 | int.from_bytes(rest, "big")
    return "".join(CROCKFORD[value >> 5 * place & 31] for place in range(25, -1, -1))


def _with_sight(world: World, held: Held, pairs: Pairs, actors: Sequence[Actor], t_s: float) -> Held:
    """Add the sight-lines that are not known yet in this slot of a few seconds."""
    slot = int(t_s // SIGHT_S)
    known = dict(held.sight) if slot == held.sight_slot else {}
    keys = [(int(index), actors[int(actor)].actor_id) for index, actor in zip(pairs.sensor, pairs.actor, strict=True)]
    unknown = np.array([number for number, key in enumerate(keys) if key not in known], dtype=np.int64)
    if len(unknown):
        asked = Pairs(
            pairs.sensor[unknown], pairs.actor[unknown], pairs.distance_m[unknown], pairs.azimuth_deg[unknown]
        )
        for number, sees in zip(unknown, clear(world.elevation, world.posts, asked, actors), strict=True):
            known[keys[number]] = bool(sees)
    return Held(held.objects, slot, known)


def _found(
    chance: Generator,
    world: World,
    truly: TruePerformance,
    share: NDArray[np.float64],
    pairs: Pairs,
    actors: Sequence[Actor],
    held: Held,
) -> NDArray[np.bool_]:
    """Draw for each pair whether this look finds the actor."""
    posts = world.posts
    sensor, who = pairs.sensor, pairs.actor
    declared_m = posts.declared_range_m(actors)[sensor, who] if len(sensor) else np.zeros(0)
    count = np.array([actors[int(index)].count for index in who], dtype=np.float64)
    moving = np.array(
        [
            performance.moving_share(
                posts.sensors[int(i)].kind, float(np.hypot(actors[int(j)].east_m_s, actors[int(j)].north_m_s))
            )
            for i, j in zip(sensor, who, strict=True)
        ],
        dtype=np.float64,
    )
    probability = performance.look_probability(
        pairs.distance_m,
        declared_m * truly.range_share[sensor],
        truly.best_probability[sensor],
        share[sensor] * moving,
        count,
    )
    sees = np.array(
        [held.sight[(int(i), actors[int(j)].actor_id)] for i, j in zip(sensor, who, strict=True)], dtype=np.bool_
    )
    # One draw per pair, seen or not, so that the ground does not shift everybody else's luck.
    return np.asarray((chance.random(len(sensor)) < probability) & sees, dtype=np.bool_)


def _report(
    chance: Generator,
    sensor: Sensor,
    truly: TruePerformance,
    index: int,
    t_s: float,
    *,
    distance_m: float,
    azimuth_deg: float,
    actor: Actor | None,
    object_id: str,
    report_id: str,
    with_still: bool,
) -> Report:
    """Measure with this sensor's noise: the tails are those of Student's t with 4 degrees of freedom."""
    measured_deg: float | None = azimuth_deg
    range_m, range_sd_m = distance_m, 0.0
    if sensor.kind == "ground_sensor":
        measured_deg, range_m, range_sd_m = None, 0.0, sensor.range_person_m
    else:
        noise_deg = float(truly.azimuth_bias_deg[index] + truly.azimuth_sd_deg[index] * chance.standard_t(4))
        measured_deg = _inside(sensor, azimuth_deg + noise_deg)
        if sensor.kind == "ground_radar":
            range_m = max(distance_m + float(truly.range_sd_m[index] * chance.standard_t(4)), 1.0)
            range_sd_m = performance.DECLARED_RADAR_RANGE_SD_M
        else:
            range_m, range_sd_m = _by_pitch(chance, sensor, float(truly.pitch_sd_deg[index]), distance_m)
    named = _named(chance, float(truly.skill[index]), actor)
    count = None
    if actor is not None and sensor.kind in ("thermal_camera", "day_camera"):
        count = max(1, actor.count + int(chance.integers(-1, 2)) * (actor.count > 1))
    return Report(
        sensor_index=index,
        report_id=report_id,
        object_id=object_id,
        at_s=t_s,
        azimuth_deg=measured_deg,
        azimuth_sd_deg=performance.DECLARED_AZIMUTH_SD_DEG[sensor.kind],
        range_m=range_m,
        range_sd_m=range_sd_m,
        classes=named,
        confidence=round(float(chance.uniform(0.55, 0.98)), 2),
        count=count,
        with_still=with_still,
        actor_id=actor.actor_id if actor is not None else None,
    )


def _by_pitch(chance: Generator, sensor: Sensor, pitch_sd_deg: float, distance_m: float) -> tuple[float, float]:
    """Range a camera by the angle below the horizon: R = h / tan(angle), so dR = (R^2/h) dangle + (R/h) dheight.

    Where the ray misses the ground or the error is beyond use, half the range with as large an error: bearing only.
    """
    height_m = max(sensor.mast_m, 2.0)
    ground_m = performance.DECLARED_GROUND_HEIGHT_SD_M * float(chance.normal())
    angle = np.arctan2(height_m - ground_m, distance_m) + np.radians(pitch_sd_deg * chance.standard_t(4))
    furthest_m = max(sensor.range_person_m, sensor.range_vehicle_m)
    measured_m = float(height_m / np.tan(angle)) if angle > 1e-4 else np.inf
    sd_m = float(
        np.hypot(
            measured_m**2 / height_m * np.radians(performance.DECLARED_PITCH_SD_DEG),
            measured_m / height_m * performance.DECLARED_GROUND_HEIGHT_SD_M,
        )
    )
    if not measured_m <= furthest_m or sd_m > 0.3 * measured_m:
        return furthest_m / 2.0, furthest_m / 2.0
    return max(measured_m, 1.0), sd_m


def _inside(sensor: Sensor, azimuth_deg: float) -> float:
    """Keep a noisy azimuth in the sector: a sensor has no pixel beyond its edge."""
    if sensor.sector_deg >= 360.0:
        return azimuth_deg % 360.0
    half_deg = sensor.sector_deg / 2.0
    off_axis_deg = (azimuth_deg - sensor.bearing_deg + 180.0) % 360.0 - 180.0
    return float((sensor.bearing_deg + min(max(off_axis_deg, -half_deg), half_deg)) % 360.0)


def _named(chance: Generator, skill: float, actor: Actor | None) -> tuple[tuple[ReportedClass, float], ...]:
    """Name a class: the right one with the sensor's skill, else another; the confidence says little about which."""
    if actor is None:
        right = int(chance.choice(3, p=[0.35, 0.1, 0.55]))
    elif actor.motorised:
        right = 1
    else:
        right = 2 if actor.kind == "animal" else 0
    said = right if chance.random() < skill else (right + int(chance.integers(1, 3))) % 3
    sure = float(chance.uniform(0.5, 0.92))
    rest = (1.0 - sure) * float(chance.uniform(0.3, 0.7))
    others = [CLASSES[number] for number in range(3) if number != said]
    return (
        (CLASSES[said], round(sure, 3)),
        (others[0], round(rest, 3)),
        (others[1], round(1.0 - sure - rest, 3)),
    )


def _false(
    chance: Generator,
    world: World,
    truly: TruePerformance,
    wind: NDArray[np.float64],
    dust: NDArray[np.float64],
    share: NDArray[np.float64],
    t_s: float,
) -> list[Report]:
    """Draw detections of nothing: plants in the wind, warm stones, dust."""
    draws = chance.random(len(world.posts.sensors))
    reports = []
    for index, sensor in enumerate(world.posts.sensors):
        more = performance.false_rate_share(sensor.kind, float(wind[index]), float(dust[index]))
        if share[index] <= 0.05 or draws[index] >= truly.false_per_hour[index] * more / 3_600.0:
            continue
        furthest_m = sensor.range_person_m * float(truly.range_share[index])
        name = f"false {index}"
        reports.append(
            _report(
                chance,
                sensor,
                truly,
                index,
                t_s,
                distance_m=max(sensor.range_min_m, furthest_m * float(np.sqrt(chance.uniform(0.02, 1.0)))),
                azimuth_deg=sensor.bearing_deg + float(chance.uniform(-0.48, 0.48)) * sensor.sector_deg,
                actor=None,
                object_id=ulid(t_s, world.seed, name, "object"),
                report_id=ulid(t_s, world.seed, name, "report"),
                with_still=sensor.kind == "thermal_camera",
            )
        )
    return reports
