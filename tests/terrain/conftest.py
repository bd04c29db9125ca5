from __future__ import annotations

from importlib.resources import as_file, files

import numpy as np
import pytest
from affine import Affine
from scipy import ndimage

from vallum.terrain.elevation import Elevation


@pytest.fixture(scope="session")
def real_terrain() -> Elevation:
    with as_file(files("vallum") / "examples" / "iraq_syria" / "terrain.tif") as path:
        return Elevation.read(path)


@pytest.fixture(scope="session")
def plain() -> Elevation:
    """Sea-level ground on cells of about 1 km, 120 km across."""
    return Elevation(np.zeros((130, 130), dtype=np.float32), Affine(0.01, 0, 41.35, 0, -0.01, 36.65), "invented plain")


@pytest.fixture(scope="session")
def hills() -> Elevation:
    """Rolling hills of 200 m on cells of about 100 m, 20 km across."""
    noise = np.random.default_rng(7).normal(size=(220, 220))
    smooth = ndimage.gaussian_filter(noise, 6.0)
    heights = (smooth / smooth.std() * 100.0).astype(np.float32)
    return Elevation(heights, Affine(0.001, 0, 41.89, 0, -0.001, 36.11), "invented hills")
