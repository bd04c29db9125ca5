"""What stands in the way: obstacle elements by chainage, planned and as reported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

Element = Literal["trench", "berm", "wire", "wall", "lighting", "patrol_road"]
ElementState = Literal["not started", "cleared", "excavated", "shaped", "wired", "inspected", "accepted", "degraded"]

ELEMENT_STATES: tuple[ElementState, ...] = (
    "not started", "cleared", "excavated", "shaped", "wired", "inspected", "accepted", "degraded",
)  # fmt: skip


class Obstacle(BaseModel, frozen=True, extra="forbid"):
    """One element over one stretch of the line, in one state.

    `reported_length_m` is what the source said; `to_m - from_m` is measured on the map line. They are never mixed.
    """

    obstacle_id: str = Field(min_length=1, max_length=60)
    element: Element
    from_m: float = Field(ge=0)
    to_m: float = Field(ge=0)
    state: ElementState
    depth_m: float | None = Field(default=None, gt=0)
    width_m: float | None = Field(default=None, gt=0)
    height_m: float | None = Field(default=None, gt=0)
    reported_length_m: float | None = Field(default=None, gt=0)
    party: str
    as_of: date
    placement: Literal["surveyed", "reported", "invented"]
    source: str

    @model_validator(mode="after")
    def _runs_forward(self) -> Obstacle:
        if self.to_m <= self.from_m:
            raise ValueError("to_m must be greater than from_m")
        return self


class ObstaclePlanned(Obstacle, frozen=True):
    """An element is wanted on a stretch, or the plan for it changed."""


class ObstacleRow(Obstacle, frozen=True):
    """An obstacle element as the centre knows it."""


def planned(row: ObstacleRow | None, body: ObstaclePlanned, header: Mapping[str, Any]) -> ObstacleRow:
    """Take the newest plan of the element."""
    return ObstacleRow(**body.model_dump())
