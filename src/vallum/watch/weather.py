"""What is the weather at the line, on whose word, and until when does that hold?

A person says it, because a person sees it: no station is read. What was said is believed until it expires; then nobody
has said anything, which is told as such and taken for clear air.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

from vallum.assets.conditions import Weather

# Whoever states the weather for longer than a day guesses.
LONGEST = timedelta(hours=24)


class WeatherStated(BaseModel, frozen=True, extra="forbid"):
    """Somebody said what the weather at the line is. The newest word stands; it replaces the one before."""

    area: Literal["line"] = Field(default="line", description="where: the whole line")
    weather: Weather
    valid_until: datetime = Field(description="from then on nothing is stated")


class WeatherRow(WeatherStated, frozen=True):
    """The weather that was stated last, whether it still holds or not."""

    stated_at: datetime
    stated_by: str
    simulated: bool = False
    record_id: str

    def holds(self, now: datetime) -> bool:
        """Tell whether it may still be believed."""
        return now < self.valid_until


def refuse_no_time(valid_until: datetime, now: datetime) -> None:
    """Refuse weather that is over before it begins, or is stated for longer than anybody can know.

    Raises
    ------
    ValueError
        In words for the person who stated it.

    Examples
    --------
    >>> from datetime import UTC
    >>> refuse_no_time(datetime(2021, 3, 17, 20, tzinfo=UTC), datetime(2021, 3, 17, 21, tzinfo=UTC))
    Traceback (most recent call last):
    ...
    ValueError: weather until 17 March 2021 20:00 UTC is over already (it is 21:00); give a time still to come
    """
    until = f"{valid_until:%d %B %Y %H:%M} UTC"
    if valid_until <= now:
        raise ValueError(f"weather until {until} is over already (it is {now:%H:%M}); give a time still to come")
    if valid_until - now > LONGEST:
        raise ValueError(
            f"weather until {until} is stated for more than {LONGEST.total_seconds() / 3600:.0f} hours; state it anew "
            "when that time comes"
        )


def stated(row: WeatherRow | None, body: WeatherStated, header: Mapping[str, Any]) -> WeatherRow:
    """Believe the newest word."""
    return WeatherRow(
        **body.model_dump(),
        stated_at=header["occurred"],
        stated_by=header["actor"],
        simulated=header["nature"] == "simulated",
        record_id=header["id"],
    )
