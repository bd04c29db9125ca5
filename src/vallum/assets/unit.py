"""Who can move: the units of the parties and where each was last heard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

UnitKind = Literal["foot_patrol", "vehicle_patrol", "reaction_force", "observation_post"]


class Unit(BaseModel, frozen=True, extra="forbid"):
    """A unit as its party declares it; times and speeds are assumptions with a source."""

    unit_id: str = Field(min_length=1, max_length=40)
    callsign: str = Field(min_length=1, max_length=40)
    kind: UnitKind
    party: str
    section_id: str
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    readiness_s: float = Field(ge=0, description="from being tasked to moving")
    speed_m_s: float = Field(gt=0, le=40, description="mean speed over the ground it works on")
    sidc: str = Field(pattern=r"^\d{20}$", description="numeric symbol code, 2525D/APP-6D")
    simulated: bool = False
    source: str


class UnitRegistered(Unit, frozen=True):
    """A unit was declared or its declaration changed."""


class UnitPositioned(BaseModel, frozen=True, extra="forbid"):
    """A unit's position, thinned to what a person needs."""

    unit_id: str
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    by_radio: bool = False


class UnitRow(Unit, frozen=True):
    """A unit as the centre knows it."""

    positioned_at: datetime | None = None


def registered(row: UnitRow | None, body: UnitRegistered, header: Mapping[str, Any]) -> UnitRow:
    """Take the declaration; a unit that already moved stays where it was heard."""
    if row is None or row.positioned_at is None:
        return UnitRow(**body.model_dump())
    return row.model_copy(update=body.model_dump(exclude={"lon", "lat"}))


def positioned(row: UnitRow | None, body: UnitPositioned, header: Mapping[str, Any]) -> UnitRow:
    """Move the unit."""
    if row is None:
        raise ValueError(f"unit {body.unit_id} is not registered; declare it in the project's units.csv first")
    return row.model_copy(update={"lon": body.lon, "lat": body.lat, "positioned_at": header["occurred"]})
