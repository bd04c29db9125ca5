"""What was said on the radio: one line, one record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class RadioLogged(BaseModel, frozen=True, extra="forbid"):
    """Callsign, time, place in the words used, text."""

    line_id: str
    callsign: str = Field(min_length=1, max_length=40)
    place_words: str = Field(default="", max_length=80)
    lon: float | None = None
    lat: float | None = None
    chainage_m: float | None = None
    text: str = Field(min_length=1, max_length=500)
    entered_for_unit: str | None = None


class RadioRow(RadioLogged, frozen=True):
    """A line of the radio log as the page shows it."""

    at: datetime
    entered_by: str
    simulated: bool = False


def logged(row: RadioRow | None, body: RadioLogged, header: Mapping[str, Any]) -> RadioRow:
    """Write the line down once; a correction is a new line."""
    if row is not None:
        raise ValueError(f"radio line {body.line_id} is written; correct it with a new line")
    return RadioRow(
        **body.model_dump(),
        at=header["occurred"],
        entered_by=header["actor"],
        simulated=header["nature"] == "simulated",
    )
