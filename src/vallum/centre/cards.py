"""What does a person need to know about one alarm before deciding: place, pictures, who could go, who can see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pyproj import Geod

from vallum.assets.sensor import SensorRow
from vallum.centre.centre import Centre
from vallum.centre.decisions import UnknownThingError
from vallum.centre.tracks import TrackNow
from vallum.share.release import Release, release
from vallum.watch.alarm import AlarmRow
from vallum.watch.dispatch import Offer, offers

_GEOD = Geod(ellps="WGS84")
OPEN_TASKS = frozenset({"sent", "received", "accepted", "en route", "on scene"})

# A camera that is asked to look further than it is said to see is not offered.
LOOK_REACH = 1.5


@dataclass(frozen=True, slots=True)
class Still:
    """A picture that a sensor gave, by the name it can be asked for."""

    name: str
    sensor_id: str
    at: datetime
    asked_for: bool


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera that could look again."""

    sensor_id: str
    distance_m: float
    in_sector: bool


@dataclass(frozen=True, slots=True)
class AlarmCard:
    """Everything about one alarm."""

    alarm: AlarmRow
    stills: tuple[Still, ...]
    units: tuple[Offer, ...]
    cameras: tuple[Camera, ...]
    release: Release
    track: TrackNow | None
    centre: Centre


def alarm_card(centre: Centre, alarm_id: str) -> AlarmCard:
    """Gather what belongs to an alarm.

    Raises
    ------
    UnknownThingError
        When there is no such alarm.
    """
    alarm = centre.journal.row("alarms", alarm_id)
    if not isinstance(alarm, AlarmRow):
        raise UnknownThingError(f"there is no alarm {alarm_id}")
    track = centre.live.track(alarm.track) if alarm.track is not None else None
    lon, lat = (track.lon, track.lat) if track else (alarm.lon, alarm.lat)
    busy = frozenset(task.unit_id for task in centre.tasks() if task.state in OPEN_TASKS)
    record = centre.journal.record(alarm.record_id)
    return AlarmCard(
        alarm=alarm,
        stills=(*_still_of_evidence(alarm), *_stills_of_looks(alarm)),
        units=offers(centre.units(), lon, lat, busy) if lon is not None and lat is not None else (),
        cameras=_cameras(centre.sensors(), lon, lat) if lon is not None and lat is not None else (),
        release=release(record.label.releasable_to if record else ()),
        track=track,
        centre=centre,
    )


def _still_of_evidence(alarm: AlarmRow) -> tuple[Still, ...]:
    evidence = alarm.evidence
    if evidence.still_report_id is None or evidence.still_sensor_id is None:
        return ()
    at = next((d.at for d in evidence.detections if d.report_id == evidence.still_report_id), alarm.raised_at)
    # the report's id alone is its sender's word: the alarm's own record has the picture, whatever came later
    name = f"{alarm.alarm_id}.{evidence.still_report_id}"
    return (Still(name, evidence.still_sensor_id, at, asked_for=False),)


def _stills_of_looks(alarm: AlarmRow) -> tuple[Still, ...]:
    return tuple(
        Still(f"{alarm.alarm_id}.{look.task_id}", look.sensor_id, look.answered_at, asked_for=True)
        for look in alarm.looks
        if look.still_record_id is not None and look.answered_at is not None
    )


def _cameras(sensors: tuple[SensorRow, ...], lon: float, lat: float) -> tuple[Camera, ...]:
    found = []
    for sensor in sensors:
        if sensor.kind not in {"thermal_camera", "day_camera"} or sensor.state != "live":
            continue
        azimuth_deg, _, distance_m = _GEOD.inv(sensor.lon, sensor.lat, lon, lat)
        if distance_m > LOOK_REACH * max(sensor.range_person_m, sensor.range_vehicle_m):
            continue
        off_axis_deg = abs((azimuth_deg - sensor.bearing_deg + 180.0) % 360.0 - 180.0)
        found.append(Camera(sensor.sensor_id, distance_m, off_axis_deg <= sensor.sector_deg / 2))
    return tuple(sorted(found, key=lambda camera: (not camera.in_sector, camera.distance_m)))
