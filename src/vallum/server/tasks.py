"""What can be asked of units over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from vallum.server.doors import SignedIn, TheCentre
from vallum.server.models import MoveTask, SendTask, TaskStep
from vallum.watch.task import TaskRow

router = APIRouter(tags=["tasks"])


@router.post("/tasks")
async def send_task(body: SendTask, centre: TheCentre, person: SignedIn) -> TaskRow:
    """Ask a unit to go somewhere."""
    return await centre.decisions.send(
        person, body.unit_id, body.alarm_id, body.incident_id, body.place, body.instruction
    )


@router.post("/tasks/{task_id}/{step}")
async def move_task(task_id: str, step: TaskStep, body: MoveTask, centre: TheCentre, person: SignedIn) -> TaskRow:
    """Take one step of a task's life."""
    return await centre.decisions.move_task(person, task_id, step, body.by_radio, body.note)
