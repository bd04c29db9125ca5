"""What does the journal keep of the line: its survey, and who answers for which stretch since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

ResponsibilityRole = Literal["first_line", "second_line", "builder", "watcher"]


class CalibrationBody(BaseModel, frozen=True, extra="forbid"):
    """How a length as somebody reports it maps onto this line: one straight piece."""

    name: str
    reported_from_m: float
    reported_to_m: float
    map_from_m: float
    map_to_m: float


class LineSurveyed(BaseModel, frozen=True, extra="forbid"):
    """A version of the line was taken into use."""

    line_version: str
    name: str
    origin: str
    home_side: Literal["left", "right"]
    map_length_m: float = Field(gt=0)
    reported_length_m: float | None = None
    lateral_uncertainty_m: float = Field(ge=0)
    vertices: tuple[tuple[float, float], ...] = Field(min_length=2)
    calibrations: tuple[CalibrationBody, ...] = ()
    source: str


class LineRow(LineSurveyed, frozen=True):
    """A line version as the centre knows it."""


class SectionAssigned(BaseModel, frozen=True, extra="forbid"):
    """A party answers for a stretch in one role from a date; stated by a source, without prejudice."""

    assignment_id: str
    section_id: str
    name: str
    from_m: float = Field(ge=0)
    to_m: float = Field(gt=0)
    role: ResponsibilityRole
    party: str
    since: date
    until: date | None = None
    source: str


class AssignmentRow(SectionAssigned, frozen=True):
    """One dated responsibility."""


def survey(row: LineRow | None, body: LineSurveyed, header: Mapping[str, Any]) -> LineRow:
    """Take the newest survey of a line version."""
    return LineRow(**body.model_dump())


def assign(row: AssignmentRow | None, body: SectionAssigned, header: Mapping[str, Any]) -> AssignmentRow:
    """Take the newest statement of one assignment."""
    return AssignmentRow(**body.model_dump())


VIEWS: dict[str, type[BaseModel]] = {"lines": LineRow, "assignments": AssignmentRow}
RECORDS: dict[str, tuple[type[BaseModel], str | None, Any]] = {
    "line.surveyed": (LineSurveyed, "lines", survey),
    "section.assigned": (SectionAssigned, "assignments", assign),
}
