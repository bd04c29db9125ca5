"""What does the journal keep of plans and works."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from vallum.plan.works import progress

VIEWS: dict[str, type[BaseModel]] = {"works": progress.WorksRow}
RECORDS: dict[str, tuple[type[BaseModel], str | None, Any]] = {
    "works.reported": (progress.WorksReported, "works", progress.reported),
}
