"""What happened to a thing so far: one line for each step of its life."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel


class HistoryLine(BaseModel, frozen=True, extra="forbid"):
    """One step: what, when, by whom, why."""

    type: str
    at: datetime
    actor: str
    note: str = ""


def line(header: Mapping[str, Any], note: str = "") -> HistoryLine:
    """Write the step that a record's header tells.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> line({"type": "alarm.closed", "occurred": datetime(2021, 3, 17, tzinfo=UTC), "actor": "watch-1"}).actor
    'watch-1'
    """
    return HistoryLine(type=header["type"], at=header["occurred"], actor=header["actor"], note=note)
