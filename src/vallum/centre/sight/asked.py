"""What do people ask of sight: who sees a place, what one tower sees, what would be if it stood elsewhere?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.windows import Window
from scipy.special import ndtr

from vallum.assets.performance import performance
from vallum.assets.sensor import Sensor
from vallum.centre.sight.kept import KeptCase
from vallum.plan.case import Case
from vallum.plan.lane import Lane, lane
from vallum.plan.outlook import Watcher, watchers
from vallum.plan.scene import Scene
from vallum.plan.sweep import HIGH, LOW, NOMINAL, over_cells
from vallum.plan.whatif import Trial
from vallum.terrain.cog import whole_words
from vallum.terrain.whosees import Posts

Band = Literal["sure", "likely", "possible"]

HIGHEST_MAST_M = 200.0
_SURENESS: tuple[tuple[int, Band], ...] = ((LOW, "sure"), (NOMINAL, "likely"), (HIGH, "possible"))


# --- a tower elsewhere


def moved(sensors: Sequence[Sensor], tower_id: str, east_deg: float, north_deg: float, up_m: float) -> list[Sensor]:
    """Return the sensors of a tower as they would be if it were moved and its mast made higher by so much.

    Parameters
    ----------
    sensors
        All sensors.
    tower_id
        The tower.
    east_deg, north_deg
        How far, degrees of longitude and latitude.
    up_m
        How much higher, metres; a sensor never goes below the ground.
    """
    return [
        sensor.model_copy(
            update={
                "lon": sensor.lon + east_deg,
                "lat": sensor.lat + north_deg,
                "mast_m": min(max(sensor.mast_m + up_m, 0.0), HIGHEST_MAST_M),
            }
        )
        for sensor in sensors
        if sensor.tower_id == tower_id
    ]


def tried(trial: Trial, kept: KeptCase, sensors: Sequence[Sensor], silent: frozenset[str]) -> Lane:
    """Return the lane as it would be if some sensors were as given here.

    Raises
    ------
    ValueError
        If one would stand off the strip or on unknown ground.
    """
    exposures = trial.with_sensors(kept.exposures, kept.case, sensors)
    return lane(exposures, trial.crossings.edges_m, trial.fineness.watched_at, silent)


def rehearse(trial: Trial, kept: KeptCase, sensors: Sequence[Sensor]) -> None:
    """Try a sensor where it stands, so that what that needs is compiled and loaded before somebody drags a tower."""
    placed = [sensor for sensor in sensors if sensor.sensor_id not in kept.left_out]
    if placed:
        tried(trial, kept, placed[:1], frozenset())


# --- who sees a place


@dataclass(frozen=True, slots=True)
class Look:
    """How one sensor sees a place.

    Attributes
    ----------
    sensor
        Which.
    band
        How sure sight is.
    probability
        Of detection by one look, terrain counted.
    minimum_visible_height_m
        None for a sensor that needs no sight.
    distance_m
        From the sensor to the place.
    proven
        Whether a walk test covers that distance.
    """

    sensor: Sensor
    band: Band
    probability: float
    minimum_visible_height_m: float | None
    distance_m: float
    proven: bool


def looks_at(
    scene: Scene, kept: KeptCase, heights_of: Callable[[Watcher], NDArray[np.float32]], lon: float, lat: float
) -> tuple[float | None, tuple[Look, ...]]:
    """Return the height of the ground at a place, metres, and who sees it in a case, the surest first.

    Parameters
    ----------
    scene, kept
        What was found.
    heights_of
        Gives the minimum visible heights around a sensor.
    lon, lat
        Degrees.
    """
    strip = scene.strip
    rows, columns = strip.cells(np.array([lon]), np.array([lat]))
    row, column = int(rows[0]), int(columns[0])
    if row < 0:
        return None, ()
    ground_m = float(scene.ground.heights_m[row, column])
    by_id = {sensor.sensor_id: sensor for sensor in scene.sensors}
    bands: dict[str, Band] = {}
    sets = _sets_at(kept, row, column)
    for place, band in reversed(_SURENESS):
        for number in _who(kept.posts, sets[place], row, column):
            bands[kept.exposures.sensor_ids[number]] = band
    placed, _ = watchers(
        strip,
        [by_id[sensor_id] for sensor_id in bands],
        (kept.case,),
        scene.tests,
        scene.parameters,
        scene.softness_of,
    )
    looks = [
        _look(scene, kept.case, watcher, by_id[watcher.sensor_id], bands[watcher.sensor_id], heights_of, row, column)
        for watcher in placed
    ]
    order = [band for _, band in _SURENESS]
    looks.sort(key=lambda look: (order.index(look.band), -look.probability))
    return (None if math.isnan(ground_m) else ground_m), tuple(looks)


def _look(
    scene: Scene,
    case: Case,
    watcher: Watcher,
    sensor: Sensor,
    band: Band,
    heights_of: Callable[[Watcher], NDArray[np.float32]],
    row: int,
    column: int,
) -> Look:
    """Tell of the middle of the place's cell: that is what the sets tell of."""
    outlook, strip = watcher.outlooks[0], scene.strip
    middle_x_m = strip.transform.c + (column + 0.5) * strip.cell_m
    middle_y_m = strip.transform.f - (row + 0.5) * strip.cell_m
    distance_m = math.hypot(middle_x_m - watcher.x_m, middle_y_m - watcher.y_m)
    table = outlook.by_distance[:, min(int(distance_m * outlook.per_metre + 0.5), outlook.by_distance.shape[1] - 1)]
    height_m, sight = None, 1.0
    if outlook.needs_sight:
        window = heights_of(watcher)
        radius = window.shape[0] // 2
        height_m = float(window[row - watcher.row + radius, column - watcher.column + radius])
        sight = float(ndtr((float(table[3]) - height_m) * float(table[5])))
    known = performance(sensor, case.conditions, scene.tests, scene.parameters)
    return Look(
        sensor=sensor,
        band=band,
        probability=sight * float(table[0]),
        minimum_visible_height_m=height_m if height_m is None or math.isfinite(height_m) else None,
        distance_m=distance_m,
        proven=any(proven.from_m <= distance_m <= proven.to_m for proven in known.proven),
    )


