"""What can be asked over HTTP about how the line is held, and what would be if something stood elsewhere?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse, Response

from vallum.assets.obstacle import Obstacle
from vallum.assets.sensor import Sensor
from vallum.assets.unit import Unit
from vallum.centre.centre import Centre
from vallum.centre.decisions import NotNowError, UnknownThingError, WrongValueError
from vallum.centre.hold.process import RefusedError
from vallum.centre.sight.asked import moved
from vallum.centre.sight.process import FailedError
from vallum.plan.field import HALF_WIDTH_M
from vallum.plan.marking import MARKING
from vallum.server import holdmodels as models
from vallum.server.doors import SignedIn, TheCentre, session_token
from vallum.server.sight import Trials, trials_of

router = APIRouter(tags=["hold"])

CaseName = Annotated[
    str, Query(alias="case", min_length=1, max_length=models.LONGEST_CASE, description="as night-foot")
]


@router.get("/hold")
def hold(centre: TheCentre, person: SignedIn) -> models.HoldShape:
    """Tell how it stands with the holding analysis; nothing is begun by asking this."""
    return _shape(centre)


@router.post("/hold/work")
async def work(centre: TheCentre, person: SignedIn) -> models.HoldShape:
    """Have the holding analysis worked out beside the watch, unless it is; what failed is tried again."""
    centre.hold.again()
    return _shape(centre)


@router.get("/hold/case", response_model=models.HoldCaseShape)
def case(centre: TheCentre, person: SignedIn, name: CaseName) -> Response:
    """Tell how surely a crossing is interrupted along the line in a case, its gaps, and what would help them."""
    kept = centre.hold.answer(name)
    if kept is None:
        raise _not_there(centre, name)
    # it was written by this version as the page takes it: thousands of steps need not be read to be sent
    head = b'{"version":"%s",' % centre.hold.standing.version.encode()
    try:
        return Response(head + kept.read_bytes()[1:], media_type="application/json")
    except FileNotFoundError as gone:
        raise NotNowError(f"{name} is being worked out anew; ask again in a few seconds") from gone


@router.get("/hold/archive", response_class=Response)
def archive(centre: TheCentre, person: SignedIn) -> Response:
    """Give figures, tables and maps of all cases for other programs, in one archive."""
    kept = centre.hold.archive()
    if kept is None:
        raise NotNowError(centre.hold.standing.reason or "holding is not worked out yet; ask again in a few seconds")
    return FileResponse(kept, media_type="application/zip", filename=f"{centre.project.name}-hold.zip")


@router.post("/hold/try", response_model=models.HoldTry)
async def try_out(
    body: models.TryHold,
    request: Request,
    centre: TheCentre,
    person: SignedIn,
    trials: Annotated[Trials, Depends(trials_of)],
) -> Response:
    """Tell what would be if something stood elsewhere, were added or failed; nothing is changed. The latest wins."""
    if body.case not in centre.hold.standing.cases:
        raise _not_there(centre, body.case)
    version = centre.hold.standing.version
    asked = {"case": body.case, **_changed(centre, body.changes)}
    session = f"hold {session_token(request)}"
    number = trials.begin(session)
    try:
        async with trials.room:
            if not trials.is_last(session, number):
                raise NotNowError("a later trial of yours came; this one was not worked out")
            tried = await centre.hold.try_out(asked)
    except RefusedError as error:
        raise WrongValueError(str(error)) from error
    except FailedError as error:
        raise NotNowError(str(error)) from error
    finally:
        trials.end(session, number)
    # thousands of steps, as the other process wrote them: they are not read again on the loop on which everybody waits
    return Response(orjson.dumps({"case": body.case, "version": version, **tried}), media_type="application/json")


def _shape(centre: Centre) -> models.HoldShape:
    standing, asked = centre.hold.standing, centre.hold.question
    return models.HoldShape(
        state=standing.state,
        reason=standing.reason,
        progress=min(1.0, max(0.0, standing.progress)),
        version=standing.version,
        cases=standing.cases,
        wanted=tuple(one.name for one in asked.cases),
        can_try=standing.can_try,
        cell_m=asked.sight.cell_m,
        half_width_m=HALF_WIDTH_M,
        required=centre.project.holding.required.value,
        marking=MARKING,
        assumptions=tuple(
            models.HeldAssumption(**{key: one[key] for key in models.HeldAssumption.model_fields})
            for one in centre.project.holding.listed()
        ),
    )


def _not_there(centre: Centre, name: str) -> NotNowError | UnknownThingError:
    standing, wanted = centre.hold.standing, [one.name for one in centre.hold.question.cases]
    if name not in wanted:
        return UnknownThingError(f"{name} is not worked out here; these are: {', '.join(wanted)}")
    return NotNowError(standing.reason or "holding is not worked out yet; ask for it, and again in a few seconds")


def _changed(centre: Centre, changes: Sequence[models.HoldChange]) -> dict[str, object]:
    """Return what is declared otherwise, whole lists as the other process takes them."""
    project = centre.project
    sensors = list(centre.hold.question.sight.sensors)
    units, obstacles = list(project.units), list(project.obstacles)
    for number, change in enumerate(changes, start=1):
        match change:
            case models.MoveTower():
                stands = {sensor.sensor_id: sensor for sensor in _of_tower(centre, sensors, change.tower_id, change)}
                sensors = [stands.get(sensor.sensor_id, sensor) for sensor in sensors]
            case models.AddTower():
                sensors += [
                    sensor.model_copy(
                        update={"sensor_id": f"new-{number}-{place}", "tower_id": f"new-{number}", "simulated": True}
                    )
                    for place, sensor in enumerate(_of_tower(centre, sensors, change.like, change), start=1)
                ]
            case models.SilenceSensors():
                _known("sensor", change.sensor_ids, [sensor.sensor_id for sensor in sensors])
                sensors = [sensor for sensor in sensors if sensor.sensor_id not in change.sensor_ids]
            case models.BuildObstacle():
                obstacles.append(_built(centre, change, number))
            case models.MoveUnit():
                _known("unit", [change.unit_id], [unit.unit_id for unit in units])
                update = {"lon": change.lon, "lat": change.lat}
                units = [unit.model_copy(update=update) if unit.unit_id == change.unit_id else unit for unit in units]
    said: tuple[tuple[str, Sequence[Sensor | Unit | Obstacle], Sequence[Sensor | Unit | Obstacle]], ...] = (
        ("sensors", sensors, centre.hold.question.sight.sensors),
        ("units", units, project.units),
        ("obstacles", obstacles, project.obstacles),
    )
    return {
        what: [one.model_dump(mode="json") for one in values]
        for what, values, stand in said
        if tuple(values) != tuple(stand)
    }


def _of_tower(
    centre: Centre, sensors: Sequence[Sensor], tower_id: str, change: models.MoveTower | models.AddTower
) -> list[Sensor]:
    """Return a tower's sensors as they would stand; the highest of them gets the mast asked."""
    tower = next((one for one in centre.project.towers if one.tower_id == tower_id), None)
    masts_m = [sensor.mast_m for sensor in sensors if sensor.tower_id == tower_id]
    if tower is None or not masts_m:
        raise UnknownThingError(f"there is no tower {tower_id} with sensors on it")
    up_m = 0.0 if change.mast_m is None else change.mast_m - max(masts_m)
    return moved(sensors, tower_id, change.lon - tower.lon, change.lat - tower.lat, up_m)


def _built(centre: Centre, change: models.BuildObstacle, number: int) -> Obstacle:
    length_m = centre.project.frontier.map_length_m
    if change.to_km * 1000.0 > length_m + 1.0:
        raise WrongValueError(
            f"a {change.element} to km {change.to_km:g} goes on beyond the line's end, km {length_m / 1000:.3f}"
        )
    return Obstacle(
        obstacle_id=f"new-{number}",
        element=change.element,
        state=change.state,
        from_m=change.from_km * 1000.0,
        to_m=min(change.to_km * 1000.0, length_m),
        party=centre.party,
        as_of=centre.clock.now().date(),
        placement="invented",
        source="tried on the page",
    )


def _known(what: str, asked: Sequence[str], there: Sequence[str]) -> None:
    missing = sorted(set(asked) - set(there))
    if missing:
        raise UnknownThingError(f"there is no {what} {', '.join(missing)} among those that count")
