"""Terrain models made for tests: a line, a grid of heights, a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine

from vallum.frontier.line import Frontier
from vallum.frontier.strip import Strip
from vallum.terrain.source import TerrainSource

LINE = Frontier("a fence", "fence/1", "left", 50.0, np.array([[42.1, 36.1], [42.25, 36.22], [42.5, 36.3]]))


def strip(cell_m: float = 100.0, half_width_m: float = 2_000.0, line: Frontier = LINE) -> Strip:
    return Strip(line, half_width_m, cell_m)


def grid(west: float, north: float, cell_deg: float) -> Affine:
    return Affine(cell_deg, 0.0, west, 0.0, -cell_deg, north)


def tilted(transform: Affine, rows: int, columns: int, east: float = 500.0, north: float = 300.0) -> np.ndarray:
    """Heights that rise by so many metres to the degree, exact at the middles of cells."""
    column, row = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    x = transform.a * column + transform.b * row + transform.c
    y = transform.d * column + transform.e * row + transform.f
    return np.asarray(east * (x - 42.0) + north * (y - 36.0), np.float32)


def written(path: Path, heights: np.ndarray, transform: Affine, crs: Any = "EPSG:4326", **more: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, columns = heights.shape[-2:]
    told = {"driver": "GTiff", "count": 1, "dtype": heights.dtype} | more
    unit, scale, offset = told.pop("unit", None), told.pop("scale", None), told.pop("offset", None)
    with rasterio.open(path, "w", height=rows, width=columns, crs=crs, transform=transform, **told) as file:
        file.write(heights.reshape(-1, rows, columns))
        if unit is not None:
            file.units = (unit,)
        if scale is not None:
            file.scales, file.offsets = (scale,), (offset or 0.0,)
    return path


def source(path: Path, name: str = "invented", reference: str | None = "EGM2008", sd_m: float = 3.0) -> TerrainSource:
    return TerrainSource.open(
        path,
        name=name,
        vertical_reference=reference,
        error_sd_m=sd_m,
        error_length_m=90.0,
        error_source="assumed",
        origin="invented",
    )
