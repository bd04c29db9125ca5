"""Is this terrain file one that the product can read?"""

from __future__ import annotations

from pathlib import Path

import rasterio
from rasterio.errors import RasterioError

from vallum.project.problem import Problem


def terrain_problems(path: Path) -> list[Problem]:
    """Return what is wrong with a terrain file: it must be one band of heights by longitude and latitude (WGS 84).

    Examples
    --------
    >>> from vallum import examples
    >>> terrain_problems(examples.path("iraq-syria") / "terrain.tif")
    []
    """
    try:
        with rasterio.open(path) as raster:
            code = None if raster.crs is None else raster.crs.to_epsg()
            bands = raster.count
    except RasterioError as error:
        return [Problem(path.name, None, None, f"a file that cannot be read ({error})", "heights as GeoTIFF")]
    problems: list[Problem] = []
    if bands != 1:
        problems.append(Problem(path.name, None, None, f"{bands} bands", "one band of heights in metres"))
    if code != 4326:
        found = "no coordinate system" if code is None else f"EPSG:{code}"
        problems.append(Problem(path.name, None, None, found, "EPSG:4326, longitude and latitude in degrees"))
    return problems
