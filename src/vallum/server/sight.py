"""What can be asked about sight over HTTP, and what would be if a tower stood elsewhere?"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Sequence
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.requests import HTTPConnection

from vallum.assets.sensor import Sensor
from vallum.centre.centre import Centre
from vallum.centre.decisions import NotNowError, UnknownThingError, WrongValueError
from vallum.centre.sight.found import Found
from vallum.centre.sight.kept import KeptCase
from vallum.centre.sight.live import Standing
from vallum.plan.case import Case
from vallum.server import sightshapes
from vallum.server.doors import SignedIn, TheCentre, session_token
from vallum.server.models import StateWeather
from vallum.server.sightmodels import LONGEST_CASE, LaneShape, LaneTry, ProfileShape, SeenBy, SightShape, TryTower
from vallum.server.veil import heights_png, veil_png
from vallum.watch.weather import WeatherRow

router = APIRouter(tags=["sight"])

FINEST_ZOOM = 18
# So many trials are worked on at once, whoever asks; each is a hundredth of a second or so.
TRIALS_AT_ONCE = 2

CaseName = Annotated[str, Query(alias="case", min_length=1, max_length=LONGEST_CASE, description="as night-person")]
Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]
Height = Annotated[float, Query(ge=0, le=1000, allow_inf_nan=False, description="above the ground")]
Zoom, Tile = Annotated[int, Query()], Annotated[int, Query()]
Version = Annotated[int | None, Query(ge=0, le=2**53, description="as /api/sight has it; makes it a new picture")]


class Trials:
    """Which trial is the last of each session: while a tower is dragged, only the newest place matters.

    Examples
    --------
    >>> trials = Trials()
    >>> first, second = trials.begin("session"), trials.begin("session")
    >>> trials.is_last("session", first), trials.is_last("session", second)
    (False, True)
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._number = 0
        self.room = asyncio.Semaphore(TRIALS_AT_ONCE)

    def begin(self, session: str) -> int:
        """Give a new trial its number."""
        self._number += 1
        self._last[session] = self._number
        return self._number

    def is_last(self, session: str, number: int) -> bool:
        """Tell whether no later one of that session has come."""
        return self._last.get(session) == number

    def end(self, session: str, number: int) -> None:
        """Forget a trial that is over."""
        if self.is_last(session, number):
            del self._last[session]


def trials_of(connection: HTTPConnection) -> Trials:
    """Give the trials of this server."""
    return cast(Trials, connection.app.state.trials)


@router.get("/sight")
def sight(centre: TheCentre, person: SignedIn) -> SightShape:
    """Tell how it stands with the sight lines: what is worked out, on which ground, in which cases."""
    return sightshapes.sight_shape(centre)


@router.get("/sight/lane", response_model=LaneShape)
def lane(centre: TheCentre, person: SignedIn, name: CaseName) -> Response:
    """Tell how surely crossings are detected along the line in a case, with the sensors that are live."""
    standing, _, kept = _asked(centre, name)
    return _written(sightshapes.lane_shape(standing, kept, centre.sight.lane_of(standing, kept)))


@router.post("/sight/try", response_model=LaneTry)
async def try_tower(
    body: TryTower,
    request: Request,
    centre: TheCentre,
    person: SignedIn,
    trials: Annotated[Trials, Depends(trials_of)],
) -> Response:
    """Tell what the lane would be if a tower stood elsewhere or higher; nothing is changed. The latest one wins."""
    began_s = time.perf_counter()
    standing, found, kept = _asked(centre, body.case)
    sensors = sightshapes.sensors_moved(centre.project.towers, found.scene.sensors, body)
    session = session_token(request)
    number = trials.begin(session)
    try:
        async with trials.room:
            if not trials.is_last(session, number):
                raise NotNowError("a later trial of yours came; this one was not worked out")
            return await asyncio.to_thread(_tried, standing, found, kept, sensors, began_s)
    except ValueError as error:
        raise WrongValueError(str(error)) from error
    finally:
        trials.end(session, number)


@router.get("/sight/tiles/{case}/{z}/{x}/{y}.png", response_class=Response)
def veil(
    case: str, z: int, x: int, y: int, request: Request, centre: TheCentre, person: SignedIn, v: Version = None
) -> Response:
    """Give a picture of the ground that is seen in a case: surely, perhaps, or no more since sensors fell silent."""
    _tile(z, x, y)
    standing, found, kept = _asked(centre, case)
    known = _unchanged(request, standing, found, "veil", kept.case.name, z, x, y)
    if isinstance(known, Response):
        return known
    return _picture(veil_png(found.scene, kept, standing.silent, z, x, y), known, standing, v)


