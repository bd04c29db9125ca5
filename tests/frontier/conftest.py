from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from vallum.frontier.calibration import Calibration
from vallum.frontier.line import Frontier


@pytest.fixture(scope="session")
def real_file() -> dict[str, Any]:
    path = files("vallum") / "examples" / "iraq_syria" / "line.geojson"
    mapping: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return mapping


@pytest.fixture(scope="session")
def real_line(real_file: dict[str, Any]) -> Frontier:
    return Frontier.from_geojson(
        real_file,
        name="Iraq-Syria",
        version="iraq-syria/natural-earth-10m",
        home_side="left",
        lateral_uncertainty_m=2_000.0,
        reported_length_m=610_000.0,
        calibrations=(Calibration("reported 2021", 0.0, 610_000.0, 0.0, 598_888.9),),
        origin="Tigris tri-point",
    )


@pytest.fixture(scope="session")
def long_line() -> Frontier:
    """A bent line of more than 10,000 km that crosses the antimeridian twice."""
    points = [[120.0, 10.0], [170.0, 5.0], [-160.0, -20.0], [175.0, -45.0], [140.0, -40.0]]
    return Frontier("the long line", "long/1", "right", 500.0, np.array(points))
