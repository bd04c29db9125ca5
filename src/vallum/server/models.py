"""What does the page send and receive: the shapes of the API, from which the page's types are generated."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from vallum.assets.conditions import Light, Weather
from vallum.assets.obstacle import Element, ObstacleRow
from vallum.assets.sensor import SensorRow
from vallum.assets.tower import Tower
from vallum.assets.unit import UnitRow
from vallum.frontier.records import AssignmentRow
from vallum.plan.works.progress import WorksRow
from vallum.watch.alarm import AlarmRow, Classification, CrossingForecast, Disposition, Side
from vallum.watch.incident import IncidentKind, IncidentRow
from vallum.watch.quarantine import QuarantineRow
from vallum.watch.radio_log import RadioRow
from vallum.watch.task import TaskRow


class Shape(BaseModel, frozen=True, extra="forbid"):
    """A value that crosses the wire."""


# --- who I am -------------------------------------------------------------------------------------------------------


class Enter(Shape):
    """A one-time token, as the sign-in link carries it."""

    token: str = Field(min_length=8, max_length=200)


class Me(Shape):
    """Who is signed in, for which party, and which kinds of action that person may do."""

    name: str
    roles: tuple[str, ...]
    party: str
    may: tuple[str, ...]


# --- the line and the ground ----------------------------------------------------------------------------------------


class Names(Shape):
    """A name in the page's languages; the English one is always there."""

    en: str
    ar: str | None = None
    ckb: str | None = None


class NamedPlace(Shape):
    """A town or a crossing point."""

    kind: Literal["place", "crossing"]
    names: Names
    lon: float
    lat: float
    chainage_m: float | None = None


class SectionShape(Shape):
    """A stretch of the line with its name."""

    section_id: str
    name: str
    from_m: float
    to_m: float


class LinePoint(Shape):
    """A point of the line, dense enough to draw and to interpolate by chainage."""

    lon: float
    lat: float
    chainage_m: float
    bearing_deg: float


class Terrain(Shape):
    """The shaded ground under the map: a picture and its corners, clockwise from the top left."""

    url: str
    corners: tuple[tuple[float, float], ...]
    cell_m: float
    grade: str
    source: str


class FrontierShape(Shape):
    """The line and all that does not move."""

    name: str
    title: Names
    notice: Names = Field(description="stands at the foot of every map, such as: not a legal boundary")
    scenario_note: str | None = Field(description="what is invented in a simulated night")
    this_side: Names
    that_side: Names
    line_version: str
    origin: str
    home_side: Literal["left", "right"]
    map_length_m: float
    reported_length_m: float | None
    lateral_uncertainty_m: float
    line: tuple[LinePoint, ...]
    band: tuple[tuple[float, float], ...] = Field(description="closed ring round the lateral uncertainty")
    sections: tuple[SectionShape, ...]
    assignments: tuple[AssignmentRow, ...]
    parties: dict[str, Names]
    towers: tuple[Tower, ...]
    places: tuple[NamedPlace, ...]
    lakes: dict[str, Any] = Field(description="GeoJSON FeatureCollection")
    neighbours: dict[str, Any] = Field(description="GeoJSON FeatureCollection")
    terrain: Terrain | None
    programme_element: Element | None = Field(description="what the figures `closed` and `planned` count")
    attribution: tuple[str, ...]
    local_zone: str = Field(description="IANA name, such as Asia/Baghdad")


# --- the live picture -----------------------------------------------------------------------------------------------


class FigureShape(Shape):
    """A figure with where it comes from: it can always be asked."""

    key: Literal[
        "closed", "planned", "not_watched", "alarms_waiting", "alarms_suppressed", "sensors_live", "sensors_total"
    ]
    value: float
    unit: Literal["km", "count"]
    as_of: datetime | None
    source: str = Field(description="in words: what was counted, on whose word, on what assumption")


class LoadShape(Shape):
    """How the alarms weigh on those who answer them."""

    alarms_last_10_min: int
    alarms_per_operator_10_min: float
    operators: int
    share_by_priority: dict[str, float]
    acknowledge_median_s: float | None
    shelved: int


class SkyShape(Shape):
    """Sun and moon at the middle of the line, computed without a network."""

    sunset: datetime | None
    sunrise: datetime | None
    moon_percent: float


