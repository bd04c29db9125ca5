"""What did people find it to be: incidents, opened and closed by a named person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from vallum.watch.history import HistoryLine, line

IncidentKind = Literal[
    "crossing attempt",
    "crossing found later",
    "attack on a post",
    "explosive hazard",
    "tunnel",
    "smuggling",
    "abduction",
    "apprehension",
    "person in distress or asking for protection",
    "damage to the barrier",
    "other",
]

INCIDENT_KINDS: tuple[IncidentKind, ...] = (
    "crossing attempt",
    "crossing found later",
    "attack on a post",
    "explosive hazard",
    "tunnel",
    "smuggling",
    "abduction",
    "apprehension",
    "person in distress or asking for protection",
    "damage to the barrier",
    "other",
)

# Help comes first: such an incident is never a lesser kind of alarm.
FIRST_PRIORITY: frozenset[IncidentKind] = frozenset({"person in distress or asking for protection", "attack on a post"})


class IncidentOpened(BaseModel, frozen=True, extra="forbid"):
    """A person opened an incident, on an alarm or without one."""

    incident_id: str
    kind: IncidentKind
    alarm_id: str | None = None
    lon: float | None = None
    lat: float | None = None
    chainage_m: float | None = None
    note: str = Field(default="", max_length=2000)


class IncidentUpdated(BaseModel, frozen=True, extra="forbid"):
    """Something more is known; the kind may change with it."""

    incident_id: str
    kind: IncidentKind | None = None
    note: str = Field(min_length=1, max_length=2000)


class IncidentClosed(BaseModel, frozen=True, extra="forbid"):
    """A person closed it with its outcome."""

    incident_id: str
    outcome: str = Field(min_length=3, max_length=2000)


class IncidentRow(IncidentOpened, frozen=True):
    """An incident as the page shows it."""

    state: Literal["open", "closed"] = "open"
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None = None
    outcome: str | None = None
    simulated: bool = False
    history: tuple[HistoryLine, ...] = ()


def opened(row: IncidentRow | None, body: IncidentOpened, header: Mapping[str, Any]) -> IncidentRow:
    """Start the incident."""
    if row is not None:
        raise ValueError(f"incident {body.incident_id} was opened before")
    return IncidentRow(
        **body.model_dump(),
        opened_at=header["occurred"],
        opened_by=header["actor"],
        simulated=header["nature"] == "simulated",
        history=(line(header, body.note),),
    )


def updated(row: IncidentRow | None, body: IncidentUpdated, header: Mapping[str, Any]) -> IncidentRow:
    """Add what is known now."""
    now = _open(row, body.incident_id)
    update = {"kind": body.kind or now.kind, "history": (*now.history, line(header, body.note))}
    return now.model_copy(update=update)


def closed(row: IncidentRow | None, body: IncidentClosed, header: Mapping[str, Any]) -> IncidentRow:
    """End it."""
    now = _open(row, body.incident_id)
    history = (*now.history, line(header, body.outcome))
    update = {"state": "closed", "closed_at": header["occurred"], "outcome": body.outcome, "history": history}
    return now.model_copy(update=update)


def _open(row: IncidentRow | None, incident_id: str) -> IncidentRow:
    if row is None:
        raise ValueError(f"there is no incident {incident_id}")
    if row.state == "closed":
        raise ValueError(f"incident {incident_id} is closed; open a new one that refers to it")
    return row
