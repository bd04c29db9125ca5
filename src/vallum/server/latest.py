"""Which rows does a whole picture hold: all that is open, and of what has ended the latest only.

A centre that has run for a year has ended more than a page can show or a socket should carry. What is older stays in
the journal.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from vallum.journal.reading import JournalReader
from vallum.watch.task import TRANSITIONS

LATEST = 500
PICTURE_VIEWS = ("alarms", "incidents", "tasks", "radio", "quarantine", "sensors", "units", "obstacles", "works")

_GOES_ON = frozenset(state for sources, _ in TRANSITIONS.values() for state in sources)
# When a row ended; None while it is open. Views that are not named here do not grow with time.
ENDED: Mapping[str, Callable[[Any], datetime | None]] = MappingProxyType(
    {
        "alarms": lambda alarm: alarm.closed_at,
        "incidents": lambda incident: incident.closed_at,
        "tasks": lambda task: None if task.state in _GOES_ON else task.state_at,
        "radio": lambda line: line.written_at,
        "quarantine": lambda line: line.at,
    }
)


def open_and_latest(
    rows: Iterable[BaseModel], ended: Callable[[Any], datetime | None], latest: int = LATEST
) -> tuple[BaseModel, ...]:
    """Keep what is open and the latest of what has ended, in the order they come.

    Parameters
    ----------
    rows : iterable of BaseModel
        All rows of a view.
    ended : callable
        When a row ended; None while it is open.
    latest : int
        How many that have ended are kept.

    Examples
    --------
    >>> from datetime import UTC
    >>> class Line(BaseModel):
    ...     at: datetime
    >>> lines = [Line(at=datetime(2021, 3, day, tzinfo=UTC)) for day in (3, 1, 2)]
    >>> [line.at.day for line in open_and_latest(lines, lambda line: line.at, latest=2)]
    [3, 2]
    """
    numbered = [(ended(row), number, row) for number, row in enumerate(rows)]
    over = ((at, number) for at, number, _ in numbered if at is not None)
    kept = {number for _, number in heapq.nlargest(latest, over)}
    return tuple(row for at, number, row in numbered if at is None or number in kept)


def picture_rows(journal: JournalReader) -> dict[str, Any]:
    """Read the rows of a whole picture from the disk, by view; called off the event loop, for it may take a while."""
    rows: dict[str, Any] = {}
    for view in PICTURE_VIEWS:
        found = journal.rows(view)
        rows[view] = open_and_latest(found, ENDED[view]) if view in ENDED else tuple(found)
    return rows
