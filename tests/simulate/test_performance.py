from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vallum.assets.sensor import SENSOR_KINDS, Sensor, SensorKind
from vallum.simulate import performance

kinds = st.sampled_from(SENSOR_KINDS)


def test_true_ranges_are_shorter_than_declared_on_every_seed(sensors: tuple[Sensor, ...]) -> None:
    for seed in range(20):
        truly = performance.drawn(seed, sensors)
        assert float(truly.range_share.max()) < 1.0
        assert 0.3 <= float(truly.best_probability.min()) <= float(truly.best_probability.max()) <= 0.85


def test_true_noise_and_clutter_lie_outside_what_is_declared(sensors: tuple[Sensor, ...]) -> None:
    """What a sensor writes beside its numbers is smaller than the truth, and nobody assumes reports of nothing."""
    declared_deg = np.array([min(performance.DECLARED_AZIMUTH_SD_DEG[sensor.kind], 5.0) for sensor in sensors])
    for seed in range(20):
        truly = performance.drawn(seed, sensors)
        assert bool((truly.azimuth_sd_deg > 1.1 * declared_deg).all())
        assert float(truly.range_sd_m.min()) > 1.1 * performance.DECLARED_RADAR_RANGE_SD_M
        assert float(truly.pitch_sd_deg.min()) > 1.1 * performance.DECLARED_PITCH_SD_DEG
        assert float(truly.false_per_hour.min()) > 0.0


def test_performance_is_drawn_per_seed(sensors: tuple[Sensor, ...]) -> None:
    same, again, other = (performance.drawn(seed, sensors).skill for seed in (1, 1, 2))
    assert np.array_equal(same, again)
    assert not np.array_equal(same, other)


@given(
    near_m=st.floats(1, 10_000), further_m=st.floats(0, 10_000), best=st.floats(0.01, 1.0), weather=st.floats(0.0, 1.0)
)
def test_nothing_is_found_more_easily_further_away(
    near_m: float, further_m: float, best: float, weather: float
) -> None:
    near, far = performance.look_probability([near_m, near_m + further_m], 2_000.0, best, weather, 1)
    assert 0.0 <= far <= near + 1e-12 <= 1.0 + 1e-9


@given(count=st.integers(1, 100))
def test_a_group_is_never_harder_to_find_than_one(count: int) -> None:
    alone, together = performance.look_probability(1_500.0, 2_000.0, 0.5, 1.0, [1, count])
    assert together >= alone - 1e-12


@given(kind=kinds, wind=st.floats(0, 30), dust=st.floats(0, 1), light=st.floats(0, 1), more=st.floats(0, 1))
def test_more_dust_never_helps(kind: SensorKind, wind: float, dust: float, light: float, more: float) -> None:
    thicker = min(dust + more, 1.0)
    clearer = performance.weather_share(kind, wind, dust, light)
    assert 0.0 <= performance.weather_share(kind, wind, thicker, light) <= clearer <= 1.0


@given(kind=kinds, dust=st.floats(0, 1), wind=st.floats(0, 20), more=st.floats(0, 20))
def test_more_wind_never_makes_fewer_false_alarms(kind: SensorKind, dust: float, wind: float, more: float) -> None:
    calm, windy = (performance.false_rate_share(kind, speed, dust) for speed in (wind, wind + more))
    assert windy >= calm >= 1.0


def test_a_day_camera_is_blind_at_night() -> None:
    assert performance.weather_share("day_camera", 0.0, 0.0, 0.0) == 0.0
    assert performance.weather_share("day_camera", 0.0, 0.0, 1.0) == 1.0
