"""What was reported built, by whom and when, and how much of the programme that closes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

State = Literal["not started", "cleared", "excavated", "shaped", "wired", "inspected", "accepted", "degraded"]


class WorksReported(BaseModel, frozen=True, extra="forbid"):
    """A party reports a stretch of one element in one state."""

    report_id: str
    element: Literal["trench", "berm", "wire", "wall", "lighting", "patrol_road"]
    from_m: float = Field(ge=0)
    to_m: float = Field(ge=0)
    state: State
    reported_length_m: float = Field(gt=0)
    reported_by: str
    as_of: date
    placement: Literal["surveyed", "reported", "invented"]
    source: str

    @model_validator(mode="after")
    def _runs_forward(self) -> WorksReported:
        if self.to_m <= self.from_m:
            raise ValueError("to_m must be greater than from_m")
        return self


class WorksRow(WorksReported, frozen=True):
    """One works report as the centre knows it."""


def reported(row: WorksRow | None, body: WorksReported, header: Mapping[str, Any]) -> WorksRow:
    """Take the newest version of one report."""
    return WorksRow(**body.model_dump())


@dataclass(frozen=True, slots=True)
class Closed:
    """How much of a programme is reported closed: two reported lengths, what they count and since when."""

    closed_m: float
    planned_m: float
    element: str
    states_counted: tuple[str, ...]
    as_of: date | None


# What counts as closed in the first figure: work that somebody accepted. Excavated earth is not a finished trench.
COUNTS_AS_CLOSED: tuple[State, ...] = ("accepted",)


def closed(planned_m: float, reports: Iterable[WorksRow], element: str = "trench") -> Closed:
    """Sum what was reported closed of one element.

    Parameters
    ----------
    planned_m : float
        Length of the programme, metres, as reported.
    reports : iterable of WorksRow
        Works reports; other elements and states are passed over.
    element : str
        The element that defines the programme.

    Returns
    -------
    Closed
        Reported lengths in metres; never map lengths.

    Examples
    --------
    >>> closed(220_000, []).closed_m
    0.0
    """
    counted = [r for r in reports if r.element == element and r.state in COUNTS_AS_CLOSED]
    return Closed(
        closed_m=float(sum(r.reported_length_m for r in counted)),
        planned_m=planned_m,
        element=element,
        states_counted=COUNTS_AS_CLOSED,
        as_of=max((r.as_of for r in counted), default=None),
    )