@router.get("/sight/towers/{tower_id}/tiles/{case}/{z}/{x}/{y}.png", response_class=Response)
def heights(
    tower_id: str,
    case: str,
    z: int,
    x: int,
    y: int,
    request: Request,
    centre: TheCentre,
    person: SignedIn,
    v: Version = None,
) -> Response:
    """Give a picture of the least height above the ground that a tower's sensors see, inside sector and reach."""
    _tile(z, x, y)
    standing, found, kept = _asked(centre, case)
    if all(sensor.tower_id != tower_id for sensor in found.scene.sensors):
        raise UnknownThingError(f"no sensor stands on a tower {tower_id}")
    known = _unchanged(request, standing, found, tower_id, kept.case.name, z, x, y)
    if isinstance(known, Response):
        return known
    return _picture(heights_png(found.tower(tower_id, kept.case), z, x, y), known, standing, v)


@router.get("/sight/at")
def seen_at(centre: TheCentre, person: SignedIn, lon: Lon, lat: Lat, name: CaseName) -> SeenBy:
    """Tell which sensors see a place in a case, how surely, and from which height above the ground on."""
    _, found, kept = _asked(centre, name)
    return sightshapes.seen_by_shape(centre, found, kept, lon, lat)


@router.get("/sight/profile")
def profile(
    centre: TheCentre,
    person: SignedIn,
    from_lon: Lon,
    from_lat: Lat,
    from_height_m: Height,
    to_lon: Lon,
    to_lat: Lat,
    to_height_m: Height,
) -> ProfileShape:
    """Tell what lies under the line of sight between two places, where it passes lowest, and how sure that is."""
    found = _found(centre.sight.standing)
    try:
        return sightshapes.profile_shape(
            found.scene, (from_lon, from_lat, from_height_m), (to_lon, to_lat, to_height_m)
        )
    except ValueError as error:
        raise WrongValueError(str(error)) from error


@router.post("/weather")
async def state_weather(body: StateWeather, centre: TheCentre, person: SignedIn) -> WeatherRow:
    """State the weather at the line, until a time at most a day ahead; what is watched is that of this weather."""
    return await centre.decisions.state_weather(person, body.weather, body.valid_until)


def _tried(standing: Standing, found: Found, kept: KeptCase, sensors: Sequence[Sensor], began_s: float) -> Response:
    shape = sightshapes.try_shape(standing, found, kept, sensors)
    return _written(shape.model_copy(update={"took_ms": round(1000.0 * (time.perf_counter() - began_s), 1)}))


def _written(shape: BaseModel) -> Response:
    """Write an answer of thousands of numbers where it was made, not on the loop on which everybody waits."""
    return Response(shape.model_dump_json(), media_type="application/json")


def _found(standing: Standing) -> Found:
    if standing.found is None:
        raise NotNowError(standing.reason or "sight lines are not worked out yet; ask again in a few seconds")
    return standing.found


def _asked(centre: Centre, name: str) -> tuple[Standing, Found, KeptCase]:
    """Return how it stands, what is found, and the case that was asked for."""
    try:
        case = Case.named(name)
    except ValueError as error:
        raise WrongValueError(str(error)) from error
    standing = centre.sight.standing
    found = _found(standing)
    kept = found.cases.get(case.name)
    if kept is None:
        there = ", ".join(found.cases)
        raise UnknownThingError(f"{case.name} is not worked out here, or not yet; these are: {there or 'none yet'}")
    return standing, found, kept


def _tile(z: int, x: int, y: int) -> None:
    if not (0 <= z <= FINEST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise UnknownThingError(f"there is no tile {z}/{x}/{y}; zooms go from 0 to {FINEST_ZOOM}")


def _unchanged(request: Request, standing: Standing, found: Found, *of: object) -> Response | str:
    """Return the tag of a picture, or the answer that the page has it already."""
    said = ":".join(map(str, (found.at.name, standing.version, *of)))
    tag = f'"{hashlib.sha256(said.encode()).hexdigest()[:24]}"'
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": tag})
    return tag


def _picture(png: bytes, tag: str, standing: Standing, version: int | None) -> Response:
    """Answer with a picture; under the version of now it is never another."""
    kept = "private, max-age=86400, immutable" if version == standing.version else "private, no-cache"
    return Response(png, media_type="image/png", headers={"Cache-Control": kept, "ETag": tag})
