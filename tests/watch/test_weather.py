"""Weather is a person's word, believed until it expires; the newest stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from vallum.watch.weather import LONGEST, WeatherStated, refuse_no_time, stated

NOW = datetime(2021, 3, 17, 20, tzinfo=UTC)
HEADER = {"occurred": NOW, "actor": "watch-1", "nature": "declared", "id": "r-1"}


def test_the_newest_word_stands_whatever_was_said_before() -> None:
    first = stated(None, WeatherStated(weather="dust", valid_until=NOW + timedelta(hours=2)), HEADER)
    second = stated(first, WeatherStated(weather="clear", valid_until=NOW + timedelta(hours=1)), HEADER)
    assert (second.weather, second.stated_by, second.stated_at) == ("clear", "watch-1", NOW)


def test_what_was_said_holds_until_its_time_and_not_a_moment_longer() -> None:
    row = stated(None, WeatherStated(weather="rain", valid_until=NOW), HEADER)
    assert row.holds(NOW - timedelta(milliseconds=1))
    assert not row.holds(NOW)


def test_weather_stated_in_an_exercise_is_marked_as_part_of_it() -> None:
    body = WeatherStated(weather="haze", valid_until=NOW)
    assert stated(None, body, {**HEADER, "nature": "simulated"}).simulated
    assert not stated(None, body, HEADER).simulated


def test_a_time_that_is_past_or_that_nobody_can_know_is_refused_in_words() -> None:
    refuse_no_time(NOW + LONGEST, NOW)
    with pytest.raises(ValueError, match="is over already"):
        refuse_no_time(NOW, NOW)
    with pytest.raises(ValueError, match="for more than 24 hours"):
        refuse_no_time(NOW + LONGEST + timedelta(seconds=1), NOW)


def test_there_is_no_other_weather_than_what_sensors_are_known_in() -> None:
    with pytest.raises(ValidationError):
        WeatherStated(weather="sleet", valid_until=NOW)
