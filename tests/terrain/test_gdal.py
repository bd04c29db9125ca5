"""An independent peer: GDAL's own viewshed sees what ours sees, but for the errors of its method."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from vallum.terrain.exact import exact_minimum_visible_height
from vallum.terrain.viewshed import minimum_visible_height

SIDE, CELL_M, POST, MAST_M, TARGET_M, RADIUS_M = 401, 30.0, 200, 15.0, 1.7, 5_700.0


def hills() -> np.ndarray:
    chance = np.random.default_rng(5)
    waves = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.fftfreq(SIDE)[None, :])
    waves[0, 0] = 1.0
    ground = np.fft.ifft2(np.fft.fft2(chance.standard_normal((SIDE, SIDE))) * waves**-1.75).real
    return np.asarray(ground / ground.std() * 40.0, dtype=np.float32)


@pytest.mark.skipif(shutil.which("gdal_viewshed") is None, reason="needs GDAL's commands (Debian: gdal-bin)")
def test_gdal_sees_what_we_see_and_errs_more(tmp_path: Path) -> None:
    ground_m = hills()
    source, target = tmp_path / "ground.tif", tmp_path / "seen.tif"
    with rasterio.open(
        source, "w", driver="GTiff", width=SIDE, height=SIDE, count=1, dtype="float32", crs="EPSG:32637",
        transform=Affine(CELL_M, 0.0, 0.0, 0.0, -CELL_M, 0.0),
    ) as dataset:  # fmt: skip
        dataset.write(ground_m, 1)
    at = (POST + 0.5) * CELL_M
    command = ["gdal_viewshed", "-q", "-ox", at, "-oy", -at, "-oz", MAST_M, "-tz", TARGET_M, "-md", RADIUS_M]
    subprocess.run([*map(str, command), "-cc", "0.87", str(source), str(target)], check=True, timeout=60)
    with rasterio.open(target) as dataset:
        told = dataset.read(1) > 0
        row = round((dataset.transform.f + at) / CELL_M - 0.5)
        column = round((at - dataset.transform.c) / CELL_M - 0.5)
    radius = int(RADIUS_M / CELL_M)
    theirs = np.zeros((2 * radius + 1, 2 * radius + 1), dtype=np.bool_)
    part = told[row - radius : row + radius + 1, column - radius : column + radius + 1]
    theirs[: part.shape[0], : part.shape[1]] = part
    ours_m = minimum_visible_height(ground_m, POST, POST, MAST_M, RADIUS_M, CELL_M)
    exact_m = exact_minimum_visible_height(ground_m, POST, POST, MAST_M, RADIUS_M, CELL_M)
    known = np.isfinite(exact_m)
    truth = exact_m[known] <= TARGET_M
    our_errors = int(((ours_m[known] <= TARGET_M) != truth).sum())
    their_errors = int((theirs[known] != truth).sum())
    assert truth.sum() > 5_000
    assert ((ours_m[known] <= TARGET_M) != theirs[known]).sum() < 0.08 * truth.sum()
    assert our_errors <= 0.02 * truth.sum()
    assert our_errors * 3 <= their_errors
