"""What does the page send and receive about holding: how surely is a crossing interrupted, and what would help?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from vallum.assets.obstacle import Element, ElementState
from vallum.plan.gaps import Cause, Verdict
from vallum.server.models import Shape

HoldState = Literal["none", "computing", "ready", "failed"]
LONGEST_CASE = 60
HIGHEST_MAST_M = 200.0
MOST_CHANGES = 20

Id = Annotated[str, Field(min_length=1, max_length=40)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-85, le=85, allow_inf_nan=False)]
Km = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False, description="of chainage on the map's line")]
Mast = Annotated[float, Field(ge=0, le=HIGHEST_MAST_M, allow_inf_nan=False, description="of its highest sensor")]


class HeldAssumption(Shape):
    """A figure that is assumed, and on whose word."""

    name: str
    value: float
    unit: str
    source: str


class HoldShape(Shape):
    """How it stands with the holding analysis of the centre."""

    state: HoldState
    reason: str | None = Field(description="in words: why there is nothing, what failed, or what is being worked out")
    progress: float = Field(ge=0, le=1, description="share of what is being worked out that is done")
    version: str = Field(description="another one when anything that the answer stands on is another")
    cases: tuple[str, ...] = Field(description="those that can be asked for now")
    wanted: tuple[str, ...] = Field(description="all that are worked out here, as night-foot")
    can_try: bool = Field(description="whether what-if can be asked now")
    cell_m: float
    half_width_m: float = Field(description="who gets so far beyond the line is gone")
    required: float = Field(description="probability of interruption from which on a stretch counts as held")
    marking: str = Field(description="what must stand with every picture and copy of it")
    assumptions: tuple[HeldAssumption, ...]


class HeldTime(Shape):
    """A kind of time that a case mixes."""

    name: str
    weight: float
    p_interruption_min: float
    held_km: float
    source: str


class HeldEvent(Shape):
    """One thing that happens on a weakest way."""

    what: Literal["start", "seen", "line", "expected", "latest", "too_late"]
    clock_s: float
    lon: float
    lat: float
    km: float
    offset_m: float = Field(description="above 0 on the home side")
    by: str | None = Field(description="the sensor that sees, or the unit that would be there first")
    seconds: float | None = Field(description="how long the sensor sees, or the unit needs")


class HeldWay(Shape):
    """A weakest way, to the first place from which no later alarm helps."""

    lon: tuple[float, ...]
    lat: tuple[float, ...]
    clock_s: tuple[float, ...]
    detected: tuple[float, ...] = Field(description="how surely somebody was detected until there")
    latest_s: float = Field(description="the last alarm that is in time")


class HeldSpan(Shape):
    """A stretch of the line."""

    from_km: float
    to_km: float


class HeldGap(HeldSpan):
    """A stretch that is not held, what would help it, and its weakest way."""

    length_km: float
    p_interruption_min: float
    at_km: float
    margin_min_s: float
    cause: Cause | None = Field(description="what would help most; null where it was not asked")
    verdict: Verdict
    if_changed: dict[str, float] = Field(description="lowest P_I were one thing different, by cause")
    lower: float | None
    upper: float | None
    course: tuple[HeldEvent, ...]
    way: HeldWay | None


class OwnDelay(Shape):
    """How much later our own obstacles make our own units beyond the line; it is not counted in P_I."""

    mean: float
    most: float


class HeldFigures(Shape):
    """What is read first of a case."""

    p_interruption_min: float
    margin_min_s: float
    at_km: float
    p_interruption_mean: float
    held_km: float
    own_obstacles_delay_us_s: OwnDelay


class HoldCaseShape(HeldFigures):
    """The probability of interruption along the line in one case; one value for each step."""

    name: str
    version: str
    cell_m: float
    terrain_cell_m: float | None = Field(description="of the coarsest source used")
    grade: str = Field(description="of the terrain")
    notes: tuple[str, ...] = Field(description="to be said with every figure: unknown ground, who does not count")
    states: tuple[HeldTime, ...]
    lower_min: float | None
    upper_min: float | None
    held_from_outside: tuple[HeldSpan, ...] = Field(description="held only by seeing across the line")
    gaps: tuple[HeldGap, ...]
    not_proven_steps: int
    edges_m: tuple[float, ...] = Field(description="where steps begin and end; one more than there are steps")
    p: tuple[float, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    ceiling: tuple[float, ...] = Field(description="what sensors can give at most, over all kinds of time")
    margin_s: tuple[float, ...]
    response_s: tuple[float | None, ...] = Field(description="null where nobody comes within a day")
    lost_before_line: tuple[bool, ...] = Field(description="whether whoever comes must be detected before the line")


class MoveTower(Shape):
    """A tower that stands elsewhere, or higher."""

    what: Literal["move_tower"]
    tower_id: Id
    lon: Lon
    lat: Lat
    mast_m: Mast | None = None


class AddTower(Shape):
    """A new tower with the same sensors as one that stands."""

    what: Literal["add_tower"]
    like: Id
    lon: Lon
    lat: Lat
    mast_m: Mast | None = None


class SilenceSensors(Shape):
    """Sensors that do not work."""

    what: Literal["silence"]
    sensor_ids: tuple[Id, ...] = Field(min_length=1, max_length=1_000)


class BuildObstacle(Shape):
    """An element that is built along a stretch."""

    what: Literal["build"]
    element: Element
    state: ElementState = "accepted"
    from_km: Km
    to_km: Km

    @model_validator(mode="after")
    def _forward(self) -> BuildObstacle:
        if self.to_km <= self.from_km:
            raise ValueError(f"an element from km {self.from_km:g} to km {self.to_km:g} has no length")
        return self


class MoveUnit(Shape):
    """A unit that waits elsewhere."""

    what: Literal["move_unit"]
    unit_id: Id
    lon: Lon
    lat: Lat


HoldChange = Annotated[MoveTower | AddTower | SilenceSensors | BuildObstacle | MoveUnit, Field(discriminator="what")]


class TryHold(Shape):
    """What is to be tried, all together; nothing is changed."""

    case: str = Field(min_length=1, max_length=LONGEST_CASE)
    changes: tuple[HoldChange, ...] = Field(min_length=1, max_length=MOST_CHANGES)


class HoldTry(HeldFigures):
    """What would be; steps as in the case itself."""

    case: str
    version: str
    again: tuple[HeldSpan, ...] = Field(description="where it was worked out again; all else stays as it is")
    gaps: tuple[HeldGap, ...]
    p: tuple[float, ...]
    margin_s: tuple[float, ...]
    response_s: tuple[float | None, ...]
    took_ms: float
