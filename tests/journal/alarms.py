"""A small vocabulary for the tests: alarms that are raised, counted and closed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from vallum.journal import Clock, Draft, Journal, Nature, Registry


class Raised(BaseModel):
    alarm: str
    level: float
    note: str = ""


class Closed(BaseModel):
    alarm: str


class Tip(BaseModel):
    text: str


class AlarmRow(BaseModel):
    model_config = ConfigDict(frozen=True)

    alarm: str
    state: Literal["unacknowledged", "closed"]
    level: float
    times: int
    urgent: bool
    records: tuple[str, ...]
    note: str | None = None


def raised(row: AlarmRow | None, body: Raised, header: Mapping[str, Any]) -> AlarmRow:
    return AlarmRow(
        alarm=body.alarm,
        state="unacknowledged",
        level=body.level,
        times=1 if row is None else row.times + 1,
        urgent=body.level > 0.5,
        records=(*(() if row is None else row.records[-3:]), header["id"]),
        note=body.note or None,
    )


def closed(row: AlarmRow | None, body: Closed, header: Mapping[str, Any]) -> None:
    if row is None:
        raise ValueError("there is no such alarm to close")


RECORDS: dict[str, tuple[type[BaseModel], str | None, Callable[..., Any] | None]] = {
    "alarm.raised": (Raised, "alarms", raised),
    "alarm.closed": (Closed, "alarms", closed),
    "tip.received": (Tip, None, None),
}
VIEWS = {"alarms": AlarmRow}


def registry() -> Registry:
    return Registry(records=[RECORDS], views=[VIEWS])


def open_journal(folder: Path) -> Journal:
    return Journal.open(folder, registry(), clock=Clock.machine(), originator="guard")


def draft(alarm: str = "a-1", level: float = 0.25, *, nature: Nature = "observed", **rest: Any) -> Draft:
    return Draft(type="alarm.raised", actor="rule.1", nature=nature, body=Raised(alarm=alarm, level=level), **rest)