class SensorPulse(Shape):
    """What changes about a sensor from second to second."""

    sensor_id: str
    state: str
    last_heard: datetime | None
    stored: int = Field(description="detections stored durably since the node's session began")
    last_report_id: str
    clock_offset_s: float | None


class WatchedStretch(Shape):
    """A stretch of the line and whether it is watched: by sight lines, or until those are there by sectors."""

    from_m: float
    to_m: float
    state: Literal["watched", "uncertain", "lost", "unwatched"] = Field(
        description="uncertain: the terrain's error decides"
    )
    sensors: tuple[str, ...] = Field(default=(), description="who watches it, or whose silence lost it")
    assumed: bool = Field(default=False, description="it would not be so on walk-tested performance alone")
    p_low: float | None = Field(
        default=None,
        description="detection of a straight crossing at its worst place, surely seen ground alone; null of a sector",
    )
    p_nominal: float | None = Field(default=None, description="the same, ground weighed by how surely it is seen")
    p_high: float | None = Field(default=None, description="the same, perhaps seen ground counted")


class ConditionsShape(Shape):
    """The light and the weather of now."""

    light: Light = Field(description="by the sun at the middle of the line")
    weather: Weather = Field(description="as a person stated it; clear when nobody did")
    weather_valid_until: datetime | None = Field(description="null when no weather is stated")
    weather_stated_by: str | None = Field(description="null when no weather is stated: clear is then an assumption")


class Pulse(Shape):
    """Once a second: the clock and the figures."""

    now: datetime
    speed: float
    simulated: bool
    night: Literal["running", "over", "none"]
    figures: tuple[FigureShape, ...]
    load: LoadShape
    sky: SkyShape
    conditions: ConditionsShape
    sensors: tuple[SensorPulse, ...]
    refused_connections: int
    duplicates: int


class TrackShape(Shape):
    """What the tracker believes moves."""

    track: int
    state: Literal["initiating", "maintaining", "stopped", "dropping", "terminated"]
    classification: Classification
    class_probability: float
    count_low: int | None
    count_high: int | None
    lon: float
    lat: float
    chainage_m: float
    offset_m: float
    side: Side
    speed_m_s: float
    course_deg: float
    sd_m: float
    quality: float
    simulated: bool
    sensors: tuple[str, ...]
    started: datetime
    updated: datetime
    forecast: CrossingForecast | None


class TrackPoint(Shape):
    """Where a track was."""

    at: datetime
    lon: float
    lat: float


class TrackCard(Shape):
    """A track with its history."""

    track: TrackShape
    history: tuple[TrackPoint, ...]


class Picture(Shape):
    """All the page shows, as rows: what is open and the latest of what has ended; afterwards only changes are sent."""

    pulse: Pulse
    watched: tuple[WatchedStretch, ...]
    alarms: tuple[AlarmRow, ...]
    incidents: tuple[IncidentRow, ...]
    tasks: tuple[TaskRow, ...]
    radio: tuple[RadioRow, ...]
    quarantine: tuple[QuarantineRow, ...]
    sensors: tuple[SensorRow, ...]
    units: tuple[UnitRow, ...]
    obstacles: tuple[ObstacleRow, ...]
    works: tuple[WorksRow, ...]
    tracks: tuple[TrackShape, ...]


ViewName = Literal["alarms", "incidents", "tasks", "radio", "quarantine", "sensors", "units", "obstacles", "works"]


class PictureMessage(Shape):
    """First message of the live socket."""

    kind: Literal["picture"] = "picture"
    picture: Picture


class ChangedMessage(Shape):
    """One row of one view is new, different or gone."""

    kind: Literal["changed"] = "changed"
    view: ViewName
    key: str
    row: dict[str, Any] | None


class PulseMessage(Shape):
    """The pulse."""

    kind: Literal["pulse"] = "pulse"
    pulse: Pulse


class WatchedMessage(Shape):
    """What is watched changed."""

    kind: Literal["watched"] = "watched"
    watched: tuple[WatchedStretch, ...]
    version: int = Field(description="of the ground they stand on, as in /api/sight")


# --- cards and commands ---------------------------------------------------------------------------------------------


class PlaceShape(Shape):
    """One place in the terms people use."""

    lon: float
    lat: float
    chainage_m: float
    offset_m: float
    side: Side
    mgrs: str
    utm: str
    latlon: str
    chainage: str


