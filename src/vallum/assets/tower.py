"""Where do the towers stand that carry the sensors."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Tower(BaseModel, frozen=True, extra="forbid"):
    """A mast or tower; its sensors name it."""

    tower_id: str = Field(min_length=1, max_length=40)
    name: str
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    height_m: float = Field(gt=0, le=200)
    party: str
    placement: str
    source: str
