"""An independent peer: GRASS's r.walk takes as long as we do to every cell, by the same rule of walking."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray

from vallum.terrain.pace import Pace
from vallum.terrain.travel import Going, travel
from vallum.terrain.walking import langmuir

SIDE, CELL_M, START = 300, 30.0, (140, 90)

# Steps of the king, and with -k of the knight; friction 0 leaves the rule of slopes alone.
SCRIPT = """
set -e
r.in.gdal -o input="$1" output=ground --quiet
g.region raster=ground
r.mapcalc "friction = 0.0" --quiet
r.walk $4 elevation=ground friction=friction output=taken start_coordinates="$3" lambda=1 \\
  walk_coeff=0.72,6.0,1.9998,-1.9998 slope_factor=-0.2125 --quiet
r.out.gdal -c input=taken output="$2" format=GTiff type=Float64 --quiet
"""


def hills(relief_m: float) -> NDArray[np.float32]:
    chance = np.random.default_rng(11)
    waves = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.fftfreq(SIDE)[None, :])
    waves[0, 0] = 1.0
    ground = np.fft.ifft2(np.fft.fft2(chance.standard_normal((SIDE, SIDE))) * waves**-1.75).real
    return np.asarray(ground / ground.std() * relief_m, dtype=np.float32)


def walked_by_grass(ground_m: NDArray[np.float32], flag: str, folder: Path) -> NDArray[np.float64]:
    source, target, script = folder / "ground.tif", folder / "taken.tif", folder / "walk.sh"
    with rasterio.open(
        source, "w", driver="GTiff", width=SIDE, height=SIDE, count=1, dtype="float32", crs="EPSG:32637",
        transform=Affine(CELL_M, 0.0, 0.0, 0.0, -CELL_M, 0.0),
    ) as dataset:  # fmt: skip
        dataset.write(ground_m, 1)
    script.write_text(SCRIPT)
    at = f"{(START[1] + 0.5) * CELL_M},{-(START[0] + 0.5) * CELL_M}"
    ran = subprocess.run(
        ["grass", "--tmp-location", "EPSG:32637", "--exec", "bash", script, source, target, at, flag],
        check=False, capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    with rasterio.open(target) as dataset:
        return np.asarray(dataset.read(1))


@pytest.mark.skipif(shutil.which("grass") is None, reason="needs GRASS GIS (Debian: grass-core)")
@pytest.mark.parametrize(("neighbours", "flag"), [(8, ""), (16, "-k")])
def test_r_walk_takes_as_long_as_we_do(neighbours: int, flag: str, tmp_path: Path) -> None:
    ground_m = hills(120.0)
    theirs_s = walked_by_grass(ground_m, flag, tmp_path)
    pace = Pace.of("r.walk", ["ground"], [langmuir])
    going = Going(ground_m, np.zeros(ground_m.shape, np.uint8), pace, CELL_M, neighbours=neighbours)
    ours_s = travel(going, np.array([START])).cost.astype(float)
    assert theirs_s[START] == ours_s[START] == 0.0
    away = theirs_s > 0.0
    assert away.sum() == away.size - 1
    difference = np.abs(ours_s - theirs_s)[away] / theirs_s[away]
    assert difference.mean() < 0.01