def _sets_at(kept: KeptCase, row: int, column: int) -> NDArray[np.uint64]:
    """Read the sets of one cell, shape (3, words)."""
    with rasterio.open(kept.who) as raster:
        parts = raster.read(window=Window(column, row, 1, 1))
    return whole_words(parts.reshape(3, -1))


def _who(posts: Posts, words: NDArray[np.uint64], row: int, column: int) -> list[int]:
    """Return which posts a set of one cell names: those with a bit of it that reach so far."""
    place = np.arange(len(posts.rows)) % posts.bits
    has = (words[place // 64] >> (place % 64).astype(np.uint64)) & np.uint64(1) == 1
    near = np.hypot(posts.rows - row, posts.columns - column) <= posts.reach_cells + 1.0
    return [int(post) for post in np.flatnonzero(has & near)]


# --- what one tower sees


@dataclass(frozen=True, slots=True, eq=False)
class TowerSees:
    """The least height above the ground that a tower's sensors see, inside their sectors and reach.

    Attributes
    ----------
    lowest_m
        Shape (rows, columns), float32: negative where the ground itself is seen, infinite where nothing is.
    transform
        Of its upper left corner.
    """

    lowest_m: NDArray[np.float32]
    transform: Affine


def tower_sees(
    scene: Scene, case: Case, tower_id: str, heights_of: Callable[[Watcher], NDArray[np.float32]]
) -> TowerSees | None:
    """Return what the sensors of a tower see in a case; None when none of them can see anything.

    Parameters
    ----------
    scene, case
        What is looked at.
    tower_id
        The tower.
    heights_of
        Gives the minimum visible heights around a sensor.
    """
    strip = scene.strip
    placed, _ = watchers(
        strip,
        [sensor for sensor in scene.sensors if sensor.tower_id == tower_id],
        (case,),
        scene.tests,
        scene.parameters,
        scene.softness_of,
    )
    able = [one for one in placed if one.outlooks[0].reach_m >= strip.cell_m and one.outlooks[0].needs_sight]
    windows = []
    for watcher in able:
        try:
            windows.append((watcher, heights_of(watcher)))
        except ValueError:
            continue  # on unknown ground: it is left out of the lane, too, and named there
    if not windows:
        return None
    reaches = [(watcher, window.shape[0] // 2) for watcher, window in windows]
    top, left = min(w.row - r for w, r in reaches), min(w.column - r for w, r in reaches)
    shape = max(w.row + r for w, r in reaches) - top + 1, max(w.column + r for w, r in reaches) - left + 1
    sets, no_rate = np.zeros((3, *shape, 1), np.uint64), np.zeros((3, 0, 0), np.float32)
    lowest_m = np.full(shape, np.inf, np.float32)
    for watcher, window in windows:
        outlook = watcher.outlooks[0]
        middle_x_m = strip.transform.c + (watcher.column + 0.5) * strip.cell_m
        middle_y_m = strip.transform.f - (watcher.row + 0.5) * strip.cell_m
        over_cells(
            window,
            watcher.row - top,
            watcher.column - left,
            (watcher.x_m - middle_x_m) / strip.cell_m,
            (watcher.y_m - middle_y_m) / strip.cell_m,
            *watcher.axis,
            watcher.cos_half,
            strip.cell_m,
            outlook.reach_m,
            outlook.per_metre,
            outlook.by_distance,
            outlook.needs_sight,
            outlook.looks_per_s,
            scene.fineness.counts_from,
            1.0,
            0,
            0,
            sets,
            no_rate,
            lowest_m,
        )
    return TowerSees(lowest_m, strip.transform @ Affine.translation(left, top))
