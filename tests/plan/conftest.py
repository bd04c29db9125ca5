"""A short fence over invented hills: small enough to look at it a hundred times in a test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from vallum.assets.sensor import Sensor
from vallum.assets.walktest import WalkTest
from vallum.frontier import Frontier
from vallum.frontier.strip import Strip
from vallum.plan.part import Fineness
from vallum.plan.scene import Scene
from vallum.terrain.ground import Ground
from vallum.terrain.montecarlo import Calibration
from vallum.terrain.soft import Softness
from vallum.terrain.source import TerrainSource

CELL_M = 250.0
LINE = Frontier("a fence", "fence/1", "left", 100.0, np.array([[42.0, 36.0], [42.12, 36.02], [42.25, 35.98]]))
INVENTED = TerrainSource("invented", (), "EPSG:4326", CELL_M, "EGM96", 3.0, 300.0, "invented", "invented")

SensorMaker = Callable[..., Sensor]
SceneMaker = Callable[..., Scene]


def made(sensor_id: str, chainage_m: float, offset_m: float = 200.0, **said: Any) -> Sensor:
    """A radar beside the fence, unless something else is said."""
    lon, lat = LINE.point_at(chainage_m, offset_m)
    told = {
        "kind": "ground_radar", "mast_m": 15.0, "bearing_deg": 0.0, "sector_deg": 360.0, "range_person_m": 2_500.0,
        "range_vehicle_m": 4_000.0, "party": "guard", "performance_source": "invented", "lon": lon, "lat": lat,
        "node_id": "n",
    }  # fmt: skip
    return Sensor(sensor_id=sensor_id, **(told | said))


def hills(strip: Strip, relief_m: float = 20.0, seed: int = 3) -> NDArray[np.float32]:
    """Waves of several lengths, the same for one seed."""
    chance = np.random.default_rng(seed)
    row, column = np.indices(strip.shape, dtype=np.float64)
    heights_m = np.zeros(strip.shape)
    for length in (4.0, 9.0, 23.0):
        turn, shift = chance.uniform(0, 2 * np.pi, 2)
        heights_m += length / 23.0 * np.sin(2 * np.pi * (row * np.sin(turn) + column * np.cos(turn)) / length + shift)
    return np.asarray(heights_m * relief_m, np.float32)


def laid_out(
    sensors: Sequence[Sensor],
    *,
    tests: Sequence[WalkTest] = (),
    relief_m: float = 20.0,
    blur_m: float = 4.0,
    fineness: Fineness | None = None,
    heights_m: NDArray[np.float32] | None = None,
    line: Frontier = LINE,
    half_width_m: float = 6_000.0,
) -> Scene:
    """A scene on invented hills, whose error blurs sight by so many metres."""
    strip = Strip(line, half_width_m, CELL_M)
    given_m = hills(strip, relief_m) if heights_m is None else heights_m
    source_of = np.where(np.isfinite(given_m), 0, 255).astype(np.uint8)
    ground = Ground(given_m, strip.transform, CELL_M, strip.projection, source_of, (INVENTED,))
    found = None if blur_m == 0.0 else blurred(blur_m)
    rules = Fineness(step_m=500.0, half_depth_m=1_500.0) if fineness is None else fineness
    return Scene(strip, ground, (found,), rules, tuple(sensors), tuple(tests))


def blurred(blur_m: float) -> Calibration:
    """What an error does that blurs sight by so many metres near by and by twice as many far off."""
    soft = Softness(np.array([0.0, 5_000.0]), np.array([blur_m, 2 * blur_m]), np.array([0.0, blur_m / 2]))
    return Calibration(soft, blur_m, 300.0, 2, 2, 1_000, 0.1, 0.3, 0.5, 0.4, 0.3, 0.1, 0.1)


@pytest.fixture(scope="session")
def sensor() -> SensorMaker:
    return made


@pytest.fixture(scope="session")
def scene() -> SceneMaker:
    return laid_out


@pytest.fixture(scope="session")
def posts() -> tuple[Sensor, ...]:
    """Six sensors along the fence with a hole between the fourth and the fifth."""
    return (
        made("A", 1_000.0),
        made("B", 4_000.0, -300.0, sector_deg=150.0, bearing_deg=20.0),
        made("C", 6_500.0, kind="thermal_camera", range_min_m=60.0),
        made("D", 9_000.0),
        made("E", 17_500.0),
        made("F", 20_000.0, 600.0, range_person_m=1_500.0),
    )
