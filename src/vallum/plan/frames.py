"""How does a result come into a notebook: as an xarray Dataset of cells, as GeoDataFrames of things?

xarray and GeoPandas come with the extra `analysis` and are loaded when they are asked for, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.plan.case import Case
from vallum.plan.rasters import BANDS as HOW
from vallum.plan.result import Result
from vallum.plan.rows import Row, chainage_rows, failure_rows, gap_rows, lane_rows, sensor_rows, way_rows
from vallum.plan.sight import Sight
from vallum.plan.sweep import BANDS
from vallum.terrain.whosees import seen_by

if TYPE_CHECKING:
    import geopandas  # type: ignore[import-untyped]
    import xarray

_TABLES: Mapping[str, Callable[[Result], Iterator[Row]]] = {
    "lanes": lane_rows,
    "gaps": gap_rows,
    "ways": way_rows,
    "failures": failure_rows,
    "sensors": sensor_rows,
}
TABLES = (*_TABLES, "chainage")

_WAY_M = 100.0


class MissingExtraError(ImportError):
    """A library of the extra `analysis` is not installed; the words say how to get it."""


def dataset(sight: Sight, cases: Sequence[Case] | None = None) -> xarray.Dataset:
    """Return what is seen of every cell.

    Parameters
    ----------
    sight
        As `see` gives it with sets; with rates, the detection of who walks there is in it too.
    cases
        Of those that were worked out; all of them unless told otherwise. The whole strip is held in memory.

    Returns
    -------
    xarray.Dataset
        On the strip's plane (x, y in metres, its projection in the attributes), by case and band (low, nominal, high;
        for counts: ground that is surely, likely, perhaps seen). Cells beside the strip are 0, or NaN. `seen_by`:
        sensors. `lowest_visible_m`: least height above ground that any sensor sees, NaN where none sees anything.
        `detection_100_m`: probability of detecting somebody who walks 100 m there, were every sensor at work.

    Raises
    ------
    MissingExtraError
        If xarray is not installed.
    ValueError
        If cells were not worked out, or were written away.
    KeyError
        If a case was not worked out.

    Examples
    --------
    >>> from vallum.plan.sight import see
    >>> from vallum.project import load
    >>> project = load("iraq-syria")
    >>> seen = see(project.frontier, project.terrain_sources, project.sensors[:4], [Case()], cell_m=500.0,
    ...     with_rate=True)
    >>> cells = dataset(seen)
    >>> cells.seen_by.sel(case="night-person", seen="perhaps").max().item() >= 1
    True
    >>> sorted(cells.data_vars)
    ['detection_100_m', 'lowest_visible_m', 'seen_by']
    """
    xr = library("xarray")
    coverage, strip = sight.coverage, sight.strip
    asked = coverage.cases if cases is None else tuple(cases)
    numbers = [_number(coverage.cases, case) for case in asked]
    rows, columns = strip.shape
    counts = np.zeros((len(asked), 3, rows, columns), np.uint16)
    lowest_m = np.full((len(asked), rows, columns), np.nan, np.float32)
    with_rate = all(part.rate is not None for part in coverage.seen)
    detection = np.zeros((len(asked), 3, rows, columns), np.float32) if with_rate else None
    for part in coverage.seen:
        if part.sets is None or part.lowest_m is None:
            raise ValueError("There are no cells to show: work them out with sets, and keep them.")
        box = slice(part.cells[0], part.cells[1]), slice(part.cells[2], part.cells[3])
        for place, number in enumerate(numbers):
            counts[(place, slice(None), *box)] = np.stack([seen_by(band) for band in part.sets[number]])
            heights_m = part.lowest_m[number]
            lowest_m[(place, *box)] = np.where(np.isfinite(heights_m), heights_m, np.nan)
            if detection is not None and part.rate is not None:
                detection[(place, slice(None), *box)] = -np.expm1(-part.rate[number] * np.float32(_WAY_M))
    x_m = strip.transform.c + (np.arange(columns) + 0.5) * strip.cell_m
    y_m = strip.transform.f - (np.arange(rows) + 0.5) * strip.cell_m
    of_cell = ("y", "x")
    variables: dict[str, Any] = {
        "seen_by": (("case", "seen", *of_cell), counts, {"long_name": "sensors that see a cell", "units": "1"}),
        "lowest_visible_m": (
            ("case", *of_cell),
            lowest_m,
            {"long_name": "least height above ground that any sensor sees", "units": "m"},
        ),
    }
    if detection is not None:
        words = {"long_name": "detection of who walks 100 m there", "units": "1"}
        variables["detection_100_m"] = (("case", "band", *of_cell), detection, words)
    made: xarray.Dataset = xr.Dataset(
        variables,
        coords={
            "case": [case.name for case in asked],
            "seen": list(HOW),
            "band": list(BANDS),
            "x": ("x", x_m, {"units": "m", "standard_name": "projection_x_coordinate"}),
            "y": ("y", y_m, {"units": "m", "standard_name": "projection_y_coordinate"}),
        },
        attrs={"crs": strip.projection, "line_version": strip.frontier.version, "cell_m": strip.cell_m},
    )
    return made


def frame(result: Result, table: str) -> geopandas.GeoDataFrame:
    """Return one table of a result: lanes, gaps, ways, failures, sensors, or chainage (which has no geometry).

    Raises
    ------
    MissingExtraError
        If GeoPandas is not installed.
    ValueError
        If there is no such table.

    Examples
    --------
    >>> from vallum.plan.part import Fineness
    >>> from vallum.plan.result import work_out
    >>> from vallum.plan.scene import lay_out
    >>> from vallum.project import load
    >>> project = load("iraq-syria")
    >>> scene = lay_out(project.frontier, project.terrain_sources, project.sensors[:4], cell_m=500.0)
    >>> lanes = frame(work_out(scene, [Case()], with_strong=False), "lanes")
    >>> lanes.crs.to_epsg(), round(float((lanes.to_km - lanes.from_km).sum()))
    (4326, 599)
    """
    gpd = library("geopandas")
    if table == "chainage":
        return gpd.GeoDataFrame(list(chainage_rows(result)))
    if table not in _TABLES:
        raise ValueError(f"there is no table {table!r}; these are: {', '.join(TABLES)}")
    rows = list(_TABLES[table](result))
    # A table without rows keeps its geometry and its reference system.
    return gpd.GeoDataFrame(rows or {"case": [], "geometry": []}, geometry="geometry", crs="EPSG:4326")


def _number(known: Sequence[Case], case: Case) -> int:
    if case not in known:
        raise KeyError(f"{case.name} was not worked out; these were: {', '.join(one.name for one in known)}")
    return list(known).index(case)


def library(name: str) -> Any:
    """Return a library of the extra, or say how to get it."""
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingExtraError(
            f'{name} is not installed; it comes with the extra "analysis": pip install "vallum[analysis]"'
        ) from error
