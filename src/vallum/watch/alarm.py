"""What needs a human response, and what did the human decide?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from vallum.watch import look
from vallum.watch.history import HistoryLine, line

AlarmKind = Literal["approach", "crossed", "sensor_silent", "sensor_alert", "report_flood"]
AlarmState = Literal["unacknowledged", "acknowledged", "shelved", "closed"]
Classification = Literal["person", "vehicle", "animal", "unknown"]
Disposition = Literal["confirmed", "benign", "nuisance", "false", "own_activity", "technical", "undetermined"]
Side = Literal["this side", "uncertain band", "that side"]

# from which states each transition may start, and where it leads
TRANSITIONS: dict[str, tuple[frozenset[AlarmState], AlarmState]] = {
    "alarm.acknowledged": (frozenset({"unacknowledged", "shelved"}), "acknowledged"),
    "alarm.shelved": (frozenset({"unacknowledged", "acknowledged"}), "shelved"),
    "alarm.unshelved": (frozenset({"shelved"}), "unacknowledged"),
    "alarm.closed": (frozenset({"acknowledged"}), "closed"),
}


class CrossingForecast(BaseModel, frozen=True, extra="forbid"):
    """When and where a track is expected at the line, and how sure that is."""

    chainage_m: float
    chainage_sd_m: float = Field(ge=0)
    at: datetime
    earliest: datetime
    latest: datetime
    probability: float = Field(ge=0, le=1)


class EvidenceDetection(BaseModel, frozen=True, extra="forbid"):
    """One detection as it was believed when the alarm was raised."""

    sensor_id: str
    report_id: str
    at: datetime
    lon: float | None = None
    lat: float | None = None
    azimuth_deg: float | None = None
    range_m: float | None = None
    classification: Classification = "unknown"
    confidence: float | None = None


class Evidence(BaseModel, frozen=True, extra="forbid"):
    """What the alarm stands on, frozen: the observation store may forget, the record does not."""

    detections: tuple[EvidenceDetection, ...] = ()
    sensor_states: dict[str, str] = Field(default_factory=dict)
    still_report_id: str | None = None
    still_sensor_id: str | None = None
    still_png_base64: str | None = Field(default=None, max_length=200_000)
    still_absent_reason: str | None = None


class AlarmRaised(BaseModel, frozen=True, extra="forbid"):
    """A rule found something that needs a human."""

    alarm_id: str
    rule: str
    kind: AlarmKind
    priority: Literal[1, 2, 3]
    classification: Classification = "unknown"
    count_low: int | None = None
    count_high: int | None = None
    track: int | None = None
    sensor_id: str | None = None
    lon: float | None = None
    lat: float | None = None
    chainage_m: float | None = None
    offset_m: float | None = None
    side: Side | None = None
    forecast: CrossingForecast | None = None
    evidence: Evidence = Evidence()
    words: str = Field(default="", max_length=300, description="what a sensor or rule said, as plain text")


class AlarmAcknowledged(BaseModel, frozen=True, extra="forbid"):
    """Somebody said: it is mine."""

    alarm_id: str


class AlarmShelved(BaseModel, frozen=True, extra="forbid"):
    """Put aside by a person, for a reason, until a time."""

    alarm_id: str
    reason: str = Field(min_length=3, max_length=300)
    until: datetime


class AlarmUnshelved(BaseModel, frozen=True, extra="forbid"):
    """The shelf time is over, or a person took it back."""

    alarm_id: str


class AlarmClosed(BaseModel, frozen=True, extra="forbid"):
    """A person closed it and said what it was and why it came."""

    alarm_id: str
    disposition: Disposition
    cause: str = Field(min_length=2, max_length=300)


class AlarmRow(AlarmRaised, frozen=True):
    """An alarm as the page shows it. The picture stays in the record and is fetched on its own."""

    state: AlarmState = "unacknowledged"
    raised_at: datetime
    simulated: bool = False
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    shelved_by: str | None = None
    shelved_until: datetime | None = None
    shelf_reason: str | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None
    disposition: Disposition | None = None
    cause: str | None = None
    released_to: tuple[str, ...] = ()
    record_id: str
    looks: tuple[look.Look, ...] = Field(default=(), description="who asked which camera to look again, oldest first")
    history: tuple[HistoryLine, ...] = ()


def raised(row: AlarmRow | None, body: AlarmRaised, header: Mapping[str, Any]) -> AlarmRow:
    """Start an alarm's life."""
    if row is not None:
        raise ValueError(f"alarm {body.alarm_id} was raised before; an alarm is raised once")
    light = body.evidence.model_copy(update={"still_png_base64": None})
    return AlarmRow(
        **body.model_copy(update={"evidence": light}).model_dump(),
        raised_at=header["occurred"],
        simulated=header["nature"] == "simulated",
        released_to=tuple(header.get("releasable_to", ())),
        record_id=header["id"],
        history=(line(header, ""),),
    )