class StillShape(Shape):
    """A picture a sensor gave."""

    url: str
    sensor_id: str
    at: datetime
    asked_for: bool = Field(description="true if a person asked the sensor to look again")


InTime = Literal["before", "perhaps", "too late"]


class UnitOffer(Shape):
    """A unit that could go, and when it would be there."""

    unit_id: str
    callsign: str
    distance_m: float
    arrival_s: float
    in_time: InTime | None = Field(
        description="before the earliest expected crossing, perhaps before the latest, or too late; "
        "null when there is no forecast"
    )
    assumption: str


class CameraOffer(Shape):
    """A camera that could look again."""

    sensor_id: str
    distance_m: float
    in_sector: bool


class Released(Shape):
    """Who outside can see it, and why."""

    to: tuple[str, ...]
    words: str


class AlarmCard(Shape):
    """Everything about one alarm."""

    alarm: AlarmRow
    place: PlaceShape | None
    stills: tuple[StillShape, ...]
    still_absent_reason: str | None
    units: tuple[UnitOffer, ...]
    cameras: tuple[CameraOffer, ...]
    released: Released
    track: TrackShape | None


class Nothing(Shape):
    """A command that needs no more words."""


class Shelve(Shape):
    """Why, and for how long."""

    reason: str = Field(min_length=3, max_length=300)
    minutes: int = Field(ge=1, le=720)


class Close(Shape):
    """What it was, and why it came."""

    disposition: Disposition
    cause: str = Field(min_length=2, max_length=300)


class AskToLook(Shape):
    """Which camera is to look again."""

    sensor_id: str


class LookAsked(Shape):
    """The task that went to the camera."""

    task_id: str


class OpenIncident(Shape):
    """A person opens an incident on an alarm or at a place."""

    kind: IncidentKind
    alarm_id: str | None = None
    place: str | None = Field(default=None, max_length=80, description="MGRS, UTM, lat/lon or chainage")
    note: str = Field(default="", max_length=2000)


class UpdateIncident(Shape):
    """What is known now."""

    kind: IncidentKind | None = None
    note: str = Field(min_length=1, max_length=2000)


class CloseIncident(Shape):
    """How it ended."""

    outcome: str = Field(min_length=3, max_length=2000)


class SendTask(Shape):
    """Which unit is to go where; without a place it goes to the alarm's or the incident's."""

    unit_id: str
    alarm_id: str | None = None
    incident_id: str | None = None
    place: str | None = Field(default=None, max_length=80)
    instruction: str = Field(default="", max_length=500)


TaskStep = Literal["received", "accepted", "refused", "en_route", "on_scene", "done", "cancelled"]


class MoveTask(Shape):
    """A step of a task, entered for the unit by radio or by the unit itself."""

    by_radio: bool = True
    note: str = Field(default="", max_length=500)


class LogRadio(Shape):
    """One line of the radio log."""

    callsign: str = Field(min_length=1, max_length=40)
    said_at: AwareDatetime | None = Field(default=None, description="when it was said; without it, now")
    place: str = Field(default="", max_length=80)
    text: str = Field(min_length=1, max_length=500)
    entered_for_unit: str | None = None


class StateWeather(Shape):
    """The weather at the line as a person sees or was told it, until when that may be believed."""

    weather: Weather
    valid_until: AwareDatetime = Field(description="at most a day ahead; then it is clear again, and said not stated")


class JournalLine(Shape):
    """One record as an auditor reads it."""

    seq: int
    id: str
    type: str
    actor: str
    nature: str
    occurred: datetime
    recorded: datetime
    hash: str
    body: dict[str, Any]


class MissedCrossing(Shape):
    """Somebody crossed and no alarm told it."""

    at: datetime
    chainage_m: float
    kind: str
    count: int


class TruthShape(Shape):
    """After the simulated night: what really happened."""

    over: bool
    crossed: int
    crossed_groups: int
    reported: int = Field(description="of the groups that crossed, how many a sensor reported at all")
    seen: int = Field(description="of the groups that crossed, how many had an alarm before or soon after they did")
    unseen: tuple[MissedCrossing, ...]
    alarms: int
    alarms_by_cause: dict[str, int] = Field(
        description="what each alarm really was: person, vehicle, herder, animal, ..."
    )
    rule: str = Field(description="how alarms were matched with the truth")


class Problem(Shape):
    """What went wrong, for the person who reads it."""

    detail: str
