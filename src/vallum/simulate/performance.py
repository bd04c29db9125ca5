"""How well does each sensor really do tonight, whatever its owner declares?

The planner assumes what data sheets say. The night does not: range, probability, noise, bias and false alarms are drawn
per seed from bands outside of what is declared or assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vallum.assets.sensor import Sensor, SensorKind

Floats = NDArray[np.float64]

# What a sensor writes beside its numbers as one standard deviation; the truth is drawn around it.
DECLARED_AZIMUTH_SD_DEG: dict[SensorKind, float] = {
    "thermal_camera": 0.15,
    "day_camera": 0.15,
    "ground_radar": 0.6,
    "ground_sensor": 180.0,
    "patrol_observation": 2.0,
}
DECLARED_RADAR_RANGE_SD_M = 12.0
DECLARED_PITCH_SD_DEG = 0.08
DECLARED_GROUND_HEIGHT_SD_M = 1.5
LEAST_DOPPLER_M_S = 0.35

# The bands of the truth lie outside what others believe: an owner's declared range is 1.0 here, the standard deviation
# that a report states (and a tracker believes) is 1.0 here, and a planner, who takes 0.9 of cameras and radars at their
# best and half of a camera's declared range (assets/performance.toml), assumes neither noise nor clutter.
RANGE_SHARE = (0.55, 0.9)
BEST_PROBABILITY = (0.3, 0.85)
NOISE_SHARE = (1.15, 1.9)
# Reports of nothing in an hour of still air, by kind of sensor.
FALSE_PER_HOUR: dict[SensorKind, tuple[float, float]] = {
    "thermal_camera": (0.2, 1.5),
    "day_camera": (0.1, 1.0),
    "ground_radar": (0.5, 4.0),
    "ground_sensor": (0.05, 0.4),
    "patrol_observation": (0.02, 0.2),
}


@dataclass(frozen=True, slots=True, eq=False)
class TruePerformance:
    """What is true of each sensor tonight, arrays (s,).

    `range_share` of the declared range at which half of the best is reached; `best_probability` per look, near by;
    `azimuth_sd_deg` and `azimuth_bias_deg`; `range_sd_m` of radars; `pitch_sd_deg` of cameras; `false_per_hour` in
    still air; `skill`, the probability that the class it names is right.
    """

    range_share: Floats
    best_probability: Floats
    azimuth_sd_deg: Floats
    azimuth_bias_deg: Floats
    range_sd_m: Floats
    pitch_sd_deg: Floats
    false_per_hour: Floats
    skill: Floats


def drawn(seed: int, sensors: Sequence[Sensor]) -> TruePerformance:
    """Return the true performance of sensors for a seed.

    Examples
    --------
    >>> drawn(1, []).skill.shape
    (0,)
    """
    chance = np.random.Generator(np.random.PCG64([seed, 3]))
    number = len(sensors)
    declared_deg = np.array([min(DECLARED_AZIMUTH_SD_DEG[sensor.kind], 5.0) for sensor in sensors], dtype=np.float64)
    false_band = np.array([FALSE_PER_HOUR[sensor.kind] for sensor in sensors], dtype=np.float64).reshape(number, 2)
    radar = np.array([sensor.kind == "ground_radar" for sensor in sensors], dtype=np.bool_)
    return TruePerformance(
        range_share=chance.uniform(*RANGE_SHARE, number),
        best_probability=chance.uniform(*BEST_PROBABILITY, number),
        azimuth_sd_deg=declared_deg * chance.uniform(*NOISE_SHARE, number),
        azimuth_bias_deg=declared_deg * chance.normal(0.0, 0.5, number),
        range_sd_m=DECLARED_RADAR_RANGE_SD_M * chance.uniform(*NOISE_SHARE, number),
        pitch_sd_deg=DECLARED_PITCH_SD_DEG * chance.uniform(*NOISE_SHARE, number),
        false_per_hour=chance.uniform(false_band[:, 0], false_band[:, 1]),
        skill=np.where(radar, chance.uniform(0.55, 0.8, number), chance.uniform(0.75, 0.95, number)),
    )


def look_probability(
    distance_m: ArrayLike, true_range_m: ArrayLike, best: ArrayLike, weather: ArrayLike, count: ArrayLike
) -> Floats:
    """Return the probability that one look finds the target.

    The classical target transfer function P = r^E / (1 + r^E), E = 2.7 + 0.7 r, with r = true range / distance, times
    the sensor's best and the weather's share; a group of n is as easy as sqrt(n) independent chances, n at most 4.

    Parameters
    ----------
    distance_m, true_range_m
        Metres; at the true range half of the best is reached.
    best, weather
        0 to 1.
    count
        How many move together.

    Examples
    --------
    >>> float(look_probability(1_000.0, 1_000.0, 0.8, 1.0, 1))
    0.4
    """
    ratio = np.clip(np.asarray(true_range_m, dtype=np.float64) / np.maximum(distance_m, 1.0), 1e-3, 10.0)
    odds = ratio ** (2.7 + 0.7 * ratio)
    alone = np.asarray(best) * np.asarray(weather) * odds / (1.0 + odds)
    return np.asarray(1.0 - (1.0 - alone) ** np.sqrt(np.clip(count, 1, 4)), dtype=np.float64)


def moving_share(kind: SensorKind, speed_m_s: float) -> float:
    """Return what a target's slowness leaves of a sensor's probability: Doppler radars do not see what stands still.

    Examples
    --------
    >>> moving_share("ground_radar", 0.0), moving_share("thermal_camera", 0.0), moving_share("ground_radar", 1.2)
    (0.0, 1.0, 1.0)
    """
    if kind == "ground_radar":
        return min(speed_m_s / LEAST_DOPPLER_M_S, 1.0)
    return 1.0


def weather_share(kind: SensorKind, wind_m_s: float, dust: float, daylight: float) -> float:
    """Return what is left of a sensor's probability in wind, dust and dark, 0 to 1.

    Cameras and eyes fail in dust, day cameras in the dark and eyes nearly; X-band radars lose little to dust and some
    to wind-moved plants (Goldhirsh 2001: under 6.5 dB even in a severe storm); geophones lose to wind.

    Examples
    --------
    >>> weather_share("day_camera", 2.0, 0.0, 0.0), weather_share("ground_radar", 2.0, 0.0, 0.0)
    (0.0, 1.0)
    """
    gusts = max(wind_m_s - 5.0, 0.0)
    if kind == "thermal_camera":
        return max(1.0 - 0.95 * dust, 0.0)
    if kind == "day_camera":
        return max(1.0 - 1.1 * dust, 0.0) * daylight
    if kind == "patrol_observation":
        return max(1.0 - 0.9 * dust, 0.0) * max(daylight, 0.1)
    if kind == "ground_radar":
        return max(1.0 - 0.25 * dust - 0.03 * gusts, 0.2)
    return max(1.0 - 0.05 * gusts, 0.2)


def false_rate_share(kind: SensorKind, wind_m_s: float, dust: float) -> float:
    """Return by how much weather multiplies a sensor's false alarms.

    Examples
    --------
    >>> false_rate_share("ground_radar", 3.0, 0.0)
    1.0
    """
    gusts = max(wind_m_s - 4.0, 0.0)
    if kind == "ground_radar":
        return 1.0 + 0.35 * gusts**2
    if kind == "ground_sensor":
        return 1.0 + 0.6 * gusts**2
    return 1.0 + 3.0 * dust + 0.1 * gusts