def acknowledged(row: AlarmRow | None, body: AlarmAcknowledged, header: Mapping[str, Any]) -> AlarmRow:
    """Make it somebody's."""
    mine = {"acknowledged_by": header["actor"], "acknowledged_at": header["occurred"]}
    return _moved(row, body.alarm_id, header, "", {**mine, "shelved_until": None, "shelf_reason": None})


def shelved(row: AlarmRow | None, body: AlarmShelved, header: Mapping[str, Any]) -> AlarmRow:
    """Put it aside until a time."""
    if body.until <= header["occurred"]:
        raise ValueError(f"alarm {body.alarm_id}: the end of the shelf time must lie after now")
    update = {"shelved_by": header["actor"], "shelved_until": body.until, "shelf_reason": body.reason}
    return _moved(row, body.alarm_id, header, body.reason, update)


def unshelved(row: AlarmRow | None, body: AlarmUnshelved, header: Mapping[str, Any]) -> AlarmRow:
    """Bring it back; who had acknowledged it before must do so again."""
    update = {"shelved_until": None, "shelf_reason": None, "acknowledged_by": None, "acknowledged_at": None}
    return _moved(row, body.alarm_id, header, "", update)


def closed(row: AlarmRow | None, body: AlarmClosed, header: Mapping[str, Any]) -> AlarmRow:
    """End it with what it was."""
    update = {
        "closed_by": header["actor"],
        "closed_at": header["occurred"],
        "disposition": body.disposition,
        "cause": body.cause,
    }
    return _moved(row, body.alarm_id, header, body.cause, update)


def look_asked(row: AlarmRow | None, body: look.LookAsked, header: Mapping[str, Any]) -> AlarmRow:
    """Remember who asked which camera to look again; the alarm stays in its state."""
    known = _known(row, body.alarm_id)
    history = (*known.history, line(header, body.sensor_id))
    return known.model_copy(update={"looks": look.asked(known.looks, body, header), "history": history})


def look_answered(row: AlarmRow | None, body: look.LookAnswered, header: Mapping[str, Any]) -> AlarmRow:
    """Take in what the camera answered."""
    known = _known(row, body.alarm_id)
    history = (*known.history, line(header, look.answer_in_words(body)))
    return known.model_copy(update={"looks": look.answered(known.looks, body, header), "history": history})


def _known(row: AlarmRow | None, alarm_id: str) -> AlarmRow:
    if row is None:
        raise ValueError(f"there is no alarm {alarm_id}")
    return row


def _moved(
    row: AlarmRow | None, alarm_id: str, header: Mapping[str, Any], note: str, update: Mapping[str, Any]
) -> AlarmRow:
    known = _known(row, alarm_id)
    sources, target = TRANSITIONS[header["type"]]
    if known.state not in sources:
        verb = header["type"].split(".")[1]
        raise ValueError(
            f"alarm {alarm_id} is {known.state}; only an alarm that is {' or '.join(sorted(sources))} can be {verb}"
        )
    return known.model_copy(update={**update, "state": target, "history": (*known.history, line(header, note))})
