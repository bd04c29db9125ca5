"""What does the journal keep of sensors, units and obstacles."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from vallum.assets import obstacle, sensor, unit

VIEWS: dict[str, type[BaseModel]] = {
    "sensors": sensor.SensorRow,
    "units": unit.UnitRow,
    "obstacles": obstacle.ObstacleRow,
}
RECORDS: dict[str, tuple[type[BaseModel], str | None, Any]] = {
    "sensor.installed": (sensor.SensorInstalled, "sensors", sensor.installed),
    "sensor.tested": (sensor.SensorTested, "sensors", sensor.tested),
    "sensor.silent": (sensor.SensorSilent, "sensors", sensor.silent),
    "sensor.returned": (sensor.SensorReturned, "sensors", sensor.returned),
    "unit.registered": (unit.UnitRegistered, "units", unit.registered),
    "unit.positioned": (unit.UnitPositioned, "units", unit.positioned),
    "obstacle.planned": (obstacle.ObstaclePlanned, "obstacles", obstacle.planned),
}
