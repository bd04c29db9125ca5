from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vallum.simulate.weather import Weather

DUSK = datetime(2021, 3, 17, 15, 0, tzinfo=UTC)
DUSK_S = DUSK.timestamp()
DAWN_S = (DUSK + timedelta(hours=12)).timestamp()


def weather(seed: int) -> Weather:
    return Weather.drawn(seed, lon=41.4, lat=35.5, start_s=DUSK_S, end_s=DAWN_S)


@given(seed=st.integers(0, 50), share=st.floats(0, 1), along_m=st.floats(0, 600_000))
def test_wind_and_dust_are_always_possible_values(seed: int, share: float, along_m: float) -> None:
    moment_s = DUSK_S + share * (DAWN_S - DUSK_S)
    assert 0.0 <= float(weather(seed).wind_m_s(moment_s, along_m)) < 20.0
    assert 0.0 <= float(weather(seed).dust(moment_s, along_m)) <= 1.0


def test_weather_changes_slowly_in_time_and_along_the_line() -> None:
    for seed in range(10):
        night = weather(seed)
        moments_s = np.arange(DUSK_S, DAWN_S, 60.0)
        winds = np.array([float(night.wind_m_s(moment_s, 1e5)) for moment_s in moments_s])
        assert float(np.abs(np.diff(winds)).max()) < 1.5
        along = night.wind_m_s(DUSK_S, np.arange(0.0, 600_000.0, 1_000.0))
        assert float(np.abs(np.diff(along)).max()) < 1.5


def test_the_night_begins_without_dust() -> None:
    for seed in range(20):
        assert float(weather(seed).dust(DUSK_S + 60.0, np.arange(0.0, 600_000.0, 10_000.0)).max()) < 0.03


def test_dust_comes_on_some_night() -> None:
    thickest = [
        max(float(weather(seed).dust(moment_s, 150_000.0)) for moment_s in np.arange(DUSK_S, DAWN_S, 900.0))
        for seed in range(20)
    ]
    assert max(thickest) > 0.4


def test_light_fades_after_sunset_and_returns_at_dawn() -> None:
    night = weather(1)
    light = [night.daylight(DUSK_S + hour * 3_600.0) for hour in (0.0, 0.5, 6.0)]
    assert light[0] > light[1] > light[2] == 0.0
    assert night.daylight(DAWN_S + 600.0) > 0.3


def test_seeds_have_weather_of_their_own() -> None:
    assert float(weather(1).wind_m_s(DUSK_S, 0.0)) != float(weather(2).wind_m_s(DUSK_S, 0.0))
