"""What stands and moves at the line, as rows over HTTP; the live socket sends the same rows as they change."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from vallum.server import models, shapes
from vallum.server.doors import SignedIn, TheCentre
from vallum.server.truth import truth_shape

router = APIRouter(tags=["picture"])


@router.get("/frontier")
def frontier(centre: TheCentre, person: SignedIn) -> models.FrontierShape:
    """Tell the line and all that does not move."""
    return shapes.frontier_shape(centre.project)


@router.get("/terrain/shade.png", response_class=Response)
def shade(centre: TheCentre, person: SignedIn) -> Response:
    """Give the shaded ground."""
    png = shapes.shade(centre.project)
    if png is None:
        raise HTTPException(404, "this frontier brings no terrain")
    return Response(png[0], media_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


@router.get("/picture")
async def picture(centre: TheCentre, person: SignedIn) -> models.Picture:
    """Tell everything at once; of what has ended, the latest 500 of each kind. Older ones are in the journal."""
    return await shapes.picture_shape(centre)


@router.get("/tracks")
async def tracks(centre: TheCentre, person: SignedIn) -> list[models.TrackShape]:
    """List what the tracker believes moves."""
    return [shapes.track_shape(track) for track in centre.live.tracks()]


@router.get("/tracks/{number}")
async def track(number: int, centre: TheCentre, person: SignedIn) -> models.TrackCard:
    """Tell one track with where it was."""
    return shapes.track_card(centre, number)


@router.get("/place")
async def place(
    centre: TheCentre, person: SignedIn, text: Annotated[str, Query(min_length=1, max_length=80)]
) -> models.PlaceShape:
    """Read a place as people say it: MGRS, UTM, lat/lon or chainage."""
    return shapes.place_said(centre.project.frontier, text)


@router.get("/journal")
async def journal(
    centre: TheCentre,
    person: SignedIn,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[models.JournalLine]:
    """Read the journal in order; for those whose role may."""
    person.require("read_journal")
    return [shapes.journal_line(record) for record in centre.journal.records(after_seq=after, limit=limit)]


@router.get("/truth")
async def truth(centre: TheCentre, person: SignedIn) -> models.TruthShape:
    """After a simulated night: what really happened."""
    told = centre.truth()
    if told is None:
        raise HTTPException(404, "the night is not over, or it is not a simulated one")
    return truth_shape(told, centre.alarms())


@router.post("/night/end")
async def end_night(centre: TheCentre, person: SignedIn) -> models.Nothing:
    """End the simulated night; soon after, the truth can be asked."""
    person.require("acknowledge")
    centre.end_night()
    return models.Nothing()
