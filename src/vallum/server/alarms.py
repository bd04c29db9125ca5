"""What can be asked and done about an alarm over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from vallum.centre.cards import alarm_card
from vallum.server import models
from vallum.server.doors import SignedIn, TheCentre
from vallum.server.shapes import card_shape
from vallum.watch.alarm import AlarmRow

router = APIRouter(tags=["alarms"])


@router.get("/alarms/{alarm_id}")
async def alarm(alarm_id: str, centre: TheCentre, person: SignedIn) -> models.AlarmCard:
    """Tell everything about one alarm: place, pictures, who could go, which camera could look, who can see it."""
    return card_shape(alarm_card(centre, alarm_id))


@router.get("/stills/{name}.png", response_class=Response)
async def still(name: str, centre: TheCentre, person: SignedIn) -> Response:
    """Give the picture that a sensor gave."""
    png = centre.still(name)
    if png is None:
        raise HTTPException(404, f"there is no picture {name} here; pictures are kept as long as observations are")
    return Response(png, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/alarms/{alarm_id}/acknowledge")
async def acknowledge(alarm_id: str, centre: TheCentre, person: SignedIn) -> AlarmRow:
    """Make the alarm this person's."""
    return await centre.decisions.acknowledge(person, alarm_id)


@router.post("/alarms/{alarm_id}/shelve")
async def shelve(alarm_id: str, body: models.Shelve, centre: TheCentre, person: SignedIn) -> AlarmRow:
    """Put the alarm aside for a reason and a time."""
    return await centre.decisions.shelve(person, alarm_id, body.reason, body.minutes)


@router.post("/alarms/{alarm_id}/unshelve")
async def unshelve(alarm_id: str, centre: TheCentre, person: SignedIn) -> AlarmRow:
    """Take the alarm back from the shelf."""
    return await centre.decisions.unshelve(person, alarm_id)


@router.post("/alarms/{alarm_id}/close")
async def close(alarm_id: str, body: models.Close, centre: TheCentre, person: SignedIn) -> AlarmRow:
    """Say what it was and end it."""
    return await centre.decisions.close(person, alarm_id, body.disposition, body.cause)


@router.post("/alarms/{alarm_id}/look")
async def look(alarm_id: str, body: models.AskToLook, centre: TheCentre, person: SignedIn) -> models.LookAsked:
    """Ask a camera to look again at where the alarm is."""
    return models.LookAsked(task_id=await centre.look_again(person, alarm_id, body.sensor_id))
