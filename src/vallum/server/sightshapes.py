"""How do sight lines and what is asked of them become the shapes of the API?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from vallum.assets.sensor import Sensor
from vallum.assets.tower import Tower
from vallum.centre.centre import Centre
from vallum.centre.decisions import UnknownThingError
from vallum.centre.sight.asked import looks_at, moved, tried
from vallum.centre.sight.found import Found
from vallum.centre.sight.kept import KeptCase
from vallum.centre.sight.live import Standing
from vallum.plan.case import Case
from vallum.plan.lane import Lane
from vallum.plan.scene import Scene, natural_cell_m, natural_fineness
from vallum.server import sightmodels as models
from vallum.server.shapes import stretch_shape
from vallum.terrain.profile import Standpoint
from vallum.terrain.profile import profile as profile_of

# Nobody asks farther; the curve of the earth alone hides 200 m there.
LONGEST_PROFILE_M = 60_000.0
_SHORTEST_PROFILE_M = 1.0
_DIGITS = 4


def sight_shape(centre: Centre) -> models.SightShape:
    """Tell how it stands with the sight lines."""
    standing, project = centre.sight.standing, centre.project
    scene = None if standing.found is None else standing.found.scene
    rules = natural_fineness(project.frontier) if scene is None else scene.fineness
    kept = () if standing.found is None else tuple(standing.found.cases.values())
    left_out = {} if standing.found is None or not kept else _left_out(standing)
    return models.SightShape(
        state=standing.state,
        reason=standing.reason,
        progress=min(1.0, max(0.0, standing.progress)),
        version=standing.version,
        lane_from="registered sectors" if standing.lane is None else "sight lines",
        cell_m=natural_cell_m(project.terrain_sources) if scene is None else scene.strip.cell_m,
        step_m=rules.step_m,
        half_width_m=0.0 if scene is None else scene.strip.half_width_m,
        watched_at=rules.watched_at,
        refraction_k=rules.refraction_k,
        terrain=None if scene is None else _terrain(scene),
        notes=() if scene is None else scene.ground.notes,
        cases=tuple(_case(one.case) for one in kept),
        live_case=standing.case.name,
        opinion_share=None if scene is None else scene.opinion_share,
        left_out=tuple(models.LeftOut(sensor_id=sensor_id, why=why) for sensor_id, why in sorted(left_out.items())),
    )


def lane_shape(standing: Standing, kept: KeptCase, lane: Lane) -> models.LaneShape:
    """Tell the lane in one case."""
    low, nominal, high = _bands(lane)
    assert standing.found is not None
    return models.LaneShape(
        case=kept.case.name,
        version=standing.version,
        step_m=standing.found.scene.fineness.step_m,
        p_low=low,
        p_nominal=nominal,
        p_high=high,
        sensors_live=tuple(int(count) for count in lane.watching),
        stretches=tuple(stretch_shape(stretch) for stretch in lane.stretches),
    )


def sensors_moved(towers: Sequence[Tower], sensors: Sequence[Sensor], body: models.TryTower) -> list[Sensor]:
    """Return a tower's sensors as they would stand: all are moved alike, and the highest of them gets the mast asked.

    Raises
    ------
    UnknownThingError
        When there is no such tower, or no sensor on it.
    """
    tower = next((one for one in towers if one.tower_id == body.tower_id), None)
    masts_m = [sensor.mast_m for sensor in sensors if sensor.tower_id == body.tower_id]
    if tower is None or not masts_m:
        raise UnknownThingError(f"there is no tower {body.tower_id} with sensors on it")
    return moved(sensors, tower.tower_id, body.lon - tower.lon, body.lat - tower.lat, body.mast_m - max(masts_m))


def try_shape(standing: Standing, found: Found, kept: KeptCase, sensors: Sequence[Sensor]) -> models.LaneTry:
    """Tell what the lane would be; raise ValueError where a sensor cannot stand."""
    lane = tried(found.trial, kept, sensors, standing.silent)
    low, nominal, high = _bands(lane)
    return models.LaneTry(
        case=kept.case.name,
        version=standing.version,
        from_m=float(lane.edges_m[0]),
        to_m=float(lane.edges_m[-1]),
        step_m=found.scene.fineness.step_m,
        p_low=low,
        p_nominal=nominal,
        p_high=high,
        stretches=tuple(stretch_shape(stretch) for stretch in lane.stretches),
        took_ms=0.0,
    )


def seen_by_shape(centre: Centre, found: Found, kept: KeptCase, lon: float, lat: float) -> models.SeenBy:
    """Tell who sees a place."""
    ground_m, looks = looks_at(found.scene, kept, found.heights_m, lon, lat)
    located = centre.project.frontier.locate(lon, lat)
    states = centre.live.sensing.states()
    return models.SeenBy(
        lon=lon,
        lat=lat,
        chainage_m=_finite(located.chainage_m),
        offset_m=_finite(located.offset_m),
        ground_m=ground_m,
        seen_by=tuple(
            models.SeenBySensor(
                sensor_id=look.sensor.sensor_id,
                tower_id=look.sensor.tower_id,
                band=look.band,
                probability=round(look.probability, _DIGITS),
                minimum_visible_height_m=look.minimum_visible_height_m,
                distance_m=look.distance_m,
                state=states.get(look.sensor.sensor_id, "dead"),
                proven=look.proven,
            )
            for look in looks
        ),
    )


def profile_shape(
    scene: Scene, eye: tuple[float, float, float], target: tuple[float, float, float]
) -> models.ProfileShape:
    """Tell what lies under the line of sight between two places, each longitude, latitude and height above ground.

    Raises
    ------
    ValueError
        When an end is off the terrain or on unknown ground, unknown ground lies between, or they are too far apart.
    """
    ends = []
    for lon, lat, height_m in (eye, target):
        x_m, y_m = (float(part[0]) for part in scene.strip.to_plane(np.array([lon]), np.array([lat])))
        if not (math.isfinite(x_m) and math.isfinite(y_m)):
            raise ValueError(f"{lat:g}, {lon:g} is far off the ground of this line; choose a place nearer to it.")
        ends.append(Standpoint(x_m, y_m, height_m))
    length_m = math.hypot(ends[1].x_m - ends[0].x_m, ends[1].y_m - ends[0].y_m)
    if not _SHORTEST_PROFILE_M <= length_m <= LONGEST_PROFILE_M:
        raise ValueError(
            f"The two places are {length_m / 1000:,.3f} km apart; give two different ones, at most "
            f"{LONGEST_PROFILE_M / 1000:g} km apart."
        )
    row, column = scene.ground.cell_of(ends[0].x_m, ends[0].y_m)
    # the profile itself refuses an end off the terrain
    blurred = scene.softness_of is not None and row >= 0
    softness = scene.softness_of(row, column, length_m) if blurred and scene.softness_of else None
    found = profile_of(scene.ground, ends[0], ends[1], softness, scene.fineness.refraction_k)
    if not math.isfinite(found.clearance_m):
        raise ValueError(
            f"Unknown ground lies between the two places, {found.at_m / 1000:.1f} km from the first: nothing can be "
            "said of the line of sight. Choose other places, or add terrain that covers it."
        )
    probability = found.probability_visible
    return models.ProfileShape(
        distance_m=_rounded(found.distance_m),
        ground_m=_rounded(found.ground_m),
        apparent_ground_m=_rounded(found.apparent_ground_m),
        line_m=_rounded(found.line_m),
        sd_m=_rounded(found.sd_m),
        clearance_m=found.clearance_m,
        at_m=found.at_m,
        visible=found.visible,
        probability_visible=float(found.visible) if probability is None else probability,
        cell_m=scene.ground.cell_m,
        refraction_k=found.refraction_k,
        terrain_source="; ".join(f"{source.name}: {source.origin}" for source in found.sources),
        grade=scene.ground.grade,
    )


def _left_out(standing: Standing) -> dict[str, str]:
    assert standing.found is not None
    kept = standing.found.cases.get(standing.case.name)
    return {} if kept is None else dict(kept.left_out)


def _terrain(scene: Scene) -> models.TerrainUsed | None:
    used = scene.ground.used
    if not used:
        return None
    worst = max(used, key=lambda source: source.error_sd_m)
    return models.TerrainUsed(
        cell_m=scene.ground.terrain_cell_m,
        grade=scene.ground.grade,
        source="; ".join(f"{source.name}: {source.origin}" for source in used),
        error_sd_m=worst.error_sd_m,
        error_length_m=worst.error_length_m,
        error_source=worst.error_source,
    )


def _case(case: Case) -> models.CaseShape:
    return models.CaseShape(
        name=case.name, target=case.target, light=case.light, weather=case.weather, proven_only=case.proven_only
    )


def _bands(lane: Lane) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(band) for band in lane.detected.round(_DIGITS).tolist())


def _rounded(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, ...]:
    return tuple(values.round(3).tolist())


def _finite(value_m: float) -> float | None:
    return float(value_m) if math.isfinite(value_m) else None
