"""Light comes of the sun, weather of a person's word while it holds; what nobody said is said to be assumed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.centre.conditions import conditions
from vallum.centre.sky import light, sky
from vallum.watch.weather import WeatherRow

LON, LAT = 41.2, 36.1
NOON = datetime(2021, 3, 17, 9, tzinfo=UTC)


def said(until: datetime) -> WeatherRow:
    return WeatherRow(weather="dust", valid_until=until, stated_at=NOON, stated_by="watch-1", record_id="r-1")


def test_stated_weather_is_the_case_until_it_expires_and_then_it_is_said_that_nobody_stated_any() -> None:
    row = said(NOON + timedelta(hours=1))
    held = conditions(LON, LAT, NOON, row)
    assert (held.case.name, held.stated) == ("day-dust-person", row)
    assert held.words == "day, dust as watch-1 stated"
    over = conditions(LON, LAT, NOON + timedelta(hours=1), row)
    assert (over.case.name, over.stated) == ("day-person", None)
    assert over.words == "day, weather not stated and taken for clear"


@given(st.datetimes(datetime(2021, 1, 1), datetime(2021, 12, 31), timezones=st.just(UTC)))
def test_it_is_night_between_the_sunset_and_the_sunrise_that_the_sky_tells(now: datetime) -> None:
    told = sky(LON, LAT, now)
    assert told.sunset is not None
    assert told.sunrise is not None
    # the two are found in different ways and agree to a minute
    if min(abs(now - told.sunset), abs(now - told.sunrise)) > timedelta(minutes=1.5):
        assert (light(LON, LAT, now) == "night") is (told.sunset < now < told.sunrise)


@pytest.mark.parametrize(("month", "expected"), [(6, "day"), (12, "night")])
def test_where_the_sun_does_not_set_it_is_day_and_where_it_does_not_rise_night(month: int, expected: str) -> None:
    assert {light(20.0, 75.0, datetime(2021, month, 21, hour, tzinfo=UTC)) for hour in range(24)} == {expected}
