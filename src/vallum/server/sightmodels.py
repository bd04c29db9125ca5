"""What does the page send and receive about sight: what is watched, who sees a place, what would be if?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from vallum.assets.conditions import Light, Target, Weather
from vallum.assets.sensor import SensorState
from vallum.server.models import Shape, WatchedStretch

SightState = Literal["none", "computing", "ready", "failed"]
LONGEST_CASE = 60
HIGHEST_MAST_M = 200.0


class TerrainUsed(Shape):
    """The ground that sight lines are drawn over, and how far it can be trusted."""

    cell_m: float = Field(description="of the coarsest source used")
    grade: str
    source: str
    error_sd_m: float = Field(description="one standard deviation of the height error, of the worst source used")
    error_length_m: float = Field(description="over which distance that error stays alike")
    error_source: str


class CaseShape(Shape):
    """Light, weather and target for which sight is worked out, and whether only walk-tested performance counts."""

    name: str
    target: Target
    light: Light
    weather: Weather
    proven_only: bool


class LeftOut(Shape):
    """A sensor that counts as seeing nothing, and why."""

    sensor_id: str
    why: str


class SightShape(Shape):
    """How it stands with the sight lines of the centre."""

    state: SightState
    reason: str | None = Field(description="in words: why there is nothing, what failed, or what is being worked out")
    progress: float = Field(ge=0, le=1, description="share of what is being worked out that is done")
    version: int = Field(description="grows with every change of sensors or of their states")
    lane_from: Literal["sight lines", "registered sectors"] = Field(
        description="what the live lane stands on: until sight lines are there, the sectors that owners registered, "
        "terrain not asked"
    )
    cell_m: float
    step_m: float = Field(description="chainage from one crossing that is asked about to the next")
    half_width_m: float = Field(description="how far to each side of the line ground is looked at")
    watched_at: float = Field(description="detection of a crossing from which it counts as watched")
    refraction_k: float
    terrain: TerrainUsed | None
    notes: tuple[str, ...] = Field(description="what has to be said with every result, as that terrain covers half")
    cases: tuple[CaseShape, ...] = Field(description="those that can be asked for now")
    live_case: str = Field(description="the case of the live lane: a person in the light and weather of now")
    opinion_share: float | None = Field(description="share of cells around posts where yes or no is an opinion")
    left_out: tuple[LeftOut, ...]


class LaneShape(Shape):
    """The line's lane in one case, as sensors are now; one value for each step along the line."""

    case: str
    version: int
    step_m: float
    p_low: tuple[float, ...] = Field(description="detection of a straight crossing, surely seen ground alone")
    p_nominal: tuple[float, ...]
    p_high: tuple[float, ...] = Field(description="perhaps seen ground counted too")
    sensors_live: tuple[int, ...] = Field(description="live sensors that add noticeably")
    stretches: tuple[WatchedStretch, ...]


class TryTower(Shape):
    """A tower as it might stand."""

    tower_id: str = Field(min_length=1, max_length=40)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-85, le=85, allow_inf_nan=False)
    mast_m: float = Field(ge=0, le=HIGHEST_MAST_M, allow_inf_nan=False, description="of its highest sensor")
    case: str = Field(min_length=1, max_length=LONGEST_CASE)


class LaneTry(Shape):
    """The lane as it would be; nothing is changed."""

    case: str
    version: int
    from_m: float = Field(description="what the steps begin and end with: the whole line")
    to_m: float
    step_m: float
    p_low: tuple[float, ...]
    p_nominal: tuple[float, ...]
    p_high: tuple[float, ...]
    stretches: tuple[WatchedStretch, ...] = Field(description="the whole line")
    took_ms: float


class SeenBySensor(Shape):
    """One sensor that sees a place, or would if it worked."""

    sensor_id: str
    tower_id: str | None
    band: Literal["sure", "likely", "possible"] = Field(description="how sure sight is, over the terrain's error")
    probability: float = Field(description="of detection by one look, terrain counted")
    minimum_visible_height_m: float | None = Field(
        description="above ground; negative where the ground itself is seen, null for a sensor that needs no sight"
    )
    distance_m: float
    state: SensorState
    proven: bool = Field(description="whether a walk test covers this distance")


class SeenBy(Shape):
    """Who sees a place in a case."""

    lon: float
    lat: float
    chainage_m: float | None
    offset_m: float | None
    ground_m: float | None = Field(description="null off the strip and where the terrain is unknown")
    seen_by: tuple[SeenBySensor, ...] = Field(description="the surest first")


class ProfileShape(Shape):
    """The ground under one line of sight."""

    distance_m: tuple[float, ...]
    ground_m: tuple[float, ...]
    apparent_ground_m: tuple[float, ...] = Field(
        description="the ground with the curve of the earth less refraction, so that the line of sight is straight"
    )
    line_m: tuple[float, ...]
    sd_m: tuple[float, ...] = Field(description="of the ground's height against the line, by the terrain's error")
    clearance_m: float = Field(description="least height of the line over the ground; negative where hidden")
    at_m: float = Field(description="where that is, from the first end")
    visible: bool
    probability_visible: float
    cell_m: float
    refraction_k: float
    terrain_source: str
    grade: str
