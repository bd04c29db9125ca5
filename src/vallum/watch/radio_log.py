"""What was said on the radio: one line, one record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, Field

# What was said can be written down later, within a day: a change of shift lies in between at most.
LONGEST_LATER = timedelta(hours=24)


class RadioLogged(BaseModel, frozen=True, extra="forbid"):
    """Callsign, time, place in the words used, text."""

    line_id: str
    callsign: str = Field(min_length=1, max_length=40)
    said_at: datetime | None = Field(
        default=None, description="when it was said; without it, when the record says that it occurred"
    )
    place_words: str = Field(default="", max_length=80)
    lon: float | None = None
    lat: float | None = None
    chainage_m: float | None = None
    text: str = Field(min_length=1, max_length=500)
    entered_for_unit: str | None = None


class RadioRow(RadioLogged, frozen=True):
    """A line of the radio log as the page shows it."""

    at: datetime = Field(description="when it was said")
    written_at: datetime
    entered_by: str
    simulated: bool = False


def refuse_untold(said_at: datetime, now: datetime) -> None:
    """Refuse a time at which nothing can have been said yet, or so long ago that it is more likely a slip.

    Raises
    ------
    ValueError
        In words for the person who wrote it.

    Examples
    --------
    >>> from datetime import UTC
    >>> refuse_untold(datetime(2021, 3, 17, tzinfo=UTC), datetime(2021, 3, 19, tzinfo=UTC))
    Traceback (most recent call last):
    ...
    ValueError: 17 March 2021 00:00 UTC is more than 24 hours ago; if it was said then, write the time into the text
    """
    said = f"{said_at.astimezone(UTC):%d %B %Y %H:%M} UTC"
    if said_at > now:
        raise ValueError(
            f"{said} has not come yet (it is {now.astimezone(UTC):%H:%M}); a line tells what was said: leave the time "
            "empty for now"
        )
    if now - said_at > LONGEST_LATER:
        raise ValueError(
            f"{said} is more than {LONGEST_LATER.total_seconds() / 3600:.0f} hours ago; if it was said then, "
            "write the time into the text"
        )


def logged(row: RadioRow | None, body: RadioLogged, header: Mapping[str, Any]) -> RadioRow:
    """Write the line down once; a correction is a new line."""
    if row is not None:
        raise ValueError(f"radio line {body.line_id} is written; correct it with a new line")
    return RadioRow(
        **body.model_dump(),
        at=body.said_at or header["occurred"],
        written_at=header["recorded"],
        entered_by=header["actor"],
        simulated=header["nature"] == "simulated",
    )
