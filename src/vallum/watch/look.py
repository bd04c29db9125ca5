"""Which camera was asked to look again, by whom, and what did it answer?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

# A camera that only says that it will look ("accepted") has not answered yet, unless its picture comes with that.
LookAnswer = Literal["accepted", "completed", "rejected", "failed"]


class LookAsked(BaseModel, frozen=True, extra="forbid"):
    """A person asked a camera to look at where an alarm is; written before the camera is asked."""

    alarm_id: str
    task_id: str = Field(description="the task as it went to the camera")
    sensor_id: str
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    chainage_m: float | None = None


class LookAnswered(BaseModel, frozen=True, extra="forbid"):
    """What the camera answered, its picture frozen as an alarm's evidence is. Each look has one answer."""

    alarm_id: str
    task_id: str
    status: LookAnswer
    reasons: tuple[str, ...] = Field(default=(), description="what the camera said besides, as plain text")
    still_png_base64: str | None = Field(default=None, max_length=200_000)


class Look(BaseModel, frozen=True, extra="forbid"):
    """A look as the page shows it. The picture stays in the record and is fetched on its own."""

    task_id: str
    sensor_id: str
    asked_by: str
    asked_at: datetime
    status: Literal["asked"] | LookAnswer = "asked"
    answered_at: datetime | None = None
    reasons: tuple[str, ...] = ()
    still_record_id: str | None = Field(default=None, description="the record that holds the picture")


def asked(looks: tuple[Look, ...], body: LookAsked, header: Mapping[str, Any]) -> tuple[Look, ...]:
    """Add a look to those of an alarm.

    Raises
    ------
    ValueError
        When the task is known already.
    """
    if any(look.task_id == body.task_id for look in looks):
        raise ValueError(f"look {body.task_id} was asked for before")
    look = Look(task_id=body.task_id, sensor_id=body.sensor_id, asked_by=header["actor"], asked_at=header["occurred"])
    return (*looks, look)


def answered(looks: tuple[Look, ...], body: LookAnswered, header: Mapping[str, Any]) -> tuple[Look, ...]:
    """Take in the one answer to a look.

    Raises
    ------
    ValueError
        When nobody asked, or the camera has answered before.
    """
    known = next((look for look in looks if look.task_id == body.task_id), None)
    if known is None:
        raise ValueError(f"nobody asked for look {body.task_id}")
    if known.status != "asked":
        raise ValueError(f"look {body.task_id} was answered before: {known.status}")
    now = known.model_copy(
        update={
            "status": body.status,
            "answered_at": header["occurred"],
            "reasons": body.reasons,
            "still_record_id": None if body.still_png_base64 is None else header["id"],
        }
    )
    return tuple(now if look is known else look for look in looks)


def answer_in_words(body: LookAnswered) -> str:
    """Say what a camera answered when it did not do simply what was asked.

    Examples
    --------
    >>> answer_in_words(LookAnswered(alarm_id="A1", task_id="01F", status="completed", still_png_base64="iVBO"))
    ''
    >>> answer_in_words(LookAnswered(alarm_id="A1", task_id="01F", status="rejected", reasons=("out of my sector",)))
    'rejected: out of my sector'
    >>> answer_in_words(LookAnswered(alarm_id="A1", task_id="01F", status="completed"))
    'completed without a picture'
    """
    if body.still_png_base64 is not None:
        return "; ".join(body.reasons)
    words = "completed without a picture" if body.status == "completed" else body.status
    return ": ".join(filter(None, (words, "; ".join(body.reasons))))
