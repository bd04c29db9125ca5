"""What was a unit asked to do, and how far is it?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from vallum.watch.history import HistoryLine, line

TaskState = Literal["sent", "received", "accepted", "refused", "en route", "on scene", "done", "cancelled"]

# received is said by a machine, accepted and refused by a human
TRANSITIONS: dict[str, tuple[frozenset[TaskState], TaskState]] = {
    "task.received": (frozenset({"sent"}), "received"),
    "task.accepted": (frozenset({"sent", "received"}), "accepted"),
    "task.refused": (frozenset({"sent", "received"}), "refused"),
    "task.en_route": (frozenset({"accepted"}), "en route"),
    "task.on_scene": (frozenset({"accepted", "en route"}), "on scene"),
    "task.done": (frozenset({"accepted", "en route", "on scene"}), "done"),
    "task.cancelled": (frozenset({"sent", "received", "accepted", "en route", "on scene"}), "cancelled"),
}


class TaskSent(BaseModel, frozen=True, extra="forbid"):
    """A unit is asked to go somewhere and do something."""

    task_id: str
    unit_id: str
    callsign: str
    alarm_id: str | None = None
    incident_id: str | None = None
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    chainage_m: float | None = None
    instruction: str = Field(default="", max_length=500)
    arrival_estimate: datetime | None = None


class TaskMoved(BaseModel, frozen=True, extra="forbid"):
    """The task went one step further; by radio if somebody entered it for the unit."""

    task_id: str
    by_radio: bool = False
    note: str = Field(default="", max_length=500)


class TaskRow(TaskSent, frozen=True):
    """A task as the page shows it."""

    state: TaskState = "sent"
    sent_at: datetime
    sent_by: str
    state_at: datetime
    simulated: bool = False
    history: tuple[HistoryLine, ...] = ()


def sent(row: TaskRow | None, body: TaskSent, header: Mapping[str, Any]) -> TaskRow:
    """Start the task."""
    if row is not None:
        raise ValueError(f"task {body.task_id} was sent before")
    return TaskRow(
        **body.model_dump(),
        sent_at=header["occurred"],
        sent_by=header["actor"],
        state_at=header["occurred"],
        simulated=header["nature"] == "simulated",
        history=(line(header, body.instruction),),
    )


def moved(row: TaskRow | None, body: TaskMoved, header: Mapping[str, Any]) -> TaskRow:
    """Take one step of the task's life."""
    if row is None:
        raise ValueError(f"there is no task {body.task_id}")
    sources, target = TRANSITIONS[header["type"]]
    if row.state not in sources:
        raise ValueError(f"task {body.task_id} is {row.state}; it cannot become {target}")
    note = (
        f"entered for unit {row.callsign} by radio" + (f": {body.note}" if body.note else "")
        if body.by_radio
        else body.note
    )
    update = {"state": target, "state_at": header["occurred"], "history": (*row.history, line(header, note))}
    return row.model_copy(update=update)
