"""What can be done with incidents and the radio log over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from vallum.server.doors import SignedIn, TheCentre
from vallum.server.models import CloseIncident, LogRadio, OpenIncident, UpdateIncident
from vallum.watch.incident import IncidentRow
from vallum.watch.radio_log import RadioRow

router = APIRouter(tags=["incidents"])


@router.post("/incidents")
async def open_incident(body: OpenIncident, centre: TheCentre, person: SignedIn) -> IncidentRow:
    """Open an incident, on an alarm or without one."""
    return await centre.decisions.open_incident(person, body.kind, body.alarm_id, body.place, body.note)


@router.post("/incidents/{incident_id}/update")
async def update_incident(incident_id: str, body: UpdateIncident, centre: TheCentre, person: SignedIn) -> IncidentRow:
    """Add what is known now."""
    return await centre.decisions.update_incident(person, incident_id, body.kind, body.note)


@router.post("/incidents/{incident_id}/close")
async def close_incident(incident_id: str, body: CloseIncident, centre: TheCentre, person: SignedIn) -> IncidentRow:
    """End an incident with its outcome."""
    return await centre.decisions.close_incident(person, incident_id, body.outcome)


@router.post("/radio")
async def log_radio(body: LogRadio, centre: TheCentre, person: SignedIn) -> RadioRow:
    """Write down one line of the radio log; a time that has not come, or long ago, is refused."""
    return await centre.decisions.log_radio(
        person, body.callsign, body.place, body.text, body.entered_for_unit, body.said_at
    )
