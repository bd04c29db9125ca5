"""Which reports were not believed, and why?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class SetAside(BaseModel, frozen=True, extra="forbid"):
    """Which report was not believed, and why."""

    quarantine_id: str
    node_id: str = Field(max_length=64)
    sensor_id: str | None = None
    report_id: str = Field(default="", max_length=64)
    reason_code: str = Field(max_length=40)
    reason: str = Field(max_length=300)
    repeats: int = Field(default=1, ge=1, description="how many alike this line stands for")


class ReportQuarantined(SetAside, frozen=True):
    """A report was set aside: kept, shown, and used for nothing."""

    frame_base64: str = Field(default="", max_length=8192, description="the first bytes of the frame as it came")


class QuarantineRow(SetAside, frozen=True):
    """A quarantined report as the page shows it. The frame stays in the record: thousands would drown a page."""

    at: datetime
    simulated: bool = False


def quarantined(row: QuarantineRow | None, body: ReportQuarantined, header: Mapping[str, Any]) -> QuarantineRow:
    """Set the report aside."""
    known = body.model_dump(exclude={"frame_base64"})
    return QuarantineRow(**known, at=header["occurred"], simulated=header["nature"] == "simulated")
